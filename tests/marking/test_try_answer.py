"""Answers put as a learner would put them, from Python and from the command line."""

import json
from pathlib import Path

import pytest

from grader.kernels.warm import NoSandbox
from grader.marking import trial
from grader.marking.solutions import cells_before
from grader.marking.trial import Tried, tried
from grader.marking.try_answer import main

CORR2D = """\
def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y
"""
FLIPPED = CORR2D.replace("* K", "* K.flip(0, 1)")
SYNTAX = "def corr2d(X, K:\n    return X"
STUB = "def corr2d(X, K):\n    # YOUR CODE HERE\n    raise NotImplementedError"
LIBRARY = "def corr2d(X, K):\n    return F.conv2d(X[None, None], K[None, None])[0, 0]"
LAYER = """\
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
"""
TABLE = "lesson_window = [[7, 6, 7], [4, 5, 6], [4, 4, 5]]"
PRINTED = "lesson_window = [[4, 3, 4], [2, 4, 3], [4, 3, 4]]"


def brief(came: Tried) -> list[tuple[str, str]]:
    """State and mistake of the check, then of each seed."""
    return [(one.state, one.mistake) for one in (came.check, *came.marks.values())]


def test_a_function_is_checked_and_marked_on_each_seed() -> None:
    sources = [CORR2D, FLIPPED, SYNTAX, STUB, LIBRARY, f"import gc\n{CORR2D}"]
    right, flipped, syntax, stub, library, flagged = tried("convolution.corr2d", sources, (1, 2))
    assert brief(right) == brief(flagged) == [("right", "")] * 3
    assert list(right.marks) == [1, 2] and right.marks[1].score == 1.0
    assert right.marks[1].flags == () and flagged.marks[1].flags == ("the notebook uses gc",)
    assert brief(flipped) == [("partly right", "flipped kernel")] * 3
    assert "yours:" in flipped.card and "flipped" in flipped.marks[1].message
    assert brief(syntax) == [("not run", ""), ("wrong", "stopped"), ("wrong", "stopped")]
    assert "was never closed" in syntax.check.message
    assert brief(stub) == [("not attempted", "")] * 3
    assert brief(library) == [("wrong", "forbidden")] * 3


def test_a_layer_has_the_functions_it_needs_and_a_value_is_a_cell() -> None:
    (layer,) = tried("convolution.Conv2D", [LAYER], (1,))
    assert brief(layer) == [("right", "")] * 2
    table, printed = tried("convolution.lesson_window", [TABLE, PRINTED], (1,))
    assert brief(table) == [("right", "")] * 2
    assert brief(printed) == [("wrong", "the printed table")] * 2


def test_an_answer_runs_behind_walls_and_starts_afresh_each_time(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    counts = f"""
open("/tmp/own", "w").write("seen in here")
import os
assert not os.path.exists({str(tmp_path)!r})
calls = []
{CORR2D.replace("    h, w", "    calls.append(0); assert len(calls) < 30; h, w")}
"""
    reached = f"open({str(outside)!r}, 'w').write('out')\n{CORR2D}"
    afresh, tries = tried("convolution.corr2d", [counts, reached], (1, 2, 3))
    assert brief(afresh) == [("right", "")] * 4
    assert brief(tries)[0][0] == "not run" and not outside.exists()


def test_an_answer_that_ends_or_blocks_its_kernel_costs_itself_alone() -> None:
    ends = "import os\n" + CORR2D.replace("    h, w", "    os._exit(1); h, w")
    blocks = CORR2D.replace("    h, w", "    while True: pass\n    h, w")
    came = tried("convolution.corr2d", [ends, blocks, CORR2D], (1,), seconds_per_cell=3)
    assert brief(came[0]) == brief(came[1]) == [("wrong", "no verdict"), ("wrong", "stopped")]
    assert "kernel died" in came[0].check.message and "over its 3 s" in came[1].check.message
    assert brief(came[2]) == [("right", "")] * 2


def test_what_runs_before_an_answer_comes_from_the_text() -> None:
    before = cells_before("convolution.Conv2D")
    assert ("convolution.corr2d", "") in before
    assert any('begin("convolution", globals())' in code for _, code in before)
    assert not any("check(" in code or "pictures." in code for _, code in before)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A folder with two answers, and what is none."""
    for name, text in {"a.py": CORR2D, "b.py": FLIPPED, "notes.txt": "none"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_command_shows_one_answer_and_a_folder(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convolution.corr2d", str(answers / "b.py"), "--seeds", "5"]) == 0
    shown = capsys.readouterr().out
    assert "✗ a wide kernel" in shown and "of 3, partly right" in shown
    assert main(["convolution.corr2d", str(answers), "--seeds", "5,6"]) == 0
    right, flipped = capsys.readouterr().out.splitlines()
    assert " ".join(right.split()) == "a.py check: right 5: 3 of 3, right 6: 3 of 3, right"
    assert flipped.startswith("b.py") and flipped.count("flipped kernel") == 3


def test_an_appeal_asks_what_the_learner_was_asked(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answers / ".course_secret").write_text("secret")
    command = ["convolution.corr2d", str(answers), "--learner", "ada", "--course", str(answers)]
    assert main([*command, "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    ((of_first, right),), ((of_second, wrong),) = first["marks"].items(), second["marks"].items()
    assert of_first != of_second, "another answer meets other questions"
    assert first["check"]["state"] == "right" and right["score"] == 1.0
    assert wrong["mistake"] == "flipped kernel"
    assert main([*command, "--json"]) == 0
    again, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(again["marks"]) == [of_first]


def test_the_command_says_what_it_cannot_try(
    answers: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: object) -> str:
        assert main([str(one) for one in arguments]) == 2
        return capsys.readouterr().err

    assert 'nearest id is "convolution.corr2d"' in said("convolution.cor2d", answers)
    assert "no file" in said("convolution.corr2d", answers / "c.py")
    assert "no .py file" in said("convolution.corr2d", answers / "notes.txt")
    (answers / "empty").mkdir()
    assert "no answer (*.py)" in said("convolution.corr2d", answers / "empty")
    learner = ("--learner", "ada", "--course", answers)
    assert "--course" in said("convolution.corr2d", answers, *learner)
    assert not (answers / ".course_secret").exists()

    def refuse(_: Path) -> None:
        raise NoSandbox("there is no program 'bwrap'.")

    monkeypatch.setattr(trial, "probe", refuse)
    assert "no program 'bwrap'" in said("convolution.corr2d", answers)
