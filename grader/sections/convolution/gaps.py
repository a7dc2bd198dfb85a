"""How far an output is from following a shift, and the ways of getting that wrong."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.sections.convolution.operators import cross_correlation

_Shift = Callable[[int, int], int]


def largest(difference: Tensor) -> Tensor:
    return difference.abs().max()


def largest_or_none(difference: Tensor) -> Tensor:
    """0 where no column is left."""
    return largest(difference) if difference.numel() else torch.zeros(())


def largest_listed(difference: Tensor) -> float:
    """Python's own error where no column is left."""
    return float(max(difference.abs().flatten().tolist()))


def gap(
    reduce: Callable[[Tensor], Tensor | float] = largest,
    *,
    first: _Shift = lambda pixels, stride: math.ceil(pixels / stride),
    lag: _Shift = lambda pixels, stride: pixels // stride,
    move: Callable[[Tensor, int], Tensor] = lambda X, pixels: torch.roll(X, pixels, -1),
    strides: Callable[[int], tuple[int, int]] = lambda stride: (stride, stride),
) -> Callable[[Tensor, Tensor, int, int], float]:
    """The gap by whole outputs, and what is done otherwise by mistake.

    Args:
        first, lag: of pixels and stride, in columns of the output.
        strides: downwards and to the right.
    """

    def answer(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
        Y, Y2 = (
            F.conv2d(image[None, None], K[None, None], stride=strides(stride))[0, 0]
            for image in (X, move(X, pixels))
        )
        columns = torch.arange(first(pixels, stride), Y.shape[1])
        return float(reduce(Y2[:, columns] - Y[:, columns - lag(pixels, stride)]))

    return answer


def _outputs(X: Tensor, K: Tensor, pixels: int, stride: int) -> tuple[Tensor, Tensor, int, int]:
    """The two outputs, the first column that counts and the lag."""
    Y = cross_correlation(X, K, stride)
    Y2 = cross_correlation(torch.roll(X, pixels, -1), K, stride)
    return Y, Y2, math.ceil(pixels / stride), pixels // stride


def sliced(X: Tensor, K: Tensor, pixels: int, stride: int) -> Tensor:
    Y, Y2, first, lag = _outputs(X, K, pixels, stride)
    return largest(Y2[:, first:] - Y[:, first - lag : -lag])


def moved_left(
    reduce: Callable[[Tensor], Tensor | float],
) -> Callable[[Tensor, Tensor, int, int], Tensor | float]:
    def answer(X: Tensor, K: Tensor, pixels: int, stride: int) -> Tensor | float:
        Y, Y2, first, lag = _outputs(X, K, pixels, stride)
        return reduce(Y2[:, first : Y.shape[1] - lag] - Y[:, first + lag :])

    return answer


def magnitudes(X: Tensor, K: Tensor, pixels: int, stride: int) -> Tensor:
    Y, Y2, first, lag = _outputs(X, K, pixels, stride)
    return largest(Y2[:, first:].abs() - Y[:, first - lag : Y.shape[1] - lag].abs())
