"""Part A, the mean of windows of any size, stride and padding, in any number of channels."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.pooling.facts import POOLING_OPERATORS
from course_lib.sections.pooling.settings import (
    Pair,
    max_pooled,
    mean_pooled,
    setting_mistakes,
    settings,
    strided_cases,
    wide,
)


def _cases(draw: Draw) -> list[Case]:
    small = torch.tensor([[[[4.0, 8.0], [12.0, 16.0]]]])
    about = "[[4, 8], [12, 16]] with a ring of padding"
    return [
        Case(args=(small, (2, 2), (2, 2), (1, 1)), about=about),
        *strided_cases(draw, low=0.0),
    ]


def _mean(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    return F.avg_pool2d(X, kernel_size, stride)


def _divided_by(case: Case, divisor: int) -> Tensor:
    return F.avg_pool2d(*settings(wide(case)), divisor_override=divisor)


AVG_POOL2D = Exercise(
    id="pooling.avg_pool2d",
    title="Average pooling with everything",
    points=2,
    covers=("D7.5-demo",),
    cases=_cases,
    expect=mean_pooled,
    mistakes=(
        Mistake(
            "padding not counted",
            "At the border you took the mean of the real pixels only. PyTorch's default counts the "
            "zeros of the padding, too (count_include_pad=True): divide by h * w everywhere.",
            lambda case: F.avg_pool2d(*settings(wide(case)), count_include_pad=False),
        ),
        Mistake(
            "sum",
            "You added the numbers of each window. Divide by how many there are.",
            lambda case: _divided_by(case, 1),
        ),
        Mistake(
            "divided by one side",
            "You divided by one side of the window. It holds h * w numbers: divide by that.",
            lambda case: _divided_by(case, case.args[1][0]),
        ),
        Mistake(
            "divided by one side",
            "You divided by one side of the window. It holds h * w numbers: divide by that.",
            lambda case: _divided_by(case, case.args[1][1]),
        ),
        Mistake(
            "max",
            "You took the largest number of each window, not the mean.",
            lambda case: max_pooled(wide(case)),
        ),
        *setting_mistakes(_mean, 0.0, lambda Y: Y.mean(1, keepdim=True)),
    ),
    hints=(
        "Your max_pool2d does nearly the same. Two things change: the number in the padding and "
        "what is taken of a window.",
        "The padding is zeros, and it counts: every window has h * w numbers.",
        "F.pad without value pads with zeros; then the mean over the last two axes of each window.",
    ),
    forbidden=POOLING_OPERATORS,
    returns="tensor",
    keeps_inputs=True,
)
