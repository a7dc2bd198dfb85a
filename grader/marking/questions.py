"""The questions that a learner is asked in a notebook, drawn from the course's secret."""

import json
from dataclasses import dataclass

from nbformat import NotebookNode

from course_lib.checks import wire
from course_lib.former.exercise import SECTIONS, Case, Exercise, section
from grader.former.judge import scored_cases
from grader.marking.seeds import learner_seed, nonce


@dataclass(frozen=True)
class Asked:
    """What one learner is asked in one exercise; the same whenever it is drawn again."""

    exercise: Exercise
    seed: int
    nonce: str


def asked_in(cell: NotebookNode, secret: bytes, learner: str) -> Asked | None:
    """What the learner is asked in this cell; nothing when it is no check of the course."""
    grade_id = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    name = grade_id.partition("-")[0]
    if cell.cell_type != "code" or name not in SECTIONS:
        return None
    for exercise in section(name).exercises:
        if exercise.grade_id == grade_id:
            named = section(name).version, learner, exercise.id
            return Asked(exercise, learner_seed(secret, *named), nonce(secret, *named))
    return None


def questions_file(asked: list[Asked]) -> str:
    """The text that `check` reads in *record* mode: inputs and nonces, no answer."""
    questions = {
        one.exercise.id: {
            "nonce": one.nonce,
            "parts": {
                name: wire.encode([_question(case) for case in cases])
                for name, cases in scored_cases(one.exercise.id, one.seed).items()
            },
        }
        for one in asked
    }
    return json.dumps(questions)


def _question(case: Case) -> dict[str, object]:
    """What of a case the learner's process needs: not what it is about, nor how it is verified."""
    return {
        "args": case.args,
        "kwargs": dict(case.kwargs),
        "state": dict(case.state),
        "inputs": case.inputs,
    }
