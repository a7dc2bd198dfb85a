"""What is committed is what the sources give, and it gives no answer away."""

from pathlib import Path

import nbformat
import pytest
from tiny_section import place_in

from ci.convert import convert
from ci.drift import drift
from ci.leaks import Secrets, leaks_in_notebook, leaks_in_python, leaks_in_tree, secrets
from ci.sections import ROOT, Place, places

PLACES = places()
FOLDERS = [place.folder for place in PLACES]


@pytest.mark.parametrize("place", PLACES, ids=FOLDERS)
def test_generated_files_are_up_to_date(place: Place) -> None:
    assert drift(place) == []


@pytest.mark.parametrize("place", PLACES, ids=FOLDERS)
def test_nothing_leaks(place: Place) -> None:
    secret = secrets(convert(place))
    assert len(secret.lines) > 10
    assert leaks_in_tree(ROOT / "notebooks", secret) == []
    assert leaks_in_tree(ROOT / "course_lib", secret) == []


def test_every_release_has_a_section() -> None:
    assert sorted(path.name for path in (ROOT / "notebooks").glob("*/")) == FOLDERS


SOLVED = '''
def blur(image, size):
    """Doc."""
    ### BEGIN SOLUTION
    windows = image.unfold(0, size, 1).unfold(1, size, 1)
    return windows.mean(dim=(2, 3)) * 1.0
    ### END SOLUTION
'''


@pytest.fixture
def secret() -> Secrets:
    cell = nbformat.v4.new_code_cell(SOLVED)
    given = nbformat.v4.new_markdown_cell("A line that learners see: return x")
    return secrets(nbformat.v4.new_notebook(cells=[given, cell]))


def test_a_line_leaks_however_it_is_indented(secret: Secrets) -> None:
    leaking = nbformat.v4.new_markdown_cell(
        "\t windows  = image.unfold(0,size,1).unfold(1, size,1)"
    )
    harmless = nbformat.v4.new_markdown_cell("image.unfold gives windows")
    (problem,) = leaks_in_notebook(nbformat.v4.new_notebook(cells=[harmless, leaking]), secret)
    assert problem.startswith("cell 2: line 1 is one of a solution")


def test_a_line_leaks_in_any_corner_of_a_notebook(secret: Secrets) -> None:
    line = "return windows.mean(dim=(2, 3)) * 1.0"
    notebook = nbformat.v4.new_notebook(metadata={"tool": {"deep": ["x", line]}})
    assert leaks_in_notebook(notebook, secret) != []


def test_a_function_leaks_under_other_names(secret: Secrets) -> None:
    renamed = """
def smooth(x: "Tensor", k: int) -> "Tensor":
    w = x.unfold(0, k, 1).unfold(1, k, 1)
    return w.mean(dim=(2, 3)) * 1.0
"""
    assert leaks_in_python(renamed, secret) == ["smooth is the solution's blur"]
    assert leaks_in_python(renamed.replace("mean", "sum"), secret) == []


LEFT = {
    "outputs": {"outputs": [nbformat.v4.new_output("stream", text="9")]},
    "counts": {"execution_count": 3},
    "papermill": {"metadata": {"papermill": {"status": "completed"}}},
    "times": {"metadata": {"execution": {"iopub.execute_input": "now"}}},
    "parameters": {"metadata": {"tags": ["injected-parameters"]}},
    "solution": {"source": "### BEGIN SOLUTION"},
    "hidden tests": {"source": "### BEGIN HIDDEN TESTS"},
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_traces_and_marks_are_found(left: dict[str, object], secret: Secrets) -> None:
    cell = nbformat.v4.new_code_cell(**left)
    assert len(leaks_in_notebook(nbformat.v4.new_notebook(cells=[cell]), secret)) == 1


def test_a_widgets_state_is_found(secret: Secrets) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"widgets": {}})
    assert leaks_in_notebook(notebook, secret) == ["the notebook has widgets metadata"]


def test_the_source_of_a_notebook_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_in(tmp_path, monkeypatch)
    secret = secrets(convert(place))
    scored = nbformat.v4.new_code_cell('score("tiny.word", word)')
    nbformat.write(nbformat.v4.new_notebook(cells=[scored]), place.executed)
    found = leaks_in_tree(tmp_path, secret)
    assert any("is the source of a notebook" in problem for problem in found)
    assert any("Because nothing else" in problem for problem in found)
    assert any('score("tiny.word"' in problem for problem in found)
