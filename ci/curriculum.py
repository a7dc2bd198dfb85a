"""docs/curriculum.toml as data: what each section must cover; and as a table, docs/curriculum.md.

`python -m ci.curriculum` writes the table.
"""

import difflib
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.problem import Problem
from ci.sections import ROOT

SOURCE = ROOT / "docs" / "curriculum.toml"
TABLE = SOURCE.with_suffix(".md")

WAYS: Mapping[str, str] = {
    "code": "a function or a module, marked on fresh inputs against an independent reference",
    "value": "numbers or shapes; a self-check, its points are on the function that gives them",
    "choice": "multiple choice, true or false, matching",
    "essay": "a written answer, marked by a person with a rubric",
    "lab": "an experiment; marked by the trained weights that are handed in",
    "quiz": "a question of a quiz: feedback on every choice, no points",
    "app": "an application, tried in a browser",
}
"""How an item is marked -> what that means."""

_FIELDS = ("id", "marked", "title")


@dataclass(frozen=True)
class Item:
    """What a section must cover.

    Attributes:
        id: "E14.4 (a)"; exercises, essays and quizzes name it in `covers`.
        section: folder of its section, "01_convolution".
        marked: how, one or more of `WAYS`.
        title: what it is about, in a few words.
    """

    id: str
    section: str
    marked: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Curriculum:
    """Every item, in the order of teaching."""

    items: tuple[Item, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        """The folders of all sections, of those to come, too."""
        return tuple(dict.fromkeys(item.section for item in self.items))

    def of(self, section: str) -> tuple[Item, ...]:
        """The items of a section, called by its folder.

        Raises:
            Problem: there is no such section; the message gives the nearest.
        """
        if section not in self.sections:
            raise _unknown("section", section, self.sections)
        return tuple(item for item in self.items if item.section == section)

    def find(self, id: str) -> Item:
        """The item with this id.

        Raises:
            Problem: there is none; the message gives the nearest.
        """
        for item in self.items:
            if item.id == id:
                return item
        raise _unknown("id", id, [item.id for item in self.items])


def read(path: Path = SOURCE) -> Curriculum:
    """The curriculum that stands in a file.

    Raises:
        Problem: it is no TOML, an item lacks a field, is marked in an unknown way, or is listed
            twice.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path.name} is not TOML: {error}") from None
    items: dict[str, Item] = {}
    for section, rows in tables.items():
        for row in rows:
            item = _item(section, row)
            if item.id in items:
                first = items[item.id].section
                raise Problem(f'"{item.id}" is listed twice: in {first} and in {section}.')
            items[item.id] = item
    return Curriculum(tuple(items.values()))


def _item(section: str, row: Mapping[str, Any]) -> Item:
    if sorted(row) != sorted(_FIELDS):
        raise Problem(f"{section}: an item has the fields {', '.join(_FIELDS)}; not {dict(row)}.")
    if not row["marked"]:
        raise Problem(f'{section}: "{row["id"]}" is not marked in any way.')
    for way in row["marked"]:
        if way not in WAYS:
            known = ", ".join(WAYS)
            raise Problem(
                f'{section}: "{row["id"]}" is marked as "{way}"; the ways of marking are {known}.'
            )
    return Item(row["id"], section, tuple(row["marked"]), row["title"])


def _unknown(kind: str, name: str, known: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return Problem(f'The curriculum has no {kind} "{name}". The nearest is "{near[0]}".')


def table(curriculum: Curriculum) -> str:
    """The curriculum as a page of Markdown."""
    lines = [
        "# Curriculum",
        "",
        "<!-- Made from curriculum.toml by `python -m ci.curriculum`; edit that. -->",
        "",
        "What each section covers. Exercises, essays and quizzes name these ids in `covers`; a",
        "section covers all of its ids, and no others.",
        "",
        *_rows(("marked as", "what that is"), WAYS.items()),
    ]
    for section in curriculum.sections:
        items = curriculum.of(section)
        rows = ((item.id, item.title, " + ".join(item.marked)) for item in items)
        lines += ["", f"## {section}", "", *_rows(("id", "what", "marked as"), rows)]
    return "\n".join(lines) + "\n"


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def main() -> None:
    try:
        TABLE.write_text(table(read()), "utf-8")
    except Problem as problem:
        sys.exit(str(problem))
    print(f"{TABLE.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
