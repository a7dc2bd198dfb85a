"""The questions that a learner is asked in a notebook, drawn from the course's secret."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

from grader.marking import rooms
from grader.marking.exercise import Exercise
from grader.marking.scoring import questions
from grader.marking.seeds import nonce, seed_of


@dataclass(frozen=True)
class Asked:
    """What one learner is asked in one exercise; the same whenever it is drawn again."""

    exercise: Exercise
    seed: int
    nonce: str


def section_of(cell: NotebookNode) -> rooms.Room | None:
    """The section whose name begins the cell's grade id; nothing for a cell of no section."""
    name = _grade_id(cell).partition("-")[0]
    return rooms.room(name) if name in rooms.names() else None


def exercise_in(cell: NotebookNode) -> Exercise | None:
    """The exercise whose check this cell is; nothing when it is no check of the course."""
    section = section_of(cell)
    if cell.cell_type != "code" or section is None:
        return None
    for exercise in section.exercises:
        if exercise.grade_id == _grade_id(cell):
            return exercise
    return None


def asked_of(exercise: Exercise, secret: bytes, learner: str, answer: str) -> Asked:
    """What the learner is asked in this exercise; in a lab, what all are.

    Args:
        answer: what the answer rests upon, as `scope` gives it. An unchanged one meets the same
            questions, a changed one others: what has leaked of them is worth nothing.
    """
    version = rooms.room(exercise.id.partition(".")[0]).version
    digest = hashlib.sha256(answer.encode("utf-8", "replace")).hexdigest()
    named = version, learner, exercise.id, digest
    seed = seed_of(secret, version, exercise.id) if exercise.lab else seed_of(secret, *named)
    return Asked(exercise, seed, nonce(secret, *named))


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def questions_file(asked: Iterable[Asked], stand_ins: Collection[str] = ()) -> str:
    """The text that `check` and `score` read in *record* mode: inputs and nonces, no answer.

    Args:
        stand_ins: ids of the exercises whose place the course's own functions take.
    """
    found = {
        one.exercise.id: {"nonce": one.nonce, "cases": questions(one.exercise.id, one.seed)}
        for one in asked
    }
    return json.dumps({"asked": found, "stand_ins": sorted(stand_ins)})
