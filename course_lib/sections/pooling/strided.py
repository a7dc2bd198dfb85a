"""Part A, pooling with everything: any window, stride, padding and number of channels."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.pooling.facts import POOLING_OPERATORS, count_up


def _strided_cases(draw: Draw, low: float) -> list[Case]:
    """Numbers of both signs around `low`, so that padding with zeros can be told."""
    small = torch.tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]])
    return [
        Case(args=(small, (2, 2), (1, 1), (1, 1)), about="a 2x2 map with a ring of padding"),
        Case(
            args=(draw.integers(-9, 3, 1, 1, 5, 7) + low, (3, 2), (2, 3), (1, 0)),
            about="one channel, padding above and below",
        ),
        Case(
            args=(draw.integers(-9, 3, 2, 3, 7, 6) + low, (2, 3), (3, 1), (0, 1)),
            about="two images of three channels",
        ),
    ]


def _settings(case: Case) -> tuple[Tensor, tuple[int, ...], tuple[int, ...], tuple[int, int]]:
    X, kernel_size, stride, padding = case.args
    return X, tuple(kernel_size), tuple(stride), (padding[0], padding[1])


def _ring(X: Tensor, padding: tuple[int, int], value: float, *, after: bool = True) -> Tensor:
    """The map with `value` laid around it; without `after` only above and to the left."""
    rows, columns = padding
    return F.pad(X, (columns, columns * after, rows, rows * after), value=value)


def _turned(case: Case) -> Case:
    """The case with rows and columns of its settings swapped."""
    X, *pairs = case.args
    return Case(args=(X, *(tuple(pair)[::-1] for pair in pairs)))


def _longer(case: Case, value: float) -> Tensor:
    """The padded map with a last window, begun but not filled, filled up."""
    X, _, stride, padding = _settings(case)
    return F.pad(_ring(X, padding, value), (0, stride[1] - 1, 0, stride[0] - 1), value=value)


def max_pooled(case: Case) -> Tensor:
    """PyTorch's own max pooling of a case."""
    return F.max_pool2d(*_settings(case))


def mean_pooled(case: Case) -> Tensor:
    """PyTorch's own average pooling of a case; padding counts as zeros, as is its default."""
    return F.avg_pool2d(*_settings(case))


def _zero_padded(case: Case) -> Tensor:
    X, kernel_size, stride, padding = _settings(case)
    return F.max_pool2d(_ring(X, padding, 0.0), kernel_size, stride)


def _max_one_side(case: Case) -> Tensor:
    X, kernel_size, stride, padding = _settings(case)
    return F.max_pool2d(_ring(X, padding, -torch.inf, after=False), kernel_size, stride)


def _mean_one_side(case: Case) -> Tensor:
    X, kernel_size, stride, padding = _settings(case)
    return F.avg_pool2d(_ring(X, padding, 0.0, after=False), kernel_size, stride)


_ONE_SIDE = (
    "padding on one side",
    "You padded above and to the left only. padding = (1, 0) adds a row above and one below.",
)
_OTHER_AXIS = (
    "padding on the other axis",
    "The padding lies on the wrong axis. F.pad counts from the last axis: (left, right, above, "
    "below), that is columns first, while padding = (rows, columns).",
)
_SWAPPED = (
    "rows and columns swapped",
    "Rows and columns are swapped somewhere: each pair is (for rows, for columns).",
)
_STRIDE = (
    "stride ignored",
    "You moved the window by its own size. Here stride says by how much it moves.",
)
_CHANNELS = (
    "channels merged",
    "You pooled over the channels as well. Each channel of each image is pooled by itself, so the "
    "output has as many channels as the input.",
)
_ROUNDED_UP = (
    "rounded up",
    "You counted windows that stick out at the bottom or right. The number of windows is rounded "
    "down: (H + 2 * padding - h) // stride + 1.",
)

MAX_POOL2D = Exercise(
    id="pooling.max_pool2d",
    title="Max pooling with everything",
    points=3,
    covers=("D7.5-demo",),
    cases=lambda draw: _strided_cases(draw, low=-4.0),
    expect=max_pooled,
    mistakes=(
        Mistake(
            "zero padding",
            "You padded with zeros. In a window of negative numbers a zero would win. Padding must "
            "never win a maximum: pad with minus infinity.",
            _zero_padded,
        ),
        Mistake(
            "mean",
            "You took means. Take the largest number of each window.",
            mean_pooled,
        ),
        Mistake(*_ONE_SIDE, _max_one_side),
        Mistake(
            *_OTHER_AXIS,
            lambda case: F.max_pool2d(
                _ring(case.args[0], _settings(case)[3][::-1], -torch.inf), *_settings(case)[1:3]
            ),
        ),
        Mistake(
            *_SWAPPED,
            lambda case: max_pooled(_turned(case)),
        ),
        Mistake(
            *_STRIDE,
            lambda case: F.max_pool2d(case.args[0], case.args[1], case.args[1], case.args[3]),
        ),
        Mistake(*_CHANNELS, lambda case: max_pooled(case).amax(1, keepdim=True)),
        Mistake(
            *_ROUNDED_UP,
            lambda case: F.max_pool2d(_longer(case, -torch.inf), case.args[1], case.args[2]),
        ),
    ),
    hints=(
        "Do it in two steps: first lay the padding around the map, then pool without padding. "
        "Which number can never be the largest?",
        "F.pad(X, (left, right, above, below), value=float('-inf')) pads the last two axes. The "
        "window of output row i starts at row i * stride[0] of the padded map.",
        "Windows are X[:, :, i * s_h : i * s_h + h, j * s_w : j * s_w + w]; their maximum over the "
        "last two axes is .amax(dim=(2, 3)), of shape (N, C).",
        "Without loops: X.unfold(2, h, s_h).unfold(3, w, s_w) has shape (N, C, rows, columns, h, "
        "w); take .amax over the last two axes.",
    ),
    forbidden=POOLING_OPERATORS,
)

AVG_POOL2D = Exercise(
    id="pooling.avg_pool2d",
    title="Average pooling with everything",
    points=2,
    covers=("D7.5-demo",),
    cases=lambda draw: _strided_cases(draw, low=0.0),
    expect=mean_pooled,
    mistakes=(
        Mistake(
            "padding not counted",
            "At the border you took the mean of the real pixels only. PyTorch's default counts the "
            "zeros of the padding, too (count_include_pad=True): divide by h * w everywhere.",
            lambda case: F.avg_pool2d(*_settings(case), count_include_pad=False),
        ),
        Mistake(
            "sum",
            "You added the numbers of each window. Divide by how many there are.",
            lambda case: F.avg_pool2d(*_settings(case), divisor_override=1),
        ),
        Mistake("max", "You took the largest number of each window, not the mean.", max_pooled),
        Mistake(*_ONE_SIDE, _mean_one_side),
        Mistake(
            *_OTHER_AXIS,
            lambda case: F.avg_pool2d(
                _ring(case.args[0], _settings(case)[3][::-1], 0.0), *_settings(case)[1:3]
            ),
        ),
        Mistake(
            *_SWAPPED,
            lambda case: mean_pooled(_turned(case)),
        ),
        Mistake(
            *_STRIDE,
            lambda case: F.avg_pool2d(case.args[0], case.args[1], case.args[1], case.args[3]),
        ),
        Mistake(*_CHANNELS, lambda case: mean_pooled(case).mean(1, keepdim=True)),
        Mistake(
            *_ROUNDED_UP,
            lambda case: F.avg_pool2d(_longer(case, 0.0), case.args[1], case.args[2]),
        ),
    ),
    hints=(
        "Your max_pool2d does nearly the same. Two things change: the number in the padding and "
        "what is taken of a window.",
        "The padding is zeros, and it counts: every window has h * w numbers.",
        "F.pad without value pads with zeros; then the mean over the last two axes of each window.",
    ),
    forbidden=POOLING_OPERATORS,
)


def _outputs(*layers: nn.MaxPool2d) -> list[list[object]]:
    """What PyTorch's own layers answer: the first two on one channel, the last on two."""
    X = count_up(1, 1, 4, 4)
    maps = [layer(X)[0, 0].tolist() for layer in layers[:-1]]
    return [*maps, layers[-1](torch.cat((X, X + 1), 1))[0].tolist()]


_DEMO_LAYERS = (
    nn.MaxPool2d(3),
    nn.MaxPool2d((2, 3), stride=(2, 3), padding=(0, 1)),
    nn.MaxPool2d(3, stride=2, padding=1),
)

MODULE_OUTPUTS = Exercise(
    id="pooling.module_outputs",
    title="What nn.MaxPool2d gives",
    points=0,
    covers=("D7.5-demo-2",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _outputs(*_DEMO_LAYERS),
    mistakes=(
        Mistake(
            "stride one",
            "The first map: nn.MaxPool2d(3) moves by 3, not by 1. Without a stride, pooling in "
            "PyTorch takes the window's size (convolution takes 1).",
            lambda case: _outputs(nn.MaxPool2d(3, 1), *_DEMO_LAYERS[1:]),
        ),
        Mistake(
            "channel forgotten",
            "The first two are right. The third input has two channels, and each gives a map of "
            "its own.",
            lambda case: [*_outputs(*_DEMO_LAYERS)[:2], _outputs(*_DEMO_LAYERS)[2][0]],
        ),
        Mistake(
            "channels merged",
            "The first two are right. The third input has two channels. Pooling never mixes them: "
            "there are two maps in the output.",
            lambda case: [*_outputs(*_DEMO_LAYERS)[:2], _outputs(*_DEMO_LAYERS)[2][1]],
        ),
        Mistake(
            "padding left out",
            "The first and the third are right. In the second, a column of padding lies on either "
            "side: windows start one column further left than you took them.",
            lambda case: _outputs(_DEMO_LAYERS[0], nn.MaxPool2d((2, 3)), _DEMO_LAYERS[2]),
        ),
    ),
    hints=(
        "nn.MaxPool2d(3) without a stride: the window moves by its own size. How often does 3 fit "
        "into 4?",
        "The second: padded by one column on either side the map is 6 wide; two windows of 3 fit.",
        "module_outputs = [[[.]], [[., .], [., .]], [[[., .], [., .]], [[., .], [., .]]]]: one "
        "map, one map, and a list of two maps.",
    ),
)

MIN_POOL2D = Exercise(
    id="pooling.min_pool2d",
    title="Min pooling",
    points=1,
    covers=("D7.5.6",),
    cases=lambda draw: [
        Case(args=(count_up(1, 1, 4, 4) + 1, (2, 2), (2, 2), (0, 0)), about="1 … 16"),
        *(
            Case(args=(case.args[0].abs() + 1, *case.args[1:]), about=case.about)
            for case in _strided_cases(draw, low=0.0)[1:]
        ),
    ],
    expect=lambda case: -F.max_pool2d(-case.args[0], *_settings(case)[1:]),
    mistakes=(
        Mistake("max", "That is max pooling. Which number of the window is asked for?", max_pooled),
        Mistake(
            "negated once",
            "You negated the input only. The largest of the negated numbers is minus the smallest "
            "one: turn the sign back.",
            lambda case: F.max_pool2d(-case.args[0], *_settings(case)[1:]),
        ),
        Mistake(
            "output negated",
            "You negated the output only: that is minus the largest number. Negate the input as "
            "well.",
            lambda case: -max_pooled(case),
        ),
        Mistake(
            "zero padding",
            "Zeros of the padding win at the border. For a minimum the padding must be larger than "
            "every number; max pooling of the negated map has that built in.",
            lambda case: (
                -F.max_pool2d(-_ring(case.args[0], _settings(case)[3], 0.0), *_settings(case)[1:3])
            ),
        ),
    ),
    hints=(
        "When you change the sign of all numbers, the smallest becomes the largest.",
        "min(a, b) = -max(-a, -b). One line is enough, with your max_pool2d.",
    ),
    forbidden=POOLING_OPERATORS,
)
