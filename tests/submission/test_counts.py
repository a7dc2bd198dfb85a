"""What counts is one setting; who was graded against another one is graded again."""

from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException
from small_course import NAME, SmallCourse, cell_of, solve
from traitlets.config import Config

from course_lib.checks.card import VERDICT_TYPE
from grader.generate import Counts
from grader.submission import autograde

CORE, EXTRA = "convolution-corr2d", "convolution-corr2d_fast"
ESSAY, EXTRA_ESSAY = "convolution-edges_blind", "convolution-diagonal_why"
OWN = "triple"


def points(counts: Any) -> dict[str, float]:
    """Grade id -> the points that a cell of two points is left with."""
    cells = []
    for grade_id in (CORE, EXTRA, ESSAY, EXTRA_ESSAY, OWN):
        nbgrader = {"grade": True, "solution": False, "grade_id": grade_id, "points": 2}
        cells.append(new_code_cell(metadata={"nbgrader": nbgrader}))
    cells.append(new_code_cell(metadata={"nbgrader": {"grade": False, "grade_id": "x"}}))
    notebook: NotebookNode = new_notebook(cells=cells)
    Counts(config=Config(Counts={"counts": counts})).preprocess(notebook, {})
    found = [cell.metadata.nbgrader for cell in notebook.cells]
    assert "points" not in found[-1]
    return {one["grade_id"]: one["points"] for one in found[:-1]}


ALL = dict.fromkeys((CORE, EXTRA, ESSAY, EXTRA_ESSAY, OWN), 2)


@pytest.mark.parametrize(
    ("counts", "without"),
    [
        ("all", ()),
        ("core", (EXTRA, EXTRA_ESSAY)),
        ([], (CORE, EXTRA, ESSAY, EXTRA_ESSAY)),
        (["convolution.corr2d_fast", "convolution.diagonal_why"], (CORE, ESSAY)),
    ],
)
def test_what_does_not_count_has_no_points(counts: Any, without: tuple[str, ...]) -> None:
    assert points(counts) == {**ALL, **dict.fromkeys(without, 0)}


def test_the_core_counts_where_nothing_is_said() -> None:
    assert Counts().counts == "core"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = SmallCourse(tmp_path_factory.mktemp("course"))
    course.submit("ada", solve)
    course.autograde()
    return course


def graded_at(course: SmallCourse) -> int:
    return Path(course.root, "autograded", "ada", NAME, f"{NAME}.ipynb").stat().st_mtime_ns


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (
            ["convolution.corr2D", "convolution.corr1d"],
            "'convolution.corr2D'.*'convolution.corr2d'",
        ),
        ("everything", "'core', 'all'.* or a list"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    course: SmallCourse, caplog: pytest.LogCaptureFixture, counts: Any, says: str
) -> None:
    before = course.release()
    course.counts = counts
    with pytest.raises(NbGraderException, match=says) as refused:
        course.generate()
    assert str(refused.value) in caplog.text  # nbgrader's command shows the log only
    assert course.release() == before


def test_a_change_of_what_counts_grades_again(course: SmallCourse) -> None:
    course.counts = ["convolution.corr2d"]
    course.generate()
    course.autograde()
    scores = course.scores()["ada"]
    assert scores[CORE] == 3.0 and scores["convolution-Conv2D"] == 0.0 and scores[OWN] == 2.0
    (output,) = cell_of(course.autograded("ada"), "convolution-Conv2D").outputs
    assert output.data[VERDICT_TYPE]["state"] == "right"
    assert "a self-check, without points" in output.data["text/html"]
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert gradebook.find_submission(NAME, "ada").max_score == 7.0

    course.counts = "all"
    course.generate()
    course.autograde()
    assert course.scores()["ada"]["convolution-Conv2D"] == 2.0


def test_another_marking_grades_again_and_the_same_release_does_not(
    course: SmallCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.counts = "all"
    course.generate()
    course.autograde()
    before = graded_at(course)
    course.generate()
    course.autograde()
    assert graded_at(course) == before
    monkeypatch.setattr(autograde, "_marking", lambda: ["another"])
    course.autograde()
    monkeypatch.undo()
    assert graded_at(course) > before
    assert course.scores()["ada"][CORE] == 3.0
