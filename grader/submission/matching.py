"""Which released cell each submitted one is: editors drop metadata, ids, or cells."""

from collections.abc import Iterator, Sequence

from nbformat import NotebookNode
from nbgrader.utils import is_solution

from course_lib.checks.scope import Cell, binds
from grader.submission.submitted import SubmittedCell

Matches = list[int | None]


def matches(release: Sequence[NotebookNode], cells: Sequence[SubmittedCell]) -> Matches:
    """For each submitted cell the index of the released one; None for one of the learner's own.

    By nbgrader's id; else by the cell's id, or the same text; else, for answers, those between two
    that were matched, if they are as many, or the one that gives the answer its name. Several
    submitted cells may have one id of nbgrader's: copies.
    """
    by_grade_id = {
        cell.metadata["nbgrader"].get("grade_id"): index
        for index, cell in enumerate(release)
        if "nbgrader" in cell.metadata
    }
    found: Matches = [by_grade_id.get(cell.grade_id) if cell.grade_id else None for cell in cells]
    for number, cell in enumerate(cells):
        if found[number] is None and cell.grade_id is None:
            found[number] = _same(release, cell, _free(release, found))
    for free in _gaps(release, found):
        for kind in ("code", "markdown"):
            answers = [index for index in free if _is_answer(release[index], kind)]
            own = [*_own(kind, cells, found, _between(free, found, len(release)))]
            if len(answers) == len(own):
                for number, index in zip(own, answers, strict=True):
                    found[number] = index
    for index in _free(release, found):
        if _is_answer(release[index], "code"):
            named = _naming(answer_name(release[index]), cells, found)
            if named is not None:
                found[named] = index
    return found


def answer_name(cell: NotebookNode) -> str:
    """What a released answer's cell gives a value to: "corr2d" for "convolution-corr2d-answer"."""
    grade_id = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    return grade_id.removesuffix("-answer").rpartition("-")[2]


def _free(release: Sequence[NotebookNode], found: Matches) -> list[int]:
    taken = set(found)
    return [index for index in range(len(release)) if index not in taken]


def _same(release: Sequence[NotebookNode], cell: SubmittedCell, free: list[int]) -> int | None:
    for index in free:
        if release[index].get("id") in cell.ids:
            return index
    return next((index for index in free if release[index].source == cell.source), None)


def _is_answer(cell: NotebookNode, kind: str) -> bool:
    return bool(is_solution(cell)) and cell.cell_type == kind


def _gaps(release: Sequence[NotebookNode], found: Matches) -> list[list[int]]:
    """Released cells without a match, those that follow each other together."""
    gaps: list[list[int]] = []
    for index in _free(release, found):
        if gaps and gaps[-1][-1] == index - 1:
            gaps[-1].append(index)
        else:
            gaps.append([index])
    return gaps


def _between(gap: list[int], found: Matches, released: int) -> range:
    """The submitted cells between those that the gap's neighbours are."""
    before = [number for number, one in enumerate(found) if one == gap[0] - 1]
    after = [number for number, one in enumerate(found) if one == gap[-1] + 1]
    start = before[-1] + 1 if before else 0
    return range(start, after[0] if after and gap[-1] + 1 < released else len(found))


def _naming(name: str, cells: Sequence[SubmittedCell], found: Matches) -> int | None:
    """The last of the learner's own cells that gives the answer its name."""
    last = None
    for number in _own("code", cells, found, range(len(cells))):
        statements = Cell.of(cells[number].source).statements or ()
        if any(one == name and new for statement in statements for one, new in binds(statement)):
            last = number
    return last


def _own(
    kind: str, cells: Sequence[SubmittedCell], found: Matches, numbers: range
) -> Iterator[int]:
    """Those of the submitted cells that are the learner's own and of this kind."""
    for number in numbers:
        cell = cells[number]
        if found[number] is None and cell.kind == kind and not cell.is_empty:
            yield number
