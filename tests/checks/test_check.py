"""`check`, `score`, `begin` and `hint` as a notebook meets them, in all three modes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_lib import CheckFailed, UnknownExercise, begin, check, hint, score
from course_lib.checks import check as checking
from course_lib.checks import wire
from course_lib.checks.check import public_verdict
from course_lib.checks.exercise import exercises, find
from course_lib.checks.scope import Cell
from course_lib.checks.verdict import Verdict
from grader.marking.questions import Asked, questions_file
from grader.marking.rooms import find as defined
from grader.marking.solutions import solution

SOLUTION = solution("convolution.corr2d")


def stub(X: Tensor, K: Tensor) -> Tensor:
    raise NotImplementedError


def flipped(X: Tensor, K: Tensor) -> Tensor:
    output: Tensor = SOLUTION(X, K.flip(0, 1))
    return output


class StubLayer(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        raise NotImplementedError


def test_a_right_answer_gets_a_card_and_comes_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("convolution.corr2d", SOLUTION) is SOLUTION
    assert capsys.readouterr().out.startswith("✓ Cross-correlation by loops: right")


@pytest.mark.parametrize("answer", [None, 3, stub, lambda X, K: 1 / 0, torch.ones(2), ...])
def test_show_never_raises(answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    check("convolution.corr2d", answer)
    assert "right" not in capsys.readouterr().out.splitlines()[0]


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownExercise, match=r'nearest id is "convolution\.corr2d"'):
        check("convolution.cor2d", SOLUTION)
    with pytest.raises(TypeError, match="id of an exercise"):
        check(SOLUTION, SOLUTION)
    with pytest.raises(UnknownExercise):
        score("convolution.nothing", SOLUTION)


def test_the_learner_s_random_numbers_are_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    public_verdict("convolution.corr2d", SOLUTION)
    assert torch.equal(torch.rand(3), expected)


def test_begin_binds_what_has_no_value_yet() -> None:
    names: dict[str, Any] = {"corr2d": SOLUTION, "torch": torch}
    begin("convolution", names)
    assert names["corr2d"] is SOLUTION and names["torch"] is torch
    bound = {one.partition(".")[2] for one in exercises("convolution")}
    assert set(names) == bound | {"torch"}
    assert {name for name in bound if names[name] is ...} == bound - {"corr2d"}


@pytest.mark.parametrize("yours", [flipped, stub, lambda X, K: 1 / 0])
def test_what_does_not_pass_is_stood_in_for(yours: Any) -> None:
    lent = check("convolution.corr2d", yours)
    assert lent.yours is yours
    X, K = torch.randn(5, 6), torch.randn(2, 3)
    assert torch.allclose(lent(X, K), SOLUTION(X, K), atol=1e-6)


def test_a_stand_in_is_taken_off_when_it_is_checked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lent = check("convolution.corr2d", flipped)
    again = check("convolution.corr2d", lent)
    assert "✓ Cross" not in capsys.readouterr().out
    assert again.yours is flipped


def test_a_layer_is_stood_in_for_by_a_class_with_the_same_names() -> None:
    lent = check("convolution.Conv2D", StubLayer)
    assert lent.yours is StubLayer and check("convolution.Conv2D", lent).yours is StubLayer
    layer, own = lent((2, 3)), solution("convolution.Conv2D")((2, 3))
    layer.load_state_dict(own.state_dict())
    image = torch.randn(4, 5)
    assert torch.allclose(layer(image), own(image), atol=1e-6)
    assert isinstance(layer, lent) and len(list(layer.parameters())) == 2


def test_a_stand_in_trains() -> None:
    layer = check("convolution.Conv2D", StubLayer)((2, 2))
    layer(torch.randn(4, 4)).sum().backward()
    assert layer.weight.grad is not None and layer.bias.grad is not None


def test_a_value_is_never_stood_in_for() -> None:
    assert check("convolution.lesson_window", [[0]]) == [[0]]
    assert check("convolution.lesson_window", ...) is ...


@pytest.mark.parametrize("needed", [flipped, stub])
def test_an_answer_may_run_on_the_stand_in_of_what_it_needs(needed: Any) -> None:
    lent = check("convolution.corr2d", needed)

    class Layer(nn.Module):
        def __init__(self, kernel_size: tuple[int, int]) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.rand(kernel_size))
            self.bias = nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            output: Tensor = lent(x, self.weight) + self.bias
            return output

    assert public_verdict("convolution.Conv2D", Layer).state == "right"


def test_no_other_answer_may_run_on_a_stand_in() -> None:
    lent = check("convolution.corr2d", stub)
    verdict = public_verdict("convolution.corr2d_fast", lambda X, K: lent(X, K))
    assert (verdict.state, verdict.mistake) == ("wrong", "forbidden")
    assert "the course's corr2d" in verdict.message
    # Nor its own exercise, wrapped so that it is not seen for what it is.
    assert public_verdict("convolution.corr2d", lambda X, K: lent(X, K)).mistake == "forbidden"


@pytest.mark.parametrize("mode", ["validate", "autograde"])
def test_raise_mode_tells_nbgrader(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    for ask in (check, score):
        with pytest.raises(CheckFailed, match="flipped"):
            ask("convolution.corr2d", flipped)
        with pytest.raises(CheckFailed, match="not attempted"):
            ask("convolution.corr2d", stub)
        ask("convolution.corr2d", SOLUTION)


def test_score_is_silent_for_learners(capsys: pytest.CaptureFixture[str]) -> None:
    for answer in (SOLUTION, flipped, stub, ...):
        score("convolution.corr2d", answer)
    assert capsys.readouterr().out == ""


def questions(tmp_path: Path, *stand_ins: str) -> Path:
    path = tmp_path / "questions.json"
    path.write_text(questions_file([Asked(defined("convolution.corr2d"), 1, "abc")], stand_ins))
    return path


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is put out."""
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(checking, "put_out", bundles.append)
    return bundles


@pytest.mark.parametrize("answer", [SOLUTION, flipped, stub])
def test_record_mode_puts_out_answers_and_no_verdict(
    answer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[dict[str, Any]]
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("COURSE_QUESTIONS", str(questions(tmp_path)))
    assert check("convolution.corr2d", answer) is answer
    assert shown == []
    score("convolution.corr2d", answer)
    ((kind, response), (_, text)) = shown[0].items()
    assert kind == checking.RESPONSE_TYPE and response["nonce"] == "abc"
    assert text == "answers of convolution.corr2d"
    cases, _ = defined("convolution.corr2d").drawn(1)
    assert len(response["answers"]) == len(cases)


def test_the_questions_hold_inputs_only(tmp_path: Path) -> None:
    asked = json.loads(questions(tmp_path).read_text())["asked"]["convolution.corr2d"]
    assert set(asked) == {"nonce", "cases"}
    assert all(set(case) == {"args"} for case in wire.decode(asked["cases"]))


def test_record_mode_lends_what_the_grader_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[dict[str, Any]]
) -> None:
    monkeypatch.setenv("COURSE_QUESTIONS", str(questions(tmp_path, "convolution.corr2d")))
    lent = check("convolution.corr2d", stub)
    assert lent.yours is stub
    score("convolution.corr2d", lent)  # the learner's own all the same
    first = wire.decode(shown[0][checking.RESPONSE_TYPE]["answers"][0])
    assert first["missing"]


def public(name: str, source: str, *before: str) -> Verdict:
    """The verdict on an answer written in a notebook's cell, after others."""
    names: dict[str, Any] = {"torch": torch, "F": nn.functional, "nn": nn}
    cells = [Cell.of(text) for text in (*before, source)]
    for text in (*before, source):
        exec(text, names)
    return public_verdict(f"convolution.{name}", names[name], cells)


CORR2D = """
def corr2d(X, K):
    h, w = K.shape
    return torch.stack([torch.stack([(X[i:i + h, j:j + w] * K).sum()
        for j in range(X.shape[1] - w + 1)]) for i in range(X.shape[0] - h + 1)])
"""
LIBRARY = "def corr2d(X, K): return F.conv2d(X[None, None], K[None, None])[0, 0]"
LAYER = """
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.rand(kernel_size)), nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
"""


def test_a_try_out_beside_the_answer_costs_nothing() -> None:
    tries = "import scipy.signal\nassert scipy.signal and F.conv2d", "from scipy import ndimage"
    assert public("corr2d", CORR2D, *tries).state == "right"
    assert public("corr2d", f"{CORR2D}\nfrom scipy.signal import correlate2d\n").state == "right"


def test_what_an_answer_rests_upon_is_read_with_it() -> None:
    slide = "def slide(X, K): return torch.tensor(correlate2d(X, K, 'valid'))"
    helper = f"from scipy.signal import correlate2d\n{slide}"
    verdict = public("corr2d", "def corr2d(X, K): return slide(X, K)", helper)
    assert verdict.mistake == "forbidden" and "scipy.signal" in verdict.message


def test_the_operators_that_run_are_seen_however_they_are_called() -> None:
    verdict = public("corr2d", LIBRARY)
    assert (verdict.state, verdict.mistake) == ("wrong", "forbidden")


def test_a_forbidden_operator_in_another_exercise_s_answer_is_not_read_twice() -> None:
    scipy = (
        "import scipy.signal\ndef corr2d(X, K):\n    if False: scipy.signal.correlate2d(X, K)\n"
    ) + CORR2D.partition("\n")[2].partition("\n")[2]
    assert public("corr2d", scipy).mistake == "forbidden"
    assert public("Conv2D", LAYER, scipy).state == "right"


def test_hints_come_one_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    total = len(find("convolution.corr2d_fast").hints)
    for _ in range(total + 1):
        hint("convolution.corr2d_fast")
    shown = capsys.readouterr().out
    for number in range(1, total):
        assert f"Hint {number} of {total} (run hint() again" in shown
    assert shown.count(f"Hint {total} of {total} (the last one)") == 2
    assert shown.count("Later cells run on the course's function") == 2
    with pytest.raises(UnknownExercise):
        hint("convolution.nothing")
