"""The map of the course, notebooks/map.md: what each section takes, needs, builds and holds.

`python -m ci.course_map` writes it, from docs/curriculum.toml, the sections' texts and definitions,
and docs/times.csv, which `python -m ci.notebooks --record` measures.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

import jupytext

from ci.curriculum import WAYS, About, Curriculum, Item, read
from ci.headings import core_minutes, numbered
from ci.problem import Problem
from ci.sections import ROOT, Place, places
from ci.times import Time, times
from grader.marking.exercise import Essay
from grader.marking.rooms import Room

MAP = ROOT / "notebooks" / "map.md"

_PROFILES = ("smoke", "laptop", "gpu")

_HEAD = """# The map of the course

<!-- Made by `python -m ci.course_map`; nobody edits it. -->

Fourteen sections, one notebook each. The core of each is done from top to bottom within ninety
minutes; extras stand at its end, and nothing in any core rests on them. An arrow leads from a
section to those that use what it builds.
"""

_TIMES = """
How long a notebook runs by itself, by its profile: `smoke` trains for seconds, `laptop` some
minutes, `gpu` with the settings of the sources. What was not measured has no number.

"""

_SOURCES = """
## Where everything is

Whoever knows the five sources finds their exercises here, by the sources' own numbers: **E** the
chapter's exercises, **Q** its quiz, **L** the lesson, **D** the worked exercises, **M** the math
exercises; **B** is the course's own.
"""


def course_map(curriculum: Curriculum, measured: Sequence[Time]) -> str:
    """The map as a page of Markdown, for the sections that stand.

    Raises:
        Problem: a section's text has no heading for one of its exercises.
    """
    found = {place.folder: place for place in places()}
    lines = [_HEAD, *_graph(curriculum, found), ""]
    head = ("section", "you build", "core", "extra", *_PROFILES, "runs on")
    rows = [
        _row(place, curriculum.about[folder], [t for t in measured if t.section == folder])
        for folder, place in found.items()
    ]
    lines += [*_table(head, rows), _TIMES, *_measured(measured), _SOURCES]
    lines += _table(("it is", "that means"), WAYS.items())
    for folder, place in found.items():
        lines += ["", f"### {_link(place)}", ""]
        lines += _table(("from", "what", "it is", "where"), _items(place, curriculum.of(folder)))
    return "\n".join(lines) + "\n"


def _graph(curriculum: Curriculum, found: Mapping[str, Place]) -> Iterator[str]:
    yield "```mermaid"
    yield "flowchart LR"
    for folder, place in found.items():
        yield f'    {folder}["{_called(place)}"]'
        yield from (f"    {need} --> {folder}" for need in curriculum.about[folder].needs)
    yield "```"


def _called(place: Place) -> str:
    return f"{place.folder[:2]} {place.section.title}"


def _link(place: Place) -> str:
    return f"[{_called(place)}]({place.released.relative_to(MAP.parent).as_posix()})"


def _row(place: Place, about: About, measured: Sequence[Time]) -> tuple[str, ...]:
    room = place.section
    core = math.ceil(core_minutes(jupytext.read(place.source, fmt="py:percent"), room))
    extra = sum(item.minutes for item in room.items if not item.core)
    seconds = {time.profile: f"{time.seconds:.0f} s" for time in measured}
    spent = (seconds.get(profile, "–") for profile in _PROFILES)
    return (_link(place), about.builds, f"{core} min", f"{extra} min", *spent, about.hardware)


def _measured(measured: Sequence[Time]) -> Iterator[str]:
    """Where each profile was measured."""
    for profile in _PROFILES:
        where = dict.fromkeys((t.device, t.measured) for t in measured if t.profile == profile)
        yield from (f"- `{profile}`: {device}, {day}." for device, day in where)


def _items(place: Place, items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    room = place.section
    numbers = numbered(jupytext.read(place.source, fmt="py:percent"), room)
    for item in items:
        where = ", ".join(_where(room, item.id, numbers))
        yield item.id, item.title, " + ".join(item.marked), where


def _where(room: Room, id: str, numbers: dict[str, int]) -> Iterator[str]:
    for one in sorted(room.items, key=lambda one: numbers[one.id]):
        if id in one.covers:
            kind = "essay" if isinstance(one, Essay) else "exercise"
            yield f"{'' if one.core else 'extra '}{kind} {numbers[one.id]}"
    if any(id in covers for covers in room.quizzes.values()):
        yield "quiz"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def main() -> None:
    try:
        MAP.write_text(course_map(read(), times()), "utf-8")
    except Problem as problem:
        sys.exit(str(problem))
    print(f"{MAP.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
