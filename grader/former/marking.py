"""The hidden half of an exercise: the cases that are scored, the reference, and the mutants."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake, find


@dataclass(frozen=True)
class Mutant:
    """An answer to an exercise, with the verdict that it must get.

    Attributes:
        name: what was done, in a few words.
        answer: the function, class or value handed in.
        state: the verdict expected.
        mistake: name of the misconception that the message must be about.
    """

    name: str
    answer: Any
    state: Literal["right", "partly right", "wrong", "not attempted"] = "wrong"
    mistake: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Further questions of an exercise: those of `check(..., part=name)` in a hidden region."""

    cases: Callable[[Draw], list[Case]]
    expect: Callable[[Case], Any] | None = None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Marking:
    """How an exercise is scored.

    Attributes:
        exercise: id of the exercise in `course_lib.sections`.
        cases: the scored cases, drawn from the learner's seed.
        expect: case -> the right answer; None takes the public one.
        mistakes: more misconceptions, tried after the public ones.
        parts: name -> questions asked in the hidden region of the check's cell.
        solution: the right answer, as in the solved notebook, for the mutants' test.
        mutants: at least three named wrong answers and one right answer written differently.
        library: callables of torch, torchvision, scipy or course_lib that look like the answer
            -> whether they are accepted as one (True) or found out as forbidden (False).
    """

    exercise: str
    cases: Callable[[Draw], list[Case]]
    expect: Callable[[Case], Any] | None = None
    mistakes: tuple[Mistake, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    solution: Any
    mutants: tuple[Mutant, ...]
    library: Mapping[Callable[..., Any], bool] = field(default_factory=dict)


def named_wrongs(
    exercise_id: str, wrongs: Mapping[str, Callable[..., Any] | tuple[Callable[..., Any], ...]]
) -> tuple[tuple[Mistake, ...], tuple[Mutant, ...]]:
    """How the judge recognises mistaken functions on any case, and the mutants that test it.

    Args:
        wrongs: name of a public mistake -> the function that makes it, or several. The message is
            the public one; the public half recognises it on worked examples only, since a
            function that is nearly right shows how to be right.

    Raises:
        KeyError: the exercise has no mistake of this name.
    """
    exercise = find(exercise_id)
    public = {mistake.name: mistake.says for mistake in exercise.mistakes}
    through = exercise.through

    def on_arguments(wrong: Callable[..., Any]) -> Callable[[Case], Any]:
        if through is not None:
            return lambda case: through(wrong, *case.args)
        return lambda case: wrong(*case.args)

    pairs = [
        (name, wrong)
        for name, given in wrongs.items()
        for wrong in (given if isinstance(given, tuple) else (given,))
    ]
    mistakes = tuple(Mistake(name, public[name], on_arguments(wrong)) for name, wrong in pairs)
    mutants = tuple(Mutant(name, wrong, mistake=name) for name, wrong in pairs)
    return mistakes, mutants


@cache
def markings(section: str) -> Mapping[str, Marking]:
    """The markings of a section, by the id of their exercise.

    They stand in the modules of its room, `grader.sections.SECTION`.

    Raises:
        ValueError: two markings are for one exercise.
    """
    found: dict[str, Marking] = {}
    room = importlib.import_module(f"grader.sections.{section}")
    for module_info in pkgutil.iter_modules(room.__path__):
        module = importlib.import_module(f"{room.__name__}.{module_info.name}")
        for marking in module.MARKINGS:
            if marking.exercise in found:
                raise ValueError(f"two markings are for {marking.exercise}")
            found[marking.exercise] = marking
    return found


def marking_of(exercise_id: str) -> Marking:
    """The marking of an exercise.

    Raises:
        LookupError: it has none.
    """
    known = markings(exercise_id.partition(".")[0])
    if exercise_id not in known:
        raise LookupError(f"grader/sections/ has no marking for {exercise_id}")
    return known[exercise_id]
