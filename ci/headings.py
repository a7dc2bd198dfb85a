"""Headings and references of a section's text: written with ids, numbered by the build.

### {convolution.corr1d}      ->  ### Exercise 3: Cross-correlation in ... (1 point, 5 min)
as in {convolution.corr2d}    ->  as in exercise 4
{core} and {extra}            ->  12 exercises, 87 minutes
"""

import difflib
import math
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from ci.problem import Problem
from grader.marking.exercise import Essay, Exercise
from grader.marking.rooms import Room

Item = Exercise | Essay

WORDS_A_MINUTE = 180
"""What is read of text between exercises."""

_HEADING = re.compile(r"^(#+)\s+\{(\w+\.\w+)\}\s*$", re.MULTILINE)
_REFERENCE = re.compile(r"\{(\w+\.\w+)\}")
_TOTAL = re.compile(r"\{(core|extra)\}")
_ANY_HEADING = re.compile(r"^(#+)\s+(.*)$", re.MULTILINE)


def write_headings(notebook: NotebookNode, room: Room) -> None:
    """Replaces ids by headings and numbers, in place.

    Raises:
        Problem: an exercise or essay has no heading, or two; an id is unknown.
    """
    by_id = room.by_id
    numbers = numbered(notebook, room)
    totals = _totals(notebook, room)
    for cell in _texts(notebook):
        text = _HEADING.sub(
            lambda match: f"{match[1]} {_heading(by_id[match[2]], numbers[match[2]])}", cell.source
        )
        text = _REFERENCE.sub(lambda match: f"exercise {numbers[_known(match[1], room)]}", text)
        cell.source = _TOTAL.sub(lambda match: totals[match[1]], text)


def numbered(notebook: NotebookNode, room: Room) -> dict[str, int]:
    """The number of each exercise and essay, in the order of their headings.

    Args:
        notebook: before `write_headings`.

    Raises:
        Problem: an exercise or essay has no heading, or two; an id is unknown.
    """
    order: list[str] = []
    for cell in _texts(notebook):
        for _, name in _HEADING.findall(cell.source):
            _known(name, room)
            if name in order:
                raise Problem(f"{name} has two headings")
            order.append(name)
    if missing := [name for name in room.by_id if name not in order]:
        raise Problem(f"no heading in the text says ### {{{missing[0]}}}")
    return {name: place for place, name in enumerate(order, start=1)}


def core_minutes(notebook: NotebookNode, room: Room) -> float:
    """What the core takes: its exercises, and the text between them at 180 words a minute.

    Args:
        notebook: before `write_headings`.
    """
    between = sum(words(text) for text, core in _between(notebook, room) if core)
    return sum(item.minutes for item in room.items if item.core) + between / WORDS_A_MINUTE


def words(text: str) -> int:
    """Words of a text as they are read."""
    return len(text.split())


def text_of(notebook: NotebookNode, exercise_id: str) -> str:
    """The Markdown cell with an exercise's heading.

    Args:
        notebook: before `write_headings`.
    """
    found: str = next(
        cell.source
        for cell in _texts(notebook)
        if any(name == exercise_id for _, name in _HEADING.findall(cell.source))
    )
    return found


def _texts(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "markdown")


def _known(name: str, room: Room) -> str:
    if name in room.by_id:
        return name
    near = difflib.get_close_matches(name, room.by_id, n=1, cutoff=0.0)
    raise Problem(f'there is no exercise "{name}". The nearest is "{near[0]}".')


def _heading(item: Item, number: int) -> str:
    if not item.core:  # whether an extra carries points is the instructor's choice
        return f"Extra exercise {number}: {item.title} ({item.minutes} min)"
    points = f"{item.points:g} point" + "s" * (item.points != 1) if item.points else "self-check"
    by = ", in writing" if isinstance(item, Essay) else ""
    return f"Exercise {number}: {item.title} ({points}{by}, {item.minutes} min)"


def _between(notebook: NotebookNode, room: Room) -> Iterator[tuple[str, bool]]:
    """The texts between exercises, and whether they belong to the core.

    What stands below a heading that begins with "Extra" does not, up to the next of its level.
    """
    level: int | None = None
    for cell in _texts(notebook):
        for match in _ANY_HEADING.finditer(cell.source):
            depth = len(match[1])
            if level is not None and depth <= level:
                level = None
            if level is None and match[2].startswith("Extra"):
                level = depth
        if not _HEADING.search(cell.source) and not _is_essay(cell):
            yield cell.source, level is None


def _is_essay(cell: NotebookNode) -> bool:
    """Whether it is an essay's cell, whose model answer nobody reads and whose minutes count."""
    return "essay" in cell.metadata or cell.metadata.get("nbgrader", {}).get("solution", False)


def _totals(notebook: NotebookNode, room: Room) -> dict[str, str]:
    extra = [item for item in room.items if not item.core]
    core = math.ceil(core_minutes(notebook, room))
    return {
        "core": f"{_counted(len(room.items) - len(extra), core)} with reading",
        "extra": _counted(len(extra), sum(item.minutes for item in extra)),
    }


def _counted(exercises: int, minutes: int) -> str:
    return f"{exercises} exercise{'s' * (exercises != 1)}, {minutes} minutes"
