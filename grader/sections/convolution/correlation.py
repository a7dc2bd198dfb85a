"""Part B: cross-correlation in two dimensions."""

import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import cross_correlation
from grader.sections.convolution.slips import CORRELATION


def _settings(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(*draw.distinct(6, 10, 2)), draw.normal(*shape)), about=about)
        for about, shape in (
            ("a square kernel", (3, 3)),
            ("a wide kernel", (2, draw.integer(3, 5))),
            ("a tall kernel", (draw.integer(3, 5), 2)),
            ("a kernel of one row", (1, draw.integer(2, 4))),
            ("a kernel of one column", (draw.integer(2, 4), 1)),
            ("a kernel of a single number", (1, 1)),
        )
    ] + [
        # Here all is square, so that rows and columns that are mixed up show by being right.
        Case(
            args=(draw.normal(5, 5), draw.normal(2, 2)), about="a square kernel on a square image"
        ),
        Case(args=(draw.normal(4, 4), draw.normal(4, 4)), about="a kernel as large as the image"),
    ]


def _by_kernel_entries(X: Tensor, K: Tensor) -> Tensor:
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    shifted = [
        K[a, b] * X[a : a + rows, b : b + columns]
        for a in range(K.shape[0])
        for b in range(K.shape[1])
    ]
    return torch.stack(shifted).sum(0)


def _unfolded(X: Tensor, K: Tensor) -> Tensor:
    columns = F.unfold(X[None, None], tuple(K.shape))[0]
    return (K.flatten() @ columns).reshape(X.shape[0] - K.shape[0] + 1, -1)


def _scipy(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.correlate2d(X, K, mode="valid"))


_LIBRARY = {
    cross_correlation: False,
    _scipy: False,
}

CORR2D = Exercise(
    id="convolution.corr2d",
    title="Cross-correlation by loops",
    points=3,
    minutes=12,
    covers=("D7.2-corr2d",),
    example=(
        (
            Case(args=(torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2))),
            [[19, 25], [37, 43]],
        ),
    ),
    cases=_settings,
    reference=cross_correlation,
    promises=("unchanged", "tensor", "gradient"),
    wrong=CORRELATION,
    right=(_by_kernel_entries,),
    library={**_LIBRARY, _unfolded: True},
    hints=(
        "How many places are there where the whole kernel fits on the image, up and down? And "
        "from left to right? That is the shape of the output.",
        "The window at row i and column j is X[i:i + h, j:j + w], with h and w the kernel's shape.",
        "Make the output with torch.zeros, then fill it in two loops: one entry is "
        "(window * K).sum().",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    stand_in="corr2d",
)
