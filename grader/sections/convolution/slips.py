"""Common ways of getting cross-correlation in two dimensions wrong, and what to tell."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.sections.convolution.operators import (
    cross_correlation,
    full_convolution,
    same_padded,
    valid_convolution,
)


def _kept(X: Tensor, K: Tensor, rows: slice, columns: slice) -> Tensor:
    """The output with zeros outside of these rows and columns."""
    Y = cross_correlation(X, K)
    kept = torch.zeros_like(Y)
    kept[rows, columns] = Y[rows, columns]
    return kept


_Pair = tuple[int, int]


def _loops(
    shape: Callable[[_Pair, _Pair], _Pair] = lambda image, kernel: (
        image[0] - kernel[0] + 1,
        image[1] - kernel[1] + 1,
    ),
    window: Callable[[_Pair], _Pair] = lambda kernel: kernel,
    rows_are_columns: bool = False,
) -> Callable[[Tensor, Tensor], Tensor]:
    """Loops over the windows, and the shapes that are taken by mistake.

    Args:
        shape: of the output, made of the image's and the kernel's.
        window: its shape, made of the kernel's.
        rows_are_columns: the loop over rows runs over columns, and the other way round.
    """

    def answer(X: Tensor, K: Tensor) -> Tensor:
        (H, W), (h, w) = X.shape, K.shape
        Y = torch.zeros(shape((H, W), (h, w)))
        rows, columns = (H - h + 1, W - w + 1) if rows_are_columns else Y.shape
        high, wide = window((h, w))
        for i in range(rows):
            for j in range(columns):
                Y[i, j] = (X[i : i + high, j : j + wide] * K).sum()
        return Y

    return answer


def _turned(X: Tensor, K: Tensor) -> Tensor:
    """Right numbers, written to column j's row."""
    Y = cross_correlation(X, K)
    turned = torch.zeros_like(Y)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            turned[j, i] = Y[i, j]
    return turned


def _short_windows(X: Tensor, K: Tensor) -> Tensor:
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:h, j:w] * K).sum()
    return Y


HEIGHT_FOR_WIDTH = (
    _loops(window=lambda kernel: (kernel[0], kernel[0])),
    _loops(window=lambda kernel: (kernel[1], kernel[1])),
    _loops(window=lambda kernel: kernel[::-1]),
    _loops(
        lambda image, kernel: (image[0] - kernel[1] + 1, image[1] - kernel[0] + 1),
        lambda kernel: kernel[::-1],
    ),
    _loops(lambda image, kernel: (image[0] - kernel[1] + 1, image[1] - kernel[0] + 1)),
    _loops(lambda image, kernel: (image[0] - kernel[0] + 1, image[1] - kernel[0] + 1)),
    _loops(lambda image, kernel: (image[0] - kernel[0] + 1, image[0] - kernel[1] + 1)),
    _loops(lambda image, kernel: (image[0] - kernel[0] + 1, image[0] - kernel[0] + 1)),
    _loops(lambda image, kernel: (image[1] - kernel[1] + 1, image[0] - kernel[0] + 1)),
    _loops(
        lambda image, kernel: (image[1] - kernel[1] + 1, image[0] - kernel[0] + 1),
        rows_are_columns=True,
    ),
    _turned,
)
"""Ways of mixing up rows and columns; all but the last three are right for what is square."""


CORRELATION = {
    "flipped kernel": (
        "Your output is the expected one with the kernel flipped in both directions: that is true "
        "convolution. Cross-correlation lays the kernel on the image as it is.",
        valid_convolution,
    ),
    "flipped in one direction": (
        "Your output is the one of a kernel that is read backwards along one direction. "
        "Cross-correlation lays the kernel on the image as it is.",
        lambda X, K: cross_correlation(X, K.flip(0)),
        lambda X, K: cross_correlation(X, K.flip(1)),
    ),
    "transposed kernel": (
        "Your output is the one of the transposed kernel: rows and columns are swapped somewhere.",
        lambda X, K: cross_correlation(X, K.T),
    ),
    "height for width": (
        "Rows and columns are mixed up somewhere, or a height is taken for a width. X has H rows "
        "and W columns, K has h and w: windows are X[i:i + h, j:j + w], and Y has H - h + 1 rows "
        "and W - w + 1 columns.",
        *HEIGHT_FOR_WIDTH,
    ),
    "matrix product": (
        "You multiplied window and kernel as matrices, with @. Here each pixel is multiplied by "
        "the entry that lies on it: window * K.",
        lambda X, K: (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) @ K).sum((2, 3)),
        lambda X, K: (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) @ K.T).sum((2, 3)),
    ),
    "some products only": (
        "Each entry of your output holds the first or the last products of its window only. Add "
        "all of them up: begin at 0 before the loops over the kernel, and use += in them.",
        lambda X, K: K[-1, -1] * X[K.shape[0] - 1 :, K.shape[1] - 1 :],
        lambda X, K: K[0, 0] * X[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1],
        lambda X, K: cross_correlation(X[K.shape[0] - 1 :], K[-1:]),
        lambda X, K: cross_correlation(X[: X.shape[0] - K.shape[0] + 1], K[:1]),
    ),
    "products not added": (
        "You return the products themselves, or sums of some. Each window gives one number: the "
        "sum of all its products.",
        lambda X, K: X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K,
        lambda X, K: (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum(2),
        lambda X, K: (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum(3),
    ),
    "sign lost": (
        "You lost the signs, by absolute values, squares or torch.relu. Cross-correlation keeps "
        "them.",
        lambda X, K: cross_correlation(X, K).abs(),
        lambda X, K: cross_correlation(X.abs(), K.abs()),
        lambda X, K: cross_correlation(X, K).relu(),
        lambda X, K: cross_correlation(X, K).square(),
        lambda X, K: cross_correlation(X.square(), K.square()),
    ),
    "sign changed": (
        "Your numbers have the wrong sign.",
        lambda X, K: -cross_correlation(X, K),
    ),
    "windows too short": (
        "Your windows end too early: the one that starts at row i and column j ends before row "
        "i + h and column j + w, X[i:i + h, j:j + w].",
        _short_windows,
    ),
    "kernel left out": (
        "You did not multiply by the kernel's entries: your output is made of sums of pixels "
        "alone.",
        lambda X, K: cross_correlation(X, torch.ones_like(K)),
    ),
    "one sum": (
        "You added up all windows. Each gives a number of its own.",
        lambda X, K: cross_correlation(X, K).sum(),
    ),
    "one row of numbers": (
        "Your numbers are right, but they stand in one long row. Give them the shape "
        "(H - h + 1, W - w + 1).",
        lambda X, K: cross_correlation(X, K).flatten(),
    ),
    "an axis lost": (
        "Your numbers are right, but axes of size one are missing or too many: the output has the "
        "shape (H - h + 1, W - w + 1), also where one of these is 1.",
        lambda X, K: cross_correlation(X, K).squeeze(),
        lambda X, K: cross_correlation(X, K)[None],
        lambda X, K: cross_correlation(X, K)[None, None],
    ),
    "transposed output": (
        "Rows and columns of your output are swapped: the window at row i and column j gives "
        "Y[i, j].",
        lambda X, K: cross_correlation(X, K).T,
    ),
    "first row only": (
        "Only the first row of your output is filled. Does the return stand inside the outer loop?",
        lambda X, K: _kept(X, K, slice(1), slice(None)),
    ),
    "first entry only": (
        "Only the first entry of your output is filled. Does the return stand inside the loops?",
        lambda X, K: _kept(X, K, slice(1), slice(1)),
        lambda X, K: cross_correlation(X, K)[0, 0],
    ),
    "as large as the image": (
        "Your output has the shape of X, with zeros where no window starts. Only H - h + 1 rows "
        "and W - w + 1 columns have a window: give Y that shape.",
        lambda X, K: F.pad(cross_correlation(X, K), (0, K.shape[1] - 1, 0, K.shape[0] - 1)),
    ),
    "padded": (
        "Your kernel leaves the image in some windows, as if zeros stood around it. “Valid” means "
        "that it never does, so the output is smaller: H - h + 1 rows and W - w + 1 columns.",
        lambda X, K: cross_correlation(same_padded(X, K), K),
        lambda X, K: cross_correlation(same_padded(X.flip(0, 1), K).flip(0, 1), K),
        lambda X, K: cross_correlation(F.pad(X, (0, K.shape[1] - 1, 0, K.shape[0] - 1)), K),
        lambda X, K: full_convolution(X, K.flip(0, 1)),
        lambda X, K: cross_correlation(
            F.pad(X, (K.shape[1] // 2,) * 2 + (K.shape[0] // 2,) * 2), K
        ),
        lambda X, K: cross_correlation(F.pad(X, (1, 1, 1, 1)), K),
    ),
    "first window forgotten": (
        "Your output lacks its first row or column: the first window starts at row 0 and column 0.",
        lambda X, K: cross_correlation(X, K)[1:, 1:],
        lambda X, K: cross_correlation(X, K)[1:],
        lambda X, K: cross_correlation(X, K)[:, 1:],
    ),
    "last window forgotten": (
        "Your output lacks its last row or column, or leaves it 0: the last window starts at row "
        "H - h, so there are H - h + 1 of them; likewise with columns.",
        lambda X, K: cross_correlation(X, K)[:-1, :-1],
        lambda X, K: cross_correlation(X, K)[:-1],
        lambda X, K: cross_correlation(X, K)[:, :-1],
        lambda X, K: _kept(X, K, slice(-1), slice(-1)),
    ),
    "every second window": (
        "Your windows move on by two pixels; here they move on by one.",
        lambda X, K: cross_correlation(X, K, stride=2),
        lambda X, K: _kept(X, K, slice(None, None, 2), slice(None, None, 2)),
    ),
    "sum not begun anew": (
        "Each entry of your output holds the sums of the windows before it, too. Begin each "
        "window's sum at 0.",
        lambda X, K: cross_correlation(X, K).flatten().cumsum(0).view_as(cross_correlation(X, K)),
    ),
    "mean": (
        "You took the mean of the products; cross-correlation takes their sum.",
        lambda X, K: cross_correlation(X, K) / K.numel(),
    ),
}
