"""Filters of a first layer as pictures."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def filters(*size: int) -> Tensor:
        return draw.normal(*size) * (0.5 + draw.uniform(size[0], 1, 1, 1))

    some = filters(4, 3, 2, 3)
    some[1] = 0.25
    some[3] = -3
    return [
        Case(args=(filters(5, 3, 2, 4),), about="windows that are wider than tall"),
        Case(args=(filters(2, 3, 4, 3) - 9,), about="negative weights only"),
        Case(args=(filters(4, 3, 3, 2) * 300 + 1000,), about="large weights"),
        Case(args=(filters(3, 3, 3, 3) * 1e-3,), about="small weights"),
        Case(args=(some,), about="some filters of equal numbers"),
        Case(args=(filters(1, 3, 3, 5),), about="one filter"),
        Case(args=(filters(6, 3, 1, 1),), about="windows of one pixel"),
        Case(args=(filters(2, 3, 1, 4),), about="windows of one row"),
    ]


def _pictures(weight: Tensor) -> Tensor:
    """The reference, by NumPy: its range of a filter, and its interpolation."""
    pictures = []
    for one in weight.double().numpy():
        low, range_ = one.min(), np.ptp(one)
        scaled = np.interp(one, [low, low + range_], [0, 1]) if range_ else np.full(one.shape, 0.5)
        pictures.append(np.moveaxis(scaled, 0, -1))
    return torch.tensor(np.stack(pictures)).float()


def _scaled(
    low: Callable[[Tensor], Tensor] = lambda w: w.amin((1, 2, 3), keepdim=True),
    high: Callable[[Tensor], Tensor] = lambda w: w.amax((1, 2, 3), keepdim=True),
    *,
    flat: float = 0.5,
    last: Callable[[Tensor], Tensor] = lambda pictures: pictures.permute(0, 2, 3, 1),
) -> Callable[[Tensor], Any]:
    """The pictures with other bounds, another number for equal ones, or other axes."""

    def answer(weight: Tensor) -> Any:
        bottom, top = low(weight), high(weight)
        return last(torch.where(top > bottom, (weight - bottom) / (top - bottom), flat))

    return answer


def _unless_equal(change: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Made of weights, least and greatest numbers; 0.5 where those are the same."""

    def answer(weight: Tensor) -> Tensor:
        low, high = _least((1, 2, 3))(weight), _most((1, 2, 3))(weight)
        pictures = torch.where(high > low, change(weight, low, high), 0.5)
        return pictures.permute(0, 2, 3, 1)

    return answer


def _grey_if_any(weight: Tensor) -> Tensor:
    flat = _least((1, 2, 3))(weight) == _most((1, 2, 3))(weight)
    return torch.full_like(_pictures(weight), 0.5) if flat.any() else _pictures(weight)


def _after(change: Callable[[Tensor], Any]) -> Callable[[Tensor], Any]:
    return lambda weight: change(_pictures(weight))


def _most(axes: tuple[int, ...]) -> Callable[[Tensor], Tensor]:
    return lambda w: w.amax(axes, keepdim=True)


def _least(axes: tuple[int, ...]) -> Callable[[Tensor], Tensor]:
    return lambda w: w.amin(axes, keepdim=True)


def _about_zero(weight: Tensor) -> Tensor:
    most = weight.abs().amax((1, 2, 3), keepdim=True)
    return torch.where(most > 0, (weight / most + 1) / 2, 0.5).permute(0, 2, 3, 1)


def _one_by_one(weight: Tensor) -> Tensor:
    pictures = []
    for one in weight.movedim(1, -1):
        low, high = float(one.min()), float(one.max())
        same = high == low
        pictures.append(torch.full_like(one, 0.5) if same else (one - low) / (high - low))
    return torch.stack(pictures)


FILTERS_AS_IMAGES = Exercise(
    id="training.filters_as_images",
    title="Filters to look at",
    points=1,
    minutes=6,
    core=False,
    covers=("L-P3",),
    example=(
        (
            Case(args=(torch.tensor([-1.0, 0, 1]).view(1, 3, 1, 1),)),
            torch.tensor([0, 0.5, 1]).view(1, 1, 1, 3),
        ),
    ),
    cases=_cases,
    through="ask_filters",
    reference=_pictures,
    promises=("unchanged", "tensor"),
    wrong={
        "one scale for all": (
            "You scale all filters by the least and greatest number of the whole layer, so that "
            "weak filters are all grey. Each filter is scaled by its own two.",
            _scaled(_least((0, 1, 2, 3)), _most((0, 1, 2, 3))),
        ),
        "each channel by itself": (
            "You scale each channel by itself, so the colours are not those of the filter. The "
            "least and greatest number are taken over all numbers of a filter.",
            _scaled(_least((2, 3)), _most((2, 3))),
        ),
        "each pixel by itself": (
            "You scale each pixel by its own three numbers. The least and greatest number are "
            "taken over all numbers of a filter.",
            _scaled(_least((1,)), _most((1,))),
        ),
        "over the filters": (
            "Your least and greatest number are taken over the filters, axis 0. Each filter has "
            "its own two, over the axes 1, 2 and 3.",
            _scaled(_least((0,)), _most((0,))),
        ),
        "about zero": (
            "You make 0 the middle of the scale. The least number of a filter becomes 0 and the "
            "greatest 1, whatever lies in the middle.",
            _about_zero,
        ),
        "by the greatest alone": (
            "You divide by the greatest number, and the least one does not become 0: subtract it "
            "first, and divide by the difference of the two.",
            lambda weight: (weight / weight.amax((1, 2, 3), keepdim=True)).permute(0, 2, 3, 1),
            lambda weight: (
                (weight - weight.amin((1, 2, 3), keepdim=True))
                / weight.amax((1, 2, 3), keepdim=True)
            ).permute(0, 2, 3, 1),
            _unless_equal(lambda weight, low, high: weight / high),
            _unless_equal(lambda weight, low, high: (weight - low) / high),
        ),
        "cut": (
            "You cut the numbers to [0, 1]: all that is negative becomes alike. Scale them.",
            lambda weight: weight.clamp(0, 1).permute(0, 2, 3, 1),
            _unless_equal(lambda weight, low, high: weight.clamp(0, 1)),
        ),
        "channels not last": (
            "Your channels are axis 1, as in weight. They come last: permute(0, 2, 3, 1).",
            _scaled(last=lambda pictures: pictures),
        ),
        "rows and columns swapped": (
            "Your pictures lie on their sides: rows are columns. permute(0, 2, 3, 1) keeps their "
            "order.",
            _scaled(last=lambda pictures: pictures.permute(0, 3, 2, 1)),
            _scaled(last=lambda pictures: pictures.transpose(1, 3)),
        ),
        "reshaped": (
            "reshape and view leave the numbers in their order and cut it anew, which mixes the "
            "channels. permute moves axes.",
            _scaled(last=lambda p: p.contiguous().view(len(p), p.shape[2], p.shape[3], p.shape[1])),
        ),
        "equal numbers": (
            "A filter of equal numbers has no range to divide by. It becomes 0.5 everywhere, "
            "neither black nor white.",
            _scaled(flat=0),
            _scaled(flat=1),
            _scaled(flat=math.nan),
        ),
        "all grey": (
            "As soon as one filter has equal numbers, all your pictures are 0.5. Only that filter "
            "becomes so.",
            _grey_if_any,
        ),
        "small ones grey": (
            "Filters of small weights become 0.5, as if their numbers were equal. Only those of "
            "equal numbers do, however small the range of the others is.",
            _unless_equal(
                lambda weight, low, high: torch.where(
                    high - low < 0.05, 0.5, (weight - low) / (high - low)
                )
            ),
        ),
        "to 255": (
            "Your numbers go up to that of a byte. Here they go from 0 to 1.",
            _after(lambda pictures: pictures * 255),
            _after(lambda pictures: (pictures * 255).to(torch.uint8)),
            _after(lambda pictures: (pictures * 255).round().to(torch.uint8)),
        ),
        "from -1": (
            "Your numbers go from -1 to 1. They go from 0 to 1.",
            _after(lambda pictures: 2 * pictures - 1),
        ),
        "negative": (
            "Your pictures are negatives: the greatest number becomes 0. It becomes 1.",
            _after(lambda pictures: 1 - pictures),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (F, h, w, 3) always: leave out squeeze().",
            _after(lambda pictures: pictures.squeeze()),
        ),
    },
    right=(_scaled(), _one_by_one),
    hints=(
        "weight.amin((1, 2, 3), keepdim=True) is the least number of each filter, and fits to "
        "weight by broadcasting.",
        "torch.where(high > low, ..., 0.5) takes 0.5 for filters of equal numbers; "
        "permute(0, 2, 3, 1) puts the channels last.",
    ),
)
