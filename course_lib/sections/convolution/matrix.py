"""Part G, cross-correlation as a matrix product."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.convolution.facts import cross_correlation

_EXAMPLE = "toeplitz([[1, 2], [3, 4]], 2, 3)"

_DOWN_FIRST = Mistake(
    "column by column",
    "Your windows go down the image first. Their order, and that of the pixels in a row of the "
    "matrix, is from left to right, then down, as flatten() does it.",
)


def _toeplitz_cases(draw: Draw) -> list[Case]:
    image, kernel = image_and_kernel(draw, (4, 5), (3, 2))

    def verify(answer: Any) -> Mistake | str | None:
        matrix, output = as_tensor(answer), cross_correlation(image, kernel).double()
        if matrix is None or matrix.shape != (output.numel(), image.numel()):
            return (
                "For a 4x5 image and a 3x2 kernel the matrix has 8 rows, one for each place of the "
                f"kernel, and 20 columns, one for each pixel; got {describe(answer)}."
            )
        if torch.allclose(matrix @ image.flatten().double(), output.T.flatten(), atol=1e-4):
            return _DOWN_FIRST
        if not torch.allclose(matrix @ image.flatten().double(), output.flatten(), atol=1e-4):
            return "matrix @ X.flatten() is not the flattened output of PyTorch's own operator."
        return None

    return [
        Case(args=(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 2, 3), about=_EXAMPLE),
        Case(args=(kernel, 4, 5), about="a product with an image, 4x5 and 3x2", verify=verify),
    ]


TOEPLITZ = Exercise(
    id="convolution.toeplitz",
    title="Cross-correlation as one matrix",
    points=2,
    covers=("D7.2.4",),
    cases=_toeplitz_cases,
    expect=worked({_EXAMPLE: [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]]}),
    returns="tensor",
    mistakes=(
        Mistake(
            "transposed",
            "Your matrix is transposed: one row for each place of the kernel, one column for each "
            "pixel, so that matrix @ X.flatten() is the output.",
            on(_EXAMPLE, [[1, 0], [2, 1], [0, 2], [3, 0], [4, 3], [0, 4]]),
        ),
        Mistake(
            "flipped kernel",
            "Your matrix holds the kernel backwards: it computes true convolution.",
            on(_EXAMPLE, [[4, 3, 0, 2, 1, 0], [0, 4, 3, 0, 2, 1]]),
        ),
        Mistake(
            "rows of the kernel side by side",
            "You laid the rows of the kernel next to each other. In the flattened image, the pixel "
            "below another stands one image width further on.",
            on(_EXAMPLE, [[1, 2, 3, 4, 0, 0], [0, 1, 2, 3, 4, 0]]),
        ),
        Mistake(
            "height and width swapped",
            "You took the width for the height. height is the number of rows of the image.",
            on(_EXAMPLE, [[1, 2, 3, 4, 0, 0], [0, 0, 1, 2, 3, 4]]),
        ),
        Mistake(
            "column by column",
            _DOWN_FIRST.says,
            on(_EXAMPLE, [[1, 3, 2, 4, 0, 0], [0, 0, 1, 3, 2, 4]]),
        ),
        Mistake(
            "one row reused",
            "All your rows are one tensor, filled again and again. Make a new one, of zeros, for "
            "each place of the kernel.",
            on(_EXAMPLE, [[1, 1, 2, 3, 3, 4], [1, 1, 2, 3, 3, 4]]),
        ),
        Mistake(
            "one row reused",
            "Your rows still hold the kernel at its former places. Start each row from new zeros.",
            on(_EXAMPLE, [[1, 2, 0, 3, 4, 0], [1, 1, 2, 3, 3, 4]]),
        ),
        Mistake(
            "not flattened",
            "Your answer has an axis too many: each row is still an image. Flatten it before you "
            "stack.",
            on(_EXAMPLE, [[[1, 2, 0], [3, 4, 0]], [[0, 1, 2], [0, 3, 4]]]),
        ),
    ),
    hints=(
        "Each row of the matrix belongs to one place of the kernel. Which pixels does it weigh, "
        "and with what?",
        "Row by row: take an empty image of zeros, (height, width), lay the kernel on it at that "
        "place, and flatten it.",
        "For i and j in the order of the output: row = torch.zeros(height, width); "
        "row[i:i + h, j:j + w] = K; collect row.flatten(); torch.stack at the end.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)


def _windows(case: Case) -> Tensor:
    """PyTorch's own operator: (H, W) -> (h*w, positions)."""
    return F.unfold(case.args[0][None, None], tuple(case.args[1]))[0]


def _by_axes(case: Case) -> Tensor:
    """The same with axes (row in kernel, column in kernel, row of window, column of window)."""
    (H, W), (h, w) = case.args[0].shape, case.args[1]
    return _windows(case).reshape(h, w, H - h + 1, W - w + 1)


def _im2col_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(torch.arange(8.0).reshape(2, 4), (2, 2)), about="the example in the text"),
        Case(args=(torch.arange(16.0).reshape(4, 4), (2, 2)), about="a 4x4 image, a 2x2 kernel"),
        Case(args=(draw.integers(-9, 9, 3, 6), (2, 3)), about="an image that is not square"),
    ]


IM2COL = Exercise(
    id="convolution.im2col",
    title="Windows as columns",
    points=2,
    covers=("D7.2.4", "M8"),
    cases=_im2col_cases,
    expect=_windows,
    mistakes=(
        Mistake(
            "transposed",
            "Your matrix is transposed: here each window is a column, so there is one row for each "
            "entry of the kernel. (Some texts use the other form.)",
            lambda case: _windows(case).T,
        ),
        Mistake(
            "reshaped, not transposed",
            "Each window came out as a row, and reshaping cut the rows anew. Use .T, which keeps a "
            "window together.",
            lambda case: _windows(case).T.reshape(_windows(case).shape),
        ),
        Mistake(
            "windows column by column",
            "Your windows go down the image first. Their order is that of the output: from left to "
            "right, then down.",
            lambda case: _by_axes(case).transpose(2, 3).flatten(0, 1).flatten(1),
        ),
        Mistake(
            "entries column by column",
            "Within a window you go down first. The order of the entries is that of "
            "K.flatten(): row by row.",
            lambda case: _by_axes(case).transpose(0, 1).flatten(0, 1).flatten(1),
        ),
    ),
    hints=(
        "How many windows are there, and how many entries has each? That gives the shape.",
        "Each column is a window laid out row by row: X[i:i + h, j:j + w].flatten().",
        "Collect the flattened windows in the order of the output, i outside and j inside, and "
        "torch.stack them along dim=1.",
    ),
    forbidden=(
        "aten::im2col",
        "torch.nn.functional.unfold",
        "torch.nn.Unfold",
        *CONVOLUTION_OPERATORS,
    ),
)
