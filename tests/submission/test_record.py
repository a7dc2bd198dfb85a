"""What the recorder writes, cell by cell, for outputs that a kernel may have put out."""

from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import determine_grade
from small_course import PLAIN, SOLUTION, check_cell, without_markers

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.ask import ask
from course_lib.checks.check import RESPONSE_TYPE
from course_lib.checks.verdict import Verdict
from grader.marking.questions import Asked
from grader.marking.rooms import find
from grader.marking.scoring import scored
from grader.marking.solutions import solution
from grader.submission.metadata import LENT, STOPPED
from grader.submission.record import Record, _record_plain, _record_verdict
from grader.submission.verdicts import Read, responses, verdict_at

ASKED = Asked(find("convolution.corr2d"), 5, "nonce")
CHECK = check_cell("corr2d")
ANSWER = without_markers(SOLUTION)


def plain_cell(*outputs: NotebookNode, **metadata: Any) -> NotebookNode:
    return graded_cell(PLAIN, "triple", *outputs, **metadata)


def graded_cell(source: str, grade_id: str, *outputs: NotebookNode, **more: Any) -> NotebookNode:
    nbgrader = {"grade": True, "solution": False, "locked": True, "points": 2}
    nbgrader |= {"grade_id": grade_id, "schema_version": 3}
    cell = new_code_cell(source, metadata={"nbgrader": nbgrader, **more})
    cell.outputs = list(outputs)
    return cell


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


ERROR = new_output("error", ename="AssertionError", evalue="", traceback=[])
STDERR = new_output("stream", name="stderr", text="warning")


@pytest.mark.parametrize(
    ("outputs", "points"),
    [
        ([], 2.0),
        ([STDERR], 2.0),
        ([new_output("stream", name="stdout", text="0.5")], 2.0),
        ([ERROR], 0.0),
        ([STDERR, ERROR], 0.0),
        ([result("0.5")], 0.5),
        ([result("np.float64(0.5)")], 0.5),
        ([result("tensor(0.5)")], 0.5),
        ([result("tensor(0.5000, dtype=torch.float64)")], 0.5),
        ([result("nan")], 0.0),
        ([result("-1")], 0.0),
        ([result("2.0000001")], 2.0),
        ([result("1e308")], 2.0),
        ([result("inf")], 0.0),
        ([result("'a text'")], 2.0),
    ],
)
def test_plain_tests_are_worth_what_they_say(outputs: list[Any], points: float) -> None:
    cell = plain_cell(*outputs)
    _record_plain(cell)
    assert determine_grade(cell) == (points, 2.0)


def test_a_plain_test_that_did_not_run_earns_nothing() -> None:
    cell = plain_cell(**{STOPPED: "the run had ended"})
    _record_plain(cell)
    assert determine_grade(cell) == (0.0, 2.0)


@pytest.mark.parametrize("score", [-1.0, 0.0, 0.3333333333, 1.0, 1.0000001, 7.0])
def test_a_score_never_leaves_its_range(score: float) -> None:
    cell = graded_cell(CHECK, "convolution-corr2d")
    _record_verdict(cell, Verdict("x", "x", "right", score, ""))
    earned, most = determine_grade(cell)
    assert earned == pytest.approx(2 * min(max(score, 0), 1)) and earned <= most


def texts(answers: list[Answer]) -> list[str]:
    return [wire.encode(answer.as_plain()) for answer in answers]


CASES, _ = scored("convolution.corr2d", ASKED.seed)
RIGHT = ask("function", solution("convolution.corr2d"), CASES, gradient=True)
ANSWERS = texts(RIGHT)


def response(**changes: Any) -> NotebookNode:
    data = {"exercise": "convolution.corr2d", "nonce": "nonce", "answers": ANSWERS} | changes
    return new_output("display_data", data={RESPONSE_TYPE: data, "text/plain": "answers"})


def verdict_on(*outputs: NotebookNode, answer: str = ANSWER, **metadata: Any) -> Verdict:
    """The verdict on a notebook with one answer, and on what its check put out."""
    nbgrader = {"grade": False, "solution": True, "grade_id": "convolution-corr2d-answer"}
    above = new_code_cell(answer, metadata={"nbgrader": nbgrader})
    check = graded_cell(CHECK, "convolution-corr2d", *outputs, **metadata)
    notebook = new_notebook(cells=[above, check])
    return verdict_at(notebook, 1, ASKED, Read.of(notebook))


def test_a_response_is_judged() -> None:
    assert verdict_on(response()).state == "right"
    answers = texts([*RIGHT[:-1], Answer(value=RIGHT[0].value)])
    verdict = verdict_on(response(answers=answers))
    assert verdict.state == "partly right" and 0 < verdict.score < 1


BAD_ANSWERS: tuple[Any, ...] = (
    "not JSON",
    7,
    None,
    ANSWERS[0],
    ["not JSON", *ANSWERS[1:]],
    [7, *ANSWERS[1:]],
    [wire.encode({"score": 1}), *ANSWERS[1:]],
    [wire.encode(RIGHT[0].as_plain() | {"operations": {"aten::mul": "many"}}), *ANSWERS[1:]],
    [wire.encode(RIGHT[0].as_plain() | {"again": 1}), *ANSWERS[1:]],
)


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [ERROR],
        [response(nonce="another")],
        [response(exercise="convolution.corr2d_fast")],
        [response(), response()],
        *([response(answers=answers)] for answers in BAD_ANSWERS),
        [new_output("display_data", data={RESPONSE_TYPE: "gASVAAAA"})],
        [new_output("display_data", data={"text/plain": "3.0"})],
        [result("3.0")],
    ],
)
def test_what_is_no_response_earns_nothing(outputs: list[Any]) -> None:
    with pytest.raises((LookupError, ValueError)):
        responses(outputs, ASKED)
    verdict = verdict_on(*outputs)
    assert verdict.score == 0 and verdict.mistake == "no response"


@pytest.mark.parametrize("count", [0, 1, len(ANSWERS) - 1, len(ANSWERS) + 1, 400])
def test_too_few_or_too_many_answers_earn_nothing(count: int) -> None:
    assert verdict_on(response(answers=(ANSWERS * 100)[:count])).score == 0


def test_forbidden_names_in_the_source_earn_nothing() -> None:
    answer = f"from scipy.signal import correlate2d\n{ANSWER}\n    correlate2d"
    verdict = verdict_on(response(), answer=answer)
    assert verdict.score == 0 and "scipy.signal" in verdict.message


def test_ways_around_the_scan_are_flagged_for_a_person() -> None:
    verdict = verdict_on(response(), answer=f"exec('pass')\n{ANSWER}")
    assert verdict.score == 1 and verdict.flags == ("the notebook uses exec",)


def test_the_better_of_two_runs_counts() -> None:
    wrong, right = response(answers=texts([Answer()] * len(RIGHT))), response()
    lent = verdict_on(wrong, **{LENT: [right]})
    assert lent.state == "right" and "in place of those that this needs" in lent.message
    assert verdict_on(right, **{LENT: [wrong]}) == verdict_on(right)
    assert verdict_on(wrong, **{LENT: [response(nonce="another")]}).score == 0


def test_an_essay_without_points_waits_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for most, earned in ((0, 0), (2, None)):
        nbgrader = {"grade": True, "solution": True, "points": most, "grade_id": "why"}
        essay = new_markdown_cell("Because.", metadata={"nbgrader": nbgrader})
        resources = {"nbgrader": {"student": "ada"}}
        Record().preprocess(new_notebook(cells=[essay]), resources)
        assert determine_grade(essay) == (earned, most)
