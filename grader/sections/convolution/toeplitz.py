"""Extra: cross-correlation as a product with a matrix of the kernel."""

import itertools

import scipy.linalg
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import cross_correlation


def _columns_of_units(K: Tensor, height: int, width: int) -> Tensor:
    """Column p is what PyTorch's operator answers to an image with a one at pixel p."""
    units = torch.eye(height * width).reshape(-1, height, width)
    return torch.stack([cross_correlation(unit, K).flatten() for unit in units], dim=1)


def _by_place(K: Tensor, height: int, width: int) -> Tensor:
    """The matrix as (row of the window, column of it, row of the pixel, column of it)."""
    rows = height - K.shape[0] + 1
    return _columns_of_units(K, height, width).reshape(rows, -1, height, width)


def _side_by_side(K: Tensor, height: int, width: int) -> Tensor:
    matrix = torch.zeros_like(_columns_of_units(K, height, width))
    columns = width - K.shape[1] + 1
    for position, row in enumerate(matrix):
        start = position // columns * width + position % columns
        row[start : start + K.numel()] = K.flatten()[: row.numel() - start]
    return matrix


def _never_emptied(K: Tensor, height: int, width: int) -> Tensor:
    """One image for all places, in which the kernel's former places stay."""
    (h, w), row, rows = K.shape, torch.zeros(height, width), []
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            row[i : i + h, j : j + w] = K
            rows.append(row.flatten().clone())
    return torch.stack(rows)


def _moved_by_one(K: Tensor, height: int, width: int) -> Tensor:
    matrix = _columns_of_units(K, height, width)
    return torch.stack([matrix[0].roll(place) for place in range(len(matrix))])


def _counted(
    K: Tensor, height: int, width: int, row: int | None = None, place: int | None = None
) -> Tensor:
    """Entry by entry, with other lengths of a row of pixels or of places than the right ones."""
    (h, w), row = K.shape, row or width
    rows, columns = height - h + 1, width - w + 1
    matrix = torch.zeros(rows * columns, height * width)
    for i, j, a, b in itertools.product(range(rows), range(columns), range(h), range(w)):
        matrix[i * (place or columns) + j, (i + a) * row + j + b] = K[a, b]
    return matrix


def _swapped(K: Tensor, height: int, width: int) -> Tensor:
    """Height and width taken for each other, and no place where the kernel then does not fit."""
    places = max(width - K.shape[0] + 1, 0) * max(height - K.shape[1] + 1, 0)
    return _columns_of_units(K, width, height) if places else torch.zeros(0, height * width)


def _by_scatter(K: Tensor, height: int, width: int) -> Tensor:
    pixels = torch.arange(height * width).reshape(height, width)
    windows = pixels.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1).reshape(-1, K.numel())
    matrix = torch.zeros(len(windows), height * width)
    return matrix.scatter(1, windows, K.flatten().expand(len(windows), -1))


def _by_moving(K: Tensor, height: int, width: int) -> Tensor:
    """The first row, moved on to each place."""
    (h, w) = K.shape
    first = F.pad(K, (0, width - w, 0, height - h)).flatten()
    starts = [i * width + j for i in range(height - h + 1) for j in range(width - w + 1)]
    return torch.stack([first.roll(start) for start in starts])


TOEPLITZ = Exercise(
    id="convolution.toeplitz",
    title="Cross-correlation as one matrix",
    points=2,
    minutes=16,
    core=False,
    covers=("D7.2.4",),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 2], [3, 4]]), 2, 3)),
            [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]],
        ),
    ),
    # Wide images with narrow kernels and tall with low: swapped sides still give a matrix.
    cases=lambda draw: [
        Case(args=(draw.normal(*kernel), *size), about=about)
        for about, kernel, size in (
            ("a wide image", (2, 3), (4, draw.integer(6, 7))),
            ("a tall image", (3, 2), (draw.integer(6, 7), 4)),
            ("a square image and kernel", (2, 2), (4, 4)),
            ("a kernel of one row", (1, 3), (3, 5)),
            ("a kernel of one column", (3, 1), (5, 3)),
            ("a kernel of a single number", (1, 1), (2, 3)),
            ("a kernel as large as the image", (3, 4), (3, 4)),
        )
    ],
    reference=_columns_of_units,
    promises=("unchanged", "tensor"),
    wrong={
        "transposed": (
            "Your matrix is transposed: one row for each place of the kernel, one column for each "
            "pixel, so that matrix @ X.flatten() is the output.",
            lambda *args: _columns_of_units(*args).T,
        ),
        "flipped kernel": (
            "Your matrix holds the kernel backwards: it computes true convolution.",
            lambda K, height, width: _columns_of_units(K.flip(0, 1), height, width),
        ),
        "rows of the kernel side by side": (
            "You laid the rows of the kernel next to each other. In the flattened image, the pixel "
            "below another stands one image width further on.",
            _side_by_side,
        ),
        "height and width swapped": (
            "You took the width for the height. height is the number of rows of the image.",
            lambda K, height, width: _columns_of_units(K, width, height),
            _swapped,
        ),
        "height for width in a count": (
            "Somewhere you count with the wrong length of a row. Pixel (i, j) stands at "
            "i * width + j of the flattened image, and place (i, j) at i * (width - w + 1) + j of "
            "the output.",
            lambda K, height, width: _counted(K, height, width, row=height),
            lambda K, height, width: _counted(K, height, width, place=height - K.shape[0] + 1),
            lambda K, height, width: _counted(K, height, width, place=width),
            lambda K, height, width: _counted(K, height, width, row=width - K.shape[1] + 1),
        ),
        "flipped in one direction": (
            "Your matrix holds the kernel backwards along one direction. Lay it on the image as "
            "it is.",
            lambda K, height, width: _columns_of_units(K.flip(0), height, width),
            lambda K, height, width: _columns_of_units(K.flip(1), height, width),
        ),
        "places backwards": (
            "Your rows come in the opposite order: the first is that of the window at the top "
            "left.",
            lambda *args: _columns_of_units(*args).flip(0),
        ),
        "ones": (
            "Your matrix says where the kernel lies, but holds ones. Put the kernel's own entries "
            "there.",
            lambda K, height, width: _columns_of_units(torch.ones_like(K), height, width),
        ),
        "all places added": (
            "You laid all places of the kernel into one row. Each place has a row of its own.",
            lambda *args: _columns_of_units(*args).sum(0),
        ),
        "column by column": (
            "Your windows, or the pixels in a row of the matrix, go down the image first. Their "
            "order is from left to right, then down, as flatten() does it.",
            lambda *args: _by_place(*args).permute(1, 0, 3, 2).flatten(2).flatten(0, 1),
            lambda *args: _by_place(*args).permute(1, 0, 2, 3).flatten(2).flatten(0, 1),
            lambda *args: _by_place(*args).permute(0, 1, 3, 2).flatten(2).flatten(0, 1),
        ),
        "one row reused": (
            "Your rows still hold the kernel at other places, or all are one tensor, filled again "
            "and again. Make a new one, of zeros, for each place of the kernel.",
            _never_emptied,
            lambda *args: _never_emptied(*args)[-1:].expand(len(_columns_of_units(*args)), -1),
            lambda *args: _columns_of_units(*args)[-1:].expand(len(_columns_of_units(*args)), -1),
        ),
        "last place forgotten": (
            "Your matrix lacks the last places of the kernel: they begin at row height - h and "
            "column width - w, so there are height - h + 1 times width - w + 1 of them.",
            lambda *args: _by_place(*args)[:-1, :-1].flatten(2).flatten(0, 1),
            lambda *args: torch.stack([*_by_place(*args)[:-1, :-1].flatten(2).flatten(0, 1)]),
        ),
        "each row moved by one": (
            "Each of your rows is the one above, moved by one. Where the window begins a new row "
            "of the image, it jumps over the pixels at which the kernel does not fit.",
            _moved_by_one,
        ),
        "not flattened": (
            "Your answer has an axis too many: each row is still an image. Flatten it before you "
            "stack.",
            lambda *args: _by_place(*args).flatten(0, 1),
            _by_place,
        ),
    },
    right=(_by_scatter, _by_moving),
    library={scipy.linalg.toeplitz: False, _columns_of_units: False},
    hints=(
        "Each row of the matrix belongs to one place of the kernel. Which pixels does it weigh, "
        "and with what?",
        "Row by row: take an empty image of zeros, (height, width), lay the kernel on it at that "
        "place, and flatten it.",
        "For i and j in the order of the output: row = torch.zeros(height, width); "
        "row[i:i + h, j:j + w] = K; collect row.flatten(); torch.stack at the end.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    needs=("convolution.corr2d", "convolution.corr2d_fast"),
)
