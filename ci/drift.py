"""Finds generated files that are not what their sources give. Executes nothing."""

import filecmp
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ci.convert import convert
from ci.release import release
from ci.sections import Place

_REBUILD = "run: make release"


def drift(place: Place) -> list[str]:
    """What differs in a section, in words; nothing when all is up to date.

    The executed notebook must equal the source in its cells and metadata (nbval judges its
    outputs); the release must equal, byte for byte, what the executed notebook gives.

    Raises:
        Problem: the source cannot be converted at all.
    """
    if not place.executed.is_file():
        return [f"{place.executed.name} is missing beside its source; {_REBUILD}"]
    return [*_executed_drift(place), *_release_drift(place)]


def _executed_drift(place: Place) -> list[str]:
    expected = _without_outputs(convert(place))
    found = _without_outputs(nbformat.read(place.executed, as_version=4))
    name = place.executed.relative_to(place.root)
    if expected == found:
        return []
    if len(expected.cells) != len(found.cells):
        count = f"{len(found.cells)} cells, its source {len(expected.cells)}"
        return [f"{name} has {count}; {_REBUILD}"]
    numbers = [
        str(number)
        for number, (a, b) in enumerate(zip(expected.cells, found.cells, strict=True), start=1)
        if a != b
    ]
    where = f"in cell {', '.join(numbers)}" if numbers else "in its metadata"
    return [f"{name} differs from its source {where}; {_REBUILD}"]


def _without_outputs(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _release_drift(place: Place) -> list[str]:
    if not place.release.is_dir():
        return [f"notebooks/{place.folder} is missing; {_REBUILD}"]
    with tempfile.TemporaryDirectory() as temporary:
        fresh = release(place, Path(temporary))
        expected, found = _files(fresh), _files(place.release)
        problems = [f"{name} is missing" for name in sorted(expected - found)]
        problems += [f"{name} is there, but not generated" for name in sorted(found - expected)]
        _, differing, unreadable = filecmp.cmpfiles(
            fresh, place.release, sorted(expected & found), shallow=False
        )
        problems += [f"{name} differs" for name in differing + unreadable]
    return [f"notebooks/{place.folder}: {problem}; {_REBUILD}" for problem in problems]


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
