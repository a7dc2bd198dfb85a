"""The verdict on the answers to an exercise in the former form."""

from collections.abc import Sequence

from nbformat import NotebookNode

from course_lib.checks import wire
from course_lib.checks.check import RESPONSE_TYPE
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Exercise
from course_lib.former.respond import Answer
from grader.former.judge import judge_answers


def verdict(
    exercise: Exercise, seed: int, nonce: str, outputs: Sequence[NotebookNode], source: str
) -> Verdict:
    """The verdict on what a check's cell put out, read as plain data.

    Raises:
        ValueError: it put out nothing that can be judged; the message says why.
    """
    found: dict[str, list[Answer]] = {}
    for output in outputs:
        data = output.get("data", {}).get(RESPONSE_TYPE)
        if data is None:
            continue
        if not isinstance(data, dict) or data.get("exercise") != exercise.id:
            raise ValueError("the answers put out here belong to another exercise.")
        if data.get("nonce") != nonce:
            raise ValueError("the answers put out here are not to the questions asked.")
        part, text = data.get("part"), data.get("answers")
        if not isinstance(part, str) or not isinstance(text, str) or part in found:
            raise ValueError("the answers put out here are not of the form that check() gives.")
        found[part] = _answers(text)
    if "" not in found:
        raise LookupError
    return judge_answers(exercise.id, seed, found, source)


def _answers(text: str) -> list[Answer]:
    try:
        answers = wire.decode(text)
        if not isinstance(answers, list):
            raise ValueError("no list of answers")
        return [Answer.from_plain(answer) for answer in answers]
    except ValueError as error:
        raise ValueError(f"the answers cannot be read ({error}).") from None
