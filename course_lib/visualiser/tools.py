"""The learner's own functions, which the panels run on.

A function of a notebook serves where it passes its check. Where it does not, the course's stand-in
serves if there is one; if there is none, the panel says which exercise it waits for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.checks.earlier import NotSaved, saved
from course_lib.checks.exercise import find
from course_lib.checks.stand_in import stand_in
from course_lib.visualiser.threads import one_thread

_SECTIONS = {"gradcam": 11, "training": 8}
USED = (
    "gradcam.feature_maps",
    "gradcam.grad_cam",
    "gradcam.scale",
    "gradcam.resize",
    "gradcam.overlay",
    "gradcam.cam",
    "gradcam.conv_layers",
    "training.filters_as_images",
)


@dataclass(frozen=True)
class Tool:
    """A function of an exercise.

    Attributes:
        title: of the exercise, as the notebook's heading says it.
        run: the function; None where there is none that could serve.
        reason: why it is not the learner's, as a sentence without its stop; "" where it is.
    """

    exercise: str
    title: str
    run: Callable[..., Any] | None
    reason: str = ""

    @property
    def name(self) -> str:
        return self.exercise.partition(".")[2]

    @property
    def place(self) -> str:
        """Where the exercise stands: "section 11, exercise “Grad-CAM” (gradcam.grad_cam)"."""
        number = _SECTIONS[self.exercise.partition(".")[0]]
        return f"section {number:02}, exercise “{self.title}” ({self.exercise})"


class Tools:
    """The functions by their exercises' ids."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self._tools = dict(tools)

    def __getitem__(self, exercise: str) -> Callable[..., Any]:
        """The function; ask `has` first whether there is one."""
        run = self._tools[exercise].run
        assert run is not None, exercise
        return run

    def has(self, exercise: str) -> bool:
        return self._tools[exercise].run is not None

    def missing(self, exercises: Iterable[str]) -> str:
        """Which of these are not there, and where to write them; "" where all are."""
        return " ".join(
            f"It needs your {tool.name}, from {tool.place}: {tool.reason}."
            for tool in (self._tools[one] for one in exercises)
            if tool.run is None
        )

    def credits(self, exercises: Iterable[str]) -> str:
        """Whose functions those are that are there, in a sentence or more."""
        tools = [self._tools[one] for one in exercises if self.has(one)]
        yours = [tool.name for tool in tools if not tool.reason]
        says = [f"Runs on your {', '.join(yours)}."] if yours else []
        says += [
            f"{tool.name} is the course's: {tool.reason}; {tool.place}."
            for tool in tools
            if tool.reason
        ]
        return " ".join(says)


def saved_tools(notebooks: Path) -> Tools:
    """What the notebooks of a folder have, each function checked: seconds, where all are there."""
    with one_thread():
        return Tools({exercise: _tool(exercise, notebooks) for exercise in USED})


def _tool(exercise_id: str, notebooks: Path) -> Tool:
    exercise = find(exercise_id)
    try:
        return Tool(exercise_id, exercise.title, saved(exercise_id, notebooks))
    except NotSaved as reason:
        lent = stand_in(exercise, None, tells=False) if exercise.stand_in else None
        return Tool(exercise_id, exercise.title, lent, str(reason))
