"""Judges an executed submission and writes the marks where nbgrader reads them.

The only writer of marks. It runs in nbgrader's own process, which has run no learner's code; what
a learner's kernel put out is decoded as plain data and judged, and then thrown away.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from course_lib.checks import wire
from course_lib.checks.card import VERDICT_TYPE, html_card
from course_lib.checks.check import RESPONSE_TYPE
from course_lib.checks.errors import discreet
from course_lib.checks.forbidden import dynamic_uses, forbidden_uses
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Exercise
from course_lib.former.respond import Answer
from grader.former.judge import judge_answers
from grader.marking.questions import Asked, asked_in
from grader.marking.seeds import course_secret
from grader.marking.sources import INSIDES, UNREADABLE, as_python, names_of, used_of
from grader.submission.execute import STOPPED
from grader.submission.rebuild import SKIPPED, inert_tex

MAX_MESSAGE = 2000
"""Letters of a verdict's message."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf")


class NoResponse(ValueError):
    """The check's cell put out no answers that can be judged; the message says why."""


class Record(NbGraderPreprocessor):  # type: ignore[misc]
    """Replaces the outputs of every graded code cell by a verdict and its points."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        secret, learner = course_secret(Path.cwd()), resources["nbgrader"]["student"]
        for index, cell in enumerate(nb.cells):
            if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
                continue
            asked = asked_in(cell, secret, learner)
            if asked is None:
                _record_plain(cell)
            else:
                source, others = _learner_code(nb, index)
                stopped = _stopped(nb, index)
                _record_verdict(cell, verdict_of(cell, asked, source, stopped, others))
        return nb, resources


def verdict_of(
    cell: NotebookNode, asked: Asked, source: str, stopped: str, others: Sequence[str] = ()
) -> Verdict:
    """The verdict on what a check's cell put out.

    Args:
        source: the learner's answer as plain Python, read for forbidden names.
        stopped: why the check or the answer before it did not run to its end, or "".
        others: the cells that ran before, one text each, read for what a person should look at.
    """
    exercise = asked.exercise
    if cell.metadata.get(SKIPPED):
        message = "There was nothing to grade; see the note at the top."
        return Verdict(exercise.id, exercise.title, "not attempted", 0.0, message)
    try:
        answers = responses(cell, asked)
    except NoResponse as error:
        reason, mistake = f"No points: {error}", "no response"
        if stopped:
            reason = f"No points: this cell, or the answer above it, was stopped: {stopped}."
            mistake = "stopped"
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, reason, mistake=mistake)
    try:
        verdict = judge_answers(exercise.id, asked.seed, answers, source)
        flags = _flags(exercise, source, others) if verdict.score else ()
        return replace(verdict, flags=(*verdict.flags, *flags))
    except Exception as error:  # fail closed: whatever was answered, the others are graded
        message = "No points: these answers could not be judged."
        flag = f"judging raised {type(error).__name__}: {str(error)[:300]}"
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, message, flags=(flag,))


def responses(cell: NotebookNode, asked: Asked) -> dict[str, list[Answer]]:
    """The answers in a cell's outputs, by part.

    Raises:
        NoResponse: there are none, or they are not bound to this question, or not of our form.
    """
    found: dict[str, list[Answer]] = {}
    for output in cell.outputs:
        data = output.get("data", {}).get(RESPONSE_TYPE)
        if data is None:
            continue
        if not isinstance(data, dict) or data.get("exercise") != asked.exercise.id:
            raise NoResponse("the answers put out here belong to another exercise.")
        if data.get("nonce") != asked.nonce:
            raise NoResponse("the answers put out here are not to the questions asked.")
        part, text = data.get("part"), data.get("answers")
        if not isinstance(part, str) or not isinstance(text, str) or part in found:
            raise NoResponse("the answers put out here are not of the form that check() gives.")
        found[part] = _answers(text)
    if "" not in found:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            name, value = str(errors[0].get("ename")), str(errors[0].get("evalue"))
            raise NoResponse(f"the check ended with {discreet(f'{name[:60]}: {value[:300]}')}")
        raise NoResponse("the check put out no answers.")
    return found


def _answers(text: str) -> list[Answer]:
    try:
        answers = wire.decode(text)
        if not isinstance(answers, list):
            raise ValueError("no list of answers")
        return [Answer.from_plain(answer) for answer in answers]
    except ValueError as error:
        raise NoResponse(f"the answers cannot be read ({error}).") from None


def _record_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """Writes one result: people see the card, nbgrader reads the number in its plain text."""
    most = float(cell.metadata.nbgrader["points"])
    earned = min(max(verdict.score, 0.0), 1.0) * most
    verdict = replace(
        verdict,
        message=_of_learners(verdict.message),
        flags=tuple(_of_learners(flag) for flag in verdict.flags),
    )
    points = f"{earned:g} of {most:g} points" if most else "a self-check, without points"
    card = {"text/html": html_card(verdict, points), VERDICT_TYPE: verdict.as_plain()}
    cell.outputs = [_points_output(earned, card)]


def _of_learners(text: str) -> str:
    """Text that a learner's answer is part of, such that it can stand on a page."""
    return inert_tex(text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} …")


def _record_plain(cell: NotebookNode) -> None:
    """Marks an instructor's own test cell: an exception or no run earns nothing.

    A single number as the cell's result is partial credit, as in nbgrader, whichever its type;
    prints and warnings do not matter. The cell ran in the learner's interpreter, so its mark is
    worth as much as the learner's honesty.
    """
    most = float(cell.metadata.nbgrader["points"])
    failed = STOPPED in cell.metadata or SKIPPED in cell.metadata
    failed = failed or any(output.output_type == "error" for output in cell.outputs)
    earned = 0.0 if failed else most
    for output in cell.outputs:
        if output.output_type == "execute_result" and not failed:
            earned = _partial(str(output.data.get("text/plain", "")), most)
    kept = [output for output in cell.outputs if output.output_type in ("error", "stream")]
    for output in kept:
        if output.output_type == "stream":
            output.name = "stdout"  # nbgrader takes anything on stderr for a failure
    cell.outputs = [*kept, _points_output(earned)]


def _partial(text: str, most: float) -> float:
    """The number in "0.5", "np.float64(0.5)" or "tensor(0.5)", within [0, most]; else all."""
    inner = re.fullmatch(r"(?:[\w.]+\()?\s*([^(),\s]+)\s*(?:,[^()]*)?\)?", text.strip())
    if not inner or not _NUMBER.fullmatch(inner[1]):
        return most
    value = float(inner[1])
    return min(max(value, 0.0), most) if math.isfinite(value) else 0.0


def _points_output(points: float, card: dict[str, Any] | None = None) -> NotebookNode:
    data = {"text/plain": repr(points), **(card or {})}
    output: NotebookNode = new_output("execute_result", data=data, execution_count=None)
    return output


def _answer_index(nb: NotebookNode, check: int) -> int:
    """Where the answer to the check at index `check` begins: the solution cell before it."""
    for index in range(check - 1, -1, -1):
        cell = nb.cells[index]
        if is_solution(cell):
            return index
        if is_grade(cell):
            break
    return check


def _learner_code(nb: NotebookNode, check: int) -> tuple[str, list[str]]:
    """The code between the answer's cell and its check, and that of each cell before, as Python."""
    start = _answer_index(nb, check)
    answer = [cell for cell in nb.cells[start:check] if cell.cell_type == "code"]
    before = [c for c in nb.cells[:start] if c.cell_type == "code" and not is_grade(c)]
    texts = [as_python(cell.source) for cell in answer]
    unread = [UNREADABLE for text in texts if text is None]
    others = [as_python(cell.source) or "" for cell in before]
    return "\n".join([*unread, *filter(None, texts)]), others


def _flags(exercise: Exercise, source: str, others: Sequence[str]) -> tuple[str, ...]:
    """Why a person should look at what else the learner wrote."""
    inside = forbidden_uses("\n".join([*others, source]), INSIDES)
    known = dynamic_uses(source) if exercise.forbidden else ()
    flags = [f"the notebook uses {name}" for name in inside if name not in known]
    if UNREADABLE in source:
        flags.append("a cell of the answer is no Python")
    if exercise.forbidden:
        used = "\n".join(used_of(others, source))
        named = forbidden_uses(f"{source}\n{used}", names_of(exercise.forbidden))
        elsewhere = {*forbidden_uses(used, exercise.forbidden), *dynamic_uses(used)}
        flags += [f"the source names {name}, which was not seen to run" for name in named]
        flags += [f"another cell, which it uses, holds {name}" for name in sorted(elsewhere)]
    return tuple(flags)


def _stopped(nb: NotebookNode, check: int) -> str:
    cells = nb.cells[_answer_index(nb, check) : check + 1]
    return next((str(cell.metadata[STOPPED]) for cell in cells if STOPPED in cell.metadata), "")
