"""docs/curriculum.toml as data: what each section builds, needs and must cover."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.problem import Problem
from ci.sections import ROOT

SOURCE = ROOT / "docs" / "curriculum.toml"

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
_ABOUT = "about"


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
class About:
    """What a section is.

    Attributes:
        needs: the folders of the sections on whose functions and words it rests.
        builds: what a learner has at its end, in a few words.
        hardware: what its labs take.
    """

    needs: tuple[str, ...]
    builds: str
    hardware: str


@dataclass(frozen=True)
class Curriculum:
    """Every item, in the order of teaching, and what is said of each section, by its folder."""

    items: tuple[Item, ...]
    about: Mapping[str, About]

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
            twice; of a section too little or too much is said, or what it needs comes later.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path.name} is not TOML: {error}") from None
    about = tables.pop(_ABOUT, {})
    items: dict[str, Item] = {}
    for section, rows in tables.items():
        for row in rows:
            item = _item(section, row)
            if item.id in items:
                first = items[item.id].section
                raise Problem(f'"{item.id}" is listed twice: in {first} and in {section}.')
            items[item.id] = item
    if unknown := {*about} - {*tables}:
        raise Problem(f"{path.name} says what {min(unknown)} is, which has no items.")
    every = [*tables]
    said = {name: _about(name, about.get(name, {}), every[:i]) for i, name in enumerate(every)}
    return Curriculum(tuple(items.values()), said)


def _about(section: str, row: Mapping[str, Any], earlier: Sequence[str]) -> About:
    if sorted(row) != sorted(About.__dataclass_fields__):
        fields = ", ".join(About.__dataclass_fields__)
        raise Problem(f"[{_ABOUT}.{section}] has the fields {fields}; not {dict(row)}.")
    if later := [name for name in row["needs"] if name not in earlier]:
        raise Problem(f"{section} needs {later[0]}, which does not come before it.")
    return About(tuple(row["needs"]), row["builds"], row["hardware"])


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
