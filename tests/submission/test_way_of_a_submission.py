"""A class of hostile and unlucky submissions, graded once; each trap of nbgrader has its test."""

import json
import os
import re
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback, NbGraderException
from small_class import CLASS, FULL, NOTHING
from small_course import (
    NAME,
    SmallCourse,
    cell_of,
    solve,
    source_notebook,
)

from course_lib.checks.card import VERDICT_TYPE
from grader.marking.questions import Asked
from grader.marking.seeds import course_secret
from grader.submission.verdicts import Read, asked_in


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = SmallCourse(tmp_path_factory.mktemp("course"))
    for learner, (edit, _) in CLASS.items():
        course.submit(learner, edit)
    course.submit("broken_json").write_text('{"cells": [')
    course.submit("not_a_notebook").write_text("[1, 2]")
    victim = course.root / "submitted" / "solved" / NAME
    link = course.submit("linked_file")
    link.unlink()
    link.symlink_to(victim / f"{NAME}.ipynb")
    folder = course.root / "submitted" / "linked_folder"
    folder.mkdir()
    (folder / NAME).symlink_to(victim)
    beside = course.submit("linked_data", solve).parent
    (beside / "weights.safetensors").symlink_to(course.root / "gradebook.db")
    (beside / "torch.py").write_text("print('shadowed')")
    (beside / "timestamp.txt").write_text("the day before yesterday")
    renamed = course.submit("renamed", solve)
    renamed.rename(renamed.with_name(f"{NAME} (1).ipynb"))
    course.submit("empty_folder").unlink()
    course.autograde()
    return course


@pytest.mark.parametrize("learner", CLASS)
def test_everybody_gets_what_was_earned(graded: SmallCourse, learner: str) -> None:
    assert graded.scores()[learner] == CLASS[learner][1]


@pytest.mark.parametrize(
    "learner", ["broken_json", "not_a_notebook", "linked_file", "linked_folder", "empty_folder"]
)
def test_what_cannot_be_read_gets_zero_with_a_reason(graded: SmallCourse, learner: str) -> None:
    assert graded.scores()[learner] == NOTHING
    note = graded.autograded(learner).cells[0].source
    assert "could not be graded" in note


def test_a_renamed_notebook_is_found(graded: SmallCourse) -> None:
    assert graded.scores()["renamed"] == FULL
    assert "was taken instead" in graded.autograded("renamed").cells[0].source


def test_links_and_code_files_beside_the_notebook_are_left_out(graded: SmallCourse) -> None:
    assert graded.scores()["linked_data"] == FULL
    folder = graded.root / "autograded" / "linked_data" / NAME
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.ipynb"]
    note = graded.autograded("linked_data").cells[0].source
    assert "weights.safetensors" in note and "torch.py" in note


def test_the_author_s_other_files_are_not_copied(graded: SmallCourse) -> None:
    (graded.root / "solutions" / NAME / f"{NAME}.py").write_text("answers = 1")
    graded.generate()
    released = sorted(path.name for path in (graded.root / "notebooks" / NAME).iterdir())
    assert released == [f"{NAME}.ipynb"]


def test_rebuilt_notebooks_have_the_instructor_s_cells(graded: SmallCourse) -> None:
    order = [cell.metadata.nbgrader.grade_id for cell in source_notebook().cells[2:]]
    for learner in CLASS:
        notebook = graded.autograded(learner)
        cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert [cell.metadata.nbgrader.grade_id for cell in cells] == order
        assert cell_of(notebook, "triple").metadata.nbgrader.points == 2
        assert notebook.metadata.kernelspec.name == "python3"


def test_a_verdict_says_why(graded: SmallCourse) -> None:
    def message(learner: str, grade_id: str = "convolution-corr2d") -> str:
        (output,) = cell_of(graded.autograded(learner), grade_id).outputs
        assert set(output.data) == {"text/plain", "text/html", VERDICT_TYPE}
        return str(output.data[VERDICT_TYPE]["message"])

    assert "could not be interrupted" in message("hangs")
    assert "kernel died" in message("killed", "convolution-stride_choice")
    assert "not to the questions" in message("forged")
    assert "NaN" in message("nan")
    assert "too large" in message("huge")
    assert "Nothing here yet" in message("untouched")
    assert "ended with RuntimeError" in message("raises", "convolution-stride_choice")


def test_outputs_are_bounded(graded: SmallCourse) -> None:
    outputs = cell_of(graded.autograded("much_output"), "triple-answer").outputs
    assert sum(len(output.text) for output in outputs) < 100_000
    assert "put out more than" in outputs[-1].text


def test_nothing_active_reaches_people(graded: SmallCourse) -> None:
    notebook = graded.autograded("hostile_markdown")
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            assert "script" not in html and "onerror" not in html
            assert set(output.get("data", {})) <= {
                "text/plain",
                "image/png",
                "text/html",
                VERDICT_TYPE,
            }
    page = feedback_page(graded, "hostile_markdown")
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "\\href" not in cell_of(notebook, "why").source
    assert "a < b" in cell_of(notebook, "why").source


def test_feedback_holds_the_verdicts_and_no_hidden_test(graded: SmallCourse) -> None:
    text = re.sub("<[^>]*>", "", feedback_page(graded, "solved"))  # highlighting splits words
    assert "3 of 3 points" in text and "triple(2)" in text
    assert "score(" not in text and "triple(-5)" not in text
    assert "HIDDEN TESTS" not in text
    text = re.sub("<[^>]*>", "", feedback_page(graded, "untouched"))
    assert "def corr2d" in text and "range(Y.shape[0])" not in text  # no line of a solution


def feedback_page(course: SmallCourse, learner: str) -> str:
    api = course.api()
    api.coursedir.student_id = learner
    converter = GenerateFeedback(coursedir=api.coursedir, parent=api)
    converter.force = True
    converter.start()
    return (course.root / "feedback" / learner / NAME / f"{NAME}.html").read_text()


def test_a_repeated_run_grades_nothing_twice(graded: SmallCourse) -> None:
    path = graded.root / "autograded" / "solved" / NAME / f"{NAME}.ipynb"
    before = path.stat().st_mtime_ns
    graded.autograde()
    assert path.stat().st_mtime_ns == before


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Only a recorded submission counts as graded, whatever lies in autograded/."""
    course = SmallCourse(tmp_path)
    course.submit("ada", solve)
    half = course.root / "autograded" / "ada" / NAME
    half.mkdir(parents=True)
    (half / f"{NAME}.ipynb").write_text("{")
    course.autograde()
    assert course.scores()["ada"] == FULL
    course.submit("ada")  # handed in again, untouched this time
    course.autograde()
    assert course.scores()["ada"] == NOTHING


def test_a_changed_assignment_keeps_its_release_when_it_cannot_be_generated(
    graded: SmallCourse,
) -> None:
    source = graded.root / "solutions" / NAME / f"{NAME}.ipynb"
    before = source.read_text()
    released = graded.release()
    changed = json.loads(before)
    del changed["cells"][-1]
    source.write_text(json.dumps(changed))
    try:
        with pytest.raises(NbGraderException):
            graded.generate()
    finally:
        source.write_text(before)
    assert graded.release() == released
    assert not list(graded.root.glob(".release-*"))


def test_equal_questions_in_a_repeated_run_and_others_for_others(graded: SmallCourse) -> None:
    secret, release = course_secret(graded.root), graded.release()

    def asked(learner: str, answer: str) -> Asked:
        cell_of(release, "convolution-corr2d-answer").source = answer
        index = release.cells.index(cell_of(release, "convolution-corr2d"))
        return asked_in(release, Read.of(release), secret, learner)[index]

    first = asked("ada", "def corr2d(X, K): return X")
    assert asked("ada", "def corr2d(X,K):  # the same\n    return X\nprint(3)") == first
    for other in (asked("bob", "def corr2d(X, K): return X"), asked("ada", "corr2d = max")):
        assert other.seed != first.seed and other.nonce != first.nonce
    assert (graded.root / ".course_secret").stat().st_mode & 0o077 == 0


def test_essays_wait_for_a_person_and_untouched_ones_get_zero(graded: SmallCourse) -> None:
    with Gradebook(f"sqlite:///{graded.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("why", NAME, NAME, "solved")
        assert grade.auto_score is None and grade.needs_manual_grade


def test_nbgrader_finds_its_tools_without_the_environment_s_bin_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    SmallCourse(tmp_path)
    assert (tmp_path / "gradebook.db").exists()
