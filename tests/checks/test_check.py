"""`check` and `hint` as a notebook meets them, in all three modes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from course_lib import CheckFailed, UnknownExercise, check, hint
from course_lib.checks import check as checking
from course_lib.checks.check import public_verdict
from course_lib.checks.forbidden import dynamic_uses, forbidden_uses
from course_lib.former.exercise import find
from grader.former.marking import marking_of

SOLUTION = marking_of("convolution.corr2d").solution


def stub(X: Tensor, K: Tensor) -> Tensor:
    raise NotImplementedError


def test_a_right_answer_gets_a_card(capsys: pytest.CaptureFixture[str]) -> None:
    check("convolution.corr2d", SOLUTION)
    assert capsys.readouterr().out.startswith("✓ Cross-correlation by loops: right")


@pytest.mark.parametrize("answer", [None, 3, stub, lambda X, K: 1 / 0, torch.ones(2)])
def test_show_never_raises(answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    check("convolution.corr2d", answer)
    assert "right" not in capsys.readouterr().out.splitlines()[0]


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownExercise, match=r'nearest id is "convolution\.corr2d"'):
        check("convolution.cor2d", SOLUTION)
    with pytest.raises(TypeError, match="id of an exercise"):
        check(SOLUTION, SOLUTION)  # type: ignore[arg-type]


def test_a_call_instead_of_a_function_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    check("convolution.corr2d", SOLUTION(torch.ones(3, 3), torch.ones(2, 2)))
    assert "without brackets" in capsys.readouterr().out


def test_a_wrong_type_says_what_was_expected_and_what_came() -> None:
    verdict = public_verdict(find("convolution.corr2d"), lambda X, K: "nothing")
    assert "expected a tensor of shape (2, 2)" in verdict.message
    assert 'got the text "nothing"' in verdict.message
    verdict = public_verdict(find("convolution.corr2d"), lambda X, K: None)
    assert "does the function return its result?" in verdict.message


def test_lists_and_arrays_of_the_right_numbers_are_right() -> None:
    for convert in (Tensor.tolist, Tensor.numpy, Tensor.double, Tensor.int):
        state = public_verdict(
            find("convolution.true_conv2d"), lambda X, K, c=convert: c(SOLUTION(X, K.flip(0, 1)))
        ).state
        assert state == "right" or convert is Tensor.int


def test_an_answer_that_spoils_its_inputs_spoils_only_itself() -> None:
    def spoiling(X: Tensor, K: Tensor) -> Tensor:
        right = SOLUTION(X, K)
        X.zero_()
        return right

    verdict = public_verdict(find("convolution.corr2d"), spoiling)
    assert [line.right for line in verdict.lines] == [True] * 5 + [False, True]
    assert verdict.message.startswith("You changed X in place")


def test_plain_data_that_an_answer_changes_is_named() -> None:
    def emptying(config: list[dict[str, Any]]) -> int:
        count: int = marking_of("channels.count_params").solution(config)
        config[0]["bias"] = not config[0]["bias"]
        return count

    verdict = public_verdict(find("channels.count_params"), emptying)
    assert (verdict.state, verdict.mistake) == ("partly right", "changed inputs")
    assert verdict.message.startswith("You changed config in place")


def test_a_list_of_tensors_is_told_how_to_become_one() -> None:
    solution = marking_of("channels.corr2d_multi_in_out").solution
    verdict = public_verdict(
        find("channels.corr2d_multi_in_out"), lambda X, K: list(solution(X, K))
    )
    assert (verdict.state, verdict.mistake) == ("wrong", "list")
    assert "torch.stack" in verdict.message


def test_the_learner_s_random_numbers_are_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    public_verdict(find("convolution.corr2d"), SOLUTION)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("mode", ["validate", "autograde"])
def test_raise_mode_tells_nbgrader(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    with pytest.raises(CheckFailed, match="flipped"):
        check("convolution.corr2d", lambda X, K: SOLUTION(X, K.flip(0, 1)))
    with pytest.raises(CheckFailed, match="not attempted"):
        check("convolution.corr2d", stub)
    check("convolution.corr2d", SOLUTION)
    check("convolution.stride_choice", "A")  # recorded: right or wrong is not known here


def test_record_mode_puts_out_answers_and_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.marking.questions import Asked, questions_file

    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(checking, "_display", shown.append)
    questions = tmp_path / "questions.json"
    questions.write_text(questions_file([Asked(find("convolution.corr2d"), 1, "abc")]))
    assert "expect" not in questions.read_text()
    monkeypatch.setenv("COURSE_QUESTIONS", str(questions))
    check("convolution.corr2d", SOLUTION)
    ((_, response), (_, text)) = shown[0].items()
    assert response["nonce"] == "abc" and response["part"] == ""
    assert text == "answers of convolution.corr2d"
    assert len(json.loads(response["answers"])["tree"]["list"]) == 4


def test_hints_come_one_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    total = len(find("convolution.corr2d_fast").hints)
    for _ in range(total + 1):
        hint("convolution.corr2d_fast")
    shown = capsys.readouterr().out
    for number in range(1, total):
        assert f"Hint {number} of {total} (run hint() again" in shown
    assert shown.count(f"Hint {total} of {total} (the last one)") == 2
    with pytest.raises(UnknownExercise):
        hint("convolution.nothing")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("F.conv2d(x, k)", True),
        ("torch.nn.functional.conv2d(x, k)", True),
        ("from torch.nn.functional import conv2d as c\nc(x, k)", True),
        ("import torch.nn.functional as G\nG.conv2d(x, k)", True),
        ("def conv2d(x): return x\nconv2d(3)", False),
        ("y = x.conv2d_like", False),
        ("def broken(:", False),
    ],
)
def test_the_source_scan_follows_imports(source: str, found: bool) -> None:
    assert bool(forbidden_uses(source, ("torch.nn.functional.conv2d",))) == found


def test_names_of_the_first_cell_are_followed_unless_they_are_the_learner_s_own() -> None:
    scipy = ("scipy.signal",)
    assert forbidden_uses("def f(X, K): return signal.correlate(X, K)", scipy) == scipy
    assert forbidden_uses("def slower(signal): return signal.flatten()[::2]", scipy) == ()
    assert forbidden_uses("signal = X[0]\nprint(signal.shape)", scipy) == ()


def test_ways_around_the_scan_are_seen() -> None:
    assert dynamic_uses("getattr(torch, 'con' + 'v2d')(x)") == ("getattr",)
    assert dynamic_uses("import threading") == ("threading",)
    assert dynamic_uses("x = torch.ones(3)") == ()
