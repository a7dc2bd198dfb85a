"""A course with one small notebook, for tests of the way of a submission."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from grader.course import configure
from grader.generate import GenerateAssignment
from grader.submission.autograde import Autograde

NAME = "small"
ROOT = Path(__file__).parents[1]

SOLUTION = """\
def corr2d(X, K):
    ### BEGIN SOLUTION
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y
    ### END SOLUTION
"""

LAYER = """\
class Conv2D(torch.nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = torch.nn.Parameter(torch.rand(kernel_size))
        self.bias = torch.nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return corr2d(x, self.weight) + self.bias
        ### END SOLUTION
"""

CHOICE = "stride_choice = ...\n### BEGIN SOLUTION\nstride_choice = 'C'\n### END SOLUTION"
ESSAY = "Why?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
PLAIN = (
    "assert triple(2) == 6\n### BEGIN HIDDEN TESTS\nassert triple(-5) == -15\n### END HIDDEN TESTS"
)
TRIPLE = "def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION"

IMPORTS = """\
import torch
from course_lib import begin, check, score
begin("convolution", globals())"""

Edit = Callable[[NotebookNode], None]


def check_cell(name: str) -> str:
    """The cell of a check in section 01, with the line that the build adds."""
    return (
        f'{name} = check("convolution.{name}", {name})\n'
        f'### BEGIN HIDDEN TESTS\nscore("convolution.{name}", {name})\n### END HIDDEN TESTS'
    )


def _checked(name: str, answer: str, points: float) -> list[NotebookNode]:
    """The cells of an exercise of section 01."""
    grade_id = f"convolution-{name}"
    graded = {"grade": True, "locked": True, "points": points}
    return [
        _cell(new_code_cell, answer, f"{grade_id}-answer", solution=True),
        _cell(new_code_cell, check_cell(name), grade_id, **graded),
    ]


def _cell(make: Any, source: str, grade_id: str, **metadata: Any) -> NotebookNode:
    nbgrader = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    nbgrader |= {"task": False, "grade_id": grade_id} | metadata
    cell: NotebookNode = make(source, id=grade_id, metadata={"nbgrader": nbgrader})
    return cell


def source_notebook() -> NotebookNode:
    """The author's notebook: a checked function, a layer of it, a choice, an essay, a test."""
    cells = [
        new_markdown_cell("# Small", id="title"),
        new_code_cell(IMPORTS, id="imports"),
        *_checked("corr2d", SOLUTION, 3),
        *_checked("Conv2D", LAYER, 2),
        *_checked("stride_choice", CHOICE, 1),
        _cell(new_markdown_cell, ESSAY, "why", grade=True, solution=True, points=2),
        _cell(new_code_cell, TRIPLE, "triple-answer", solution=True),
        _cell(new_code_cell, PLAIN, "triple", grade=True, locked=True, points=2),
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


class SmallCourse:
    """A course in a folder of its own, driven as `nbgrader` on the command line drives it.

    Attributes:
        counts: the setting of `Counts`.
    """

    counts: Any = "all"

    def __init__(self, root: Path, notebook: NotebookNode | None = None) -> None:
        self.root = root
        source = root / "solutions" / NAME / f"{NAME}.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(notebook or source_notebook(), source)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        self.generate()

    def api(self, **settings: Config) -> NbGraderAPI:
        config = Config()
        configure(config)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.assignment_id = NAME
        config.Execute.timeout = 12
        config.Counts.counts = self.counts
        config.merge(settings)
        api = NbGraderAPI(config=config)
        return api

    def generate(self) -> None:
        converter = GenerateAssignment(coursedir=self.api().coursedir, parent=self.api())
        converter.force = True
        converter.start()

    def release(self) -> NotebookNode:
        return nbformat.read(self.root / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)

    def submit(self, learner: str, edit: Edit | None = None) -> Path:
        """Hands in the release after `edit`; gives the file's path."""
        notebook = self.release()
        if edit:
            edit(notebook)
        path = self.root / "submitted" / learner / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook))
        return path

    def autograde(self, **settings: Any) -> Autograde:
        """Grades all; settings are those of classes, as Execute={"timeout": 5}."""
        api = self.api(**{name: Config(values) for name, values in settings.items()})
        converter = Autograde(coursedir=api.coursedir, parent=api)
        converter.start()
        return converter

    def scores(self) -> dict[str, dict[str, float | None]]:
        """Learner -> grade id -> what the autograder gave (None: a person must)."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            return {
                submission.student_id: {
                    grade.name: grade.auto_score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                for submission in gradebook.assignment_submissions(NAME)
            }

    def autograded(self, learner: str) -> NotebookNode:
        path = self.root / "autograded" / learner / NAME / f"{NAME}.ipynb"
        return nbformat.read(path, as_version=4)


def write(grade_id: str, source: str) -> Edit:
    """An edit that writes an answer into the cell with this grade id."""

    def edit(notebook: NotebookNode) -> None:
        cell_of(notebook, grade_id).source = source

    return edit


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def without_markers(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if "###" not in line)


def solve(notebook: NotebookNode) -> None:
    """An edit that answers everything as the author does."""
    for cell in source_notebook().cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution"):
            cell_of(notebook, nbgrader["grade_id"]).source = without_markers(cell.source)
