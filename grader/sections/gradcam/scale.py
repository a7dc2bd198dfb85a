"""Heat maps, each made as strong as the others."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.gradcam import given
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _maps(draw: Draw, *sizes: int) -> Tensor:
    """Maps of different strength without a zero, none of which has 1 as its greatest number."""
    strengths = [0.3, 2.5, 0.7, 6.0, 0.1][: sizes[0]]
    return (draw.uniform(*sizes) + 0.2) * torch.tensor(strengths).view(-1, 1, 1)


def _cases(draw: Draw) -> list[Case]:
    zeros, steady, some = _maps(draw, 3, 2, 3), _maps(draw, 4, 3, 2), _maps(draw, 3, 3, 4)
    zeros[draw.integer(1, 2)] = 0
    steady[draw.integer(1, 2)] = 3.5
    some[:, :2, 1:3] = 0
    nothing, nearly = torch.zeros(2, 2, 3), _maps(draw, 3, 2, 2)
    nearly[0] = 0
    return [
        Case(args=(_maps(draw, 3, 2, 4),), about="maps of different strength, wider than tall"),
        Case(args=(some,), about="maps with zeros in them"),
        Case(args=(zeros,), about="a map of zeros among others"),
        Case(args=(steady,), about="a map of equal numbers among others"),
        Case(args=(_maps(draw, 1, 4, 3),), about="one map"),
        Case(args=(_maps(draw, 2, 3, 2) * 2e-6,), about="very small numbers"),
        Case(each=((nothing,), (nearly,)), about="nothing but zeros, and zeros first"),
        Case(
            each=((_maps(draw, 2, 1, 4),), (_maps(draw, 2, 4, 1),), (_maps(draw, 2, 1, 1),)),
            about="maps of one row, of one column and of one pixel",
        ),
    ]


def _most(maps: Tensor, *axes: int) -> Tensor:
    return maps.amax(axes or (1, 2), keepdim=True)


def _by(divisor: Callable[[Tensor], Tensor], zero: float = 0.0) -> Callable[[Tensor], Tensor]:
    """The maps divided by something else; a number where that is 0."""

    def answer(maps: Tensor) -> Tensor:
        by = divisor(maps).expand_as(maps)
        return torch.where(by > 0, maps / by, zero)

    return answer


def _both(divisor: Callable[[Tensor], Tensor]) -> tuple[Callable[[Tensor], Tensor], ...]:
    """Divided by something else, with and without a thought for zeros."""
    return _by(divisor), lambda maps: maps / divisor(maps)


def _plus(maps: Tensor, added: float) -> Tensor:
    return maps / (_most(maps) + added)


def _at_least(maps: Tensor, bound: float) -> Tensor:
    return maps / _most(maps).clamp(min=bound)


def _least(maps: Tensor) -> Tensor:
    return maps.amin((1, 2), keepdim=True)


def _from_least(maps: Tensor, steady: float) -> Tensor:
    range_ = _most(maps) - _least(maps)
    return torch.where(range_ > 0, (maps - _least(maps)) / range_, steady)


def _after(change: Callable[[Tensor], Any]) -> Callable[[Tensor], Any]:
    return lambda maps: change(given.scale(maps))


def _one_by_one(maps: Tensor) -> Tensor:
    return torch.stack([one / one.max() if one.max() > 0 else one for one in maps])


SCALE = Exercise(
    id="gradcam.scale",
    title="Maps of one strength",
    points=1,
    minutes=5,
    covers=("L-P4", "E14.20"),
    example=(
        (
            Case(args=(torch.tensor([[[0.0, 2], [4, 1]], [[0, 0], [0, 0]]]),)),
            torch.tensor([[[0, 0.5], [1, 0.25]], [[0, 0], [0, 0]]]),
        ),
    ),
    cases=_cases,
    through="ask_scale",
    reference=given.scale,
    promises=("unchanged", "tensor"),
    wrong={
        "one maximum for all": (
            "You divide all maps by the greatest number of the whole batch, so that weak maps stay "
            "dark. Each map is divided by its own: amax over the axes 1 and 2.",
            lambda maps: maps / maps.max(),
            _by(lambda maps: maps.max()),
        ),
        "zero divided by zero": (
            "A map of zeros has the maximum 0, and 0 / 0 is not a number. Such a map stays zeros.",
            partial(_plus, added=0),
            lambda maps: maps / _most(maps) if maps.any() else maps,
        ),
        "zeros lit up": (
            "A map of zeros becomes another number in yours. It says that nothing speaks for the "
            "class, and stays zeros.",
            _by(_most, 1.0),
            _by(_most, 0.5),
        ),
        "least number taken off": (
            "Your least number becomes 0. A map is divided by its maximum and nothing is "
            "subtracted: 0 keeps its meaning.",
            lambda maps: (maps - _least(maps)) / (_most(maps) - _least(maps)),
            *(partial(_from_least, steady=number) for number in (0.0, 1.0)),
            lambda maps: (maps - maps.min()) / (maps.max() - maps.min()),
        ),
        "sum": (
            "You divide by the sum of a map. Divide by its greatest number.",
            *_both(lambda maps: maps.sum((1, 2), keepdim=True)),
        ),
        "length": (
            "You divide by the root of the sum of squares. Divide by the greatest number.",
            _by(lambda maps: maps.norm(dim=(1, 2), keepdim=True)),
        ),
        "each row or column by itself": (
            "You divide by maxima along one axis. A map has one maximum, over the axes 1 and 2 "
            "together.",
            *_both(lambda maps: _most(maps, 1)),
            *_both(lambda maps: _most(maps, 2)),
        ),
        "axes not kept": (
            "Your maxima have the shape (N,), which broadcasting lays along the columns, or cannot "
            "fit at all. Keep their axes: keepdim=True, or view(-1, 1, 1).",
            lambda maps: maps / torch.where(maps.amax((1, 2)) == 0, 1, maps.amax((1, 2))),
        ),
        "zeros dropped": (
            "You leave maps of zeros out of the result. They stay, as zeros: the shape is that of "
            "maps.",
            lambda maps: torch.stack([one / one.max() for one in maps if one.max() > 0]),
            lambda maps: given.scale(maps[maps.flatten(1).any(1)]),
        ),
        "nothing below the maximum": (
            "Of each map the greatest number alone is left, and all others are 0, as // makes "
            "them. Divide with /.",
            lambda maps: torch.where(maps > 0, maps // _most(maps), 0),
        ),
        "over the images": (
            "You divide by maxima over the images, axis 0. Each map has its own, over the axes 1 "
            "and 2.",
            _by(lambda maps: _most(maps, 0)),
        ),
        "only the first": (
            "You divide all maps by the maximum of the first. Each has its own.",
            _by(lambda maps: maps[0].max()),
        ),
        "cut": (
            "You cut what lies above 1. Divide by the maximum, so that the differences stay.",
            lambda maps: maps.clamp(0, 1),
        ),
        "something added": (
            "You add a number to the maximum, or divide by 1 at least: maps of small numbers come "
            "out too dark. Divide by the maximum itself, and leave maps of zeros as they are.",
            *(partial(_plus, added=number) for number in (1e-8, 1e-7, 1e-6, 1e-5, 1e-3)),
            partial(_at_least, bound=1),
        ),
        "maximum forbidden to be small": (
            "You forbid the maximum to be small: weak maps come out too dark. Divide by the "
            "maximum itself, and leave maps of zeros as they are.",
            *(partial(_at_least, bound=number) for number in (1e-6, 1e-5, 1e-4, 1e-3)),
        ),
        "to 255": (
            "Your greatest number is that of a byte. It is 1.",
            _after(lambda maps: maps * 255),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (N, h, w) always: leave out squeeze().",
            _after(lambda maps: maps.squeeze()),
        ),
    },
    right=(
        _one_by_one,
        lambda maps: (maps / _most(maps)).nan_to_num(),
        partial(_plus, added=1e-12),
        partial(_at_least, bound=1e-8),
        lambda maps: maps / torch.where(_most(maps) == 0, 1, _most(maps)),
    ),
    hints=(
        "maps.amax((1, 2), keepdim=True) is the greatest number of each map, of shape (N, 1, 1): "
        "it fits to maps by broadcasting.",
        "torch.where(most > 0, maps / most, 0) takes zeros where the maximum is 0.",
    ),
    stand_in="scale",
)
