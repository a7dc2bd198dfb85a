"""Section 03: marking of the layer as a matrix product."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.channels.summing import by_loops, corr2d_multi_in_out


def conv2d_loop(X: Tensor, K: Tensor) -> Tensor:
    """The solution: (c_i, H, W), (c_o, c_i, h, w) -> (c_o, H-h+1, W-w+1), window by window."""
    h, w = K.shape[2:]
    Y = torch.zeros(len(K), X.shape[1] - h + 1, X.shape[2] - w + 1)
    for i in range(Y.shape[1]):
        for j in range(Y.shape[2]):
            Y[:, i, j] = K.flatten(1) @ X[:, i : i + h, j : j + w].flatten()
    return Y


def im2col(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """The solution: (c, H, W) -> (c·h·w, windows)."""
    h, w = kernel_size
    windows = X.unfold(1, h, 1).unfold(2, w, 1)  # (c, rows, columns, h, w)
    return windows.permute(0, 3, 4, 1, 2).reshape(len(X) * h * w, -1)


def conv2d_matmul(X: Tensor, K: Tensor) -> Tensor:
    """The solution: the same as `conv2d_loop` in one product."""
    h, w = K.shape[2:]
    columns = im2col(X, (h, w))
    return (K.flatten(1) @ columns).reshape(len(K), X.shape[1] - h + 1, X.shape[2] - w + 1)


def _layer_cases(draw: Draw) -> list[Case]:
    K = draw.normal(4, 3, 2, 3)
    other = draw.normal(draw.integer(2, 3), draw.integer(4, 6), 3, 2)
    return [
        Case(args=(draw.normal(3, 4, 6), K), about="a small image"),
        Case(args=(draw.normal(3, 9, draw.integer(11, 12)), K), about="a larger image"),
        Case(args=(draw.normal(other.shape[1], 6, 8), other), about="more channels in than out"),
    ]


def _im2col_cases(draw: Draw) -> list[Case]:
    def image(about: str, c: int, h: int, w: int) -> Case:
        height, width = draw.distinct(5, 8, 2)
        if (height - h + 1) * (width - w + 1) == c * h * w:
            height += 1  # reshaping a square matrix would change nothing
        return Case(args=(draw.normal(c, height, width), (h, w)), about=about)

    return [
        image("two channels", 2, 2, draw.integer(3, 4)),
        image("more channels", draw.integer(3, 5), 3, 2),
        image("a wide kernel", 3, 2, 4),
    ]


def _strided_windows(case: Case) -> Tensor:
    """The reference, by NumPy's windows."""
    X, kernel_size = case.args[0].numpy(), tuple(case.args[1])
    windows = np.lib.stride_tricks.sliding_window_view(X, kernel_size, axis=(1, 2))
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(len(X) * kernel_size[0] * kernel_size[1], -1)
    return torch.from_numpy(columns.copy())


def _stacked(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """Window by window, each a column."""
    h, w = kernel_size
    windows = [
        X[:, i : i + h, j : j + w].flatten()
        for i in range(X.shape[1] - h + 1)
        for j in range(X.shape[2] - w + 1)
    ]
    return torch.stack(windows, dim=1)


def _axes(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """Axes (channel, row in kernel, column in kernel, row of window, column of window)."""
    return X.unfold(1, kernel_size[0], 1).unfold(2, kernel_size[1], 1).permute(0, 3, 4, 1, 2)


def _cut_anew(X: Tensor, K: Tensor) -> Tensor:
    Y = conv2d_loop(X, K)
    return (im2col(X, (K.shape[2], K.shape[3])).T @ K.flatten(1).T).reshape(Y.shape)


def _by_einsum(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("cabij,ocab->oij", _axes(X, (K.shape[2], K.shape[3])), K)


def _conv2d(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None], K)[0]


def _unfold(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    return F.unfold(X[None], tuple(kernel_size))[0]


def _by_unfold(X: Tensor, K: Tensor) -> Tensor:
    columns = F.unfold(X[None], (K.shape[2], K.shape[3]))[0]
    return (K.flatten(1) @ columns).reshape(len(K), X.shape[1] - K.shape[2] + 1, -1)


def _all_filters(X: Tensor, K: Tensor) -> Tensor:
    return conv2d_loop(X, K).sum(0, keepdim=True).expand(len(K), -1, -1)


def _filters_cut(X: Tensor, K: Tensor) -> Tensor:
    return conv2d_matmul(X, K.reshape(-1, len(K)).T.reshape(K.shape))


def _sides_swapped(X: Tensor, K: Tensor) -> Tensor:
    Y = conv2d_matmul(X, K)
    return Y.reshape(len(K), Y.shape[2], Y.shape[1])


_LAYER_WRONGS = {
    "channels forgotten": lambda X, K: conv2d_loop(X[:1], K[:, :1]),
    "last window forgotten": lambda X, K: conv2d_matmul(X, K)[:, :-1, :-1],
    "channels last": lambda X, K: conv2d_matmul(X, K).permute(1, 2, 0),
    "reshaped, not transposed": _cut_anew,
}
_LOOP_MISTAKES, _LOOP_MUTANTS = named_wrongs(
    "channels.conv2d_loop",
    {
        **_LAYER_WRONGS,
        "last window left out": lambda X, K: F.pad(conv2d_loop(X, K)[:, :-1, :-1], (0, 1, 0, 1)),
        "filters added": _all_filters,
    },
)
_MATMUL_MISTAKES, _MATMUL_MUTANTS = named_wrongs(
    "channels.conv2d_matmul",
    {
        **_LAYER_WRONGS,
        "channels forgotten": lambda X, K: conv2d_matmul(X[:1], K[:, :1]),
        "rows and columns swapped": _sides_swapped,
        "filters cut anew": _filters_cut,
    },
)
_IM2COL_MISTAKES, _IM2COL_MUTANTS = named_wrongs(
    "channels.im2col",
    {
        "transposed": lambda X, size: im2col(X, size).T,
        "channels innermost": lambda X, size: (
            _axes(X, size).permute(1, 2, 0, 3, 4).flatten(0, 2).flatten(1)
        ),
        "channels side by side": lambda X, size: torch.cat(
            [im2col(channel[None], size) for channel in X], dim=1
        ),
        "axes not moved": lambda X, size: (
            X.unfold(1, size[0], 1).unfold(2, size[1], 1).reshape(im2col(X, size).shape)
        ),
        "windows side by side": lambda X, size: torch.stack(
            [
                X[:, i : i + size[0], j : j + size[1]].flatten()
                for i in range(0, X.shape[1] - size[0] + 1, size[0])
                for j in range(0, X.shape[2] - size[1] + 1, size[1])
            ],
            dim=1,
        ),
        "last windows forgotten": lambda X, size: (
            _axes(X, size)[..., :-1, :-1].flatten(3).flatten(0, 2)
        ),
        "sides swapped": lambda X, size: im2col(X, (size[1], size[0])),
        "a window's columns first": lambda X, size: (
            _axes(X, size).transpose(1, 2).flatten(0, 2).flatten(1)
        ),
        "windows column by column": lambda X, size: (
            _axes(X, size).transpose(3, 4).flatten(0, 2).flatten(1)
        ),
        "reshaped, not transposed": lambda X, size: im2col(X, size).T.reshape(
            im2col(X, size).shape
        ),
    },
)
MARKINGS = (
    Marking(
        exercise="channels.conv2d_loop",
        cases=_layer_cases,
        expect=by_loops,
        mistakes=_LOOP_MISTAKES,
        solution=conv2d_loop,
        mutants=(*_LOOP_MUTANTS, Mutant("no loop at all", _by_einsum, state="right")),
        library={_conv2d: False, F.conv2d: False, corr2d_multi_in_out: False},
    ),
    Marking(
        exercise="channels.im2col",
        cases=_im2col_cases,
        expect=_strided_windows,
        mistakes=_IM2COL_MISTAKES,
        solution=im2col,
        mutants=(*_IM2COL_MUTANTS, Mutant("window by window", _stacked, state="right")),
        library={_unfold: False, F.unfold: False},
    ),
    Marking(
        exercise="channels.conv2d_matmul",
        cases=_layer_cases,
        expect=by_loops,
        mistakes=_MATMUL_MISTAKES,
        solution=conv2d_matmul,
        mutants=(
            *_MATMUL_MUTANTS,
            Mutant("window by window", conv2d_loop, state="partly right", mistake="loop"),
            Mutant("pairs of channels", corr2d_multi_in_out, state="partly right", mistake="way"),
            Mutant("by einsum", _by_einsum, state="right"),
        ),
        library={
            _conv2d: False,
            _by_unfold: False,
        },
    ),
)
