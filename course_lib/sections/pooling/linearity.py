"""Part C, the mean is linear and the maximum is not."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.pooling.facts import POOLING_OPERATORS, count_up


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


_ONE_SIDE = (
    "Your weights are 1 / h or 1 / w. A window holds h * w numbers: each weighs 1 / (h * w)."
)

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
            "channels mixed",
            "Every channel of your output is the mean of all channels' means. The kernel from "
            "another channel must be zero, or use groups: one group for each channel.",
            lambda case: mean_of(case).mean(1, keepdim=True).expand_as(mean_of(case)),
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
        Mistake("divided by one side", _ONE_SIDE, lambda case: mean_of(case) * case.args[1][0]),
        Mistake("divided by one side", _ONE_SIDE, lambda case: mean_of(case) * case.args[1][1]),
        Mistake(
            "stride forgotten",
            "You let the kernel move by one pixel; F.conv2d takes stride=1 if it is not told.",
            lambda case: F.avg_pool2d(case.args[0], tuple(case.args[1]), 1),
        ),
        Mistake(
            "stride is the window",
            "You moved the kernel by its own size. Here stride says by how much it moves.",
            lambda case: F.avg_pool2d(case.args[0], tuple(case.args[1])),
        ),
        Mistake(
            "window transposed",
            "Your kernel has its height and width swapped: kernel_size is (rows, columns).",
            lambda case: mean_of(Case(args=(case.args[0], case.args[1][::-1], case.args[2]))),
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
    instead="Here F.conv2d is to do it, with a kernel of your own.",
    required=("aten::convolution",),
    returns="tensor",
    keeps_inputs=True,
)

_SHAPE = Mistake(
    "another shape",
    "B must be a tensor of finite numbers, of the same shape as A: the two are added.",
)
_NOT_ZERO = Mistake(
    "not zero",
    "The largest number of A + B is not 0 in every window. What must B be so that A and B cancel?",
)
_CONSTANT = Mistake(
    "constant in each window",
    "A + B is right, but so is the sum of the two poolings: it is 0 as well. Your B is constant in "
    "each window, and adding a constant just adds it to the maximum.",
)
_SAME_PLACE = Mistake(
    "same place",
    "A + B is right, but so is the sum of the two poolings, in some window: there the largest "
    "numbers of A and of B lie at the same place. B must be small where A is large.",
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
            return _CONSTANT if (pool(B) + pool(-B)).max() < 1e-3 else _SAME_PLACE
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
    mistakes=(_SHAPE, _NOT_ZERO, _CONSTANT, _SAME_PLACE),
    hints=(
        "If max pooling were linear, the pooling of A + B would be the sum of both poolings. The "
        "largest numbers of A and of B must therefore lie at different places of the window.",
        "Where A is large, B must be small, so that the two cancel. Try one window: A = [[1, 5], "
        "[2, 4]]. Which B turns all four numbers into 0?",
    ),
    keeps_inputs=True,
)
