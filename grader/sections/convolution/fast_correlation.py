"""Extra to part B: cross-correlation without a loop over windows."""

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution import correlation
from grader.sections.convolution.operators import cross_correlation


def _settings(draw: Draw) -> list[Case]:
    """Two sizes for one kernel, then those of `corr2d`."""
    kernel, size = draw.normal(2, 3), draw.integer(4, 6)
    return [
        Case(args=(draw.normal(size, size + 2), kernel), about="a small image"),
        Case(args=(draw.normal(size + 8, size + 10), kernel), about="a larger image"),
        *correlation.CORR2D.cases(draw),
    ]


def _products(X: Tensor, K: Tensor) -> Tensor:
    """(rows, columns, h, w): each window times the kernel."""
    return X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K


def _reshaped(X: Tensor, K: Tensor) -> Tensor:
    Y = cross_correlation(X, K)
    return Y.reshape(tuple(reversed(Y.shape)))


CORR2D_FAST = Exercise(
    id="convolution.corr2d_fast",
    title="Cross-correlation without a loop over windows",
    points=2,
    minutes=8,
    core=False,
    covers=("D7.2-corr2d",),
    cases=_settings,
    reference=cross_correlation,
    promises=("unchanged", "tensor", "gradient", "vectorised"),
    wrong={
        **correlation.CORR2D.wrong,
        "added over the places": (
            "You added up over the places of the window. The first two axes say which window it "
            "is; the last two are the ones to add.",
            lambda X, K: _products(X, K).sum((0, 1)),
        ),
        "kernel left out": (
            "You added up the windows as they are. Multiply them by K first.",
            lambda X, K: _products(X, torch.ones_like(K)).sum((2, 3)),
        ),
        "windows side by side": (
            "Your windows do not overlap: each begins where the last one ends. They move on by one "
            "pixel, the last argument of unfold.",
            lambda X, K: (
                X.unfold(0, K.shape[0], K.shape[0])
                .unfold(1, K.shape[1], K.shape[1])
                .mul(K)
                .sum((2, 3))
            ),
        ),
        "rows for columns": (
            "The numbers are right, but laid into rows of the wrong length: the output has "
            "H - h + 1 rows and W - w + 1 columns.",
            _reshaped,
        ),
    },
    right=(
        lambda X, K: torch.einsum(
            "ijab,ab->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K
        ),
        lambda X, K: torch.stack(
            [
                K[a, b]
                * X[a : X.shape[0] - K.shape[0] + 1 + a, b : X.shape[1] - K.shape[1] + 1 + b]
                for a in range(K.shape[0])
                for b in range(K.shape[1])
            ]
        ).sum(0),
    ),
    library=correlation.CORR2D.library,
    hints=(
        "All windows are views of one image. Which tensor method gives overlapping slices along "
        "an axis?",
        "Tensor.unfold(dim, size, 1) gives all windows along one axis at once, as a new last axis. "
        "What shape has X.unfold(0, h, 1).unfold(1, w, 1)?",
        "The windows have shape (H - h + 1, W - w + 1, h, w). Multiply by K, which broadcasts over "
        "the first two axes, and sum the last two.",
    ),
    forbidden=(*correlation.CORR2D.forbidden, "numpy", ".numpy", ".tolist"),
    stand_in="corr2d",
)
