"""What is wrong with one case, or with one promise."""

from dataclasses import dataclass

from course_lib.checks.curve import Curve
from course_lib.checks.verdict import Picture


@dataclass(frozen=True)
class Finding:
    """What is wrong, for the answer's author.

    Attributes:
        text: a sentence or two; of a hidden case without numbers and without the learner's text.
        name: of the mistake, or of the kind of fault ("raises", "parameters", ...), or "".
        first: to be told before plain differences, since it is why the numbers are wrong.
        share: of the case's credit, in [0, 1], that is earned all the same.
        flags: why a person should look.
        curve: of the training that was handed in.
    """

    text: str
    name: str = ""
    first: bool = False
    share: float = 0.0
    picture: Picture | None = None
    flags: tuple[str, ...] = ()
    curve: Curve = ()


@dataclass(frozen=True)
class Partly:
    """What a property gives for an answer that earns a share of the credit.

    Attributes:
        name: of the mistake in `Public.says`, where nothing else is said.
        share: of the case's credit, in [0, 1].
        says: what to tell, without a word that the learner's code put there.
        flags: why a person should look.
        curve: of the training that was handed in.
    """

    name: str
    share: float
    says: str = ""
    flags: tuple[str, ...] = ()
    curve: Curve = ()
