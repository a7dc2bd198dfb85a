"""Extra: the whole layer as one matrix product."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.checks.promises import WAY
from course_lib.sections.channels.adapters import ONE_PRODUCT
from course_lib.sections.channels.given import conv2d_matmul
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _settings(draw: Draw) -> list[Case]:
    """Two sizes for the same filters first."""
    filters, same, many = draw.normal(3, 2, 2, 3), draw.integer(3, 4), draw.integer(4, 5)
    wide = draw.integer(6, 7)
    return [
        Case(args=(draw.normal(2, 3, 5), filters), about="a small image"),
        Case(args=(draw.normal(2, 5, wide), filters), about="a larger image"),
    ] + [
        Case(args=(draw.normal(c_i, *size), draw.normal(c_o, c_i, *kernel)), about=about)
        for about, c_i, c_o, size, kernel in (
            ("as many channels out as in", same, same, (3, 4), (2, 1)),
            ("more channels in than out", many, 3, (4, 3), (3, 1)),
            ("a single channel in", 1, 3, (3, 6), (2, 4)),
            ("a single filter", 3, 1, (3, 4), (2, 1)),
            ("a square image and square kernels", 2, 3, (4, 4), (3, 3)),
            ("kernels of a single number", 3, 2, (3, 4), (1, 1)),
            ("kernels as large as the image", 2, 4, (3, 2), (3, 2)),
            ("kernels as high as the image", 2, 3, (3, 4), (3, 1)),
            ("kernels as wide as the image", 2, 3, (4, 3), (1, 3)),
        )
    ]


def _windows(X: Tensor, K: Tensor) -> Tensor:
    """Axes (channel, row and column in the kernel, row and column of the window)."""
    return X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1).permute(0, 3, 4, 1, 2)


def _product(columns: Tensor, X: Tensor, K: Tensor) -> Tensor:
    """The filters times a matrix of columns, as maps."""
    shape = len(K), X.shape[1] - K.shape[2] + 1, X.shape[2] - K.shape[3] + 1
    return (K.flatten(1) @ columns).reshape(shape)


def _sliced(X: Tensor, K: Tensor) -> Tensor:
    """The matrix row by row: one slice of the image for each entry of a filter."""
    rows, columns = X.shape[1] - K.shape[2] + 1, X.shape[2] - K.shape[3] + 1
    lines = [
        channel[a : a + rows, b : b + columns].flatten()
        for channel in X
        for a in range(K.shape[2])
        for b in range(K.shape[3])
    ]
    return _product(torch.stack(lines), X, K)


def _by_unfold(X: Tensor, K: Tensor) -> Tensor:
    return _product(F.unfold(X[None], (K.shape[2], K.shape[3]))[0], X, K)


CONV2D_MATMUL = Exercise(
    id="channels.conv2d_matmul",
    title="A layer as one matrix product",
    points=3,
    minutes=10,
    core=False,
    covers=("D7.4.5",),
    cases=_settings,
    reference=conv2d_matmul,
    promises=("unchanged", "tensor", "gradient", "vectorised"),
    wrong={
        WAY: (
            "The result is right, but it is not made by one matrix product (@, torch.matmul, "
            "torch.einsum): there was none, or several, one for each filter, channel or entry of "
            "a kernel. All filters are one matrix, all windows with all their channels another.",
        ),
        "one channel only": (
            "Your output uses one input channel only, the first or the last. A window reaches "
            "through all channels: X[:, i:i + h, j:j + w].",
            lambda X, K: conv2d_matmul(X[:1], K[:, :1]),
            lambda X, K: conv2d_matmul(X[-1:], K[:, -1:]),
        ),
        "mean": (
            "You took the mean over the channels, or over a window. The products are added.",
            lambda X, K: conv2d_matmul(X, K) / len(X),
            lambda X, K: conv2d_matmul(X, K) / K[0].numel(),
        ),
        "channels kept apart": (
            "Your output keeps the input channels apart. They are added up: c does not stand on "
            "the right of ->.",
            lambda X, K: torch.einsum("cabij,ocab->ocij", _windows(X, K), K),
        ),
        "flipped": (
            "You flipped the kernels. They lie on a window as they are.",
            lambda X, K: conv2d_matmul(X, K.flip(2, 3)),
        ),
        "windows apart": (
            "Your windows do not overlap. There is one at each place, so the step of unfold is 1.",
            lambda X, K: F.conv2d(X[None], K, stride=(K.shape[2], K.shape[3]))[0],
        ),
        "last windows forgotten": (
            "Your output lacks its last row and column: there are H - h + 1 places down and "
            "W - w + 1 across.",
            lambda X, K: conv2d_matmul(X, K)[:, :-1, :-1],
        ),
        "rows and columns swapped": (
            "You reshaped to columns by rows, or went down the image first. The product's columns "
            "are the windows in reading order: H - h + 1 rows of W - w + 1.",
            lambda X, K: conv2d_matmul(X, K).reshape(
                len(K), X.shape[2] - K.shape[3] + 1, X.shape[1] - K.shape[2] + 1
            ),
            lambda X, K: _product(_windows(X, K).transpose(3, 4).flatten(3).flatten(0, 2), X, K),
            lambda X, K: conv2d_matmul(X, K).transpose(1, 2),
        ),
        "axes not moved": (
            "You reshaped the windows as they come from unfold, with axes (c, rows, columns, h, "
            "w). Move the axes first: what makes a row of the matrix is (c, h, w).",
            lambda X, K: _product(
                _windows(X, K).permute(0, 3, 4, 1, 2).reshape(K[0].numel(), -1), X, K
            ),
        ),
        "channels innermost": (
            "In your columns the channels of one pixel stand together. The order must be that of "
            "K[o].flatten(): all of the first channel's window, then the second's.",
            lambda X, K: _product(
                _windows(X, K).permute(1, 2, 0, 3, 4).flatten(3).flatten(0, 2), X, K
            ),
        ),
        "a window's columns first": (
            "Inside a window you go down the columns first. Its entries stand in the order of "
            "K[o].flatten(): from left to right, then down.",
            lambda X, K: _product(_windows(X, K).transpose(1, 2).flatten(3).flatten(0, 2), X, K),
        ),
        "filters cut anew": (
            "You cut the filters anew: a row of K.reshape(-1, c_o).T holds bits of all filters. "
            "K.flatten(1) has one filter in each row.",
            lambda X, K: conv2d_matmul(X, K.reshape(-1, len(K)).T.reshape(K.shape)),
        ),
        "channels last": (
            "Your output has its channels on the last axis. PyTorch's order is (c_o, rows, "
            "columns).",
            lambda X, K: conv2d_matmul(X, K).permute(1, 2, 0),
        ),
        "reshaped, not transposed": (
            "Each window came out as a row, and reshaping cut these rows anew. Transpose first, or "
            "put the filters on the left of the product.",
            lambda X, K: conv2d_matmul(X, K).permute(1, 2, 0).reshape(conv2d_matmul(X, K).shape),
        ),
        "not reshaped": (
            "Your numbers are right, but each filter's windows stand in one long row. Give them "
            "the shape (c_o, H - h + 1, W - w + 1).",
            lambda X, K: conv2d_matmul(X, K).flatten(1),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "the shape (c_o, H - h + 1, W - w + 1), also where one of these is 1.",
            lambda X, K: conv2d_matmul(X, K).squeeze(),
            lambda X, K: conv2d_matmul(X, K)[None],
        ),
    },
    right=(
        _sliced,
        lambda X, K: torch.einsum("cabij,ocab->oij", _windows(X, K), K),
        lambda X, K: (_windows(X, K).flatten(3).flatten(0, 2).T @ K.flatten(1).T).T.reshape(
            len(K), X.shape[1] - K.shape[2] + 1, -1
        ),
    ),
    library={conv2d_matmul: False, _by_unfold: False},
    hints=(
        "How many numbers has a window with all its channels? That is the number of rows of the "
        "matrix of windows; each window is a column of it.",
        "The windows of all channels at once: X.unfold(1, h, 1).unfold(2, w, 1) has shape "
        "(c_i, rows, columns, h, w). Move the axes to (c_i, h, w, rows, columns) with "
        "permute(0, 3, 4, 1, 2), then reshape to (c_i · h · w, rows · columns).",
        "K.flatten(1) has one filter in each row. K.flatten(1) @ windows, reshaped to "
        "(c_o, H - h + 1, W - w + 1), is the output.",
    ),
    forbidden=WINDOW_OPERATORS,
    through="counting_products",
    required=(ONE_PRODUCT,),
    needs=("channels.conv1x1",),
    stand_in="conv2d_matmul",
)
