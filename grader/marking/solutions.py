"""The solutions of a section, read from its text: nowhere do they stand a second time."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_CELL = re.compile(r"^# %%", re.MULTILINE)
_NOT_RUN = ("[markdown]", "check=", "demo", "quiz", '"parameters"')
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class NoSolution(LookupError):
    """The text of a section has no solution for an exercise; the message says which."""


def text_of(section: str, root: Path = ROOT) -> Path:
    """The text of a section: `solutions/NN_name/NN_name.py`.

    Raises:
        NoSolution: there is none.
    """
    for path in sorted((root / "solutions").glob(f"[0-9][0-9]_{section}/[0-9][0-9]_{section}.py")):
        return path
    raise NoSolution(f"solutions/ has no text for the section {section!r}")


def cells(text: str) -> Iterator[tuple[str, str]]:
    """The header line and the body of each cell of a text, those of Markdown included."""
    for cell in _CELL.split(text)[1:]:
        head, _, body = cell.partition("\n")
        yield head, body.strip() + "\n"


def answers_in(text: str) -> dict[str, str]:
    """Exercise id -> the code of its answer's cell, in the order of the text."""
    named = ((_answered(head), body) for head, body in cells(text))
    return {exercise_id: body for exercise_id, body in named if exercise_id}


def _answered(head: str) -> str:
    """The id of the exercise that a cell answers, or ""."""
    named = re.search(r'answer="([\w.]+)"', head)
    return named[1] if named else ""


@cache
def answer_cells(section: str) -> dict[str, str]:
    """The same for a section."""
    return answers_in(text_of(section).read_text("utf-8"))


def cells_before(exercise_id: str) -> list[tuple[str, str]]:
    """What a notebook runs before the exercise: (id of an exercise that is answered, or "", code).

    Of an answer only its place is told. Demonstrations and quizzes do not count.

    Raises:
        NoSolution: the text has no answer's cell for it.
    """
    found: list[tuple[str, str]] = []
    for head, body in cells(text_of(exercise_id.partition(".")[0]).read_text("utf-8")):
        answered = _answered(head)
        if answered == exercise_id:
            return found
        if answered:
            found.append((answered, ""))
        elif not any(mark in head for mark in ("[markdown]", "check=", "demo", "quiz")):
            found.append(("", body.strip()))
    raise NoSolution(f"The section's text has no answer cell for {exercise_id}")


@cache
def solutions(section: str) -> dict[str, Any]:
    """The names that the section's imports, definitions and answers bind; nothing else is run."""
    names: dict[str, Any] = {"__name__": f"solutions of {section}", "profile": "grade"}
    for head, body in cells(text_of(section).read_text("utf-8")):
        if any(mark in head for mark in _NOT_RUN):
            continue
        for node in ast.parse(body).body:
            if isinstance(node, _DEFINITIONS) or (
                "answer=" in head and not isinstance(node, ast.Expr)
            ):
                with suppress(NameError):  # it needs what a cell that is not run here computes
                    exec(compile(ast.Module([node], []), "<solutions>", "exec"), names)
    return names


def solution(exercise_id: str) -> Any:
    """The solution of an exercise.

    Raises:
        NoSolution: the text has none.
    """
    section, _, name = exercise_id.partition(".")
    names = solutions(section)
    if exercise_id not in answer_cells(section) or name not in names:
        raise NoSolution(f"{text_of(section).name} has no answer cell that defines {exercise_id}")
    return names[name]
