"""The verdict on an answer, as data; `course_lib.checks.card` shows it."""

from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from course_lib.checks.curve import Curve

State = Literal["right", "partly right", "wrong", "not attempted", "not run", "recorded"]


@dataclass(frozen=True)
class Line:
    """The outcome of one case.

    Attributes:
        right: it counts as right.
        waits: it is right, but counts only once one value is right.
    """

    right: bool
    about: str
    waits: bool = False


@dataclass(frozen=True)
class Picture:
    """An expected and a given feature map of one shape (H, W), for a heat map of the error."""

    expected: Tensor
    got: Tensor


@dataclass(frozen=True)
class Verdict:
    """What the judge says.

    Attributes:
        score: share of the points earned, in [0, 1].
        message: what was expected, what came, the likely cause; plain text.
        mistake: name of the recognised misconception, or "".
        question: the call that the message is about, where it is short; public cases only.
        flags: why a person should look at the source ("uses scipy.signal"); empty mostly.
        curve: of the training that was handed in.
    """

    exercise: str
    title: str
    state: State
    score: float
    message: str
    lines: tuple[Line, ...] = ()
    mistake: str = ""
    question: str = ""
    picture: Picture | None = None
    flags: tuple[str, ...] = ()
    curve: Curve = ()

    def as_plain(self) -> dict[str, Any]:
        """What programs read of it (CI, the table of the demo)."""
        return {
            "exercise": self.exercise,
            "state": self.state,
            "score": self.score,
            "mistake": self.mistake,
            "message": self.message,
            **({"flags": list(self.flags)} if self.flags else {}),
        }
