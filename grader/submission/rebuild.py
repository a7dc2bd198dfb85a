"""Rebuilds a submission: the released notebook with the learner's answers grafted in.

One mechanism for deleted, duplicated, moved, retyped, split and re-pointed cells, for foreign
kernels and metadata, and for notebooks that cannot be read at all: nothing of the submission but
the text of its cells gets through.
"""

import base64
import binascii
import copy
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import is_grade, is_solution

from grader.submission.metadata import RELEASED, SKIPPED

MAX_CELLS = 2000
MAX_SOURCE = 200_000
MAX_ATTACHMENT = 2 * 2**20


@dataclass
class Rebuilt:
    """A notebook that is safe to hand on, and what a person should know about the submission."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Cell:
    """What is read of a submitted cell."""

    kind: str
    source: str
    grade_id: str | None
    cell_id: str | None
    attachments: dict[str, dict[str, str]]


class Unreadable(ValueError):
    """The bytes are no notebook; the message says why."""


def rebuild(release: NotebookNode, submitted: bytes) -> Rebuilt:
    """The released notebook with the answers of the submitted one.

    A submission that cannot be read gives the released notebook, in which nothing is attempted.
    """
    try:
        cells = _read(submitted)
    except Unreadable as error:
        return unread(release, str(error))
    notebook = copy.deepcopy(release)
    notes: list[str] = []
    extras = _graft(notebook, cells, notes)
    rebuilt = list(extras.get(-1, []))
    for index, cell in enumerate(notebook.cells):
        released = release.cells[index]
        unchanged = cell.source == released.source
        if unchanged and "demo" in cell.metadata.get("tags", []):
            cell.metadata[SKIPPED] = True
        if unchanged and "nbgrader" not in cell.metadata:
            cell.metadata[RELEASED] = True
        rebuilt += [cell, *extras.get(index, [])]
    notebook.cells = rebuilt
    _number(notebook)
    return Rebuilt(notebook, notes)


def unread(release: NotebookNode, reason: str) -> Rebuilt:
    """The untouched release, for a submission that could not be taken in."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.metadata[SKIPPED] = True
    return Rebuilt(notebook, [f"This submission could not be graded: {reason}."])


def note(notebook: NotebookNode, *notes: str) -> None:
    """Adds notes to those in the notebook's first cell; makes that cell if there is none yet."""
    if not notes:
        return
    if not notebook.cells or notebook.cells[0].get("id") != "notes":
        text = "**Notes on this submission**\n"
        notebook.cells.insert(0, new_markdown_cell(text, id="notes"))
    notebook.cells[0].source += "".join(f"\n- {inert(one)}" for one in notes)


def inert(markdown: str, attached: Collection[str] = ()) -> str:
    """Markdown that reads the same and cannot act: no tag and no active TeX command begins in it.

    A word joiner behind "<" is invisible in text and in code, and no browser takes what follows
    for a tag, whichever way the Markdown is parsed. (Cleaning as HTML would lose "x<y".) In front
    of a link's target it makes that a relative one, which runs nothing.

    Args:
        attached: names of the pictures that the text may show; one that is not there would break
            the page, feedback and formgrader alike.
    """
    pictures = "".join(rf"|attachment:{re.escape(name)}(?=[\s)>\"'])" for name in attached)
    target = rf"(\][(:]\s*<?)(?!https?://|mailto:{pictures})(?=[^\n)]*[:&\\])"
    text = re.sub(target, "\\1\u2060", markdown)
    text = re.sub(r"<(?=[A-Za-z/!?])", "<\u2060", text)
    return inert_tex(text)


def inert_tex(text: str) -> str:
    """The text without TeX commands that make links or load extensions: MathJax reads all text."""
    active = r"\\(href|mmlToken|require|class|cssId|style|url|html\w*)\b"
    return re.sub(active, "\\\\\u2060\\1", text)


def _read(submitted: bytes) -> list[_Cell]:
    try:
        data = json.loads(submitted)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is no notebook: broken JSON ({type(error).__name__})") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise Unreadable("the file is no notebook of format 4: it has no list of cells")
    if len(data["cells"]) > MAX_CELLS:
        raise Unreadable(f"it has {len(data['cells']):,} cells; at most {MAX_CELLS:,} are read")
    return [_read_cell(cell, i) for i, cell in enumerate(data["cells"], start=1)]


def _read_cell(cell: Any, number: int) -> _Cell:
    if not isinstance(cell, dict):
        raise Unreadable(f"its cell {number} is no cell")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"the source of its cell {number} is no text")
    if len(source) > MAX_SOURCE:
        raise Unreadable(f"its cell {number} has {len(source):,} letters; at most {MAX_SOURCE:,}")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    # Lone surrogates are valid in JSON and in no file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    return _Cell(
        kind="code" if cell.get("cell_type") == "code" else "markdown",
        source=source,
        grade_id=grade_id if isinstance(grade_id, str) else None,
        cell_id=cell["id"] if isinstance(cell.get("id"), str) else None,
        attachments=_attachments(cell.get("attachments")),
    )


def _attachments(data: Any) -> dict[str, dict[str, str]]:
    """The pictures pasted into a cell, PNG and JPEG only."""
    if not isinstance(data, dict):
        return {}
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in data.items():
        for mime, magic in (("image/png", b"\x89PNG\r\n"), ("image/jpeg", b"\xff\xd8\xff")):
            text = bundle.get(mime) if isinstance(bundle, dict) else None
            plain = re.fullmatch(r"[\w.-]{1,200}", name)  # others could not be shown
            if isinstance(text, str) and len(text) <= MAX_ATTACHMENT and _starts(text, magic):
                kept |= {name: {mime: text}} if plain else {}
    return kept


def _starts(text: str, magic: bytes) -> bool:
    try:
        return base64.b64decode(text, validate=True).startswith(magic)
    except (binascii.Error, ValueError):
        return False


def _graft(
    notebook: NotebookNode, cells: list[_Cell], notes: list[str]
) -> dict[int, list[NotebookNode]]:
    """Puts answers into `notebook`; gives the learner's own cells by the cell they stand behind."""
    extras: dict[int, list[NotebookNode]] = {}
    found: set[int] = set()
    place = -1
    for cell in cells:
        index = _match(notebook, cell, found)
        if index is None:
            if cell.source.strip() or cell.attachments:
                extras.setdefault(place, []).append(_extra(cell))
            continue
        again = index in found
        found.add(index)
        place = index
        target = notebook.cells[index]
        if not is_solution(target):
            if not _is_locked(target) and cell.source != target.source:
                if target.cell_type == "code":
                    target.source = cell.source
                else:  # the task stays as it was set; a learner's remarks on it are kept below
                    extras.setdefault(index, []).append(_extra(cell))
        elif target.cell_type == "markdown":
            _write_essay(target, cell, again)
        elif again:
            extras.setdefault(index, []).append(_extra(cell))
        else:
            target.source = cell.source
    missing = [
        cell.metadata.nbgrader.grade_id
        for index, cell in enumerate(notebook.cells)
        if index not in found and is_solution(cell)
    ]
    if missing:
        notes.append(f"Answer cells that were not in the submission: {', '.join(missing)}.")
    return extras


def _match(notebook: NotebookNode, cell: _Cell, found: set[int]) -> int | None:
    """The released cell that a submitted one is, or nothing for a cell of the learner's own."""
    if cell.grade_id is not None:
        for index, released in enumerate(notebook.cells):
            if released.metadata.get("nbgrader", {}).get("grade_id") == cell.grade_id:
                return index
        return None
    # Some editors drop nbgrader's metadata and keep the ids of cells.
    free = [index for index in range(len(notebook.cells)) if index not in found]
    for index in free:
        if cell.cell_id is not None and notebook.cells[index].get("id") == cell.cell_id:
            return index
    return next((i for i in free if notebook.cells[i].source == cell.source), None)


def _is_locked(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return is_grade(cell) or bool(nbgrader.get("locked"))


def _write_essay(target: NotebookNode, cell: _Cell, again: bool) -> None:
    """An essay written in several copies of its cell is kept whole."""
    text = inert(cell.source, cell.attachments)
    if again and text.strip() != target.source.strip():
        text = f"{target.source}\n\n{text}"
    target.source = text
    if cell.attachments:
        target.attachments = {**target.get("attachments", {}), **cell.attachments}


def _extra(cell: _Cell) -> NotebookNode:
    code = cell.kind == "code"
    made: NotebookNode = (
        new_code_cell(cell.source)
        if code
        else new_markdown_cell(inert(cell.source, cell.attachments))
    )
    if cell.attachments and not code:
        made.attachments = cell.attachments
    return made


def _number(notebook: NotebookNode) -> None:
    """Gives the learner's own cells ids that no other cell has."""
    for number, cell in enumerate(notebook.cells):
        if "nbgrader" not in cell.metadata:
            cell.id = f"cell-{number}"
