"""Part A, the largest or smallest number of windows of any size, stride and padding."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.pooling.facts import POOLING_OPERATORS, count_up
from course_lib.sections.pooling.settings import (
    Pair,
    max_pooled,
    mean_pooled,
    ring,
    setting_mistakes,
    settings,
    strided_cases,
)


def _max_cases(draw: Draw) -> list[Case]:
    small = torch.tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]])
    return [
        Case(args=(small, (2, 2), (1, 1), (1, 1)), about="a 2x2 map with a ring of padding"),
        *strided_cases(draw, low=-4.0),
    ]


def _max(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    return F.max_pool2d(X, kernel_size, stride)


def _zero_padded(case: Case) -> Tensor:
    X, kernel_size, stride, padding = settings(case)
    return _max(ring(X, padding, 0.0), kernel_size, stride)


MAX_POOL2D = Exercise(
    id="pooling.max_pool2d",
    title="Max pooling with everything",
    points=3,
    covers=("D7.5-demo",),
    cases=_max_cases,
    expect=max_pooled,
    mistakes=(
        Mistake(
            "zero padding",
            "You padded with zeros. In a window of negative numbers a zero would win. Padding must "
            "never win a maximum: pad with minus infinity.",
            _zero_padded,
        ),
        Mistake(
            "largest starts at zero",
            "Where all numbers of a window are negative you answer 0: your search for the largest "
            "starts at 0. Start it at minus infinity, or take the maximum of the window itself.",
            lambda case: max_pooled(case).clamp(min=0),
        ),
        Mistake(
            "mean",
            "You took means. Take the largest number of each window.",
            mean_pooled,
        ),
        *setting_mistakes(_max, -torch.inf, lambda Y: Y.amax(1, keepdim=True)),
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
    returns="tensor",
    keeps_inputs=True,
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


def _min_cases(draw: Draw) -> list[Case]:
    """The first channel of each image is positive: there zeros of the padding would win."""
    one, two = strided_cases(draw, low=0.0)
    cases = []
    for case in (one, two):
        X = case.args[0].clone()
        X[:, 0] = X[:, 0].abs() + 1
        cases.append(Case(args=(X, *case.args[1:]), about=case.about))
    first = Case(args=(count_up(1, 1, 4, 4) + 1, (2, 2), (2, 2), (0, 0)), about="1 … 16")
    return [first, *cases]


MIN_POOL2D = Exercise(
    id="pooling.min_pool2d",
    title="Min pooling",
    points=1,
    covers=("D7.5.6",),
    cases=_min_cases,
    expect=lambda case: -F.max_pool2d(-case.args[0], *settings(case)[1:]),
    mistakes=(
        Mistake("max", "That is max pooling. Which number of the window is asked for?", max_pooled),
        Mistake(
            "negated once",
            "You negated the input only. The largest of the negated numbers is minus the smallest "
            "one: turn the sign back.",
            lambda case: F.max_pool2d(-case.args[0], *settings(case)[1:]),
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
            lambda case: -_zero_padded(Case(args=(-case.args[0], *case.args[1:]))),
        ),
        Mistake(
            "reciprocals",
            "1 / x turns the order of positive numbers round, but not that of numbers of both "
            "signs. Which operation turns the order of all numbers round?",
            lambda case: 1 / max_pooled(Case(args=(1 / case.args[0], *case.args[1:]))),
        ),
    ),
    hints=(
        "When you change the sign of all numbers, the smallest becomes the largest.",
        "min(a, b) = -max(-a, -b). One line is enough, with your max_pool2d.",
    ),
    forbidden=POOLING_OPERATORS,
    returns="tensor",
    keeps_inputs=True,
)
