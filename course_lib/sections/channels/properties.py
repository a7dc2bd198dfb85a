"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor


def order_matters(answer: Any) -> str | None:
    """The products of a pixel's channels and weights, (2, c): do they add up otherwise backwards?

    Returns:
        The name of a mistake of `order_matters`, a sentence, or None where it is right.
    """
    pair = as_tensor(answer)
    if pair is None and isinstance(answer, (list, tuple)) and len(answer) == 2:
        lists = [as_tensor(numbers) for numbers in answer]
        if all(numbers is not None and numbers.dim() == 1 for numbers in lists):
            return "lists of unequal length"
    if pair is None or pair.dim() != 2:
        return "The answer is [x, w]: two lists with one number for each channel."
    if len(pair) != 2:
        pairs = len(pair) > 2 and pair.shape[1] == 2
        return "a pair for each channel" if pairs else "The answer is two lists: [x, w]."
    if pair.shape[1] < 3:
        return "fewer than three channels"
    products = pair[0].float() * pair[1].float()
    forwards, backwards = (_added(one) for one in (products, products.flip(0)))
    if not (forwards.isfinite() and backwards.isfinite()):
        return "not finite"
    if forwards != backwards:
        return None
    doubles = pair[0] * pair[1]
    if _added(doubles) != _added(doubles.flip(0)):
        return "double precision only"
    exact = sum(map(Fraction, products.tolist()))
    return "the same both ways" if float(forwards) == exact else "rounded alike"


def _added(numbers: Iterable[Tensor]) -> Tensor:
    """One after the other; sum() of a tensor chooses an order of its own."""
    total: Tensor = torch.tensor(0.0)
    for number in numbers:
        total = total.to(number.dtype) + number
    return total
