"""What an exercise is, and where to find one by its id.

The public half of an exercise, what learners may see, is an `Exercise` in
`course_lib.sections`. The hidden half, what is scored, is a `Marking` in `grader.sections`.
"""

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from course_lib.checks.draw import Draw
from course_lib.checks.exercise import UnknownExercise

Asks = Literal["function", "value", "module", "choice"]

SECTIONS: Mapping[str, str] = {
    "padding_stride": "02_padding_stride",
    "channels": "03_channels",
    "pooling": "04_pooling",
    "lenet": "05_lenet",
}
"""Module in `course_lib.sections` (and prefix of its exercise ids) -> folder of the notebook."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question to the learner's object.

    Attributes:
        args, kwargs: what the function (or the module's constructor) is called with.
        about: what is special here ("a kernel that is not square"); shown to the learner,
            so it never holds a number that is an answer.
        state: for modules: the weights to load before the forward pass.
        inputs: for modules: what `forward` is called with.
        verify: makes this a property case: given the answer, says what is wrong with it, in a
            sentence or by a mistake with a name, or nothing. Property cases count only after a
            value case has passed.
        raises: name of the exception that is the right answer here ("ValueError"), with a message;
            `verify`, if given, is asked about that message. Counts as a property case.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ()
    verify: Callable[[Any], "Mistake | str | None"] | None = None
    raises: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that somebody plausibly gives, and what to tell them.

    Attributes:
        name: short name of the misconception, as the mutants and the tests call it.
        says: the message: what was done and what to do instead. No number of a hidden case.
        gives: case -> what the mistaken function answers (any exception: does not apply). None
            for a mistake that only `Case.verify` can tell.
        share: of the case's credit, in [0, 1): what is earned all the same.
    """

    name: str
    says: str
    gives: Callable[[Case], Any] | None = None
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """The public half of an exercise.

    Attributes:
        id: "section.name".
        points: what the grader's verdict is multiplied with; 0 for a self-check.
        covers: ids of the curriculum.
        asks: what the learner hands in: a function, a value, a class of modules, or the letter
            of a choice.
        cases: the public cases; they carry no points.
        expect: case -> the right answer, when a fact gives it (PyTorch's own operator, a shape,
            a count). None where every public case verifies a property instead.
        mistakes: tried when an answer is not the expected one, in this order.
        options: for choices: letter -> text.
        hints: revealed one at a time, from a nudge to almost the answer.
        forbidden: operators the answer must not use: "aten::convolution" as seen while running,
            or a dotted name ("scipy.signal", "torch.nn.functional.conv2d") or a method of
            anything (".numpy") as read in the source.
        instead: told after the names of forbidden operators, where these are not what the
            exercise asks for.
        required: prefixes of operators of which one must run ("aten::_fft"); `operations` knows
            what to call them.
        vectorised: the second case, which differs from the first in the size of the image only,
            must not take more torch operations.
        returns: "tensor" where later cells need one: the public check refuses a list.
        gradient: what the public check asks of the answer: "kept", it requires a gradient where
            an argument of the case does; "cut", it requires none.
        keeps_inputs: the public check refuses an answer that changes its arguments in place.
        same: told when the answers to all cases are one and the same.
        tolerance: largest error accepted, relative to the largest expected number.
        through: how a function is asked whose inputs cannot travel as they are (a model, say):
            called with the learner's function and the case's plain inputs; what it returns is
            the answer.
    """

    id: str
    title: str
    points: float
    covers: tuple[str, ...]
    asks: Asks = "function"
    cases: Callable[[Draw], list[Case]] = lambda draw: []
    expect: Callable[[Case], Any] | None = None
    mistakes: tuple[Mistake, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    instead: str = "Here that is what you are to write yourself."
    required: tuple[str, ...] = ()
    vectorised: bool = False
    returns: Literal["any", "tensor"] = "any"
    gradient: Literal["any", "kept", "cut"] = "any"
    keeps_inputs: bool = False
    same: Mistake | None = None
    tolerance: float = 1e-4
    through: Callable[..., Any] | None = None

    @property
    def grade_id(self) -> str:
        """The id of the check's cell; nbgrader allows letters, digits, '-' and '_' only."""
        return self.id.replace(".", "-")


@dataclass(frozen=True, kw_only=True)
class Essay:
    """A written answer, marked by a person; model answer and rubric stand in the solution."""

    id: str
    title: str
    points: float
    covers: tuple[str, ...]

    @property
    def grade_id(self) -> str:
        return self.id.replace(".", "-")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A notebook's exercises, in the order of the notebook.

    Attributes:
        version: drawn into every seed: raise it when a change of the cases shall give every
            learner new questions.
        quizzes: name of a quiz in the notebook -> curriculum ids that its questions cover.
    """

    name: str
    title: str
    version: str
    exercises: tuple[Exercise, ...]
    essays: tuple[Essay, ...]
    quizzes: Mapping[str, tuple[str, ...]]


@cache
def section(name: str) -> Section:
    """The section called `name` ("convolution")."""
    found: Section = importlib.import_module(f"course_lib.sections.{name}").SECTION
    return found


def find(exercise_id: str) -> Exercise:
    """The exercise with this id.

    Raises:
        TypeError: the id is no string.
        UnknownExercise: no section has it; the message names the nearest one.
    """
    if not isinstance(exercise_id, str):
        raise TypeError(
            "The first argument of check() and hint() is the id of an exercise, a text such as "
            f'"convolution.corr2d"; you gave {type(exercise_id).__name__}.'
        )
    name = exercise_id.partition(".")[0]
    if name in SECTIONS:
        for exercise in section(name).exercises:
            if exercise.id == exercise_id:
                return exercise
    known = [exercise.id for name in SECTIONS for exercise in section(name).exercises]
    near = difflib.get_close_matches(exercise_id, known, n=1, cutoff=0.0)
    raise UnknownExercise(f'There is no exercise "{exercise_id}". The nearest id is "{near[0]}".')
