"""The notebook that is attacked, in the form of the course and in that of stock nbgrader."""

import copy
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_course import (
    CHOICE,
    ESSAY,
    PLAIN,
    SOLUTION,
    TRIPLE,
    _cell,
    cell_of,
    check_cell,
    without_markers,
)

FULL: dict[str, float | None] = {
    "convolution-corr2d": 3.0,
    "convolution-Conv2D": 2.0,
    "convolution-coverage": 1.0,
    "convolution-stride_choice": 1.0,
    "why": None,
    "triple": 2.0,
}
"""What the solved notebook earns; None waits for a person."""

IMPORTS = """\
import torch
import torch.nn.functional as F
from torch import nn
"""

BEGIN = """\
from course_lib import begin, check, hint, quiz, score
begin("convolution", globals())
"""

LAYER = """\
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        h, w = self.weight.shape
        return (x.unfold(0, h, 1).unfold(1, w, 1) * self.weight).sum((2, 3)) + self.bias
        ### END SOLUTION
"""

COUNT = """\
def coverage(n, k):
    ### BEGIN SOLUTION
    counts = torch.zeros(n, n)
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            counts[i : i + k, j : j + k] += 1
    return counts
    ### END SOLUTION
"""

_ANSWERS = {
    "convolution-corr2d": SOLUTION,
    "convolution-Conv2D": LAYER,
    "convolution-coverage": COUNT,
    "convolution-stride_choice": CHOICE,
    "triple": TRIPLE,
}

_CHECKS = {
    **{
        f"convolution-{name}": check_cell(name)
        for name in ("corr2d", "Conv2D", "coverage", "stride_choice")
    },
    "triple": PLAIN,
}

_ASSERTIONS = {
    "convolution-corr2d": """\
X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
assert torch.allclose(corr2d(X, K), torch.tensor([[19.0, 25.0], [37.0, 43.0]]))
### BEGIN HIDDEN TESTS
X, K = torch.randn(6, 9), torch.randn(2, 3)
assert torch.allclose(corr2d(X, K), F.conv2d(X[None, None], K[None, None])[0, 0], atol=1e-5)
K.requires_grad_()
gradient, = torch.autograd.grad(corr2d(X, K).sum(), K)
expected, = torch.autograd.grad(F.conv2d(X[None, None], K[None, None]).sum(), K)
assert torch.allclose(gradient, expected, atol=1e-4)
### END HIDDEN TESTS""",
    "convolution-Conv2D": """\
layer = Conv2D((1, 2))
layer.load_state_dict({"weight": torch.tensor([[1.0, -1.0]]), "bias": torch.tensor([10.0])})
assert torch.allclose(layer(torch.tensor([[5.0, 2.0]])), torch.tensor([[13.0]]))
### BEGIN HIDDEN TESTS
layer, X, K = Conv2D((2, 3)), torch.randn(5, 6), torch.randn(2, 3)
layer.load_state_dict({"weight": K, "bias": torch.tensor([0.5])})
expected = F.conv2d(X[None, None], K[None, None])[0, 0] + 0.5
assert torch.allclose(layer(X), expected, atol=1e-5)
### END HIDDEN TESTS""",
    "convolution-coverage": """\
assert coverage(3, 2).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
### BEGIN HIDDEN TESTS
for n, k in ((2, 2), (4, 3), (7, 2), (8, 5)):
    windows, kernel = torch.ones(1, 1, n - k + 1, n - k + 1), torch.ones(1, 1, k, k)
    assert torch.equal(coverage(n, k), F.conv_transpose2d(windows, kernel)[0, 0])
### END HIDDEN TESTS""",
    "convolution-stride_choice": """\
### BEGIN HIDDEN TESTS
assert stride_choice == "C"
### END HIDDEN TESTS""",
    "triple": PLAIN,
}


def source_notebook(*, stock: bool = False, secret: str = "") -> NotebookNode:
    """The author's notebook.

    Args:
        stock: test it as nbgrader alone does, by assertions, rather than by `check` and `score`.
        secret: written into a solution, as something that learners must not see.
    """
    tests, imports = (_ASSERTIONS, IMPORTS) if stock else (_CHECKS, IMPORTS + BEGIN)
    cells = [new_markdown_cell("# Small", id="title"), new_code_cell(imports, id="imports")]
    for grade_id, answer in _ANSWERS.items():
        if secret:
            answer = answer.replace("    ### END", f"    # {secret}\n    ### END")
        cells.append(_cell(new_code_cell, answer, f"{grade_id}-answer", solution=True))
        points = FULL[grade_id]
        graded = {"grade": True, "locked": True, "points": points}
        cells.append(_cell(new_code_cell, tests[grade_id], grade_id, **graded))
    essay = {"grade": True, "solution": True, "points": 2}
    cells.insert(-2, _cell(new_markdown_cell, ESSAY, "why", **essay))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def solved(release: NotebookNode) -> NotebookNode:
    """The released notebook, all of it answered as the author does."""
    notebook = copy.deepcopy(release)
    for cell in source_notebook().cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution"):
            source = re.sub(r"\n{2,}$", "\n", without_markers(cell.source))
            cell_of(notebook, nbgrader["grade_id"]).source = source
    return notebook
