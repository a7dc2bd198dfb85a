"""Finds generated files that are not what their sources give. Executes nothing."""

import json
import math
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import torch
from nbformat import NotebookNode
from torch import Tensor

from ci.convert import convert, exercise_data
from ci.release import release
from ci.sections import Place
from course_lib.checks import wire

_REBUILD = "run: make release"
_PNG = re.compile(rb"iVBORw0KGgo[A-Za-z0-9+/]*=*")
"""A PNG as base64, in an output of its own or in an <img>."""


def drift(place: Place) -> list[str]:
    """What differs in a section, in words; nothing when all is up to date.

    The executed notebook must equal the source in its cells and metadata (nbval judges its
    outputs); the release must equal, byte for byte, what the executed notebook gives, but for the
    pictures that it keeps.

    Raises:
        Problem: the source cannot be converted at all.
    """
    if not place.executed.is_file():
        return [f"{place.executed.name} is missing beside its source; {_REBUILD}"]
    return [*_data_drift(place), *_executed_drift(place), *_release_drift(place)]


def _data_drift(place: Place) -> list[str]:
    """Whether the stored exercises are what their definitions give, digits of processors aside."""
    fresh = exercise_data(place.section, convert(place))
    name = place.data.relative_to(place.root)
    if not place.data.is_file():
        return [f"{name} is missing; {_REBUILD}"]
    expected, found = json.loads(fresh), json.loads(place.data.read_text("utf-8"))
    if list(expected) != list(found):
        return [f"{name} has other exercises than its section; {_REBUILD}"]
    differing = [one for one in expected if not _same(expected[one], found[one])]
    return [f"{name}: {one} is not what its definition gives; {_REBUILD}" for one in differing]


def _same(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    if expected["public"] != found["public"] or not _close(expected["mistaken"], found["mistaken"]):
        return False
    return _close(wire.decode(expected["data"]), wire.decode(found["data"]))


def _close(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_close(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_close, a, b))
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.shape == b.shape and torch.allclose(a.double(), b.double(), 1e-3, 1e-4)
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-3) or (a != a and b != b)
    return bool(type(a) is type(b) and a == b)


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
        problems += [
            f"{name} differs"
            for name in sorted(expected & found)
            if _without_pictures(fresh / name) != _without_pictures(place.release / name)
        ]
    return [f"notebooks/{place.folder}: {problem}; {_REBUILD}" for problem in problems]


def _without_pictures(path: Path) -> bytes:
    content = path.read_bytes()
    return _PNG.sub(b"", content) if path.suffix == ".ipynb" else content


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
