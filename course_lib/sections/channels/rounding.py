"""Part G, equal in mathematics, not bit for bit: sums of floats depend on their order."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.former.exercise import Case, Exercise, Mistake

_TWO_CHANNELS = Mistake(
    "fewer than three channels",
    "With fewer than three products there is no order to choose: a + b and b + a are the same "
    "float. Give at least three channels.",
)
_NOT_FINITE = Mistake(
    "not finite",
    "Some product or sum is infinite or no number. Take numbers of ordinary size; differences "
    "come long before that.",
)
_DOUBLE_ONLY = Mistake(
    "double precision only",
    "In float64, Python's own floats, the two sums differ, but in float32 both are rounded to the "
    "same number. Try numbers of very different size.",
)
_SAME = Mistake(
    "same both ways",
    "Both orders give the same float32 number. Small whole numbers add up exactly; you need a sum "
    "in which something is rounded away in one order and not in the other.",
)


def order_matters(answer: Any) -> Mistake | str | None:
    """Verifies that the products of a pixel and weights, (2, c), sum up differently backwards."""
    pair = as_tensor(answer)
    if pair is None or pair.dim() != 2 or len(pair) != 2:
        return "The answer is [x, w]: two lists with one number for each channel."
    if pair.shape[1] < 3:
        return _TWO_CHANNELS
    products = pair[0].float() * pair[1].float()
    forwards, backwards = (_added(one) for one in (products, products.flip(0)))
    if not (forwards.isfinite() and backwards.isfinite()):
        return _NOT_FINITE
    if forwards != backwards:
        return None
    doubles = pair[0] * pair[1]
    return _DOUBLE_ONLY if _added(doubles) != _added(doubles.flip(0)) else _SAME


def _added(numbers: Iterable[Tensor]) -> Tensor:
    """One after the other; sum() of a tensor chooses an order of its own."""
    total: Tensor = torch.tensor(0.0)
    for number in numbers:
        total = total.to(number.dtype) + number
    return total


ORDER_MATTERS = Exercise(
    id="channels.order_matters",
    title="A counterexample to “the same to the last bit”",
    points=2,
    covers=("D7.4.4",),
    asks="value",
    cases=lambda draw: [Case(verify=order_matters)],
    mistakes=(_TWO_CHANNELS, _NOT_FINITE, _DOUBLE_ONLY, _SAME),
    hints=(
        "float32 keeps about 7 digits. What is 100,000,000 + 1 in float32?",
        "Let a large number and its negative meet at once in one order, and only after a small one "
        "was lost in the other.",
        "Take all weights 1. In which order do the three numbers 1e8, -1e8 and 1 give 1, and in "
        "which 0? Turned round, your list must be the other kind.",
    ),
)
