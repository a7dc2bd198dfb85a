"""Extra to part F: full convolution."""

import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import (
    cross_correlation,
    full_convolution,
    full_correlation,
    same_padded,
    valid_convolution,
)


def _pairs(draw: Draw) -> list[Case]:
    """Two matrices of any sizes; no two sides of a case are equal where that would hide a slip."""
    return [
        Case(args=(draw.normal(*first), draw.normal(*second)), about=about)
        for about, first, second in (
            ("a wide second matrix", (5, 6), (2, draw.integer(3, 4))),
            ("a tall second matrix", (5, 4), (3, 2)),
            ("a larger second matrix", (2, 3), (draw.integer(4, 5), 6)),
            ("a second matrix that is higher and narrower", (3, draw.integer(4, 5)), (5, 2)),
            ("a second matrix that is wider and lower", (draw.integer(4, 5), 3), (2, 5)),
            ("a second matrix of one row", (3, 4), (1, 3)),
            ("a second matrix of a single number", (3, 4), (1, 1)),
            ("a first matrix of one column", (4, 1), (2, 3)),
        )
    ]


def _zeros_around(A: Tensor, rows: int, columns: int) -> Tensor:
    return F.pad(A, (columns, columns, rows, rows))


def painted(A: Tensor, B: Tensor, kept: float = 1) -> Tensor:
    """Each entry of A paints its copy of B, over that share of what is there."""
    (H, W), (h, w) = A.shape, B.shape
    output = torch.zeros(H + h - 1, W + w - 1)
    for i in range(H):
        for j in range(W):
            place = output[i : i + h, j : j + w]
            place.copy_(kept * place + A[i, j] * B)
    return output


def _scipy_full(A: Tensor, B: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(A, B))


def _scipy_fft(A: Tensor, B: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.fftconvolve(A, B))


FULL_CONV2D = Exercise(
    id="convolution.full_conv2d",
    title="Full convolution",
    points=2,
    minutes=6,
    core=False,
    covers=("D7.1.8",),
    example=((Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0, 4]]))), [[3, 10, 8]]),),
    cases=_pairs,
    reference=full_convolution,
    promises=("unchanged", "tensor"),
    wrong={
        "not flipped": (
            "That is full cross-correlation: neither matrix was flipped.",
            full_correlation,
            lambda A, B: full_correlation(B, A),
        ),
        "flipped in one direction": (
            "You flipped along one axis only. True convolution flips B along both.",
            lambda A, B: full_correlation(A, B.flip(0)),
            lambda A, B: full_correlation(A, B.flip(1)),
        ),
        "transposed": (
            "You transposed B, along with a flip or in place of it, or the output. Transposing "
            "swaps rows and columns; flip(0, 1) reverses both.",
            lambda A, B: full_convolution(A, B.T),
            lambda A, B: full_correlation(A, B.T),
            lambda A, B: full_convolution(A, B).T,
        ),
        "valid": (
            "You kept only the places where B lies wholly on A. “Full” keeps every place where "
            "they overlap at all.",
            valid_convolution,
            lambda A, B: cross_correlation(A, B.flip(0, 1)),
        ),
        "one zero too many": (
            "Your output has a border of zeros: you padded with h and w zeros. With h - 1 and "
            "w - 1 the two overlap at every place.",
            lambda A, B: F.pad(full_convolution(A, B), (1, 1, 1, 1)),
        ),
        "rows and columns of zeros swapped": (
            "You laid w - 1 zeros around the rows and h - 1 around the columns, or handed them to "
            "F.pad in that order. It takes the last axis first: left, right, above, below.",
            lambda A, B: valid_convolution(_zeros_around(A, B.shape[1] - 1, B.shape[0] - 1), B),
        ),
        "as many zeros on both axes": (
            "You laid as many zeros around the rows as around the columns. B need not be square: "
            "h - 1 rows above and below, w - 1 columns left and right.",
            lambda A, B: valid_convolution(_zeros_around(A, B.shape[0] - 1, B.shape[0] - 1), B),
            lambda A, B: valid_convolution(_zeros_around(A, B.shape[1] - 1, B.shape[1] - 1), B),
            lambda A, B: valid_convolution(_zeros_around(A, max(B.shape) - 1, max(B.shape) - 1), B),
        ),
        "zeros on one side": (
            "Your output has the size of A and lacks what comes from one side of it: B hangs over "
            "on all four sides, so lay zeros there, and cut nothing off.",
            lambda A, B: full_convolution(A, B)[: A.shape[0], : A.shape[1]],
            lambda A, B: full_convolution(A, B)[B.shape[0] - 1 :, B.shape[1] - 1 :],
        ),
        "first flipped": (
            "Your output is upside down and mirrored, as it is where A is flipped instead of B. "
            "Flip B, and B alone.",
            lambda A, B: full_convolution(A, B).flip(0, 1),
        ),
        "overwritten": (
            "Where copies of B overlap you keep the last one only. They add up: += instead of =.",
            lambda A, B: painted(A, B, kept=0),
        ),
        "as large as the first": (
            "Your output has the size of the first matrix. “Full” is larger: H + h - 1 rows and "
            "W + w - 1 columns.",
            lambda A, B: valid_convolution(same_padded(A, B), B),
        ),
        "half the zeros": (
            "You laid only half as many zeros around A as B is large. For the two to overlap in a "
            "single pixel it takes h - 1 and w - 1 on each side.",
            lambda A, B: valid_convolution(_zeros_around(A, B.shape[0] // 2, B.shape[1] // 2), B),
            lambda A, B: valid_convolution(
                _zeros_around(A, (B.shape[0] - 1) // 2, (B.shape[1] - 1) // 2), B
            ),
        ),
    },
    right=(painted, lambda A, B: painted(B, A)),
    library={
        full_convolution: False,
        _scipy_full: False,
        _scipy_fft: False,
    },
    hints=(
        "Where do A and B overlap in at least one entry? Lay zeros around A so that B may stand "
        "there.",
        "h - 1 rows of zeros above and below A and w - 1 columns on either side are enough; then "
        "it is a valid convolution.",
        "torch.nn.functional.pad(A, (w - 1, w - 1, h - 1, h - 1)) makes the zeros (last axis "
        "first); your true_conv2d does the rest.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    needs=("convolution.true_conv2d", "convolution.corr2d", "convolution.corr2d_fast"),
    stand_in="full_conv2d",
)
