"""What a check finds out about the notebook it runs in: a real IPython, in this process."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course_lib.checks import check as checking
from course_lib.checks import stand_in
from course_lib.checks.card import VERDICT_TYPE

SETUP = """
import torch, torch.nn.functional as F
from torch import nn
from course_lib import begin, check, score
begin("convolution", globals())
"""
CORR2D = """
def corr2d(X, K):
    h, w = K.shape
    return torch.stack([torch.stack([(X[i:i + h, j:j + w] * K).sum()
        for j in range(X.shape[1] - w + 1)]) for i in range(X.shape[0] - h + 1)])
"""
FLIPPED = CORR2D.replace("* K)", "* K.flip(0, 1))")
BROKEN = CORR2D.replace("h, w = K.shape", "h, w = K.shape)")
CHECK = 'corr2d = check("convolution.corr2d", corr2d)'


class Notebook:
    """Runs cells as a notebook does, and keeps the verdicts that they show."""

    def __init__(self, shell: InteractiveShell, shown: list[dict[str, Any]]) -> None:
        self.shell, self.shown = shell, shown

    def run(self, *cells: str) -> None:
        for cell in cells:
            self.shell.run_cell(cell, store_history=True, silent=False)

    def verdict(self) -> dict[str, Any]:
        """The last one shown."""
        verdict: dict[str, Any] = self.shown[-1][VERDICT_TYPE]
        return verdict

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(checking, "put_out", shown.append)
    monkeypatch.setattr(stand_in, "_told", {})
    config = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell.instance(config=config, user_ns={})
    started = Notebook(shell, shown)
    started.run(SETUP)
    yield started
    InteractiveShell.clear_instance()


def test_a_right_answer(notebook: Notebook) -> None:
    notebook.run(CORR2D, CHECK)
    assert notebook.verdict()["state"] == "right"
    assert not hasattr(notebook["corr2d"], "yours")


def test_a_stub_that_was_run_is_not_attempted(notebook: Notebook) -> None:
    notebook.run("def corr2d(X, K):\n    raise NotImplementedError", CHECK)
    assert notebook.verdict()["state"] == "not attempted"


@pytest.mark.parametrize("before", [(), (CORR2D, CHECK)], ids=["at first", "after a right one"])
def test_a_cell_that_python_cannot_read_was_not_run(
    notebook: Notebook, before: tuple[str, ...]
) -> None:
    notebook.run(*before, BROKEN, CHECK)
    assert notebook.verdict()["state"] == "not run"
    message = notebook.verdict()["message"]
    assert "Python cannot read it (unmatched ')')" in message
    assert "line 3: `h, w = K.shape)`" in message
    assert "▷" in notebook.shown[-1]["text/plain"] and "not run" in notebook.shown[-1]["text/html"]


def test_later_cells_run_all_the_same(notebook: Notebook) -> None:
    notebook.run(BROKEN, CHECK, "Y = corr2d(torch.ones(3, 3), torch.ones(2, 2))")
    assert torch.equal(notebook["Y"], torch.full((2, 2), 4.0))
    assert notebook["corr2d"].yours is ...


def test_what_is_mended_is_run(notebook: Notebook) -> None:
    notebook.run(BROKEN, CHECK, CORR2D, CHECK)
    assert notebook.verdict()["state"] == "right"


def test_after_a_restart_the_cell_is_to_be_run_again(notebook: Notebook) -> None:
    notebook.run(CHECK)
    assert notebook.verdict()["state"] == "not run"
    assert "no cell has been run in which corr2d gets a value" in notebook.verdict()["message"]
    assert "Run the cell above, then this check again." in notebook.verdict()["message"]


@pytest.mark.parametrize(
    "answer",
    [
        "lesson_window = [[7, 6, 7], [4, 5, 6], [4, 4, 5]]",
        "lesson_window: list = [[7, 6, 7], [4, 5, 6], [4, 4, 5]]",
        "other, lesson_window = 0, [[7, 6, 7], [4, 5, 6], [4, 4, 5]]",
        "%time lesson_window = [[7, 6, 7], [4, 5, 6], [4, 4, 5]]",
    ],
)
def test_a_value_counts_however_it_is_bound(notebook: Notebook, answer: str) -> None:
    notebook.run(
        "lesson_window = [[1, 2)", answer, 'check("convolution.lesson_window", lesson_window)'
    )
    assert notebook.verdict()["state"] == "right"


def test_a_magic_is_no_cover(notebook: Notebook) -> None:
    library = "def corr2d(X, K): return signal.correlate2d(X, K, mode='valid')"
    notebook.run("from scipy import signal", f"%%time\n{library}", CHECK)
    assert notebook.verdict()["mistake"] == "forbidden"
    notebook.run(f"%matplotlib inline\n{BROKEN}", CHECK)
    assert "unmatched" in notebook.verdict()["message"]


def test_a_check_that_python_could_not_read_is_no_answer(notebook: Notebook) -> None:
    notebook.run(CORR2D, CHECK.rstrip(")"), CHECK)
    assert notebook.verdict()["state"] == "right"


def test_a_cell_too_long_for_the_scan_ran_all_the_same(notebook: Notebook) -> None:
    notebook.run(CORR2D + "# more\n" * 10_000, CHECK)
    assert notebook.verdict()["state"] == "right"


def test_a_comparison_is_no_answer(notebook: Notebook) -> None:
    notebook.run("corr2d == 3", CHECK)
    assert notebook.verdict()["state"] == "not run"


def test_a_stand_in_says_once_a_cell_whose_it_is(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run(FLIPPED, CHECK)
    capsys.readouterr()
    use = "for _ in range(3): corr2d(torch.ones(3, 3), torch.ones(2, 2))"
    notebook.run(use, use)
    told = "corr2d here is the course's: yours has not passed its check yet.\n"
    assert capsys.readouterr().out == 2 * told


def test_checking_again_without_running_the_answer_judges_the_learner_s_own(
    notebook: Notebook,
) -> None:
    notebook.run(FLIPPED, CHECK, CHECK)
    assert notebook.verdict()["mistake"] == "flipped kernel"


def test_an_answer_in_the_cell_of_its_check(notebook: Notebook) -> None:
    notebook.run(f"{CORR2D}\n{CHECK}")
    assert notebook.verdict()["state"] == "right"


def test_a_try_out_of_the_library_costs_nothing(notebook: Notebook) -> None:
    notebook.run(
        "from scipy import signal",
        CORR2D,
        "signal.correlate2d(torch.ones(3, 3), torch.ones(2, 2))",
        CHECK,
    )
    assert notebook.verdict()["state"] == "right"


def test_a_scored_line_says_nothing(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run(FLIPPED, CHECK)
    count = len(notebook.shown)
    capsys.readouterr()
    notebook.run('score("convolution.corr2d", corr2d)')
    assert len(notebook.shown) == count and capsys.readouterr().out == ""


def test_raise_mode_binds_the_stand_in_before_it_raises(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    notebook.run(FLIPPED, CHECK)
    assert "CheckFailed" in capsys.readouterr().out
    assert notebook["corr2d"].yours(torch.ones(2, 2), torch.ones(2, 2)) == 4
    notebook.run("Y = corr2d(torch.ones(3, 3), torch.ones(2, 2))")
    assert torch.equal(notebook["Y"], torch.full((2, 2), 4.0))
