"""Part F, the whole layer as one matrix product, and why that is fast."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.channels.facts import EXACT, convolution, image_and_filters
from course_lib.sections.channels.pointwise import MATRIX_PRODUCTS
from course_lib.sections.convolution.facts import CONVOLUTION_OPERATORS, WORKED, on_worked, worked

_UNFOLD = ("aten::im2col", "torch.nn.functional.unfold", "torch.nn.Unfold")


def _layer_cases(draw: Draw) -> list[Case]:
    image, filters = image_and_filters(draw, (3, 4), (4, 5), (2, 3))
    return [
        Case(args=(image, filters), about="three channels in, four out"),
        Case(args=(draw.integers(-4, 5, 3, 9, 8), filters), about="a larger image, same filters"),
        Case(args=image_and_filters(draw, (2, 2), (5, 4), (3, 1)), about="a tall kernel"),
    ]


_FIRST_SLICE = Mistake(
    "channels forgotten",
    "Your output uses the first input channel only. A window reaches through all channels: "
    "X[:, i:i + h, j:j + w].",
    lambda case: convolution(case.args[0][:1], case.args[1][:, :1]),
)
_LAST = Mistake(
    "last window forgotten",
    "Your output lacks its last row and column: there are H - h + 1 places down and W - w + 1 "
    "across.",
    lambda case: convolution(*case.args)[:, :-1, :-1],
)
_CHANNELS_LAST = Mistake(
    "channels last",
    "Your output has its channels on the last axis. PyTorch's order is (c_o, rows, columns).",
    lambda case: convolution(*case.args).permute(1, 2, 0),
)
_CUT_ANEW = Mistake(
    "reshaped, not transposed",
    "Each window came out as a row of c_o numbers, and reshaping cut these rows anew. Transpose "
    "first, or put the filters on the left of the product.",
    lambda case: convolution(*case.args).permute(1, 2, 0).reshape(convolution(*case.args).shape),
)

CONV2D_LOOP = Exercise(
    id="channels.conv2d_loop",
    title="Window by window, all channels at once",
    points=1,
    covers=("D7.4.5",),
    cases=_layer_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(_FIRST_SLICE, _LAST, _CHANNELS_LAST, _CUT_ANEW),
    hints=(
        "A window with all its channels is X[:, i:i + h, j:j + w]: as many numbers as one filter "
        "has.",
        "K.flatten(1) is a matrix with one filter in each row. What does it give with a flattened "
        "window?",
        "Y[:, i, j] = K.flatten(1) @ X[:, i:i + h, j:j + w].flatten(), for all i and j, into "
        "Y = torch.zeros(c_o, H - h + 1, W - w + 1).",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    returns="tensor",
)


def _windows(case: Case) -> Tensor:
    """PyTorch's own operator: (c, H, W) -> (c·h·w, windows)."""
    return F.unfold(case.args[0][None], tuple(case.args[1]))[0]


def _by_axes(case: Case) -> Tensor:
    """The same with axes (channel, row and column in the kernel, row and column of the window)."""
    (c, H, W), (h, w) = case.args[0].shape, case.args[1]
    return _windows(case).reshape(c, h, w, H - h + 1, W - w + 1)


def _im2col_cases(draw: Draw) -> list[Case]:
    X = torch.arange(24.0).reshape(2, 3, 4)
    return [
        Case(args=(X, (2, 2)), about="two channels of 3 x 4, a 2 x 2 kernel"),
        Case(args=(draw.integers(-9, 9, 3, 4, 6), (3, 2)), about="three channels, not square"),
    ]


IM2COL = Exercise(
    id="channels.im2col",
    title="Windows as columns, with channels",
    points=2,
    covers=("D7.4.5",),
    cases=_im2col_cases,
    expect=_windows,
    mistakes=(
        Mistake(
            "transposed",
            "Your matrix is transposed: here each window is a column. (Some texts use the other "
            "form.)",
            lambda case: _windows(case).T,
        ),
        Mistake(
            "channels innermost",
            "In your columns the channels of one pixel stand together. The order must be that of "
            "K[o].flatten(): all of the first channel's window, then the second's.",
            lambda case: _by_axes(case).permute(1, 2, 0, 3, 4).flatten(0, 2).flatten(1),
        ),
        Mistake(
            "channels side by side",
            "You laid the channels' columns next to each other. A window reaches through all "
            "channels, so it is one column: the channels stand below one another.",
            lambda case: _by_axes(case).permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(1),
        ),
        Mistake(
            "windows column by column",
            "Your windows go down the image first. Their order is that of the output: from left "
            "to right, then down.",
            lambda case: _by_axes(case).transpose(3, 4).flatten(0, 2).flatten(1),
        ),
        Mistake(
            "reshaped, not transposed",
            "Each window came out as a row, and reshaping cut the rows anew. Use .T, which keeps a "
            "window together.",
            lambda case: _windows(case).T.reshape(_windows(case).shape),
        ),
    ),
    hints=(
        "How many numbers has a window with all its channels? That is the number of rows.",
        "The windows of all channels at once: X.unfold(1, h, 1).unfold(2, w, 1) has shape "
        "(c, rows, columns, h, w). Which axes belong to a column of the matrix?",
        "Move the axes to (c, h, w, rows, columns) with permute(0, 3, 4, 1, 2), then reshape to "
        "(c · h · w, rows · columns).",
    ),
    forbidden=(*_UNFOLD, *CONVOLUTION_OPERATORS),
    returns="tensor",
)

CONV2D_MATMUL = Exercise(
    id="channels.conv2d_matmul",
    title="A layer as one matrix product",
    points=1,
    covers=("D7.4.5",),
    cases=_layer_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(_FIRST_SLICE, _LAST, _CHANNELS_LAST, _CUT_ANEW),
    hints=(
        "Your im2col makes the image a matrix. What shape must the filters have to stand on its "
        "left?",
        "K.flatten(1) has shape (c_o, c_i · h · w): one filter a row.",
        "(K.flatten(1) @ im2col(X, K.shape[2:])).reshape(len(K), H - h + 1, W - w + 1)",
    ),
    forbidden=(*_UNFOLD, *CONVOLUTION_OPERATORS),
    returns="tensor",
    required=MATRIX_PRODUCTS,
    vectorised=True,
)

_SMALL = "a kernel of 5, room for 60 numbers"

BEST_STRIP = Exercise(
    id="channels.best_strip",
    title="A strip that fits the cache",
    points=2,
    covers=("D7.4.6",),
    cases=lambda draw: [
        Case(args=(3, 32), about=WORKED),
        Case(args=(5, 60), about=_SMALL),
    ],
    expect=worked({WORKED: [7, 10 / 7], _SMALL: [7, 12 / 7]}),
    mistakes=(
        Mistake(
            "kernel's width forgotten",
            "Your strip has delta columns only. It is k + delta columns wide: the last outputs "
            "need columns to their right.",
            on_worked([10, 13 / 10]),
        ),
        Mistake(
            "one row",
            "You fitted one row of the strip. It is k rows high, and all of them must fit.",
            on_worked([29, 32 / 29]),
        ),
        Mistake(
            "one column fewer",
            "You counted k + delta - 1 columns. They would do, but the strip here is k + delta "
            "columns wide, as the usual rule has it.",
            on_worked([8, 10 / 8]),
        ),
        Mistake(
            "one column fewer read",
            "The strip is right, but all of its k + delta columns are read, one more than the "
            "outputs need.",
            on_worked([7, 9 / 7]),
        ),
        Mistake(
            "outputs per column",
            "Your second number is the wrong way round: columns read by outputs made.",
            on_worked([7, 0.7]),
        ),
        Mistake(
            "not rounded down",
            "Your delta is no whole number. Round down: what does not fit is read twice.",
            on_worked([32 / 3 - 3, (32 / 3) / (32 / 3 - 3)]),
        ),
    ),
    hints=(
        "How many numbers are in a strip of k rows and k + delta columns?",
        "k * (k + delta) <= cache, so k + delta is at most cache // k.",
        "delta = cache // k - k; then (k + delta) / delta columns are read for each output.",
    ),
    tolerance=EXACT,
)
