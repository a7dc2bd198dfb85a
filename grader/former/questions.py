"""The questions of an exercise in the former form, as they travel."""

from course_lib.checks import wire
from course_lib.former.exercise import Case
from grader.former.judge import scored_cases


def questions(exercise_id: str, seed: int) -> dict[str, str]:
    """By part: what of each case the learner's process needs."""
    return {
        name: wire.encode([_question(case) for case in cases])
        for name, cases in scored_cases(exercise_id, seed).items()
    }


def _question(case: Case) -> dict[str, object]:
    return {
        "args": case.args,
        "kwargs": dict(case.kwargs),
        "state": dict(case.state),
        "inputs": case.inputs,
    }
