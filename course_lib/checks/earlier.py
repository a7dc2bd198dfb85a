"""What the learner wrote in an earlier section's notebook, for a network to run on.

    corr2d = earlier("convolution.corr2d")

Of that notebook, as it was saved, only the answer's cell is read, and the imports and definitions
that it uses. It runs here, is checked, and serves if it passes; else the course's own does.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.checks.check import public_verdict
from course_lib.checks.exercise import Public, exercises, find
from course_lib.checks.scope import Cell, scope
from course_lib.checks.stand_in import stand_in

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class NotSaved(Exception):
    """Why there is no answer of the learner's that could serve, as a sentence without its stop."""


def earlier(exercise_id: str, **names: Any) -> Any:
    """The learner's answer of an earlier section, or the course's where that does not pass.

    A line says which of the two it is, and why.

    Args:
        exercise_id: "convolution.corr2d"; the course has one of its own to lend.
        names: what it shall run on under these names, in place of what its notebook has there.

    Raises:
        UnknownExercise: no exercise has this id.
        ValueError: the course has nothing to lend for it.
    """
    exercise = find(exercise_id)
    if not exercise.stand_in:
        raise ValueError(f"{exercise_id} has no stand-in: where no answer is, nothing could run")
    rooms: list[dict[str, Any]] = []
    try:
        found = _own(exercise, Path().absolute().parent, rooms)
    except NotSaved as reason:
        print(f"{exercise.name} is the course's: {reason}.")
        return stand_in(exercise, None, tells=False)
    for room in rooms:  # only now: what was checked is what stands in the notebook
        room.update(names)
    print(f"{exercise.name} is yours.")
    return found


def saved(exercise_id: str, notebooks: Path) -> Any:
    """The learner's answer as their notebook has it, where it passes its check.

    Args:
        exercise_id: "gradcam.grad_cam".
        notebooks: the folder that holds the sections' folders.

    Raises:
        UnknownExercise: no exercise has this id.
        NotSaved: there is none that could serve.
    """
    return _own(find(exercise_id), notebooks, [])


def _own(exercise: Public, notebooks: Path, rooms: list[dict[str, Any]]) -> Any:
    """The learner's answer, checked; the names that it and those it calls find go to `rooms`."""
    path = _notebook(exercise.section, notebooks)
    cells = [Cell.of(source) for source in _sources(path, exercise)]
    before = _before(exercise)
    text = scope(cells, exercise.name, {one.name for one in before})
    if not text:
        raise NotSaved(f"{path.name} has no answer that could be read")
    here: dict[str, Any] = {"__name__": exercise.id}
    used = _used(text)
    here |= {one.name: _own_or_lent(one, notebooks, rooms) for one in before if one.name in used}
    try:
        exec(compile(text, f"<{exercise.name} of {path.name}>", "exec"), here)
    except Exception as error:
        raise NotSaved(f"yours ends in an error ({type(error).__name__})") from None
    found = here.get(exercise.name, ...)
    verdict = public_verdict(exercise.id, found, cells)
    if verdict.state == "not attempted":
        raise NotSaved(f"it is not written yet in {path.name}")
    if verdict.state != "right":
        raise NotSaved(f"yours, as saved in {path.name}, does not pass its check")
    rooms.append(here)
    return found


def _before(exercise: Public) -> list[Public]:
    """The exercises of the section that stand before this one."""
    ids = list(exercises(exercise.section))
    return [find(one) for one in ids[: ids.index(exercise.id)]]


def _own_or_lent(exercise: Public, notebooks: Path, rooms: list[dict[str, Any]]) -> Any:
    """What an answer calls: an earlier one of the same notebook, or the course's, or nothing."""
    try:
        return _own(exercise, notebooks, rooms)
    except NotSaved:
        return stand_in(exercise, None, tells=False) if exercise.stand_in else ...


def _notebook(section: str, notebooks: Path) -> Path:
    """The section's notebook: for `earlier`, in the folder beside the running notebook's."""
    found = sorted(notebooks.glob(f"[0-9][0-9]_{section}/[0-9][0-9]_{section}.ipynb"))
    if not found:
        raise NotSaved(
            f"there is no notebook of the section {section} in the folder {notebooks.name}"
        )
    return found[0]


def _sources(path: Path, exercise: Public) -> Iterator[str]:
    """The answer's cell, and of the other cells the imports and definitions."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        found = [("".join(c["source"]), c["metadata"].get("nbgrader", {})) for c in code]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotSaved(f"{path.name} cannot be read as a notebook") from None
    answer = f"{exercise.id.replace('.', '-')}-answer"
    for source, flags in found:
        if flags.get("grade_id") == answer:
            yield source
            return
        yield _definitions(source)
    raise NotSaved(f"{path.name} has no cell for its answer")


def _definitions(source: str) -> str:
    statements = Cell.of(source).statements or ()
    return "\n".join(ast.unparse(one) for one in statements if isinstance(one, _DEFINITIONS))


def _used(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
