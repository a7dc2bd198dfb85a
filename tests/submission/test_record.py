"""What the recorder writes, cell by cell, for outputs that a kernel may have put out."""

from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade
from small_course import CHECK, PLAIN, SOLUTION

from course_lib.checks import wire
from course_lib.checks.check import RESPONSE_TYPE
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import find
from course_lib.former.respond import respond
from grader.former.judge import scored_cases
from grader.former.marking import marking_of
from grader.marking.questions import Asked
from grader.submission.execute import STOPPED
from grader.submission.record import (
    NoResponse,
    _record_plain,
    _record_verdict,
    responses,
    verdict_of,
)

ASKED = Asked(find("convolution.corr2d"), 5, "nonce")


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


def response(**changes: Any) -> NotebookNode:
    cases = scored_cases("convolution.corr2d", ASKED.seed)[changes.get("part", "")]
    solution = marking_of("convolution.corr2d").solution
    answers = [answer.as_plain() for answer in respond("function", solution, cases)]
    data = {"exercise": "convolution.corr2d", "part": "", "nonce": "nonce"}
    data |= {"answers": wire.encode(answers)} | changes
    return new_output("display_data", data={RESPONSE_TYPE: data, "text/plain": "answers"})


def test_a_response_is_judged() -> None:
    cell = graded_cell(CHECK, "convolution-corr2d", response())
    verdict = verdict_of(cell, ASKED, SOLUTION, "")
    assert verdict.state == "partly right"  # the hidden part was not answered
    assert 0.5 < verdict.score < 1


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [ERROR],
        [response(nonce="another")],
        [response(exercise="convolution.corr2d_fast")],
        [response(), response()],
        [response(answers="not JSON")],
        [response(answers=wire.encode({"score": 1}))],
        [response(answers=wire.encode([{"score": 1}]))],
        [response(answers=7)],
        [new_output("display_data", data={RESPONSE_TYPE: "gASVAAAA"})],
        [new_output("display_data", data={"text/plain": "3.0"})],
        [result("3.0")],
    ],
)
def test_what_is_no_response_earns_nothing(outputs: list[Any]) -> None:
    cell = graded_cell(CHECK, "convolution-corr2d", *outputs)
    with pytest.raises(NoResponse):
        responses(cell, ASKED)
    assert verdict_of(cell, ASKED, "", "").score == 0


@pytest.mark.parametrize("count", [0, 1, 40])
def test_too_few_or_too_many_answers_earn_nothing(count: int) -> None:
    case = scored_cases("convolution.corr2d", ASKED.seed)[""][:1]
    solution = marking_of("convolution.corr2d").solution
    answers = [answer.as_plain() for answer in respond("function", solution, case)] * count
    cell = graded_cell(CHECK, "convolution-corr2d", response(answers=wire.encode(answers)))
    assert verdict_of(cell, ASKED, "", "").score == 0


def test_forbidden_names_in_the_source_earn_nothing() -> None:
    cell = graded_cell(CHECK, "convolution-corr2d", response())
    verdict = verdict_of(cell, ASKED, "from scipy.signal import correlate2d", "")
    assert verdict.score == 0 and "scipy.signal" in verdict.message


def test_ways_around_the_scan_are_flagged_for_a_person() -> None:
    cell = graded_cell(CHECK, "convolution-corr2d", response())
    assert verdict_of(cell, ASKED, "exec('pass')", "").flags == ("the source uses exec",)
