"""Rebuilds a submission: the released notebook with the learner's answers grafted in.

One mechanism for deleted, duplicated, moved, retyped, split and re-pointed cells, for foreign
kernels and metadata, and for notebooks that cannot be read at all: nothing of the submission but
the text of its cells gets through.
"""

import copy
import re
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import is_grade, is_solution

from grader.submission.inert import inert
from grader.submission.matching import matches
from grader.submission.metadata import LOST, RELEASED, SKIPPED
from grader.submission.submitted import SubmittedCell, Unreadable, read_cells

UNGRADED = "This submission could not be graded"


@dataclass
class Rebuilt:
    """A notebook that is safe to hand on, and what a person should know about the submission."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


def rebuild(release: NotebookNode, submitted: bytes) -> Rebuilt:
    """The released notebook with the answers of the submitted one.

    A submission that cannot be read gives the released notebook, in which nothing is attempted.
    """
    try:
        cells, notes = read_cells(submitted)
    except Unreadable as error:
        return unread(release, str(error))
    notebook = copy.deepcopy(release)
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
    return Rebuilt(notebook, [f"{UNGRADED}: {reason}."])


def why_ungraded(notebook: NotebookNode) -> str | None:
    """The reason why nothing of a submission could be read; None where it could."""
    notes = notebook.cells[0].source if notebook.cells[0].get("id") == "notes" else ""
    found = re.search(rf"^- {UNGRADED}: (.*)\.$", notes, re.MULTILINE)
    return found[1] if found else None


def note(notebook: NotebookNode, *notes: str) -> None:
    """Adds notes to those in the notebook's first cell; makes that cell if there is none yet."""
    if not notes:
        return
    if not notebook.cells or notebook.cells[0].get("id") != "notes":
        text = "**Notes on this submission**\n"
        notebook.cells.insert(0, new_markdown_cell(text, id="notes"))
    notebook.cells[0].source += "".join(f"\n- {inert(one)}" for one in notes)


def answered(release: NotebookNode, submitted: bytes) -> int:
    """How many answers of a submitted notebook are not as they were released."""
    try:
        cells, _ = read_cells(submitted)
    except Unreadable:
        return 0
    found = zip(cells, matches(release.cells, cells), strict=True)
    return sum(
        is_solution(release.cells[index]) and release.cells[index].source != cell.source
        for cell, index in found
        if index is not None
    )


def _graft(
    notebook: NotebookNode, cells: list[SubmittedCell], notes: list[str]
) -> dict[int, list[NotebookNode]]:
    """Puts answers into `notebook`; gives the learner's own cells by the cell they stand behind."""
    extras: dict[int, list[NotebookNode]] = {}
    found: set[int] = set()
    place = -1
    untouched = {index for index, cell in enumerate(notebook.cells) if _is_essay(cell)}
    for cell, index in zip(cells, matches(notebook.cells, cells), strict=True):
        if index is None:
            if cell.kind == "markdown" and place in untouched and not cell.is_empty:
                # The essay stands below its cell.
                _write_essay(notebook.cells[place], cell, again=True)
            elif not cell.is_empty:
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
            if cell.source.strip() != target.source.strip():
                untouched.discard(index)
            _write_essay(target, cell, again)
        elif again:
            extras.setdefault(index, []).append(_extra(cell))
        else:
            target.source = cell.source
    _note_missing(notebook, found, notes)
    return extras


def _note_missing(notebook: NotebookNode, found: set[int], notes: list[str]) -> None:
    """Leaves no stub where an answer's cell is missing: it would run behind the learner's own."""
    missing = []
    for index, cell in enumerate(notebook.cells):
        if index not in found and is_solution(cell):
            missing.append(cell.metadata.nbgrader.grade_id)
            if cell.cell_type == "code":
                cell.source = "# This answer's cell was not in the submission."
                cell.metadata[LOST] = True
    if missing:
        notes.append(f"Answer cells that were not in the submission: {', '.join(missing)}.")


def _is_essay(cell: NotebookNode) -> bool:
    return bool(is_solution(cell)) and cell.cell_type == "markdown"


def _is_locked(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return is_grade(cell) or bool(nbgrader.get("locked"))


def _write_essay(target: NotebookNode, cell: SubmittedCell, again: bool) -> None:
    """An essay written in several copies of its cell is kept whole."""
    text = inert(cell.source, cell.attachments)
    if again and text.strip() != target.source.strip():
        text = f"{target.source}\n\n{text}"
    target.source = text
    if cell.attachments:
        target.attachments = {**target.get("attachments", {}), **cell.attachments}


def _extra(cell: SubmittedCell) -> NotebookNode:
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
