"""The pictures that a release keeps: no answer has a part in them, and they are only pictures."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_section import SOURCE, place_in

from ci.build import build
from ci.convert import convert
from ci.drift import drift
from ci.leaks import leaks_in_notebook, secrets
from ci.sections import Place, places
from grader.kept_pictures import cells_without_answers, pictures

PNG = "iVBORw0KGgoAAAANSUhEUg=="
IMAGE = f'<img alt="a line" src="data:image/png;base64,{PNG}">'
DATA = {"image/png": PNG, "text/html": IMAGE, "text/plain": "a line"}

ANSWER = """
def answer(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
kernel = ...
### BEGIN SOLUTION
kernel = extra = 3
### END SOLUTION
"""


def notebook(*after: str, answer: str = ANSWER) -> NotebookNode:
    """Imports and a text, an answer and its check, and then these cells."""
    cell = nbformat.v4.new_code_cell
    cells = [
        cell("import torch\nfrom course_lib.sections.convolution import pictures\nkernel = ..."),
        nbformat.v4.new_markdown_cell("Text."),
        cell("image = torch.ones(3)\ndef twice(x):\n    return [2 * y for y in x]"),
        cell(answer, metadata={"nbgrader": {"solution": True, "grade": False}}),
        cell("checked = check(answer)", metadata={"nbgrader": {"solution": False, "grade": True}}),
        *map(cell, after),
    ]
    return nbformat.v4.new_notebook(cells=cells)


FREE = {
    "the course's pictures": "pictures.shift()",
    "a name of a former cell": "pictures.gallery({'a': lambda: twice(image)}, alt='a')",
    "names of its own": "for i in range(3):\n    with open(i) as file:\n        print(file, i)",
    "an answer's name, bound anew": "kernel = 1\nprint(kernel)",
    "a parameter called like an answer": "def f(answer, *, extra=0):\n    return answer + extra",
}
LEARNERS = {
    "an answer's name": "pictures.gradients(answer)",
    "what only the solution binds": "print(extra)",
    "what a check gives": "print(checked)",
    "a name that nobody binds": "print(anything)",
    "in a function": "def f(x):\n    return answer(x)",
    "in a comprehension": "[answer(i) for i in range(3)]",
    "in a lambda of a class": "class A:\n    def f(self):\n        return lambda: kernel",
    "before it is bound": "kernel = kernel + 1",
    "a magic": "%run answers.py",
}


@pytest.mark.parametrize("source", FREE.values(), ids=FREE)
def test_a_cell_of_the_course_keeps_its_pictures(source: str) -> None:
    assert cells_without_answers(notebook(source)) == [0, 2, 5]


@pytest.mark.parametrize("source", LEARNERS.values(), ids=LEARNERS)
def test_a_cell_with_something_of_a_learners_keeps_none(source: str) -> None:
    assert cells_without_answers(notebook(source)) == [0, 2]


@pytest.mark.parametrize(
    "between",
    [
        "made = answer(3)",
        "image[0] = answer(3)",
        "image.add_(answer(3))",
        "def twice(x):\n    return answer(x)",
        "def change():\n    global image\n    image = answer(3)",
    ],
)
def test_what_a_learners_cell_touches_is_the_learners(between: str) -> None:
    after = "print(image, twice)" + ", made" * ("made" in between)
    assert cells_without_answers(notebook(between, after)) == [0, 2]
    assert cells_without_answers(notebook(between, "torch.ones(3)")) == [0, 2, 6]


def test_only_pictures_are_kept() -> None:
    output = nbformat.v4.new_output
    cell = nbformat.v4.new_code_cell(
        outputs=[
            output("stream", text="a loss"),
            output("display_data", {"application/javascript": "alert(1)", "text/plain": ""}),
            output("display_data", {"text/html": "<b>right</b>"}),
            output(
                "execute_result",
                {**DATA, "application/vnd.jupyter.widget-view+json": {"model_id": "1"}},
                execution_count=3,
            ),
        ]
    )
    assert pictures(cell) == [output("display_data", DATA)]


DRAWN = """
# %%
png = "".join(["iVBORw0KGgo", "AAAANSUhEUg=="])
image = f'<img alt="a line" src="data:image/png;base64,{png}">'
display({"image/png": png, "text/html": image, "text/plain": "a line"}, raw=True)

# %%
display({"image/png": png, "text/html": image}, raw=word == "right")
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The tiny section with two pictures, one of which has an answer in it."""
    place = place_in(tmp_path, monkeypatch, SOURCE + DRAWN)
    build(place)
    return place


def test_a_release_keeps_the_courses_picture_only(built: Place) -> None:
    released = nbformat.read(built.released, as_version=4)
    assert [cell.outputs for cell in released.cells[-2:]] == [
        [nbformat.v4.new_output("display_data", DATA)],
        [],
    ]
    secret = secrets(convert(built))
    assert leaks_in_notebook(released, secret) == []
    released.cells[-1].outputs = released.cells[-2].outputs
    assert leaks_in_notebook(released, secret) == [f"cell {len(released.cells)}: it has outputs"]


def test_another_picture_is_no_drift_and_another_alt_text_is(built: Place) -> None:
    assert drift(built) == []
    text = built.released.read_text()
    assert text.count(PNG) == 2
    built.released.write_text(text.replace(PNG, "iVBORw0KGgoAnother"))
    assert drift(built) == []
    built.released.write_text(text.replace("a line", "a curve"))
    assert len(drift(built)) == 1


@pytest.mark.parametrize("place", places(), ids=lambda place: place.folder)
def test_the_first_picture_of_every_section_is_seen_on_the_web(place: Place) -> None:
    released = nbformat.read(place.released, as_version=4)
    shown = [output for cell in released.cells for output in cell.get("outputs", [])]
    assert shown, "no figure is kept"
    assert all('<img alt="' in output.data["text/html"] for output in shown)
