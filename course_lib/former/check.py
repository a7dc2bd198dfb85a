"""`check` for exercises in the former form."""

import inspect
import json
import os
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

from course_lib.checks import wire
from course_lib.checks.card import Card, plain_card
from course_lib.checks.check import (
    QUESTIONS_VARIABLE,
    RESPONSE_TYPE,
    CheckFailed,
    put_out,
    show,
    wrong_kind,
)
from course_lib.checks.draw import Draw
from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Case, Exercise, find
from course_lib.former.judge import judge, judge_choice
from course_lib.former.respond import Answer, respond

PUBLIC_SEED = 20


def check(exercise_id: str, answer: Any, *, part: str = "") -> None:
    """Checks an answer and shows what is right, what is not and what the likely cause is.

    Args:
        exercise_id: id of the exercise, "convolution.corr2d".
        answer: your function, class or value.
        part: a further set of questions that only the grader has; nothing is shown for it.

    Raises:
        UnknownExercise: no exercise has this id; the message names the nearest one.
        CheckFailed: only while nbgrader executes the notebook by itself.
    """
    exercise = find(exercise_id)
    questions = os.environ.get(QUESTIONS_VARIABLE)
    if questions:
        _record(exercise, answer, part, Path(questions))
    elif not part:
        verdict = public_verdict(exercise, answer)
        if os.environ.get("NBGRADER_EXECUTION") and verdict.state not in ("right", "recorded"):
            raise CheckFailed(plain_card(verdict))
        show(Card(verdict))


def public_verdict(exercise: Exercise, answer: Any) -> Verdict:
    """The verdict on the public cases, which carry no points."""
    if exercise.asks == "choice":
        return judge_choice(exercise, respond("choice", answer, [Case()])[0])
    if (reason := wrong_kind(exercise.asks, answer)) is not None:
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, reason, mistake="kind")
    cases = exercise.cases(Draw(PUBLIC_SEED))
    answers = [
        _as_sent(answer) for answer in respond(exercise.asks, answer, cases, exercise.through)
    ]
    return judge(
        exercise,
        cases,
        answers,
        expect=exercise.expect,
        mistakes=exercise.mistakes,
        hidden=False,
        uses=forbidden_uses(_source(answer), exercise.forbidden),
    )


def _as_sent(answer: Answer) -> Answer:
    """The answer as the grader would see it: what cannot travel is wrong here, too."""
    return Answer.from_plain(wire.decode(wire.encode(answer.as_plain())))


def _source(answer: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):  # not from a cell, or no function: nothing to read
        return ""


def _record(exercise: Exercise, answer: Any, part: str, questions: Path) -> None:
    asked = json.loads(questions.read_text())["asked"][exercise.id]
    cases = [Case(**fields) for fields in wire.decode(asked["parts"][part])]
    answers = [
        # In a hidden region it is not the learner's own line that raises.
        (replace(item, line="") if part else item).as_plain()
        for item in respond(exercise.asks, answer, cases, exercise.through)
    ]
    response = {
        "exercise": exercise.id,
        "part": part,
        "nonce": asked["nonce"],
        "answers": wire.encode(answers),
    }
    put_out({RESPONSE_TYPE: response, "text/plain": f"answers of {exercise.id}"})
