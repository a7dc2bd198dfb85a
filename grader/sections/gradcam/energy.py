"""How much of a map's heat lies on the object."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def of(n: int, h: int, w: int) -> tuple[Tensor, Tensor]:
        """Maps with zeros in them and off the object, and masks of another size each."""
        heat = draw.uniform(n, h, w) * 2 + 0.1
        masks = torch.zeros(n, h * w, dtype=torch.bool)
        for mask, pixels in zip(masks, draw.distinct(3, h * w - 3, n), strict=True):
            mask[draw.distinct(0, h * w - 1, pixels)] = True
        heat.view(n, -1)[:, draw.distinct(0, h * w - 1, 2)] = 0
        return heat * torch.tensor([0.5, 2, 1, 3])[:n].view(-1, 1, 1), masks.view(n, h, w)

    zeros, on = of(4, 3, 4)
    zeros[draw.integer(1, 2)] = 0
    whole, ends = of(4, 4, 3)
    ends[0], ends[1] = True, False
    steady, some = of(3, 3, 5)
    steady[:] = torch.tensor([0.5, 2, 4]).view(-1, 1, 1)
    weak, masks = 0.003 * (1 + 0.3 * draw.uniform(2, 3, 3)), torch.ones(2, 9, dtype=torch.bool)
    masks[:, draw.distinct(0, 8, 2)] = False
    return [
        Case(args=of(3, 3, 5), about="maps that are wider than tall"),
        Case(args=of(3, 3, 3), about="as many images as rows"),
        Case(args=of(1, 4, 3), about="one image"),
        Case(args=(zeros, on), about="a map of zeros among others"),
        Case(
            args=(whole, ends), about="a mask that covers everything, and one that covers nothing"
        ),
        Case(args=(steady, some), about="maps of equal numbers"),
        Case(args=(weak, masks.view(2, 3, 3)), about="small numbers"),
    ]


def _shares(heat: Tensor, masks: Tensor) -> Tensor:
    """The reference: averages of the masks, weighted by the heat."""
    pairs = zip(heat.double().numpy(), masks.numpy(), strict=True)
    shares = [np.average(mask, weights=h) if h.any() else 0.0 for h, mask in pairs]
    return torch.tensor(np.array(shares)).float()


def _over(
    part: Callable[[Tensor, Tensor], Tensor],
    whole: Callable[[Tensor, Tensor], Tensor] = lambda heat, masks: _sum(heat),
    zero: float = 0.0,
) -> Callable[[Tensor, Tensor], Tensor]:
    """Another share; a number where the whole of it is 0."""

    def answer(heat: Tensor, masks: Tensor) -> Tensor:
        below = whole(heat, masks).expand(len(heat))
        return torch.where(below > 0, part(heat, masks) / below, zero)

    return answer


def _sum(maps: Tensor) -> Tensor:
    return maps.sum((1, 2))


def _inside(heat: Tensor, masks: Tensor) -> Tensor:
    return _sum(heat * masks)


def _of_hot_pixels(heat: Tensor, masks: Tensor, bound: float) -> Tensor:
    hot = heat > bound * heat.amax((1, 2), keepdim=True)
    return (_sum(hot & masks) / _sum(hot)).nan_to_num()


def _along(heat: Tensor, masks: Tensor, axis: int) -> Tensor:
    return ((heat * masks).sum(axis) / heat.sum(axis)).nan_to_num()


def _plus(heat: Tensor, masks: Tensor, added: float) -> Tensor:
    return _inside(heat, masks) / (_sum(heat) + added)


def _after(change: Callable[[Tensor], Any]) -> Callable[[Tensor, Tensor], Any]:
    return lambda heat, masks: change(_shares(heat, masks))


def _one_by_one(heat: Tensor, masks: Tensor) -> Tensor:
    shares = []
    for one, mask in zip(heat, masks, strict=True):
        total = float(one.sum())
        shares.append(float(one[mask].sum()) / total if total else 0.0)
    return torch.tensor(shares)


ENERGY_INSIDE = Exercise(
    id="gradcam.energy_inside",
    title="Heat on the object",
    points=1,
    minutes=6,
    covers=("B11-pointing",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[[0.0, 2], [1, 2]]]),
                    torch.tensor([[[False, False], [True, True]]]),
                )
            ),
            torch.tensor([0.6]),
        ),
    ),
    cases=_cases,
    through="ask_energy",
    reference=_shares,
    promises=("unchanged", "tensor"),
    wrong={
        "zero divided by zero": (
            "A map of zeros has the sum 0, and 0 / 0 is not a number. Its share is 0.",
            partial(_plus, added=0),
            lambda heat, masks: _inside(heat, masks) / _sum(heat) if heat.any() else _sum(heat),
        ),
        "zeros all inside": (
            "A map of zeros has another share than 0 in yours.",
            _over(_inside, zero=1.0),
            _over(_inside, zero=0.5),
        ),
        "sum over the batch": (
            "You divide by the heat of all images. Each map's sum is its own whole.",
            _over(_inside, lambda heat, masks: heat.sum()),
            lambda heat, masks: _inside(heat, masks) / heat.sum(),
        ),
        "area": (
            "You divide by the number of pixels in the mask, or of the map. Divide by the sum of "
            "the map.",
            _over(_inside, lambda heat, masks: _sum(masks)),
            lambda heat, masks: _inside(heat, masks) / _sum(masks),
            lambda heat, masks: _inside(heat, masks) / _sum(masks).clamp(min=1),
            lambda heat, masks: (heat * masks).mean((1, 2)),
        ),
        "share of the pixels": (
            "That is how much of the image the mask covers. Weigh the pixels by their heat.",
            lambda heat, masks: masks.float().mean((1, 2)),
        ),
        "pixels counted": (
            "You count pixels, those with heat or the hot ones, inside and in the map. Add up "
            "their heat.",
            *(partial(_of_hot_pixels, bound=bound) for bound in (0, 0.5)),
        ),
        "one axis summed": (
            "You add up over one axis alone, and shares of rows or columns are left. Add over the "
            "axes 1 and 2.",
            *(partial(_along, axis=axis) for axis in (1, 2)),
        ),
        "zeros dropped": (
            "You leave maps of zeros out of the result. Their share is 0: the shape is (N,).",
            lambda heat, masks: _shares(heat, masks)[heat.flatten(1).any(1)],
        ),
        "means compared": (
            "You divide means, that inside by that of the map. Divide sums.",
            lambda heat, masks: (
                _inside(heat, masks) / _sum(masks) / heat.mean((1, 2))
            ).nan_to_num(),
        ),
        "first mask for all": (
            "You take the first mask for all images. Each has its own.",
            lambda heat, masks: _shares(heat, masks[:1].expand_as(masks)),
        ),
        "outside": (
            "That is the share outside the mask. The one inside is asked for.",
            _over(lambda heat, masks: _sum(heat * ~masks)),
            lambda heat, masks: 1 - _shares(heat, masks),
        ),
        "inside to outside": (
            "You divide what lies inside by what lies outside. Divide by the sum of the whole map.",
            _over(_inside, lambda heat, masks: _sum(heat * ~masks)),
            lambda heat, masks: _inside(heat, masks) / _sum(heat * ~masks),
            lambda heat, masks: (_inside(heat, masks) / _sum(heat * ~masks)).nan_to_num(),
        ),
        "squares": (
            "You add up squares. The heat itself is added up.",
            _over(lambda heat, masks: _sum(heat**2 * masks), lambda heat, masks: _sum(heat**2)),
            lambda heat, masks: (_sum(heat**2 * masks) / _sum(heat**2)).nan_to_num(),
        ),
        "maximum": (
            "You divide by the greatest number of the map, or by its mean. Divide by its sum.",
            _over(_inside, lambda heat, masks: heat.amax((1, 2))),
            _over(_inside, lambda heat, masks: heat.mean((1, 2))),
        ),
        "not divided": (
            "You return the heat inside. Divide it by the sum of the map.",
            _inside,
        ),
        "mean of the images": (
            "You return the mean of all images. Return a share for each of them, (N,).",
            _after(lambda shares: shares.mean()),
            _after(lambda shares: float(shares.mean())),
        ),
        "all images together": (
            "You add up the heat of all images. Each has a share of its own, (N,).",
            lambda heat, masks: (heat * masks).sum() / heat.sum(),
        ),
        "something added": (
            "You add a number to the sum, or forbid it to be small. Divide by the sum itself, and "
            "give maps of zeros a 0.",
            *(partial(_plus, added=number) for number in (1e-5, 1e-4, 1e-3)),
            lambda heat, masks: _inside(heat, masks) / _sum(heat).clamp(min=1),
        ),
        "percent": (
            "That is in percent. Shares go from 0 to 1.",
            _after(lambda shares: 100 * shares),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (N,), also for one image.",
            _after(lambda shares: shares.squeeze()),
        ),
        "axes left": (
            "Axes of size 1 are left. The shape is (N,): leave out keepdim=True.",
            _after(lambda shares: shares[:, None, None]),
        ),
    },
    right=(
        _one_by_one,
        lambda heat, masks: (_inside(heat, masks) / _sum(heat)).nan_to_num(0),
        partial(_plus, added=1e-8),
        lambda heat, masks: _inside(heat, masks) / _sum(heat).clamp(min=1e-9),
        lambda heat, masks: torch.where(masks, heat, 0).sum((1, 2)) / _sum(heat).clamp(min=1e-12),
    ),
    hints=(
        "heat * masks is 0 outside of the mask.",
        "Add up over the axes 1 and 2, for the part inside and for the whole; where the whole is "
        "0, torch.where gives 0.",
    ),
)
