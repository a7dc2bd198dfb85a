"""`check` and `score`, the two lines below an answer. The three modes are decided here.

- *show* (default): the public cases are judged on the spot; a card says how it went; no exception.
- *raise*: nbgrader executes the notebook (NBGRADER_EXECUTION is set) and nobody handed in
  questions: a wrong or missing answer raises, because that is how nbgrader learns of it.
- *record*: the grader handed in questions (COURSE_QUESTIONS names the file): `score` puts the
  answers out for the grader to judge elsewhere. Nothing here knows what is right.
"""

import inspect
import json
import os
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from torch.nn import Module

from course_lib.checks import notebook, wire
from course_lib.checks.answer import Answer
from course_lib.checks.ask import Asks, ask
from course_lib.checks.card import Card, plain_card
from course_lib.checks.case import Case
from course_lib.checks.exercise import Public, asked, exercises, find
from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.judge import judge
from course_lib.checks.scope import Cell, scope
from course_lib.checks.stand_in import own, stand_in
from course_lib.checks.verdict import Verdict

RESPONSE_TYPE = "application/vnd.cnn-course.response+json"
"""MIME type of the answers that *record* mode puts out."""

QUESTIONS_VARIABLE = "COURSE_QUESTIONS"


class CheckFailed(AssertionError):
    """The answer is wrong or missing (only in *raise* mode)."""


def begin(section: str, names: dict[str, Any]) -> None:
    """Binds the name of each answer of a section that has no value yet to `...`.

    So a cell that could not be run costs no NameError in the cells below it.

    Args:
        section: "convolution".
        names: the notebook's names: globals().
    """
    notebook.watch()
    for exercise_id in exercises(section):
        names.setdefault(exercise_id.partition(".")[2], ...)


def check(exercise_id: str, answer: Any) -> Any:
    """Checks an answer and shows what is right, what is not and what the likely cause is.

    Args:
        exercise_id: id of the exercise, "convolution.corr2d".
        answer: your function, class or value.

    Returns:
        The answer; where it is a function or class that does not pass, and the course has one to
        lend, that one, so that later cells work all the same. Yours is its attribute `.yours`.

    Raises:
        UnknownExercise: no exercise has this id; the message names the nearest one.
        CheckFailed: only while nbgrader executes the notebook by itself.
    """
    exercise, yours = find(exercise_id), own(answer)
    questions = _questions()
    if questions is not None:
        lent = exercise.stand_in and exercise_id in questions["stand_ins"]
        return stand_in(exercise, yours) if lent else yours
    verdict = _unless_not_run(exercise) or public_verdict(exercise_id, yours)
    later = yours
    if exercise.stand_in and verdict.state != "right":
        later = stand_in(exercise, yours)
    if os.environ.get("NBGRADER_EXECUTION") and verdict.state not in ("right", "recorded"):
        names = notebook.namespace()
        if names is not None and later is not yours:
            names[exercise.name] = later  # the assignment that stands there is not reached
        raise CheckFailed(plain_card(verdict))
    show(Card(verdict))
    return later


def score(exercise_id: str, answer: Any) -> None:
    """What counts for marks; only the grader's copy of a notebook has this line.

    Raises:
        UnknownExercise: no exercise has this id; the message names the nearest one.
        CheckFailed: nbgrader executes the notebook by itself, and the answer does not pass.
    """
    exercise, yours = find(exercise_id), own(answer)
    questions = _questions()
    if questions is not None:
        if exercise_id in questions["asked"]:  # not where it has ended a kernel before
            _record(exercise, yours, questions["asked"][exercise_id])
    elif os.environ.get("NBGRADER_EXECUTION"):
        verdict = public_verdict(exercise_id, yours)
        if verdict.state not in ("right", "recorded"):
            raise CheckFailed(plain_card(verdict))


def public_verdict(exercise_id: str, answer: Any, cells: list[Cell] | None = None) -> Verdict:
    """The verdict on the public cases, which carry no points.

    Args:
        cells: the learner's, in which the answer is read; the notebook's for None.
    """
    exercise = find(exercise_id)
    if exercise.asks == "choice" or (exercise.asks == "value" and exercise.points):
        return _recorded(exercise, answer)
    if (reason := wrong_kind(exercise.asks, answer)) is not None:
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, reason, mistake="kind")
    one = asked(exercise_id)
    answers = [
        Answer.from_plain(wire.decode(plain)) for plain in answered(exercise, answer, one.cases)
    ]
    uses = forbidden_uses(_read(exercise, answer, cells), exercise.forbidden)
    return judge(exercise, one.cases, answers, one.known, hidden=False, uses=uses)


def answered(exercise: Public, answer: Any, cases: list[Case]) -> list[str]:
    """The answers to cases, each as the text in which it leaves the learner's process."""
    answers = ask(
        exercise.asks,
        answer,
        cases,
        through=exercise.adapter,
        gradient="gradient" in exercise.promises,
    )
    return [wire.encode(one.as_plain()) for one in answers]


def _unless_not_run(exercise: Public) -> Verdict | None:
    """The verdict that the answer's cell could not be run, where that is so."""
    if notebook.shell() is None:
        return None
    reason = notebook.not_run(exercise.name)
    if not reason:
        return None
    return Verdict(exercise.id, exercise.title, "not run", 0.0, reason)


def _recorded(exercise: Public, answer: Any) -> Verdict:
    """The public verdict on what carries points and has its answer in the text: recorded."""
    verdict = Verdict(exercise.id, exercise.title, "recorded", 0.0, "")
    options = ", ".join(exercise.options)
    if answer is ...:
        wanted = f"choose one of {options}" if options else f"{exercise.name} is still `...`"
        return _as(verdict, "not attempted", f"Nothing here yet: {wanted}.")
    if not options:
        return _as(verdict, "recorded", "Your answer is recorded. The feedback says more.")
    if isinstance(answer, str) and answer.strip().upper() in exercise.options:
        letter = answer.strip().upper()
        says = f"Your answer {letter} is recorded. The feedback after grading says more."
        return _as(verdict, "recorded", says)
    return _as(verdict, "wrong", f"An answer here is one letter in quotes, one of {options}.")


def _as(verdict: Verdict, state: Any, message: str) -> Verdict:
    mistake = "no option" if state == "wrong" else ""
    return Verdict(verdict.exercise, verdict.title, state, 0.0, message, mistake=mistake)


def wrong_kind(asks: Asks, answer: Any) -> str | None:
    """What to tell where something else came than what is asked for; None where it is right."""
    if answer is ... or asks == "value":
        return None
    came = f"it got a value of type {type(answer).__name__}"
    if asks == "module":
        if inspect.isclass(answer) or inspect.isfunction(answer):  # both make a module
            return None
        if isinstance(answer, Module):
            came = f"it got an object of the class, made by {type(answer).__name__}(...)"
        return (
            f"check() expects your class: pass the class itself, its name without brackets; {came}."
        )
    if callable(answer):
        return None
    return f"check() expects your function itself, without brackets behind its name; {came}."


def _read(exercise: Public, answer: Any, cells: list[Cell] | None) -> str:
    """The text that is scanned: what the answer rests upon; outside of a notebook, its source."""
    if not exercise.forbidden:
        return ""
    if cells is None:
        cells = notebook.cells()
    others = {one.partition(".")[2] for one in exercises(exercise.section)} - {exercise.name}
    text = scope(cells, exercise.name, others)
    if text:
        return text
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):  # no function, or from nowhere: nothing to read
        return ""


def _questions() -> dict[str, Any] | None:
    """What the grader handed in, or None where nobody did."""
    path = os.environ.get(QUESTIONS_VARIABLE)
    return _read_questions(Path(path)) if path else None


@cache
def _read_questions(path: Path) -> dict[str, Any]:
    questions: dict[str, Any] = json.loads(path.read_text())
    return questions


def _record(exercise: Public, answer: Any, asked: dict[str, Any]) -> None:
    cases = [Case.from_plain(fields) for fields in wire.decode(asked["cases"])]
    response = {
        "exercise": exercise.id,
        "nonce": asked["nonce"],
        "answers": answered(exercise, answer, cases),
    }
    put_out({RESPONSE_TYPE: response, "text/plain": f"answers of {exercise.id}"})


def show(card: Card) -> None:
    """Displays a card; as text outside of a notebook."""
    bundle = card._repr_mimebundle_()
    if notebook.shell() is not None:
        put_out(bundle)
    else:
        print(bundle["text/plain"])


def put_out(bundle: dict[str, Any]) -> None:
    """Displays a bundle of MIME types as it is."""
    from IPython.display import display

    display(bundle, raw=True)
