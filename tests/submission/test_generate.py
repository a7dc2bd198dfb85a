"""`nbgrader generate_assignment` once there are submissions."""

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException
from small_course import NAME, SmallCourse, cell_of, source_notebook


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    course = SmallCourse(tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(NAME, "ada")
    return course


def written(course: SmallCourse) -> Path:
    return course.root / "solutions" / NAME / f"{NAME}.ipynb"


def test_cells_that_came_or_went_are_named_and_nothing_is_changed(course: SmallCourse) -> None:
    notebook, before = source_notebook(), course.release()
    notebook.cells.remove(cell_of(notebook, "why"))
    cell_of(notebook, "triple-answer").metadata.nbgrader.grade_id = "thrice-answer"
    nbformat.write(notebook, written(course))
    with pytest.raises(NbGraderException) as told:
        course.generate()
    assert "gone: triple-answer, why; new: thrice-answer" in str(told.value)
    assert f"nbgrader db assignment remove {NAME} --force" in str(told.value)
    assert course.release() == before


def test_other_texts_and_points_are_taken_in(course: SmallCourse) -> None:
    notebook = source_notebook()
    cell_of(notebook, "triple").metadata.nbgrader.points = 7
    notebook.cells[0].source = "# Another title"
    nbformat.write(notebook, written(course))
    course.generate()
    assert course.release().cells[0].source == "# Another title"
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert gradebook.find_grade_cell("triple", NAME, NAME).max_score == 7
