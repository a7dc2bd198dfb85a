"""Section 01: marking of cross-correlation as a matrix product."""

import numpy as np
import scipy.linalg
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.convolution.facts import cross_correlation
from grader.former.marking import Marking, Mutant, named_wrongs


def toeplitz(K: Tensor, height: int, width: int) -> Tensor:
    """The solution: (output positions, height*width), the kernel laid at each place in turn."""
    h, w = K.shape
    rows = []
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            row = torch.zeros(height, width)
            row[i : i + h, j : j + w] = K
            rows.append(row.flatten())
    return torch.stack(rows)


def _columns_of_units(case: Case) -> Tensor:
    """The reference: column p is what the operator answers to an image with a one at pixel p."""
    K, height, width = case.args
    units = torch.eye(height * width).reshape(-1, height, width)
    return torch.stack([cross_correlation(unit, K).flatten() for unit in units], dim=1)


def _toeplitz_cases(draw: Draw) -> list[Case]:
    # Wide images with narrow kernels and tall with low: swapped sides still give a matrix.
    return [
        Case(args=(draw.normal(2, 3), 4, draw.integer(6, 8)), about="a wide image"),
        Case(args=(draw.normal(3, 2), draw.integer(6, 8), 4), about="a tall image"),
        Case(args=(draw.normal(2, 2), 3, draw.integer(4, 5)), about="a square kernel"),
    ]


def _side_by_side(K: Tensor, height: int, width: int) -> Tensor:
    matrix = torch.zeros_like(toeplitz(K, height, width))
    columns = width - K.shape[1] + 1
    for position, row in enumerate(matrix):
        start = position // columns * width + position % columns
        row[start : start + K.numel()] = K.flatten()[: row.numel() - start]
    return matrix


def _down_first(K: Tensor, height: int, width: int) -> Tensor:
    """Windows and pixels both column by column: right for the transposed image and kernel."""
    return toeplitz(K.T.contiguous(), width, height)


def _one_row(K: Tensor, height: int, width: int) -> Tensor:
    h, w = K.shape
    row, rows = torch.zeros(height, width), []
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            row[i : i + h, j : j + w] = K
            rows.append(row.flatten())
    return torch.stack(rows)


def _by_scatter(K: Tensor, height: int, width: int) -> Tensor:
    pixels = torch.arange(height * width).reshape(height, width)
    windows = pixels.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1).reshape(-1, K.numel())
    matrix = torch.zeros(len(windows), height * width)
    return matrix.scatter(1, windows, K.flatten().expand(len(windows), -1))


def im2col(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """The solution: (h*w, positions), one window a column."""
    h, w = kernel_size
    windows = [
        X[i : i + h, j : j + w].flatten()
        for i in range(X.shape[0] - h + 1)
        for j in range(X.shape[1] - w + 1)
    ]
    return torch.stack(windows, dim=1)


def _im2col_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, kernel_size in (
        ("a square kernel", (2, 2)),
        ("a wide kernel", (2, draw.integer(3, 4))),
        ("a tall kernel", (draw.integer(3, 4), 2)),
    ):
        height, width = draw.distinct(5, 8, 2)
        cases.append(Case(args=(draw.normal(height, width), kernel_size), about=about))
    return cases


def _strided_windows(case: Case) -> Tensor:
    """The reference, by NumPy's windows."""
    X, kernel_size = case.args
    windows = np.lib.stride_tricks.sliding_window_view(X.numpy(), tuple(kernel_size))
    return torch.from_numpy(windows.reshape(-1, kernel_size[0] * kernel_size[1]).T.copy())


def _by_unfold(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """Axes (row of window, column of window, row in kernel, column in kernel)."""
    return X.unfold(0, kernel_size[0], 1).unfold(1, kernel_size[1], 1)


def _unfold_operator(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    return F.unfold(X[None, None], tuple(kernel_size))[0]


_TOEPLITZ_MISTAKES, _TOEPLITZ_MUTANTS = named_wrongs(
    "convolution.toeplitz",
    {
        "transposed": lambda K, height, width: toeplitz(K, height, width).T,
        "flipped kernel": lambda K, height, width: toeplitz(K.flip(0, 1), height, width),
        "rows of the kernel side by side": _side_by_side,
        "column by column": _down_first,
        "one row reused": _one_row,
        "not flattened": lambda K, height, width: toeplitz(K, height, width).reshape(
            -1, height, width
        ),
        "height and width swapped": lambda K, height, width: toeplitz(K, width, height),
    },
)
_IM2COL_MISTAKES, _IM2COL_MUTANTS = named_wrongs(
    "convolution.im2col",
    {
        "transposed": lambda X, size: im2col(X, size).T,
        "reshaped, not transposed": lambda X, size: im2col(X, size).T.reshape(
            size[0] * size[1], -1
        ),
        "windows column by column": lambda X, size: (
            _by_unfold(X, size).permute(2, 3, 1, 0).flatten(0, 1).flatten(1)
        ),
        "entries column by column": lambda X, size: (
            _by_unfold(X, size).permute(3, 2, 0, 1).flatten(0, 1).flatten(1)
        ),
    },
)

MARKINGS = (
    Marking(
        exercise="convolution.toeplitz",
        cases=_toeplitz_cases,
        expect=_columns_of_units,
        mistakes=_TOEPLITZ_MISTAKES,
        solution=toeplitz,
        mutants=(*_TOEPLITZ_MUTANTS, Mutant("by scatter", _by_scatter, state="right")),
        library={scipy.linalg.toeplitz: False, torch.block_diag: False},
    ),
    Marking(
        exercise="convolution.im2col",
        cases=_im2col_cases,
        expect=_strided_windows,
        mistakes=_IM2COL_MISTAKES,
        solution=im2col,
        mutants=(
            *_IM2COL_MUTANTS,
            Mutant(
                "by Tensor.unfold",
                lambda X, size: _by_unfold(X, size).permute(2, 3, 0, 1).flatten(0, 1).flatten(1),
                state="right",
            ),
        ),
        library={_unfold_operator: False, F.unfold: False},
    ),
)
