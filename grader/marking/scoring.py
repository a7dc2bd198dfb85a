"""What carries points: the check's kinds of cases with a learner's own seed, and the same judge.

Runs where no learner's code has run.
"""

from dataclasses import replace
from functools import lru_cache

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.exercise import Known
from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.judge import judge
from course_lib.checks.verdict import Verdict
from grader.marking.rooms import find


@lru_cache(512)
def scored(exercise_id: str, seed: int) -> tuple[list[Case], Known]:
    """The cases of a learner's seed, and what is known of them."""
    return find(exercise_id).drawn(seed)


def questions(exercise_id: str, seed: int) -> str:
    """The cases as they travel to the learner's process: their inputs only."""
    return wire.encode([case.question() for case in scored(exercise_id, seed)[0]])


def judged(exercise_id: str, seed: int, answers: list[Answer], source: str) -> Verdict:
    """The verdict that carries points.

    Args:
        seed: the one that the questions were drawn from.
        answers: as many as there are cases; any other number is wrong throughout.
        source: the text that is scanned for forbidden names (`course_lib.checks.scope`).
    """
    exercise = find(exercise_id)
    cases, known = scored(exercise_id, seed)
    if len(answers) != len(cases):
        answers = [Answer(error="no answer") for _ in cases]
    if exercise.asks == "choice":
        answers = [_letter(answer) for answer in answers]
    uses = forbidden_uses(source, exercise.forbidden)
    return judge(exercise.public, cases, answers, known, hidden=True, uses=uses)


def _letter(answer: Answer) -> Answer:
    if isinstance(answer.value, str):
        return replace(answer, value=answer.value.strip().upper())
    return answer
