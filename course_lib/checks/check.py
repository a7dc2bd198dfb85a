"""`check` and `hint`, the two lines that a notebook needs. The three modes are decided here.

- *show* (default): the public cases are judged on the spot; a card says how it went; no exception.
- *raise*: nbgrader executes the notebook (NBGRADER_EXECUTION is set) and nobody handed in
  questions: a wrong or missing answer raises, because that is how nbgrader learns of it.
- *record*: the grader handed in questions (COURSE_QUESTIONS names the file): the answers are put
  out for the grader to judge elsewhere. Nothing here knows what is right.
"""

import inspect
import json
import os
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch.nn import Module

from course_lib.checks import wire
from course_lib.checks.card import Card, plain_card
from course_lib.checks.draw import Draw
from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Case, Exercise, find
from course_lib.former.judge import judge, judge_choice
from course_lib.former.respond import Answer, respond

RESPONSE_TYPE = "application/vnd.cnn-course.response+json"
"""MIME type of the answers that *record* mode puts out."""

QUESTIONS_VARIABLE = "COURSE_QUESTIONS"
PUBLIC_SEED = 20

__all__ = ["CheckFailed", "check", "hint"]

_hints_shown: dict[str, int] = {}


class CheckFailed(AssertionError):
    """The answer is wrong or missing (only in *raise* mode)."""


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
        _show(Card(verdict))


def hint(exercise_id: str) -> None:
    """Shows the next hint for an exercise; each call reveals one more, the last one repeats.

    Raises:
        UnknownExercise: no exercise has this id; the message names the nearest one.
    """
    exercise = find(exercise_id)
    total = len(exercise.hints)
    if not total:
        print(f"There is no hint for “{exercise.title}”: the text above has all that is needed.")
        return
    number = min(_hints_shown.get(exercise_id, 0) + 1, total)
    _hints_shown[exercise_id] = number
    more = "run hint() again for the next one" if number < total else "the last one"
    print(f"Hint {number} of {total} ({more}):")
    print(textwrap.fill(exercise.hints[number - 1], width=92))


def public_verdict(exercise: Exercise, answer: Any) -> Verdict:
    """The verdict on the public cases, which carry no points."""
    if exercise.asks == "choice":
        return judge_choice(exercise, respond("choice", answer, [Case()])[0])
    if (reason := _wrong_kind(exercise, answer)) is not None:
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


def _wrong_kind(exercise: Exercise, answer: Any) -> str | None:
    if answer is ... or exercise.asks == "value":
        return None
    came = f"it got a value of type {type(answer).__name__}"
    if exercise.asks == "module":
        if inspect.isclass(answer):
            return None
        if isinstance(answer, Module):
            came = f"it got an object of the class, made by {type(answer).__name__}(...)"
        return (
            f"check() expects your class: pass the class itself, its name without brackets; {came}."
        )
    if callable(answer):
        return None
    return f"check() expects your function itself, without brackets behind its name; {came}."


def _as_sent(answer: Answer) -> Answer:
    """The answer as the grader would see it: what cannot travel is wrong here, too."""
    return Answer.from_plain(wire.decode(wire.encode(answer.as_plain())))


def _source(answer: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):  # not from a cell, or no function: nothing to read
        return ""


def _record(exercise: Exercise, answer: Any, part: str, questions: Path) -> None:
    asked = json.loads(questions.read_text())[exercise.id]
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
    _display({RESPONSE_TYPE: response, "text/plain": f"answers of {exercise.id}"})


def _show(card: Card) -> None:
    bundle = card._repr_mimebundle_()
    if _in_ipython():
        _display(bundle)
    else:
        print(bundle["text/plain"])


def _display(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)


def _in_ipython() -> bool:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None
