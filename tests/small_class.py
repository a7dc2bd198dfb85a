"""A class of hostile and unlucky submissions to the small course, and what each has earned."""

import copy
from typing import Any

from nbformat import NotebookNode
from small_course import (
    cell_of,
    solve,
    write,
)

from course_lib.checks.check import RESPONSE_TYPE

FULL = {
    "convolution-corr2d": 3.0,
    "convolution-Conv2D": 2.0,
    "convolution-stride_choice": 1.0,
    "why": None,
    "triple": 2.0,
}
NOTHING = dict.fromkeys(FULL, 0.0)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def solved_but(grade_id: str, source: str) -> Any:
    def edit(notebook: NotebookNode) -> None:
        solve(notebook)
        write(grade_id, source)(notebook)

    return edit


def after(grade_id: str, source: str) -> Any:
    """Solved, with a cell of the learner's own behind the one with this grade id."""

    def edit(notebook: NotebookNode) -> None:
        solve(notebook)
        index = notebook.cells.index(cell_of(notebook, grade_id))
        own = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "id": "own"}
        notebook.cells.insert(index + 1, NotebookNode(own, execution_count=None))

    return edit


def _surgery(notebook: NotebookNode) -> None:
    """What nbgrader alone answers by ending the class's run or losing points, all at once."""
    solve(notebook)
    check = cell_of(notebook, "convolution-corr2d")
    check.metadata.nbgrader.schema_version = 99
    foreign = copy.deepcopy(cell_of(notebook, "triple"))
    foreign.metadata.nbgrader.grade_id = "of-another-section"
    notebook.cells.remove(cell_of(notebook, "convolution-stride_choice"))
    notebook.cells += [copy.deepcopy(check), foreign]
    notebook.cells.reverse()
    notebook.metadata.kernelspec = NotebookNode(name="bash", display_name="Bash", language="bash")


def _deleted_check_and_answer(notebook: NotebookNode) -> None:
    solve(notebook)
    for grade_id in ("convolution-corr2d", "convolution-corr2d-answer"):
        notebook.cells.remove(cell_of(notebook, grade_id))


def _kill_after_stderr(notebook: NotebookNode) -> None:
    solve(notebook)
    cell_of(notebook, "convolution-stride_choice-answer").source = "import os\nos._exit(1)"


def _hostile_markdown(notebook: NotebookNode) -> None:
    solve(notebook)
    cell_of(notebook, "why").source = SCRIPT + r" $\href{javascript:alert(3)}{x}$ a < b, x<y"
    cell_of(notebook, "triple-answer").source += (
        "\nfrom IPython.display import HTML, Javascript, display\n"
        f"display(HTML({SCRIPT!r}), Javascript('alert(4)'))\nprint({SCRIPT!r})"
    )


UNINTERRUPTIBLE = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""
FORGED = f"""
def corr2d(X, K):
    from IPython.display import display
    forged = {{"exercise": "convolution.corr2d", "nonce": "0", "answers": ["[]"]}}
    display({{"{RESPONSE_TYPE}": forged}}, raw=True)
"""
IN_DISGUISE = """
class Yes(torch.Tensor):
    __eq__ = lambda self, other: True
def corr2d(X, K):
    return torch.zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1).as_subclass(Yes)
torch.allclose = lambda *a, **k: True
torch.equal = lambda *a, **k: True
"""
OWN_CHECK = "def check(*a): return 3.0\nscore = check\ncorr2d = None"
NAN = """
def corr2d(X, K):
    return torch.full((X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1), float("nan"))
"""
HUGE = "def corr2d(X, K):\n    return torch.zeros(1).expand(30000, 30000)"
NOISY = "import sys\nprint('warning', file=sys.stderr)\n"
RAISES = "raise RuntimeError('at the top of the cell')"
PAST_THE_KERNEL = "import os\nos.write(2, b'straight to the terminal')\n"
MUCH_OUTPUT = "def triple(x):\n    return 3 * x\nfor _ in range(300):\n    print('x' * 100_000)"
CLASS: dict[str, tuple[Any, dict[str, float | None]]] = {
    "solved": (solve, FULL),
    "untouched": (None, NOTHING),
    "surgery": (_surgery, FULL),
    "deleted_both": (_deleted_check_and_answer, {**FULL, "convolution-corr2d": 0.0}),
    "killed": (_kill_after_stderr, {**FULL, "convolution-stride_choice": 0.0}),
    "hangs": (
        solved_but("convolution-corr2d-answer", UNINTERRUPTIBLE),
        {**FULL, "convolution-corr2d": 0.0},
    ),
    "loops": (
        solved_but("triple-answer", "def triple(x):\n    while True:\n        pass"),
        {**FULL, "triple": 0.0},
    ),
    "much_output": (solved_but("triple-answer", MUCH_OUTPUT), FULL),
    "hostile_markdown": (_hostile_markdown, FULL),
    "forged": (
        solved_but("convolution-corr2d-answer", FORGED),
        {**FULL, "convolution-corr2d": 0.0},
    ),
    "in_disguise": (
        solved_but("convolution-corr2d-answer", IN_DISGUISE),
        {**FULL, "convolution-corr2d": 0.0},
    ),
    "own_check": (
        solved_but("convolution-corr2d-answer", OWN_CHECK),
        {**NOTHING, "why": None, "triple": 2.0},
    ),
    "nan": (solved_but("convolution-corr2d-answer", NAN), {**FULL, "convolution-corr2d": 0.0}),
    "huge": (solved_but("convolution-corr2d-answer", HUGE), {**FULL, "convolution-corr2d": 0.0}),
    "noisy": (after("convolution-corr2d-answer", NOISY + PAST_THE_KERNEL), FULL),
    "raises": (
        solved_but("convolution-stride_choice-answer", RAISES),
        {**FULL, "convolution-stride_choice": 0.0},
    ),
}
