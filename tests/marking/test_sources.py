"""What is read out of learners' code: plain Python, other cells that count, reasons to look."""

import time

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.former.exercise import find
from grader.marking.sources import UNREADABLE, as_python, names_of, used_of
from grader.submission.record import _flags, _learner_code

CORR2D = find("convolution.corr2d")


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("x = 1", "x = 1"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install x\nx = 1", "pass\nx = 1"),
        ("%time x = f(1)", "x = f(1)"),
        ("%%capture\nx = 1", "x = 1"),
        ("files = !ls\nx?", "files = None\npass"),
        ("def f(:", None),
        ("[" * 100_000, None),
    ],
)
def test_what_only_ipython_reads_is_no_cover(source: str, plain: str | None) -> None:
    assert as_python(source) == plain


def test_reading_takes_no_time_whatever_is_written() -> None:
    start = time.perf_counter()
    for source in ("%" * 200_000, "x = " * 50_000 + "!", "%a\n" * 60_000 + "("):
        as_python(source)
    assert time.perf_counter() - start < 5


def test_the_cells_that_an_answer_uses_are_found_through_others() -> None:
    others = [
        "from scipy.signal import correlate2d as c",
        "def helper(X, K): return c(X, K)",
        "Y = 3\nX = 4",
    ]
    answer = "def corr2d(X, K):\n    Y = helper(X, K)\n    return Y"
    assert used_of(others, answer) == tuple(others[:2])


@pytest.mark.parametrize(
    ("answer", "others", "flagged"),
    [
        ("def corr2d(X, K): return X", ["import torch.nn.functional as F"], ""),
        ("def corr2d(X, K): return X", ["expected = F.conv2d(X, K)"], ""),
        ("def corr2d(X, K): return c(X, K)", ["from torch import conv2d as c"], "torch.conv2d"),
        ("def corr2d(X, K): return c(X)", ["from scipy.signal import x as c"], "scipy.signal"),
        ("def corr2d(X, K): return F.conv2d(X, K)", [], "torch.nn.functional.conv2d"),
        (
            "def corr2d(X, K): return X",
            ["import course_lib.checks.card as c"],
            "course_lib.checks",
        ),
        ("def corr2d(X, K): return X", ["get_ipython().kernel"], "get_ipython"),
        (f"{UNREADABLE}\ndef corr2d(X, K): return X", [], "no Python"),
    ],
)
def test_a_person_is_told_what_to_look_at(answer: str, others: list[str], flagged: str) -> None:
    flags = " ".join(_flags(CORR2D, answer, others))
    assert flagged in flags and bool(flags) == bool(flagged)


def test_an_operator_is_known_by_the_names_that_a_source_may_use() -> None:
    names = names_of(("aten::convolution", "scipy.signal"))
    assert {"torch.conv2d", "torch.nn.Conv1d", "torch.nn.functional.conv_transpose3d"} <= set(names)


def test_a_broken_cell_hides_no_other() -> None:
    def cell(source: str, **nbgrader: object) -> NotebookNode:
        flags = {"grade": False, "solution": False, **nbgrader}
        return new_code_cell(source, metadata={"nbgrader": flags} if nbgrader else {})

    cells = [
        cell("import torch"),
        cell("def corr2d(X, K): return c(X, K)", solution=True, grade_id="a"),
        cell("this is no Python"),
        cell("check()", grade=True, grade_id="b"),
    ]
    source, others = _learner_code(new_notebook(cells=cells), 3)
    assert "def corr2d" in source and UNREADABLE in source and others == ["import torch"]
