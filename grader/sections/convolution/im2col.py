"""Extra: cross-correlation as a product with a matrix of the image."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.sections.convolution.given import im2col
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import same_padded


def _windows(X: Tensor, size: tuple[int, int]) -> Tensor:
    """Axes (row in the kernel, column in it, row of the window, column of it)."""
    return im2col(X, size).reshape(*size, X.shape[0] - size[0] + 1, -1)


IM2COL = Exercise(
    id="convolution.im2col",
    title="Windows as columns",
    points=2,
    minutes=9,
    core=False,
    covers=("D7.2.4", "M8"),
    example=(
        (
            Case(args=(torch.arange(8.0).reshape(2, 4), (2, 2))),
            [[0, 1, 2], [1, 2, 3], [4, 5, 6], [5, 6, 7]],
        ),
    ),
    cases=lambda draw: (
        [
            Case(args=(draw.normal(*draw.distinct(5, 8, 2)), size), about=about)
            for about, size in (
                ("a square kernel", (2, 2)),
                ("a wide kernel", (2, draw.integer(3, 4))),
                ("a tall kernel", (draw.integer(3, 4), 2)),
                ("a kernel of one row", (1, 3)),
                ("a kernel of one column", (3, 1)),
                ("a kernel of a single number", (1, 1)),
            )
        ]
        + [
            Case(args=(draw.normal(4, 4), (2, 3)), about="a square image"),
            Case(args=(draw.normal(3, 4), (3, 4)), about="a kernel as large as the image"),
        ]
    ),
    reference=im2col,
    promises=("unchanged", "tensor"),
    wrong={
        "transposed": (
            "Your matrix is transposed: here each window is a column, so there is one row for each "
            "entry of the kernel. (Some texts use the other form.)",
            lambda X, size: im2col(X, size).T,
        ),
        "reshaped, not transposed": (
            "Each window came out as a row, and reshaping cut the rows anew. Use .T, which keeps a "
            "window together.",
            lambda X, size: im2col(X, size).T.reshape(size[0] * size[1], -1),
        ),
        "windows column by column": (
            "Your windows go down the image first. Their order is that of the output: from left to "
            "right, then down.",
            lambda X, size: _windows(X, size).transpose(2, 3).flatten(0, 1).flatten(1),
        ),
        "entries column by column": (
            "Within a window you go down first. The order of the entries is that of "
            "K.flatten(): row by row.",
            lambda X, size: _windows(X, size).transpose(0, 1).flatten(0, 1).flatten(1),
        ),
        "all column by column": (
            "Your windows go down the image first, and so do the entries of each. The order is row "
            "by row: from left to right, then down.",
            lambda X, size: _windows(X, size).permute(1, 0, 3, 2).flatten(0, 1).flatten(1),
        ),
        "read backwards": (
            "Your matrix is upside down or mirrored: its rows, its columns, or both come in the "
            "opposite order. Nothing is flipped here; both are in reading order.",
            lambda X, size: im2col(X, size).flip(0),
            lambda X, size: im2col(X, size).flip(1),
            lambda X, size: im2col(X, size).flip(0, 1),
            lambda X, size: im2col(X.flip(0, 1), size),
        ),
        "windows in one row": (
            "You laid all windows one after the other into a single row. Each is a column of its "
            "own.",
            lambda X, size: im2col(X, size).T.flatten(),
            lambda X, size: im2col(X, size).flatten(),
        ),
        "image transposed": (
            "Those are the windows of the transposed image: rows and columns of X are swapped "
            "somewhere.",
            lambda X, size: im2col(X.T, size),
        ),
        "padded": (
            "You laid zeros around the image. Here the windows never leave it: there are H - h + 1 "
            "times W - w + 1 of them.",
            lambda X, size: im2col(same_padded(X, torch.empty(size)), size),
            lambda X, size: im2col(F.pad(X, (0, size[1] - 1, 0, size[0] - 1)), size),
        ),
        "height and width swapped": (
            "You took the kernel's width for its height: kernel_size is (rows, columns).",
            lambda X, size: im2col(X, size[::-1]),
        ),
        "last window forgotten": (
            "You lack the last windows: they begin at row H - h and column W - w, so there are "
            "H - h + 1 times W - w + 1 of them.",
            lambda X, size: _windows(X, size)[:, :, :-1, :-1].flatten(0, 1).flatten(1),
            lambda X, size: torch.stack(
                [*_windows(X, size)[:, :, :-1, :-1].flatten(0, 1).flatten(1).T], dim=1
            ),
        ),
        "windows side by side": (
            "Your windows do not overlap: each begins where the last one ends. They move on by one "
            "pixel.",
            lambda X, size: F.unfold(X[None, None], size, stride=size)[0],
        ),
        "not flattened": (
            "Your answer has too many axes: make one column of each window, and put the columns "
            "next to each other.",
            lambda X, size: _windows(X, size),
            lambda X, size: _windows(X, size).permute(2, 3, 0, 1),
            lambda X, size: _windows(X, size).permute(2, 3, 0, 1).flatten(0, 1),
            lambda X, size: _windows(X, size).flatten(2),
        ),
    },
    right=(
        lambda X, size: torch.stack(
            [
                X[i : i + size[0], j : j + size[1]].flatten()
                for i in range(X.shape[0] - size[0] + 1)
                for j in range(X.shape[1] - size[1] + 1)
            ],
            dim=1,
        ),
        lambda X, size: torch.stack(
            [
                X[a : X.shape[0] - size[0] + 1 + a, b : X.shape[1] - size[1] + 1 + b].flatten()
                for a in range(size[0])
                for b in range(size[1])
            ]
        ),
    ),
    library={im2col: False, F.unfold: False},
    hints=(
        "How many windows are there, and how many entries has each? That gives the shape.",
        "Each column is a window laid out row by row: X[i:i + h, j:j + w].flatten().",
        "Collect the flattened windows in the order of the output, i outside and j inside, and "
        "torch.stack them along dim=1.",
    ),
    forbidden=WINDOW_OPERATORS,
    stand_in="im2col",
)
