"""Whatever is wrong with one submission is its own: everybody has a mark and a reason."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from small_class import FULL, NOTHING
from small_course import NAME, SmallCourse, cell_of, solve

from grader.leftovers import sweep
from grader.submission import execute
from grader.submission.feedback import GenerateFeedback


def _quits(notebook: NotebookNode) -> None:
    """quit() in a cell of the learner's own, and behind an answer."""
    solve(notebook)
    notebook.cells.insert(2, new_code_cell("quit()", id="own"))
    cell_of(notebook, "convolution-corr2d-answer").source += "\nexit()"


def _looks_up(notebook: NotebookNode) -> None:
    """By a name that the scan does not see, below a cell too long to be read."""
    solve(notebook)
    own = ("x = 0;" + "x;" * 50_000, 'getattr(torch, "z" + "eros")')
    notebook.cells[2:2] = [new_code_cell(text, id=f"own{len(text)}") for text in own]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = SmallCourse(tmp_path_factory.mktemp("Kürs"))
    for learner in ("ada", "[ta]", "late", "bert"):
        course.submit(learner, solve)
    course.submit("quits", _quits)
    course.submit("looks_up", _looks_up)
    late = course.root / "submitted" / "late" / NAME
    (late / "timestamp.txt").write_text("10:" + "9" * 30)
    path = course.submit("folder")
    path.unlink()
    path.mkdir()
    (path / "data.csv").write_text("1")
    return course


def test_everybody_has_a_mark(
    course: SmallCourse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = execute.Execute.preprocess

    def fails_for_bert(self: Any, nb: NotebookNode, resources: ResourcesDict) -> Any:
        given_up = nb.cells[0].source.startswith("**Notes")
        if resources["nbgrader"]["student"] == "bert" and not given_up:
            raise RecursionError("of ours")
        return original(self, nb, resources)

    monkeypatch.setattr(execute.Execute, "preprocess", fails_for_bert)
    course.autograde()
    scores = course.scores()
    for learner in ("ada", "[ta]", "late", "quits", "looks_up"):
        assert scores[learner] == FULL, learner
    for learner in ("folder", "bert"):
        assert scores[learner] == NOTHING, learner
        assert "could not be graded" in course.autograded(learner).cells[0].source
    assert "counts as on time" in course.autograded("late").cells[0].source
    told = capsys.readouterr().out
    assert "Graded 7 of 7 submissions" in told
    assert "For a person to look at: 1\n  looks_up: convolution.corr2d: " in told
    assert "looks things up by getattr" in told and "a cell cannot be read" in told
    assert "not scanned" not in told
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        flagged = {one.student_id for one in found if any(nb.flagged for nb in one.notebooks)}
    assert flagged == {"looks_up"}
    assert "Not graded as they should be: 2" in told
    assert "bert: it got zero, since grading it ended with RecursionError" in told
    assert "folder: it got zero, since there is no readable small.ipynb in it" in told


def test_one_who_has_withdrawn_costs_nobody(
    course: SmallCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(course.root / "submitted" / "folder")
    course.autograde()
    told = capsys.readouterr().out
    assert "Unchanged since they were graded: 6" in told and "folder: their marks stay" in told
    assert course.scores()["folder"] == NOTHING


def test_a_second_grader_waits_for_the_first(course: SmallCourse) -> None:
    command = [sys.executable, str(Path(sys.executable).with_name("nbgrader")), "autograde", NAME]
    for learner in ("ada", "late"):
        shutil.rmtree(course.root / "autograded" / learner)
    first, second = (
        subprocess.Popen(
            command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    )
    told = [one.communicate()[0].decode() for one in (first, second)]
    assert first.returncode == second.returncode == 0
    assert sum("Graded 2 of 6" in text for text in told) == 1, told
    assert sum("Unchanged since they were graded: 6" in text for text in told) == 1, told


def test_a_page_is_made_anew_when_a_comment_changes(course: SmallCourse) -> None:
    def page() -> Path:
        api = course.api()
        api.coursedir.student_id = "ada"
        GenerateFeedback(coursedir=api.coursedir, parent=api).start()
        return course.root / "feedback" / "ada" / NAME / f"{NAME}.html"

    first = page().stat().st_mtime_ns
    assert page().stat().st_mtime_ns == first
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        comment = gradebook.find_comment("why", NAME, NAME, "ada")
        comment.manual_comment = "<script>alert(1)</script> good"
        gradebook.db.commit()
    text = page().read_text()
    assert "good" in text and "<script>alert(1)" not in text


def test_folders_of_killed_runs_are_deleted(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    gone, kept = tmp_path / f".cnn-course-{dead.pid}-abc", tmp_path / f".cnn-course-{os.getpid()}-x"
    for folder in (gone, kept, tmp_path / ".cnn-course-others"):
        folder.mkdir()
    sweep(tmp_path)
    assert not gone.exists() and kept.exists() and (tmp_path / ".cnn-course-others").exists()
