"""Which sections there are, and where their files lie."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ci.problem import Problem
from course_lib.checks.exercise import DATA
from grader.marking import rooms

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Place:
    """Where a section's files lie in the repository at `root`.

    Attributes:
        name: "convolution".
        folder: "01_convolution", the name of its folders and notebooks.
    """

    name: str
    folder: str
    root: Path = ROOT

    @property
    def section(self) -> rooms.Room:
        """Its exercises. (Not a field: a place is sent to other processes.)"""
        return rooms.room(self.name)

    @property
    def data(self) -> Path:
        """What learners may see of its exercises."""
        return self.root / "course_lib" / "sections" / self.name / DATA

    @property
    def source(self) -> Path:
        """What authors edit."""
        return self.root / "solutions" / self.folder / f"{self.folder}.py"

    @property
    def executed(self) -> Path:
        """The solution with its outputs."""
        return self.source.with_suffix(".ipynb")

    @property
    def release(self) -> Path:
        """The folder that learners get."""
        return self.root / "notebooks" / self.folder

    @property
    def released(self) -> Path:
        """The notebook that learners get."""
        return self.release / f"{self.folder}.ipynb"


def places(names: Iterable[str] = (), root: Path = ROOT) -> list[Place]:
    """The sections called so ("convolution", "01_convolution" or "01"); all of them for no name.

    Raises:
        Problem: there is none of this name; the message gives the nearest.
    """
    folders = sorted(path.name for path in (root / "solutions").glob("[0-9][0-9]_*"))
    every = [Place(folder.partition("_")[2], folder, root) for folder in folders]
    wanted = list(names)
    return [_named(name, every) for name in wanted] if wanted else every


def _named(name: str, every: list[Place]) -> Place:
    for place in every:
        if name in (place.name, place.folder, place.folder.partition("_")[0]):
            return place
    near = difflib.get_close_matches(name, [place.folder for place in every], n=1, cutoff=0.0)
    raise Problem(f'There is no section "{name}". The nearest is "{near[0]}".')
