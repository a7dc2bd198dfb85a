"""Part C, the mean is linear and the maximum is not; a maximum made from ReLU."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import worked
from course_lib.sections.pooling.facts import MAXIMUM_OPERATORS, POOLING_OPERATORS, count_up


def _conv_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(count_up(1, 1, 4, 4) + 1, (2, 2), (2, 2)), about="1 … 16"),
        Case(args=(draw.integers(-9, 9, 1, 3, 5, 6), (2, 3), (1, 2)), about="three channels"),
        Case(args=(draw.integers(-9, 9, 2, 2, 7, 5), (3, 2), (2, 1)), about="two images"),
    ]


def mean_of(case: Case) -> Tensor:
    """PyTorch's own average pooling of a case (X, kernel_size, stride)."""
    X, kernel_size, stride = case.args
    return F.avg_pool2d(X, tuple(kernel_size), tuple(stride))


AVG_AS_CONV = Exercise(
    id="pooling.avg_as_conv",
    title="Average pooling as a convolution",
    points=2,
    covers=("D7.5.1",),
    cases=_conv_cases,
    expect=mean_of,
    mistakes=(
        Mistake(
            "channels mixed",
            "Every channel of your output is the sum of all channels' means. The kernel from "
            "another channel must be zero, or use groups: one group for each channel.",
            lambda case: mean_of(case).sum(1, keepdim=True).expand_as(mean_of(case)),
        ),
        Mistake(
            "one channel out",
            "Your output has a single channel. Pooling keeps the channels apart: there are as many "
            "out as in.",
            lambda case: mean_of(case).sum(1, keepdim=True),
        ),
        Mistake(
            "mean over channels",
            "Your output has a single channel, the mean of all. Pooling keeps the channels apart.",
            lambda case: mean_of(case).mean(1, keepdim=True),
        ),
        Mistake(
            "sum",
            "Your kernel adds the numbers of the window. All its weights must be 1 / (h * w).",
            lambda case: mean_of(case) * (case.args[1][0] * case.args[1][1]),
        ),
        Mistake(
            "stride forgotten",
            "You let the kernel move by one pixel; F.conv2d takes stride=1 if it is not told.",
            lambda case: F.avg_pool2d(case.args[0], tuple(case.args[1]), 1),
        ),
    ),
    hints=(
        "The mean of a window is a weighted sum of its numbers. What is each weight?",
        "The kernel for one channel holds h * w times 1 / (h * w). With several channels: how must "
        "the kernel from channel 0 to output channel 1 look, so that they do not mix?",
        "F.conv2d(X, weight, stride=stride, groups=C) treats each channel by itself; weight then "
        "has shape (C, 1, h, w).",
    ),
    forbidden=POOLING_OPERATORS,
    required=("aten::convolution",),
)

_SHAPE = Mistake(
    "another shape",
    "B must be a tensor of the same shape as A: the two are added.",
)
_NOT_ZERO = Mistake(
    "not zero",
    "The largest number of A + B is not 0 in every window. What must B be so that A and B cancel?",
)
_SAME_SHAPE_IN_EACH_WINDOW = Mistake(
    "constant in each window",
    "A + B is right, but so is the sum of the two poolings: it is 0 as well. Your B is constant in "
    "each window, and adding a constant just adds it to the maximum.",
)


def breaks_additivity(
    A: Tensor, kernel_size: tuple[int, int]
) -> Callable[[Any], Mistake | str | None]:
    """Says why B is no counterexample for A: (H, W), windows side by side."""

    def verify(answer: Any) -> Mistake | str | None:
        B = as_tensor(answer)
        if B is None or B.shape != A.shape or not B.isfinite().all():
            return _SHAPE

        def pool(x: Tensor) -> Tensor:
            return F.max_pool2d(x[None], tuple(kernel_size))[0]

        if pool(A.double() + B).abs().max() > 1e-4:
            return _NOT_ZERO
        if (pool(A.double()) + pool(B)).min() < 1e-3:
            return _SAME_SHAPE_IN_EACH_WINDOW
        return None

    return verify


def _counterexample_cases(draw: Draw) -> list[Case]:
    small, large = torch.tensor([[1.0, 5.0], [2.0, 4.0]]), draw.normal(6, 4)
    return [
        Case(args=(small, (2, 2)), about="one window", verify=breaks_additivity(small, (2, 2))),
        Case(args=(large, (3, 2)), about="four windows", verify=breaks_additivity(large, (3, 2))),
    ]


NOT_ADDITIVE = Exercise(
    id="pooling.not_additive",
    title="Max pooling is not linear: a counterexample",
    points=2,
    covers=("D7.5.2",),
    cases=_counterexample_cases,
    mistakes=(_SHAPE, _NOT_ZERO, _SAME_SHAPE_IN_EACH_WINDOW),
    hints=(
        "If max pooling were linear, the pooling of A + B would be the sum of both poolings. The "
        "largest numbers of A and of B must therefore lie at different places of the window.",
        "Where A is large, B must be small, so that the two cancel. Try one window: A = [[1, 5], "
        "[2, 4]]. Which B turns all four numbers into 0?",
    ),
)

_FLOAT = 1e-5


def relu_max_cases(draw: Draw) -> list[Case]:
    return [
        Case(
            args=(torch.tensor([3.0, -2.0, 0.0]), torch.tensor([1.0, 5.0, 0.0])),
            about="three pairs",
        ),
        Case(args=(draw.integers(-8, 0, 2, 3), draw.integers(-8, 0, 2, 3)), about="all negative"),
        Case(args=(8 * draw.normal(3, 4), 8 * draw.normal(3, 4)), about="a table of pairs"),
    ]


RELU_MAX = Exercise(
    id="pooling.relu_max",
    title="The larger of two, by ReLU",
    points=1,
    covers=("D7.5.3",),
    cases=relu_max_cases,
    expect=lambda case: torch.maximum(*case.args),
    mistakes=(
        Mistake(
            "sum of both ReLUs",
            "ReLU(a - b) + ReLU(b - a) is the distance |a - b| between the two, not the larger "
            "one. This sum stands in some solutions, and it is wrong.",
            lambda case: (case.args[0] - case.args[1]).abs(),
        ),
        Mistake(
            "the other one added",
            "You added the wrong one of the two. ReLU(a - b) says by how much a exceeds b: to "
            "which number must that be added?",
            lambda case: torch.maximum(*case.args) - case.args[1] + case.args[0],
        ),
        Mistake(
            "ReLU of each",
            "You took ReLU of the numbers themselves. Then two negative numbers both become 0. "
            "Take it of their difference.",
            lambda case: torch.maximum(case.args[0].clamp(min=0), case.args[1].clamp(min=0)),
        ),
        Mistake(
            "difference only",
            "ReLU of the difference says by how much one exceeds the other. Something must be "
            "added to it.",
            lambda case: F.relu(case.args[0] - case.args[1]),
        ),
        Mistake(
            "minimum",
            "That is the smaller of the two: turn the sign of something.",
            lambda case: torch.minimum(*case.args),
        ),
    ),
    hints=(
        "Start from b. If a is larger, something has to be added to it: how much?",
        "ReLU(a - b) is a - b where a is larger, and 0 elsewhere.",
    ),
    forbidden=MAXIMUM_OPERATORS,
    required=("aten::relu",),
    tolerance=_FLOAT,
)


_SIXTEEN = "1 … 16"


def _on_one_to_sixteen(answer: Tensor) -> Callable[[Case], Any]:
    return worked({_SIXTEEN: answer})


def _relu_pool_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(count_up(1, 1, 4, 4) + 1,), about=_SIXTEEN),
        Case(args=(draw.integers(-9, 0, 1, 2, 5, 6),), about="five rows, all negative"),
        Case(args=(draw.integers(-9, 9, 2, 1, 6, 7),), about="seven columns"),
        Case(args=(8 * draw.normal(1, 3, 5, 7),), about="odd both ways"),
    ]


RELU_MAX_POOL2D = Exercise(
    id="pooling.relu_max_pool2d",
    title="2x2 max pooling by ReLU",
    points=3,
    covers=("D7.5.3",),
    cases=_relu_pool_cases,
    expect=lambda case: F.max_pool2d(case.args[0], 2),
    mistakes=(
        Mistake(
            "sum of pairwise ReLUs",
            "You added ReLUs of differences. That sum stands in some solutions, and it is no "
            "maximum. Use your relu_max, three times.",
            _on_one_to_sixteen(torch.full((1, 1, 2, 2), 10.0)),
        ),
        Mistake(
            "padded at the end",
            "With an odd size you made one window too many. nn.MaxPool2d(2) rounds down: the last "
            "row or column is left out.",
            lambda case: F.max_pool2d(case.args[0], 2, ceil_mode=True),
        ),
        Mistake(
            "always one row less",
            "You cut off the last row and column of every map. Only an odd one has to go.",
            lambda case: F.max_pool2d(case.args[0][..., :-1, :-1], 2),
        ),
        Mistake(
            "first row of each window",
            "You compared the two upper pixels of each window only. It has four.",
            _on_one_to_sixteen(torch.tensor([[[[2.0, 4.0], [10.0, 12.0]]]])),
        ),
        Mistake(
            "windows overlap",
            "Your windows move by one pixel. They lie side by side: every second row, every second "
            "column.",
            lambda case: F.max_pool2d(case.args[0], 2, 1),
        ),
    ),
    hints=(
        "It is a tournament: the largest of four is the larger of two winners.",
        "X[..., 0::2, 0::2] holds the upper left pixel of every window. With an odd number of "
        "rows 0::2 finds one more than 1::2; cut the map to even sizes first.",
        "After the cut: relu_max(relu_max(a, b), relu_max(c, d)), with a, b, c, d the four slices.",
    ),
    forbidden=MAXIMUM_OPERATORS,
    required=("aten::relu",),
    tolerance=_FLOAT,
)
