"""Extra to part F: what commutes."""

import numpy as np
import scipy.signal
import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.full_convolution import painted
from grader.sections.convolution.operators import full_convolution, full_correlation


def _gap(A: Tensor, B: Tensor) -> Tensor:
    """The differences of full cross-correlation in both orders."""
    return full_correlation(A, B) - full_correlation(B, A)


def _by_scipy(A: Tensor, B: Tensor) -> list[float]:
    """SciPy's full convolution and cross-correlation, in float64."""
    first, second = A.double().numpy(), B.double().numpy()
    return [
        float(np.abs(operation(first, second) - operation(second, first)).max())
        for operation in (scipy.signal.convolve2d, scipy.signal.correlate2d)
    ]


def _largest(differences: Tensor) -> float:
    return float(differences.abs().max())


def _flip_gap(C: Tensor, axis: int) -> float:
    return _largest(C - C.flip(axis))


def _telling(draw: Draw, first: tuple[int, int], second: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Two matrices; no output's largest difference is that to its mirror image along one axis.

    In a row or column in the middle the two are the same.
    """
    while True:
        A, B = draw.normal(*first), draw.normal(*second)
        C, largest = full_correlation(A, B), _largest(_gap(A, B))
        if all(abs(_flip_gap(C, axis) - largest) > 1e-2 * largest for axis in (0, 1)):
            return A, B


def _by_flipping(A: Tensor, B: Tensor) -> Tensor:
    """In the other order, full cross-correlation comes out turned by 180 degrees."""
    correlation = painted(A, B.flip(0, 1))
    gaps = painted(A, B) - painted(B, A), correlation - correlation.flip(0, 1)
    return torch.stack([gap.abs().max() for gap in gaps])


RESIDUALS = Exercise(
    id="convolution.residuals",
    title="Which of the two commutes?",
    points=1,
    minutes=11,
    core=False,
    covers=("D7.1.8",),
    example=((Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0, 4]]))), [0, 2]),),
    cases=lambda draw: [
        Case(args=_telling(draw, first, second), about=about)
        for about, first, second in (
            ("a larger first matrix", (4, 6), (2, 3)),
            ("a larger second matrix", (2, 3), (5, draw.integer(4, 6))),
            ("a second matrix that is higher and narrower", (2, 5), (draw.integer(4, 5), 3)),
            ("two matrices of one shape", (3, 4), (3, 4)),
        )
    ],
    reference=_by_scipy,
    wrong={
        "order swapped": (
            "The numbers are the other way round: first convolution, then cross-correlation.",
            lambda A, B: _by_scipy(A, B)[::-1],
        ),
        "second one zero": (
            "Your second residual is 0, as if cross-correlation commuted. Either something is "
            "flipped for it, or you compare sums or largest entries, which are the same in both "
            "orders. Compare entry by entry, then take the largest difference.",
            lambda A, B: [0.0, 0.0],
        ),
        "cross-correlation twice": (
            "Your first residual is that of cross-correlation. Full convolution flips the second "
            "matrix, and commutes.",
            lambda A, B: [_by_scipy(A, B)[1]] * 2,
        ),
        "flipped in one direction": (
            "Your second residual is that of an operation that flips along one axis. Full "
            "cross-correlation flips nothing: what full_conv2d flips is flipped back along both.",
            *(
                lambda A, B, axis=axis: [0.0, _flip_gap(full_correlation(A, B), axis)]
                for axis in (0, 1)
            ),
            *(
                lambda A, B, axis=axis: [0.0, _flip_gap(full_convolution(A, B.flip(axis)), axis)]
                for axis in (0, 1)
            ),
        ),
        "one operation against the other": (
            "You compared convolution with cross-correlation. Each is compared with itself, in the "
            "other order: (A, B) with (B, A).",
            lambda A, B: [0.0, _largest(full_convolution(A, B) - full_correlation(A, B))],
            lambda A, B: [0.0, _largest(full_convolution(A, B) - full_correlation(B, A))],
            lambda A, B: [_largest(full_convolution(A, B) - full_correlation(A, B))] * 2,
            lambda A, B: [
                _largest(full_convolution(A, B) - full_correlation(A, B)),
                _by_scipy(A, B)[1],
            ],
        ),
        "whole numbers": (
            "You cut or rounded the differences to whole numbers. Keep them as they are: floats.",
            lambda A, B: [0, int(_by_scipy(A, B)[1])],
            lambda A, B: [0, round(_by_scipy(A, B)[1])],
        ),
        "one number": (
            "You return one number. Two are asked for, in a list: that of convolution, then that "
            "of cross-correlation.",
            lambda A, B: _by_scipy(A, B)[1],
            lambda A, B: _by_scipy(A, B)[0],
            lambda A, B: _by_scipy(A, B)[1:],
            lambda A, B: _by_scipy(A, B)[:1],
        ),
        "mean": (
            "You took the mean of the differences; a residual here is the largest one.",
            lambda A, B: [0.0, _gap(A, B).abs().mean().item()],
            lambda A, B: [0.0, _gap(A, B).square().mean().sqrt().item()],
        ),
        "sum": (
            "You summed the differences, or their squares; a residual here is the largest one.",
            lambda A, B: [0.0, _gap(A, B).abs().sum().item()],
            lambda A, B: [0.0, _gap(A, B).square().sum().sqrt().item()],
        ),
        "squares": (
            "You squared the differences; a residual here is the largest of them as it is.",
            lambda A, B: [0.0, _gap(A, B).square().max().item()],
        ),
    },
    right=(_by_flipping, lambda A, B: tuple(_by_flipping(A, B).tolist())),
    library={
        _by_scipy: False,
        lambda A, B: [0.0, _gap(A, B).abs().max()]: False,
    },
    hints=(
        "A residual compares an operation on (A, B) with the same one on (B, A).",
        "For full cross-correlation lay the same zeros around the first as in full_conv2d, and "
        "call corr2d instead of true_conv2d.",
        "Each residual is (op(A, B) - op(B, A)).abs().max().item(), with op = full_conv2d for the "
        "first and your full cross-correlation for the second.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    promises=("unchanged",),
    needs=(
        "convolution.full_conv2d",
        "convolution.true_conv2d",
        "convolution.corr2d",
        "convolution.corr2d_fast",
    ),
)
