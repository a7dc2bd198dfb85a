"""Extra: a stride that is no whole number."""

import math
from collections.abc import Callable

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Places = Callable[[int, float], Tensor]


def _step(draw: Draw, low: float, high: float, *sides: int) -> float:
    """A step whose last place on the image is followed by one within a pixel of the last pixel.

    That place counts by other rules. Nowhere does rounding decide on a place, nor on a pixel.
    """
    while True:
        step = round(low + (high - low) * float(draw.uniform()), 3)
        rests = [(n - 1) % step for n in sides]
        beyond = all(math.ceil(n / step) > int((n - 1) / step) + 1 for n in sides)
        if beyond and all(0.05 < rest < step - 0.05 for rest in rests):
            return step


def _settings(draw: Draw) -> list[Case]:
    few, many = draw.integer(5, 6), draw.integer(8, 9)
    # At step 1 the image itself is the answer, and beyond the image one pixel is left.
    whole = ((draw.normal(3, 4), 1), (draw.normal(3, 4), 4.5), (draw.normal(3, 4), 1.25))
    return [
        *(
            Case(args=(draw.normal(*size), step), about=about)
            for about, size, step in (
                ("a step below two", (few, many), _step(draw, 1.2, 1.8, few, many)),
                ("a step above two", (many, few), _step(draw, 2.1, 2.7, few, many)),
                ("a step below one half", (3, 4), _step(draw, 0.35, 0.48, 3, 4)),
                ("a step below one", (4, 3), _step(draw, 0.55, 0.9, 3, 4)),
                ("a square image", (6, 6), _step(draw, 1.2, 1.8, 6)),
                ("a whole step", (6, 5), draw.integer(2, 3)),
                ("a last place on the last row", (7, 5), 1.5),
                ("a last place on the last column", (5, 7), 1.5),
                ("last places on the border, a small step", (3, 4), 0.5),
                ("a single row", (1, many), _step(draw, 1.2, 1.8, many)),
                ("a single column", (many, 1), _step(draw, 1.2, 1.8, many)),
                ("a step larger than one side", (3, many), _step(draw, 2.2, 2.7, many)),
            )
        ),
        Case(each=whole, about="a step of one, and one beyond the image, among others"),
    ]


def _by_scipy(X: Tensor, step: float) -> Tensor:
    axes = [np.arange(math.floor((n - 1) / step) + 1) * step for n in X.shape]
    places = np.meshgrid(*axes, indexing="ij")
    return torch.from_numpy(scipy.ndimage.map_coordinates(X.double().numpy(), places, order=1))


def _places(n: int, step: float) -> Tensor:
    return torch.arange(int((n - 1) / step) + 1, dtype=torch.float64) * step


def _read(
    X: Tensor, rows: Tensor, columns: Tensor, *, swapped: bool = False, beyond: bool = True
) -> Tensor:
    """X at these rows and columns, by blending neighbours; beyond the image its border, if any."""

    def blend(X: Tensor, at: Tensor) -> Tensor:
        if not beyond and len(at) and at[-1] > len(X) - 1:
            raise IndexError("beyond the last pixel")
        at = at.clamp(0, len(X) - 1)
        low = at.floor().long()
        high = (low + 1).clamp(max=len(X) - 1)
        share = (at - low)[:, None].float()
        share = 1 - share if swapped else share
        return (1 - share) * X[low] + share * X[high]

    return blend(blend(X, rows).T, columns).T


def _one_count(side: int, *, beyond: bool = True) -> Callable[[Tensor, float], Tensor]:
    """As many places along both sides as this side has."""

    def answer(X: Tensor, step: float) -> Tensor:
        at = _places(X.shape[side], step)
        return _read(X, at, at, beyond=beyond)

    return answer


def _no_next(X: Tensor, step: float) -> Tensor:
    """The pixel after the last one is asked for where a place falls on that."""
    if any(_places(n, step)[-1] >= n - 1 for n in X.shape):
        raise IndexError("there is no next pixel")
    return _by_scipy(X, step)


def _at(places: Places) -> Callable[[Tensor, float], Tensor]:
    return lambda X, step: _read(X, places(X.shape[0], step), places(X.shape[1], step))


def _by_grid_sample(X: Tensor, step: float) -> Tensor:
    rows, columns = (_places(n, step) * 2 / max(n - 1, 1) - 1 for n in X.shape)
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=-1).float()
    return F.grid_sample(X[None, None], grid[None], align_corners=True)[0, 0]


def _number_by_number(X: Tensor, step: float) -> Tensor:
    """With plain numbers, between the four pixels around each place."""

    def value(y: float, x: float) -> float:
        i, j = int(y), int(x)
        below, right = min(i + 1, len(X) - 1), min(j + 1, X.shape[1] - 1)
        upper = (1 - x + j) * float(X[i, j]) + (x - j) * float(X[i, right])
        lower = (1 - x + j) * float(X[below, j]) + (x - j) * float(X[below, right])
        return (1 - y + i) * upper + (y - i) * lower

    rows, columns = (_places(n, step).tolist() for n in X.shape)
    return torch.tensor([[value(y, x) for x in columns] for y in rows])


def _interpolated(X: Tensor, step: float) -> Tensor:
    return F.interpolate(X[None, None], scale_factor=1 / step, mode="bilinear", align_corners=True)[
        0, 0
    ]


FRACTIONAL_STRIDE = Exercise(
    id="padding_stride.fractional_stride",
    title="A stride between the pixels",
    points=3,
    minutes=13,
    core=False,
    covers=("D7.3.6",),
    example=((Case(args=(torch.tensor([[0.0], [10], [20], [60]]), 1.25)), [[0], [12.5], [40]]),),
    cases=_settings,
    reference=_by_scipy,
    promises=("unchanged", "tensor"),
    wrong={
        "nearest pixel": (
            "You took the nearest pixel. Between two pixels, blend them by their distances.",
            _at(lambda n, step: _places(n, step).round()),
        ),
        "pixel below": (
            "You cut off the fraction and took that pixel. Between two pixels, blend them.",
            _at(lambda n, step: _places(n, step).floor()),
        ),
        "halves": (
            "You took the mean of two neighbours. The nearer a pixel is, the more of it counts.",
            _at(lambda n, step: (_places(n, step).floor() + _places(n, step).ceil()) / 2),
        ),
        "shares swapped": (
            "You swapped the shares. The nearer a pixel is, the more of it counts: at place 2.8, "
            "0.2 of pixel 2 and 0.8 of pixel 3.",
            lambda X, step: _read(X, *(_places(n, step) for n in X.shape), swapped=True),
        ),
        "one direction": (
            "You read between the rows only, or between the columns only. The step holds along "
            "both.",
            lambda X, step: _read(X, _places(X.shape[0], step), torch.arange(float(X.shape[1]))),
            lambda X, step: _read(X, torch.arange(float(X.shape[0])), _places(X.shape[1], step)),
        ),
        "blended in one direction": (
            "You blended along one axis only, and took pixels as they are along the other.",
            lambda X, step: _read(X, _places(X.shape[0], step), _places(X.shape[1], step).floor()),
            lambda X, step: _read(X, _places(X.shape[0], step).floor(), _places(X.shape[1], step)),
        ),
        "stretched": (
            "You stretched the places so that the last one falls on the last pixel. That is "
            "align_corners=True; the step is another one then.",
            _at(lambda n, step: torch.linspace(0, n - 1, len(_places(n, step))).double()),
        ),
        "half a pixel": (
            "Your places begin (step - 1) / 2 off the first pixel, as with align_corners=False. "
            "Here the first place is pixel 0.",
            _at(lambda n, step: _places(n, step) + (step - 1) / 2),
        ),
        "first place forgotten": (
            "Your places begin one step after the first pixel. The first one is 0.",
            _at(lambda n, step: _places(n, step)[1:]),
        ),
        "last place forgotten": (
            "You left out the last place that lies on the image, in some cases or in all. One that "
            "falls on the last pixel still counts.",
            _at(lambda n, step: _places(n, step)[:-1]),
            _at(lambda n, step: torch.arange(math.ceil((n - 1) / step)).double() * step),
            _at(lambda n, step: torch.arange(max(1, math.ceil((n - 1) / step))).double() * step),
            _at(lambda n, step: torch.arange(max(1, int((n - 1) / step))).double() * step),
        ),
        "place beyond the image": (
            "Your last place lies beyond the last pixel, n - 1. It does not count here.",
            _at(lambda n, step: torch.arange(math.ceil(n / step)).double() * step),
            _at(lambda n, step: torch.arange(int((n - 1) / step) + 2).double() * step),
            _at(lambda n, step: torch.arange(int(n / step) + 1).double() * step),
        ),
        "int(n / step)": (
            "You counted n / step places, cut or rounded. They run from 0 to n - 1 in steps, and "
            "the first one counts as well: int((n - 1) / step) + 1.",
            _at(lambda n, step: torch.arange(int(n / step)).double() * step),
            _at(lambda n, step: torch.arange(max(1, int(n / step))).double() * step),
            _at(lambda n, step: torch.arange(round(n / step)).double() * step),
        ),
        "one count for both sides": (
            "You counted the places along one side, and took as many along the other. Rows are "
            "counted from H, columns from W.",
            _one_count(0),
            _one_count(1),
            _one_count(0, beyond=False),
            _one_count(1, beyond=False),
        ),
        "no next pixel": (
            "Your code raises an error where a place falls on the last pixel. There is no next one "
            "to blend with; its share would be 0: clamp its number.",
            _no_next,
        ),
        "interpolated": (
            "F.interpolate with a scale factor fixes the number of outputs first. Then it takes "
            "another step, or another first place, than is asked for here.",
            _interpolated,
            lambda X, step: F.interpolate(X[None, None], scale_factor=1 / step, mode="bilinear")[
                0, 0
            ],
            lambda X, step: F.interpolate(X[None, None], scale_factor=1 / step)[0, 0],
        ),
        "no step below one": (
            "Your steps are one pixel at least. With a smaller step there are several places "
            "between two pixels.",
            lambda X, step: _by_scipy(X, max(step, 1)),
        ),
        "transposed": (
            "Rows and columns of your output have changed places.",
            lambda X, step: _by_scipy(X, step).T,
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "two axes, also where it is a single row or column.",
            lambda X, step: _by_scipy(X, step).squeeze(),
            lambda X, step: _by_scipy(X, step)[None],
            lambda X, step: _by_scipy(X, step)[None, None],
        ),
        "whole stride": (
            "You cut off the fraction of the step, or rounded it: that is a plain stride.",
            lambda X, step: X[:: max(int(step), 1), :: max(int(step), 1)],
            lambda X, step: X[:: max(round(step), 1), :: max(round(step), 1)],
            lambda X, step: X[:: math.ceil(step), :: math.ceil(step)],
        ),
    },
    right=(_by_grid_sample, _number_by_number),
    library={_interpolated: False},
    hints=(
        "Begin with one row: which places are read? At place 2.83, how much of pixel 2 and how "
        "much of pixel 3 do you take?",
        "low = floor(place), share = place - low: the value is (1 - share) * x[low] + share * "
        "x[low + 1]. At the last pixel there is no low + 1: clamp it, its share is 0.",
        "Do it for rows, then for columns of the result: a function blend(X, places) that works on "
        "the first axis, and blend(blend(X, rows).T, columns).T.",
    ),
)
