"""The shorthand of an author's cell headers, expanded to nbgrader's metadata.

    # %% answer="convolution.corr2d"
    # %% check="convolution.corr2d"
    # %% [markdown] essay="convolution.edges_blind"
    # %% tags=["parameters"]

Ids and points stand in `grader.sections` only. Each check's cell gets the line that carries the
points, in a region that learners do not see.
"""

import ast
import difflib
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from ci.problem import Problem
from grader.marking.exercise import Essay, Exercise
from grader.marking.rooms import Room

_SCHEMA = 3
_KEYS = ("answer", "check", "essay")


def mark(notebook: NotebookNode, section: Room) -> None:
    """Expands the shorthand in place.

    Raises:
        Problem: a cell names no exercise of the section, is of the wrong kind or in the wrong
            place; or an exercise has no cell, or two.
    """
    found: dict[tuple[str, str], int] = {}
    for number, cell in enumerate(notebook.cells):
        keys = [key for key in _KEYS if key in cell.metadata]
        if len(keys) > 1:
            raise Problem(
                f"{_where(number, cell)} has {' and '.join(keys)}; a cell has one of them"
            )
        for key in keys:
            name = cell.metadata.pop(key)
            item = _find(section, key, name, _where(number, cell))
            if (key, item.id) in found:
                first = found[key, item.id] + 1
                raise Problem(f'{_where(number, cell)}: cell {first} has {key}="{item.id}" already')
            found[key, item.id] = number
            _check_kind(key, item.id, number, cell)
            cell.metadata["nbgrader"] = _metadata(key, item)
            if key == "check":
                cell.source += _scored(cell.source, item.id)
        if "parameters" in cell.metadata.get("tags", []):
            cell.metadata["nbgrader"] = _flags(grade_id="parameters", locked=True)
    for key, item in _wanted(section):
        if (key, item.id) not in found:
            raise Problem(f'No cell has {key}="{item.id}", which is in the section\'s list')
    for exercise in section.exercises:
        answer, check = found["answer", exercise.id], found["check", exercise.id]
        _check_order(notebook, exercise.id, answer, check)


def _wanted(section: Room) -> Iterator[tuple[str, Exercise | Essay]]:
    for exercise in section.exercises:
        yield "answer", exercise
        yield "check", exercise
    for essay in section.essays:
        yield "essay", essay


def _find(section: Room, key: str, name: Any, where: str) -> Exercise | Essay:
    items: dict[str, Exercise | Essay]
    if key == "essay":
        items = {essay.id: essay for essay in section.essays}
    else:
        items = {exercise.id: exercise for exercise in section.exercises}
    if isinstance(name, str) and name in items:
        return items[name]
    if isinstance(name, str) and "." in name and name.partition(".")[0] != section.name:
        raise Problem(
            f'{where}: "{name}" belongs to another section; the ids of this one begin with '
            f'"{section.name}."'
        )
    near = difflib.get_close_matches(str(name), items, n=1, cutoff=0.0)
    hint = f' The nearest is "{near[0]}".' if near else f" The section has no {key} at all."
    kind = "essay" if key == "essay" else "exercise"
    raise Problem(f'{where}: there is no {kind} "{name}".{hint}')


def _check_kind(key: str, name: str, number: int, cell: NotebookNode) -> None:
    wanted = "markdown" if key == "essay" else "code"
    if cell.cell_type != wanted:
        raise Problem(f'{_where(number, cell)}: {key}="{name}" stands on a {wanted} cell')
    if key == "check" and name not in _checked(cell.source):
        raise Problem(f'{_where(number, cell)}: the cell does not call check("{name}", ...)')


def _checked(source: str) -> set[Any]:
    """The ids that a cell calls `check` with."""
    return {
        call.args[0].value
        for call in _calls(source)
        if isinstance(call.args[0], ast.Constant) and ast.unparse(call.func) == "check"
    }


def _calls(source: str) -> list[ast.Call]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise Problem(f"a check's cell is no Python ({error.msg}): {error.text}") from None
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]


def _scored(source: str, name: str) -> str:
    """The region that nbgrader takes out of the release and puts back to grade."""
    call = next(call for call in _calls(source) if ast.unparse(call.func) == "check")
    line = f'score("{name}", {ast.unparse(call.args[1])})'
    return f"\n### BEGIN HIDDEN TESTS\n{line}\n### END HIDDEN TESTS"


def _check_order(notebook: NotebookNode, name: str, answer: int, check: int) -> None:
    following = (
        number
        for number in range(answer + 1, len(notebook.cells))
        if notebook.cells[number].cell_type == "code"
    )
    if next(following, None) != check:
        raise Problem(
            f'check="{name}" (cell {check + 1}) is not the next code cell after '
            f'answer="{name}" (cell {answer + 1})'
        )


def _metadata(key: str, item: Exercise | Essay) -> dict[str, Any]:
    if key == "answer":
        return _flags(grade_id=f"{item.grade_id}-answer", solution=True)
    if key == "check":
        return _flags(grade_id=item.grade_id, grade=True, locked=True, points=item.points)
    return _flags(grade_id=item.grade_id, grade=True, solution=True, points=item.points)


def _flags(
    grade_id: str,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    flags: dict[str, Any] = {
        "schema_version": _SCHEMA,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        flags["points"] = points
    return flags


def _where(number: int, cell: NotebookNode) -> str:
    first = cell.source.strip().partition("\n")[0]
    return f"cell {number + 1} ({first[:50]!r})"
