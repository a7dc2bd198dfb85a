"""Part F: true convolution."""

import scipy.signal
import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import (
    cross_correlation,
    full_convolution,
    same_padded,
    valid_convolution,
)
from grader.sections.convolution.slips import HEIGHT_FOR_WIDTH


def _scipy_valid(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(X, K, mode="valid"))


def _negative_places(X: Tensor, K: Tensor) -> Tensor:
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    moved = [
        K[a, b] * X.roll((a, b), (0, 1))[:rows, :columns]
        for a in range(K.shape[0])
        for b in range(K.shape[1])
    ]
    return torch.stack(moved).sum(0)


TRUE_CONV2D = Exercise(
    id="convolution.true_conv2d",
    title="True convolution",
    points=2,
    minutes=4,
    covers=("Q21",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[1.0, 2, 0], [3, 1, 4]]),
                    torch.tensor([[1.0, 2], [0, -1]]),
                )
            ),
            [[6, 4]],
        ),
    ),
    cases=lambda draw: (
        [
            Case(args=(draw.normal(*draw.distinct(6, 9, 2)), draw.normal(*shape)), about=about)
            for about, shape in (
                ("a square kernel", (3, 3)),
                ("a wide kernel", (2, draw.integer(3, 4))),
                ("a tall kernel", (draw.integer(3, 4), 2)),
                ("a kernel of one row", (1, 3)),
                ("a kernel of one column", (3, 1)),
                ("a kernel of a single number", (1, 1)),
            )
        ]
        + [
            Case(
                args=(draw.normal(4, 4), draw.normal(4, 4)), about="a kernel as large as the image"
            )
        ]
    ),
    reference=valid_convolution,
    promises=("unchanged", "tensor"),
    wrong={
        "not flipped": (
            "That is cross-correlation: the kernel was not flipped. True convolution flips it "
            "first.",
            cross_correlation,
        ),
        "transposed": (
            "You transposed the kernel. Flipping gives it half a turn: reverse the order of the "
            "rows and the order within each row.",
            lambda X, K: cross_correlation(X, K.T),
            lambda X, K: cross_correlation(X, K.flip(0, 1).T),
        ),
        "quarter turn": (
            "You gave the kernel a quarter turn. Flipping gives it half a turn: reverse the order "
            "of the rows and the order within each row.",
            lambda X, K: cross_correlation(X, K.rot90()),
            lambda X, K: cross_correlation(X, K.rot90(-1)),
        ),
        "flipped up and down only": (
            "You reversed the order of the rows only. Reverse the order within each row, too.",
            lambda X, K: cross_correlation(X, K.flip(0)),
        ),
        "flipped left and right only": (
            "You reversed the order within each row only. Reverse the order of the rows, too.",
            lambda X, K: cross_correlation(X, K.flip(1)),
        ),
        "image flipped": (
            "You flipped the image, so the output comes out upside down and mirrored. Flip the "
            "kernel.",
            lambda X, K: cross_correlation(X.flip(0, 1), K),
        ),
        "output flipped": (
            "Your output is that of cross-correlation, upside down and mirrored: you flipped the "
            "output, or both image and kernel. Flip the kernel only.",
            lambda X, K: cross_correlation(X.flip(0, 1), K.flip(0, 1)),
        ),
        "sign": (
            "You changed the sign. Flipping changes the order of the kernel's entries, not their "
            "signs.",
            lambda X, K: -valid_convolution(X, K),
            lambda X, K: -cross_correlation(X, K),
        ),
        "negative places": (
            "Your output reads X[i - a, j - b]: where that is negative, Python counts from the "
            "other end of the image. The window starts at i and j: read X[i + h - 1 - a, "
            "j + w - 1 - b], or flip the kernel.",
            _negative_places,
        ),
        "height for width": (
            "Rows and columns are mixed up somewhere, or a height is taken for a width. X has H "
            "rows and W columns, K has h and w: the output has H - h + 1 rows and W - w + 1 "
            "columns.",
            *(lambda X, K, way=way: way(X, K.flip(0, 1)) for way in HEIGHT_FOR_WIDTH),
        ),
        "output transposed": (
            "Rows and columns of your output are swapped.",
            lambda X, K: valid_convolution(X, K).T,
        ),
        "image mirrored": (
            "You mirrored the image in one direction. Leave the image as it is, and flip the "
            "kernel in both.",
            lambda X, K: cross_correlation(X.flip(0), K.flip(0)),
            lambda X, K: cross_correlation(X.flip(1), K.flip(1)),
            lambda X, K: cross_correlation(X.flip(0), K),
            lambda X, K: cross_correlation(X.flip(1), K),
        ),
        "last window forgotten": (
            "Your output lacks its last row or column: the kernel fits at H - h + 1 rows and "
            "W - w + 1 columns.",
            lambda X, K: valid_convolution(X, K)[:-1, :-1],
            lambda X, K: valid_convolution(X, K)[:-1],
            lambda X, K: valid_convolution(X, K)[:, :-1],
        ),
        "full": (
            "That is the full convolution, larger than the image. “Valid” keeps the places where "
            "the kernel lies wholly on the image.",
            full_convolution,
        ),
        "cropped at the corner": (
            "The right size from the wrong place: you kept the top left corner of the full "
            "convolution. The valid part starts at row h - 1 and column w - 1.",
            lambda X, K: full_convolution(X, K)[
                : X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1
            ],
        ),
        "padded": (
            "Your output has the size of the image. “Valid” keeps the places where the kernel lies "
            "wholly on the image.",
            lambda X, K: valid_convolution(same_padded(X, K), K),
            lambda X, K: cross_correlation(same_padded(X, K), K),
            lambda X, K: valid_convolution(same_padded(X.flip(0, 1), K).flip(0, 1), K),
        ),
    },
    right=(
        # The image and the output flipped, instead of the kernel.
        lambda X, K: torch.einsum(
            "ijab,ab->ij", X.flip(0, 1).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K
        ).flip(0, 1),
        lambda X, K: (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.rot90(2)).sum((2, 3)),
    ),
    library={
        valid_convolution: False,
        _scipy_valid: False,
    },
    hints=(
        "You have an operation that lays a kernel on the image as it is. What must be done to the "
        "kernel beforehand?",
        "torch.flip(K, dims=...) reverses the order of the entries along the axes you name.",
        "Flip K along both axes, 0 and 1, and hand it to your corr2d together with X.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    needs=("convolution.corr2d",),
    stand_in="true_conv2d",
)
