"""Part D, softmax pooling, between the mean and the maximum."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked
from course_lib.sections.pooling.facts import POOLING_OPERATORS

_OVERFLOW = Mistake(
    "overflow",
    "With large numbers and a small temperature all exp(x / T) of a window are infinite, or all "
    "are 0, and a quotient of these is NaN. Subtract the maximum of each window before exp, or let "
    "torch.softmax do so.",
)
_TOO_LOW = Mistake(
    "too low",
    "Your result for large numbers is no number that softmax pooling can give: it must lie between "
    "mean and maximum, and at a low temperature close to the maximum. What is done against the "
    "overflow must not change the weights.",
)


def between_mean_and_max(
    X: Tensor, kernel_size: tuple[int, int], temperature: float
) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a softmax pooling of large numbers, windows side by side.

    Of n numbers x, one that lies d below the maximum weighs at most exp(-d / T), so it takes at
    most d * exp(-d / T) <= T / e away: the result is at least the maximum - (n - 1) * T / e.
    """

    def verify(answer: Any) -> Mistake | str | None:
        Y = as_tensor(answer)
        low, high = (pool(X.double(), tuple(kernel_size)) for pool in (F.avg_pool2d, F.max_pool2d))
        low = low.maximum(high - (kernel_size[0] * kernel_size[1] - 1) * temperature / math.e)
        if Y is None or Y.shape != low.shape:
            return "With large numbers, too, the shape is (N, C, H / h, W / w)."
        if not Y.isfinite().all():
            return _OVERFLOW
        return None if ((low - 1e-2 <= Y) & (high + 1e-2 >= Y)).all() else _TOO_LOW

    return verify


_LN3 = math.log(3)
_SINGLE = "windows of a single number"
_COLDER = "the same, colder"
_TWO = "two windows, of zeros and of ln 3"


def _softmax_cases(draw: Draw) -> list[Case]:
    worked_example = torch.tensor([[[[0.0, 0.0], [0.0, _LN3]]]])
    large = 1000 + 100 * draw.normal(1, 1, 4, 4)
    constant = draw.integers(-9, 9, 1, 2, 2, 2).repeat_interleave(3, 2).repeat_interleave(2, 3)
    two = torch.tensor([[[[0.0, 0.0, _LN3, _LN3]] * 2]])
    return [
        Case(args=(worked_example, (2, 2), 1.0), about=WORKED),
        Case(args=(worked_example, (2, 2), 0.5), about=_COLDER),
        Case(args=(two, (2, 2), 1.0), about=_TWO),
        Case(args=(draw.integers(-9, 9, 1, 2, 2, 2), (1, 1), 2.0), about=_SINGLE),
        Case(args=(constant, (3, 2), 0.7), about="windows of equal numbers, two channels"),
        Case(
            args=(large, (2, 2), 0.5),
            about="numbers around 1000",
            verify=between_mean_and_max(large, (2, 2), 0.5),
        ),
    ]


def _softmax_facts(case: Case) -> Any:
    """Answers worked out by hand; a window of one number, or of equal ones, gives that number."""
    if case.about == _SINGLE:
        return case.args[0]
    if case.about == _TWO:
        return torch.tensor([[[[0.0, _LN3]]]])
    if case.about.startswith("windows of equal numbers"):
        return case.args[0][:, :, ::3, ::2]
    # exp(log(3) / T) is 3 and 9: weights 1, 1, 1, 3 of 6, then 1, 1, 1, 9 of 12.
    weight = {WORKED: 3 / 6, _COLDER: 9 / 12}[case.about]
    return torch.tensor([[[[weight * _LN3]]]])


_LOG = (
    "That is the logarithm of a mean or a sum of exponentials, another way towards the maximum. "
    "Here it is the sum of softmax weights times numbers."
)

SOFTMAX_POOL2D = Exercise(
    id="pooling.softmax_pool2d",
    title="Softmax pooling",
    points=3,
    covers=("D7.5.5", "D7.5.7"),
    cases=_softmax_cases,
    expect=_softmax_facts,
    mistakes=(
        Mistake(
            "temperature upside down",
            "You multiplied by the temperature. Divide: the colder, the nearer to the maximum.",
            on(_COLDER, [[[[_LN3 * 3**0.5 / (3 + 3**0.5)]]]]),
        ),
        Mistake(
            "temperature ignored",
            "The temperature changes nothing in your answer. The weights are the softmax of the "
            "numbers divided by it.",
            on(_COLDER, [[[[_LN3 / 2]]]]),
        ),
        Mistake(
            "divided numbers weighed",
            "You weighed x / T. The temperature belongs into the weights only: they weigh the "
            "numbers x themselves.",
            on(_COLDER, [[[[2 * _LN3 * 9 / 12]]]]),
        ),
        Mistake(
            "weights only",
            "You added the weights up, which gives 1. They weigh the numbers of the window: "
            "multiply before you add.",
            on_worked([[[[1.0]]]]),
        ),
        Mistake(
            "weights returned",
            "You returned the weights. They weigh the numbers of the window: multiply, then add.",
            on_worked([[[[[1 / 6, 1 / 6, 1 / 6, 3 / 6]]]]]),
        ),
        Mistake(
            "mean of the products",
            "You took the mean of the weighted numbers. The weights add up to 1 already, so take "
            "the sum.",
            on_worked([[[[_LN3 / 8]]]]),
        ),
        Mistake(
            "not divided by the sum",
            "You weighed with exp(x / T) itself. Divide by the sum of these over the window, so "
            "that the weights add up to 1.",
            on_worked([[[[3 * _LN3]]]]),
        ),
        Mistake(
            "weights of one",
            "This is the largest number of the window, or the sum of all. Either you took the "
            "maximum, or all your weights are 1 because softmax ran over an axis of size 1: it "
            "must run over the numbers of a window.",
            on_worked([[[[_LN3]]]]),
        ),
        Mistake(
            "softmax of each row",
            "Your weights add up to 1 in each row of a window. They must do so over all its "
            "numbers: put the last two axes together with .flatten(4) before softmax.",
            on_worked([[[[_LN3 * 3 / 4]]]]),
        ),
        Mistake(
            "log of the mean of exp",
            _LOG,
            on_worked([[[[math.log(6 / 4)]]]]),
        ),
        Mistake(
            "log of the mean of exp",
            _LOG,
            on_worked([[[[math.log(6)]]]]),
        ),
        Mistake(
            "softmax of the whole map",
            "Your weights add up to 1 over the whole map. They must do so in each window.",
            on(_TWO, [[[[0.0, _LN3 * 3 / 4]]]]),
        ),
        Mistake(
            "reshaped",
            "reshape alone cuts the map in reading order, not into windows. Gather the windows by "
            "X.unfold(2, h, h).unfold(3, w, w) first.",
            on(_TWO, [[[[_LN3 * 3 / 4, _LN3 * 3 / 4]]]]),
        ),
        _OVERFLOW,
        _TOO_LOW,
    ),
    hints=(
        "First gather the windows: X.unfold(2, h, h).unfold(3, w, w) has shape (N, C, rows, "
        "columns, h, w). Put the last two axes together with .flatten(4).",
        "weights = softmax(windows / temperature) over the last axis; torch.softmax does not "
        "overflow.",
        "The result is (weights * windows).sum(-1).",
    ),
    forbidden=POOLING_OPERATORS,
    returns="tensor",
    keeps_inputs=True,
)
