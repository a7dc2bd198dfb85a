"""The class of `make demo`: what each learner hands in for which section, and what that is worth.

Everybody starts from the solved notebook or from the release; an edit then does what learners do.
The expected points stand in `expected.json` beside this file.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import is_solution

from grader.marking.rooms import room

EXPECTED = Path(__file__).with_name("expected.json")

Edit = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Learner:
    """One learner of the class.

    Attributes:
        story: what this submission is, in a few words.
        start: from the solved notebook, from the untouched release, or with the first half of
            the core answered and nothing else.
        edit: what the learner did to it.
        write: for submissions that are no notebook: writes the file at this path.
    """

    name: str
    story: str
    start: Literal["solved", "released", "half"] = "solved"
    edit: Edit = lambda notebook: None
    write: Callable[[Path], None] | None = None


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with this grade id."""
    cell: NotebookNode = next(c for c in notebook.cells if grade_id_of(c) == grade_id)
    return cell


def grade_id_of(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def solved_notebook(release: NotebookNode, source: NotebookNode) -> NotebookNode:
    """The release with the author's answers written in."""
    notebook = copy.deepcopy(release)
    for cell in source.cells:
        if is_solution(cell):
            lines = [line for line in cell.source.split("\n") if not line.strip().startswith("###")]
            cell_of(notebook, grade_id_of(cell)).source = "\n".join(lines)
    return notebook


def answers(exercise: str, source: str, section: str = "convolution") -> Edit:
    """Writes `source` into the answer's cell of an exercise ("corr2d")."""

    def edit(notebook: NotebookNode) -> None:
        cell_of(notebook, f"{section}-{exercise}-answer").source = source

    return edit


in_pooling = partial(answers, section="pooling")


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(notebook: NotebookNode) -> None:
        for one in edits:
            one(notebook)

    return edit


def own_cell_behind(exercise: str, source: str) -> Edit:
    """A code cell of the learner's own, behind the answer of an exercise."""

    def edit(notebook: NotebookNode) -> None:
        index = notebook.cells.index(cell_of(notebook, f"convolution-{exercise}-answer"))
        notebook.cells.insert(index + 1, new_code_cell(source))

    return edit


def _delete_pair(notebook: NotebookNode) -> None:
    for grade_id in ("convolution-corr1d-answer", "convolution-corr1d"):
        notebook.cells.remove(cell_of(notebook, grade_id))


def _duplicate_check(notebook: NotebookNode) -> None:
    check = cell_of(notebook, "convolution-corr1d")
    notebook.cells.insert(notebook.cells.index(check), copy.deepcopy(check))


def _foreign_cells(notebook: NotebookNode) -> None:
    foreign = copy.deepcopy(cell_of(notebook, "convolution-corr1d"))
    foreign.metadata.nbgrader.grade_id = "padding-conv_output_size"
    foreign.source = 'check("padding.conv_output_size", conv_output_size)'
    foreign.id = "padding-conv_output_size"
    notebook.cells.append(foreign)


def _schema_99(notebook: NotebookNode) -> None:
    cell_of(notebook, "convolution-corr1d").metadata.nbgrader.schema_version = 99


def _script(notebook: NotebookNode) -> None:
    attack = "<script>alert('essay')</script><img src=x onerror=alert('image')>"
    cell_of(notebook, "convolution-edges_blind").source = f"Because of {attack} the zeros."
    cell = cell_of(notebook, "convolution-corr1d-answer")
    cell.source += (
        "\n\nfrom IPython.display import HTML, display\n"
        "display(HTML(\"<script>alert('output')</script>\"))"
    )
    cell.outputs = [new_output("display_data", data={"text/html": attack})]


_FLIPPED = """\
def corr2d(X, K):
    K = K.flip(0, 1)
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y
"""
_ONE_WINDOW_SHORT = """\
def corr1d(x, w):
    n = len(x) - len(w)
    return torch.stack([(x[i : i + len(w)] * w).sum() for i in range(n)])
"""
_BIAS_FORGOTTEN = """\
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return corr2d(x, self.weight)
"""
_NOT_DIVIDED = """\
def blur_kernel(size):
    return torch.ones(size, size)
"""
_FORBIDDEN = """\
def corr2d(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]
"""
_SYNTAX_ERROR = """\
def corr2d(X, K)
    return X
"""
_NOT_FLIPPED = """\
def true_conv2d(X, K):
    return corr2d(X, K)
"""
_ANOTHER_WAY = """\
def corr2d(X, K):
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    total = 0
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            total = total + K[a, b] * X[a : a + rows, b : b + columns]
    return total
"""
_ANOTHER_WAY_1D = """\
def corr1d(x, w):
    return x.unfold(0, len(w), 1) @ w
"""
_NAN = """\
def corr1d(x, w):
    return torch.full((len(x) - len(w) + 1,), float("nan"))
"""
_STDERR = (
    "import sys, warnings\nprint('just a note', file=sys.stderr)\nwarnings.warn('and another')"
)

_MEAN_FOR_MAX = """\
def max_pool2d(X, kernel_size, stride, padding):
    return F.avg_pool2d(X, kernel_size, stride, padding)
"""
_ONE_MAXIMUM = """\
def max_pool2d(X, kernel_size, stride, padding):
    return X.amax(dim=(2, 3), keepdim=True)
"""

CLASS: tuple[Learner, ...] = (
    Learner("ada", "everything solved"),
    Learner(
        "ben",
        "solved another way",
        edit=both(
            answers("corr2d", _ANOTHER_WAY),
            answers("corr1d", _ANOTHER_WAY_1D),
        ),
    ),
    Learner("chi", "the first half of the core solved", start="half"),
    Learner("dan", "untouched", start="released"),
    Learner(
        "eva",
        "mistake: kernel flipped; others need it",
        edit=answers("corr2d", _FLIPPED),
    ),
    Learner(
        "fay",
        "mistake: last window forgotten",
        edit=answers("corr1d", _ONE_WINDOW_SHORT),
    ),
    Learner("gil", "mistake: bias not added", edit=answers("Conv2D", _BIAS_FORGOTTEN)),
    Learner(
        "hal",
        "mistake: a blur that is not divided",
        edit=answers("blur_kernel", _NOT_DIVIDED),
    ),
    Learner(
        "ivy",
        "mistake: convolution not flipped",
        edit=answers("true_conv2d", _NOT_FLIPPED),
    ),
    Learner("jon", "a cell raises", edit=answers("corr1d", "raise RuntimeError('oops')")),
    Learner("kim", "an endless loop", edit=answers("corr1d", "while True:\n    pass")),
    Learner("leo", "kills the kernel", edit=answers("corr1d", "import os\nos._exit(1)")),
    Learner("mia", "deleted a check and its answer", edit=_delete_pair),
    Learner("ned", "duplicated a check", edit=_duplicate_check),
    Learner("oya", "pasted cells of another section", edit=_foreign_cells),
    Learner("pat", "schema_version 99", edit=_schema_99),
    Learner("qin", "broken JSON", write=lambda path: _write(path, '{"cells": [')),
    Learner("ray", "prints to stderr", edit=own_cell_behind("corr1d", _STDERR)),
    Learner("sue", "answers NaN", edit=answers("corr1d", _NAN)),
    Learner("tom", "<script> in an essay and an output", edit=_script),
    Learner("uma", "a symbolic link, no notebook", write=lambda path: _link(path)),
    Learner("vic", "F.conv2d; others need it", edit=answers("corr2d", _FORBIDDEN)),
    Learner(
        "wes",
        "a cell is no Python; others need it",
        edit=answers("corr2d", _SYNTAX_ERROR),
    ),
)

SECOND: tuple[Learner, ...] = (
    Learner("ada", "everything solved"),
    Learner("chi", "the first half of the core solved", start="half"),
    Learner("dan", "untouched", start="released"),
    Learner("fay", "mistake: one maximum of each map", edit=in_pooling("max_pool2d", _ONE_MAXIMUM)),
    Learner("hal", "F.avg_pool2d for the maximum", edit=in_pooling("max_pool2d", _MEAN_FOR_MAX)),
    Learner("qin", "an empty file", write=lambda path: _write(path, "")),
)
"""Those of the class who hand in the second section, too."""

HANDED_IN: Mapping[str, tuple[Learner, ...]] = {"01_convolution": CLASS, "04_pooling": SECOND}
"""Section -> the submissions for it."""


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _link(path: Path) -> None:
    """A link to the first learner's notebook."""
    path.symlink_to(path.parents[2] / CLASS[0].name / path.parent.name / path.name)


def hand_in(
    learner: Learner, release: NotebookNode, solved: NotebookNode, submitted: Path, name: str
) -> None:
    """Writes a learner's submission to `submitted`/learner/name/name.ipynb."""
    path = submitted / learner.name / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    if learner.write:
        learner.write(path)
        return
    notebook = copy.deepcopy(release if learner.start == "released" else solved)
    if learner.start == "half":
        core = {item.grade_id for item in room(name.partition("_")[2]).items if item.core}
        answered = [grade_id_of(cell) for cell in notebook.cells if is_solution(cell)]
        counting = [one for one in answered if one.removesuffix("-answer") in core]
        for other in set(answered) - set(counting[: len(counting) // 2]):
            cell_of(notebook, other).source = cell_of(release, other).source
    learner.edit(notebook)
    path.write_text(json.dumps(notebook))


def expected_points(
    section: str, full: Mapping[str, float | None]
) -> dict[str, dict[str, float | None]]:
    """Learner -> grade id -> the points that the gradebook must show (None: a person marks).

    Args:
        section: "01_convolution".
        full: what everything solved earns.
    """
    nothing: dict[str, float | None] = dict.fromkeys(full, 0.0)
    return {
        learner: {**(full if entry["start"] == "full" else nothing), **entry["but"]}
        for learner, entry in json.loads(EXPECTED.read_text())[section].items()
    }
