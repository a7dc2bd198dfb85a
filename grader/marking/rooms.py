"""Which sections there are, and what each asks: from the rooms of `grader.sections`."""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import grader.sections
from grader.marking.exercise import Essay, Exercise


@dataclass(frozen=True)
class Room:
    """What a section asks.

    Attributes:
        name: "convolution", with which its ids begin.
        title: what people call it.
        version: drawn into every seed: raised where learners shall get new questions.
        exercises, essays: in the order of the files that define them; the notebook has its own.
    """

    name: str
    title: str
    version: str
    exercises: tuple[Exercise, ...]
    essays: tuple[Essay, ...]

    @property
    def quizzes(self) -> Mapping[str, tuple[str, ...]]:
        """Name of a quiz in the notebook -> the curriculum's ids that its questions cover."""
        covers: Mapping[str, tuple[str, ...]] = importlib.import_module(
            f"course_lib.sections.{self.name}.quiz"
        ).COVERS
        return covers

    @property
    def items(self) -> tuple[Exercise | Essay, ...]:
        return (*self.exercises, *self.essays)

    @property
    def by_id(self) -> Mapping[str, Exercise | Essay]:
        return {item.id: item for item in self.items}


def names() -> tuple[str, ...]:
    """The sections, in alphabetical order."""
    return tuple(module.name for module in pkgutil.iter_modules(grader.sections.__path__))


@cache
def room(name: str) -> Room:
    """The room of a section.

    Raises:
        LookupError: there is none of this name.
        ValueError: an id stands there twice, or belongs to another section.
    """
    if name not in names():
        raise LookupError(f'There is no section "{name}" in grader/sections.')
    package = importlib.import_module(f"grader.sections.{name}")
    found: dict[str, Exercise | Essay] = {}
    for item in _defined(name):
        if item.id in found:
            raise ValueError(f"{item.id} is defined twice in grader/sections/{name}")
        if not item.id.startswith(f"{name}."):
            raise ValueError(f"{item.id} stands in grader/sections/{name}")
        found[item.id] = item
    return Room(
        name,
        package.TITLE,
        package.VERSION,
        tuple(item for item in found.values() if isinstance(item, Exercise)),
        tuple(item for item in found.values() if isinstance(item, Essay)),
    )


def _defined(name: str) -> Iterator[Exercise | Essay]:
    package = importlib.import_module(f"grader.sections.{name}")
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        seen: list[Exercise | Essay] = []
        for value in vars(module).values():
            if isinstance(value, (Exercise, Essay)) and not any(value is one for one in seen):
                seen.append(value)
        yield from seen


def find(exercise_id: str) -> Exercise:
    """The definition of an exercise.

    Raises:
        LookupError: no section has it; the message names the nearest one.
    """
    section = exercise_id.partition(".")[0]
    found = room(section).by_id.get(exercise_id) if section in names() else None
    if not isinstance(found, Exercise):
        known = [one.id for name in names() for one in room(name).exercises]
        near = difflib.get_close_matches(exercise_id, known, n=1, cutoff=0.0)
        raise LookupError(
            f'grader/sections defines no exercise "{exercise_id}". The nearest id is "{near[0]}".'
        )
    return found
