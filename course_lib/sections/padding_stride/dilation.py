"""Part C, dilation: zeros in the kernel."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.padding_stride.facts import strided

_TWO_ROWS = "two rows of three, d = 2"

_STUFFED = {_TWO_ROWS: [[1, 0, 2, 0, 3], [0, 0, 0, 0, 0], [4, 0, 5, 0, 6]]}


def dilates(X: Tensor, K: Tensor, dilation: int) -> Callable[[Any], str | None]:
    """Verifies on an image that a kernel does what K does with this dilation."""

    def verify(answer: Any) -> str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.dim() != 2:
            return "The answer is a kernel, a tensor with two axes."
        if not kernel.numel():
            return "Your kernel is empty: where d is 1, a slice up to -(d - 1) takes nothing."
        wanted = strided(X, K, 1, dilation=dilation).double()
        given = strided(X.double(), kernel, 1)
        if given.shape != wanted.shape:
            return (
                "Your kernel has not the size that PyTorch's dilated one covers: d·(k - 1) + 1 in "
                "each direction."
            )
        if not torch.allclose(given, wanted, atol=1e-4):
            return (
                "The size is right, but the output is not that of PyTorch's dilated convolution. "
                "Are all entries of K in your kernel, as they are and in their places?"
            )
        return None

    return verify


def _stuff_cases(draw: Draw) -> list[Case]:
    X, K = image_and_kernel(draw, (9, 12), (2, 3))
    return [
        Case(args=(torch.tensor([[1.0, 2, 3], [4, 5, 6]]), 2), about=_TWO_ROWS),
        Case(args=(K, 3), about="dilation 3, compared with PyTorch's", verify=dilates(X, K, 3)),
        Case(args=(K, 1), about="dilation 1, no gaps at all", verify=dilates(X, K, 1)),
    ]


STUFF_KERNEL = Exercise(
    id="padding_stride.stuff_kernel",
    title="Dilation is zeros in the kernel",
    points=2,
    covers=("Q12",),
    cases=_stuff_cases,
    expect=worked(_STUFFED),
    mistakes=(
        Mistake(
            "zeros at the end",
            "There are zeros behind the last row and column, too. Gaps lie between entries only.",
            on(
                _TWO_ROWS,
                [[1, 0, 2, 0, 3, 0], [0, 0, 0, 0, 0, 0], [4, 0, 5, 0, 6, 0], [0, 0, 0, 0, 0, 0]],
            ),
        ),
        Mistake(
            "d zeros in a gap",
            "You put d zeros between two entries. Neighbouring entries lie d apart, so there are "
            "d - 1 zeros between them.",
            on(_TWO_ROWS, [[1, 0, 0, 2, 0, 0, 3], [0] * 7, [0] * 7, [4, 0, 0, 5, 0, 0, 6]]),
        ),
        Mistake(
            "columns only",
            "You put zeros between the columns only. The rows are moved apart as well.",
            on(_TWO_ROWS, [[1, 0, 2, 0, 3], [4, 0, 5, 0, 6]]),
        ),
        Mistake(
            "rows only",
            "You put zeros between the rows only. The columns are moved apart as well.",
            on(_TWO_ROWS, [[1, 2, 3], [0, 0, 0], [4, 5, 6]]),
        ),
        Mistake(
            "entries side by side",
            "The size is right, but the entries of K still stand side by side in a corner. Every "
            "d-th row and column gets one.",
            on(_TWO_ROWS, [[1, 2, 3, 0, 0], [4, 5, 6, 0, 0], [0] * 5]),
        ),
        Mistake(
            "entries repeated",
            "You repeated the entries. Between two entries there are zeros: the pixels there are "
            "not looked at.",
            on(_TWO_ROWS, [[1, 1, 2, 2, 3], [1, 1, 2, 2, 3], [4, 4, 5, 5, 6]]),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Neighbouring entries of K come to lie d apart. How large is the whole?",
        "Make zeros of shape (d * (h - 1) + 1, d * (w - 1) + 1) and write the entries of K into "
        "them.",
        "A slice with a step does it at once: kernel[::d, ::d] = K.",
    ),
    forbidden=("aten::convolution",),
)
