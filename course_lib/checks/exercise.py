"""The public half of an exercise, and where to find it by its id.

`exercises.json` in a section's room holds these: what learners may see of the definitions in
`grader/sections`, written by the build.
"""

import difflib
import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import course_lib.sections
from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.ask import Asks
from course_lib.checks.case import Case
from course_lib.checks.fingerprint import Fingerprint

DATA = "exercises.json"
ROOMS = course_lib.sections.__name__


class UnknownExercise(LookupError):
    """An exercise id that no section has."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What an exercise's definition and its public half have in common.

    Attributes:
        id: "section.name".
        points: what the verdict's score is multiplied with; 0 for a self-check.
        parts: part of an answer that is a dict -> what to tell where it is the first wrong one.
        options: of a choice: letter -> text.
        hints: revealed one at a time, from a nudge to almost the answer.
        forbidden: operators the answer must not use: "aten::convolution" as seen while running,
            a dotted name ("scipy.signal") or a method of anything (".numpy") as read in the source.
        instead: told after the names of forbidden operators.
        required: prefixes of operators of which one must run.
        needs: ids of earlier exercises whose functions this one may call.
        promises: what the text promises of every answer: `checks.promises` knows them.
        tolerance: largest error accepted, relative to the largest expected number.
        through: name of a function in the section's `adapters` that asks the learner's, or "".
        holds: name of a function in the section's `properties` that judges the answers, or "".
        stand_in: name in the section's `given` of what later cells use where this does not pass.
    """

    id: str
    title: str
    asks: Asks = "function"
    points: float
    parts: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    instead: str = "Here that is what you are to write yourself."
    required: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    tolerance: float = 1e-4
    through: str = ""
    holds: str = ""
    stand_in: str = ""

    @property
    def section(self) -> str:
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """What the notebook calls the answer: "corr2d"."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Public(Described):
    """What learners may see of an exercise, its cases aside.

    Attributes:
        says: name of a mistake -> what to tell somebody who makes it.
    """

    points: float = 0  # stored data leave out what is as usual
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def adapter(self) -> Callable[..., Any] | None:
        found: Callable[..., Any] | None = self._of_room("adapters", self.through)
        return found

    @property
    def holding(self) -> Callable[..., Any] | None:
        """The property: (answer, *args, *facts, **kwargs) -> what `judge` is to make of it."""
        found: Callable[..., Any] | None = self._of_room("properties", self.holds)
        return found

    @property
    def given(self) -> Any:
        """The course's own function or class for later cells, made of PyTorch's operators."""
        return self._of_room("given", self.stand_in)

    def _of_room(self, module: str, name: str) -> Any:
        if not name:
            return None
        return getattr(importlib.import_module(f"{ROOMS}.{self.section}.{module}"), name)


Mistaken = list[tuple[str, list[Answer | None]]]
"""The answers of each mistaken way, with the name of its mistake; None where it is right, too."""


@dataclass(frozen=True)
class Known:
    """What is known of cases beforehand.

    Attributes:
        right: the right answers, one a case; None where a property judges.
        find_mistaken: gives `mistaken`, when somebody first asks for it: a right answer never does.
    """

    right: list[Answer] | None
    find_mistaken: Callable[[], Mistaken] = list

    @cached_property
    def mistaken(self) -> Mistaken:
        """What the mistaken ways answer. Their values may be fingerprints."""
        return self.find_mistaken()


@dataclass(frozen=True)
class Asked:
    """An exercise with the cases that its check asks, and what is known of them."""

    exercise: Public
    cases: list[Case]
    known: Known


@cache
def sections() -> tuple[str, ...]:
    """The names of the sections, in alphabetical order."""
    rooms = pkgutil.iter_modules(course_lib.sections.__path__)
    return tuple(
        room.name for room in rooms if files(f"{ROOMS}.{room.name}").joinpath(DATA).is_file()
    )


@cache
def exercises(section: str) -> dict[str, Any]:
    """The stored exercises of a section by id, in the order of its notebook."""
    stored: dict[str, Any] = json.loads(
        files(f"{ROOMS}.{section}").joinpath(DATA).read_text("utf-8")
    )
    return stored


def find(exercise_id: str) -> Public:
    """The exercise with this id.

    Raises:
        TypeError: the id is no string.
        UnknownExercise: no section has it; the message names the nearest one.
    """
    stored = _stored(exercise_id)["public"]
    fields: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in stored.items()}
    return Public(id=exercise_id, **fields)


@cache
def asked(exercise_id: str) -> Asked:
    """The exercise with what its check asks.

    Raises:
        TypeError, UnknownExercise: as `find`.
    """
    exercise = find(exercise_id)
    stored = _stored(exercise_id)
    data = wire.decode(stored["data"])
    cases = [Case.from_plain(case) for case in data["cases"]]
    right = None if data["right"] is None else [Answer(**answer) for answer in data["right"]]

    def mistaken() -> Mistaken:
        rows = [(name, row) for name, rows in stored["mistaken"].items() for row in rows]
        return [(name, [_mistaken(answer) for answer in row]) for name, row in rows]

    return Asked(exercise, cases, Known(right, mistaken))


def _mistaken(stored: Any) -> Answer | None:
    if stored == 0:  # the way is right in this case
        return None
    if isinstance(stored, str):
        return Answer(value=Fingerprint.from_plain(stored))
    return Answer(**{**stored, "value": Fingerprint.from_plain(stored.get("value"))})


def _stored(exercise_id: str) -> dict[str, Any]:
    if not isinstance(exercise_id, str):
        raise TypeError(
            "The first argument of check() and hint() is the id of an exercise, a text such as "
            f'"convolution.corr2d"; you gave {type(exercise_id).__name__}.'
        )
    section = exercise_id.partition(".")[0]
    if section in sections() and exercise_id in exercises(section):
        found: dict[str, Any] = exercises(section)[exercise_id]
        return found
    known = [one for name in sections() for one in exercises(name)]
    near = difflib.get_close_matches(exercise_id, known, n=1, cutoff=0.0)
    raise UnknownExercise(f'There is no exercise "{exercise_id}". The nearest id is "{near[0]}".')
