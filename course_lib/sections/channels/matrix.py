"""Part F, the whole layer as one matrix product."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.checks.operations import CONVOLUTION_OPERATORS, MATRIX_PRODUCTS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED
from course_lib.sections.channels.facts import (
    PICTURED_FILTER,
    PICTURED_IMAGE,
    convolution,
    image_and_filters,
)

_UNFOLD = ("aten::im2col", "torch.nn.functional.unfold", "torch.nn.Unfold")


def _layer_cases(draw: Draw) -> list[Case]:
    image, filters = image_and_filters(draw, (3, 4), (5, 5), (2, 3))
    return [
        Case(args=(image, filters), about="three channels in, four out"),
        Case(args=(draw.integers(-4, 5, 3, 9, 8), filters), about="a larger image, same filters"),
        Case(args=image_and_filters(draw, (2, 2), (5, 4), (3, 1)), about="a tall kernel"),
    ]


def _loop_cases(draw: Draw) -> list[Case]:
    pictured = PICTURED_IMAGE, PICTURED_FILTER[None]
    return [Case(args=pictured, about=WORKED), *_layer_cases(draw)]


def _matmul_cases(draw: Draw) -> list[Case]:
    X, K = torch.tensor([[[1.0, 2, 3]], [[4, 5, 6]]]), torch.tensor([[[[1.0, 0]], [[0, -1]]]])
    return [*_layer_cases(draw), Case(args=(X, K), about=WORKED)]


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
_ALL_FILTERS = Mistake(
    "filters added",
    "Your output channels are all the same: you added up over the filters as well. Each filter "
    "makes a number of its own.",
    lambda case: convolution(*case.args).sum(0, keepdim=True).expand_as(convolution(*case.args)),
)
_LAST_EMPTY = Mistake(
    "last window left out",
    "The size is right, but the last row and column are still zero: the loops end one window "
    "early.",
    lambda case: F.pad(convolution(*case.args)[:, :-1, :-1], (0, 1, 0, 1)),
)
_SIDES_SWAPPED = Mistake(
    "rows and columns swapped",
    "You reshaped to columns by rows. The product's columns are the windows in reading order: "
    "H - h + 1 rows of W - w + 1.",
    lambda case: convolution(*case.args).reshape(-1, *reversed(convolution(*case.args).shape[1:])),
)
_FILTERS_CUT = Mistake(
    "filters cut anew",
    "You cut the filters anew: a row of K.reshape(-1, c_o).T holds bits of all filters. "
    "K.flatten(1) has one filter in each row.",
    lambda case: convolution(
        case.args[0], case.args[1].reshape(-1, len(case.args[1])).T.reshape(case.args[1].shape)
    ),
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
    cases=_loop_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(_FIRST_SLICE, _LAST, _LAST_EMPTY, _ALL_FILTERS, _CHANNELS_LAST, _CUT_ANEW),
    hints=(
        "A window with all its channels is X[:, i:i + h, j:j + w]: as many numbers as one filter "
        "has.",
        "K.flatten(1) is a matrix with one filter in each row. What does it give with a flattened "
        "window?",
        "Y[:, i, j] = K.flatten(1) @ X[:, i:i + h, j:j + w].flatten(), for all i and j, into "
        "Y = torch.zeros(c_o, H - h + 1, W - w + 1).",
    ),
    forbidden=(*CONVOLUTION_OPERATORS, "corr2d", "corr2d_multi_in", "corr2d_multi_in_out"),
    instead="Here you visit the windows yourself, all channels and all filters at once.",
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
            "axes not moved",
            "You reshaped the windows as they are, with axes (c, rows, columns, h, w). Move the "
            "axes first: what makes a row of the matrix is (c, h, w).",
            lambda case: _by_axes(case).permute(0, 3, 4, 1, 2).reshape(_windows(case).shape),
        ),
        Mistake(
            "windows side by side",
            "Your windows lie side by side. They overlap: one begins at every place where a whole "
            "window fits.",
            lambda case: F.unfold(
                case.args[0][None], tuple(case.args[1]), stride=tuple(case.args[1])
            )[0],
        ),
        Mistake(
            "last windows forgotten",
            "The last row and column of windows are missing: there are H - h + 1 places down and "
            "W - w + 1 across.",
            lambda case: _by_axes(case)[..., :-1, :-1].flatten(3).flatten(0, 2),
        ),
        Mistake(
            "sides swapped",
            "You swapped the sides of the window: kernel_size is (rows, columns).",
            lambda case: F.unfold(case.args[0][None], tuple(case.args[1])[::-1])[0],
        ),
        Mistake(
            "a window's columns first",
            "Inside a window you go down the columns first. Its entries stand in the order of "
            "K[o].flatten(): from left to right, then down.",
            lambda case: _by_axes(case).transpose(1, 2).flatten(0, 2).flatten(1),
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
    cases=_matmul_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(_FIRST_SLICE, _LAST, _SIDES_SWAPPED, _FILTERS_CUT, _CHANNELS_LAST, _CUT_ANEW),
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
