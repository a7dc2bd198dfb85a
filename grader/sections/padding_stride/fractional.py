"""Section 02: marking of a stride that is no whole number."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.fractional import follows_ramp
from grader.former.marking import Marking, Mutant, named_wrongs


def _read(X: Tensor, rows: Tensor, columns: Tensor, *, swapped: bool = False) -> Tensor:
    """X between its pixels, at these rows and columns, by blending neighbours."""

    def blend(X: Tensor, at: Tensor) -> Tensor:
        at = at.clamp(0, len(X) - 1)
        low = at.floor().long()
        high = (low + 1).clamp(max=len(X) - 1)
        share = (at - low)[:, None].float()
        share = 1 - share if swapped else share
        return (1 - share) * X[low] + share * X[high]

    return blend(blend(X, rows).T, columns).T


def _places(n: int, step: float) -> Tensor:
    return torch.arange(int((n - 1) / step) + 1, dtype=torch.float64) * step


def fractional_stride(X: Tensor, step: float) -> Tensor:
    """The solution."""
    return _read(X, _places(X.shape[0], step), _places(X.shape[1], step))


def _by_scipy(case: Case) -> Tensor:
    """The reference."""
    X, step = case.args[0].double().numpy(), case.args[1]
    axes = [np.arange(math.floor((n - 1) / step) + 1) * step for n in X.shape]
    places = np.meshgrid(*axes, indexing="ij")
    return torch.from_numpy(scipy.ndimage.map_coordinates(X, places, order=1))


def _by_grid_sample(X: Tensor, step: float) -> Tensor:
    rows, columns = (_places(n, step) * 2 / (n - 1) - 1 for n in X.shape)
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=-1).float()
    return F.grid_sample(X[None, None], grid[None], align_corners=True)[0, 0]


def _unclamped(X: Tensor, step: float) -> Tensor:
    """Reads the next pixel even where none of it counts."""

    def blend(X: Tensor) -> Tensor:
        at = _places(len(X), step)
        low = at.floor().long()
        share = (at - low)[:, None].float()
        return (1 - share) * X[low] + share * X[low + 1]

    return blend(blend(X).T).T


def _interpolated(X: Tensor, step: float) -> Tensor:
    return F.interpolate(X[None, None], scale_factor=1 / step, mode="bilinear", align_corners=True)[
        0, 0
    ]


def _at(place: Callable[[int, float], Tensor]) -> Callable[[Tensor, float], Tensor]:
    return lambda X, step: _read(X, place(X.shape[0], step), place(X.shape[1], step))


_WRONGS: dict[str, Callable[..., Any]] = {
    "nearest pixel": _at(lambda n, step: _places(n, step).round()),
    "pixel below": _at(lambda n, step: _places(n, step).floor()),
    "shares swapped": lambda X, step: _read(X, *(_places(n, step) for n in X.shape), swapped=True),
    "one direction": lambda X, step: _read(
        X, _places(X.shape[0], step), torch.arange(float(X.shape[1]))
    ),
    "stretched": _at(
        lambda n, step: torch.linspace(0, n - 1, len(_places(n, step)), dtype=torch.float64)
    ),
    "half a pixel": _at(lambda n, step: _places(n, step) + (step - 1) / 2),
    "last place forgotten": lambda X, step: fractional_stride(X, step)[:-1, :-1],
    "place behind the image": _at(
        lambda n, step: torch.arange(math.ceil(n / step), dtype=torch.float64) * step
    ),
    "whole stride": lambda X, step: X[:: int(step), :: int(step)],
}


def _cases(draw: Draw) -> list[Case]:
    cases = []
    for about, low in (
        ("a step below two", 1.2),
        ("a step above two", 2.1),
        ("a small step", 0.55),
    ):
        while True:
            step = round(low + 0.6 * float(draw.uniform()), 3)
            size = draw.distinct(6, 12, 2)
            # A place behind the last pixel, which the rule leaves out.
            if all(math.ceil(n / step) > int((n - 1) / step) + 1 for n in size):
                break
        cases.append(Case(args=(draw.normal(*size), step), about=about))
    ramp = torch.arange(9.0).expand(7, 9) + 10 * torch.arange(7.0)[:, None]
    step = round(1.3 + 0.3 * float(draw.uniform()), 3)
    half = 1.5 / draw.integer(1, 2)  # six rows down from the first: a whole number of steps
    return [
        *cases,
        Case(args=(ramp, step), about="a ramp", verify=follows_ramp(step, (7, 9))),
        Case(args=(ramp, half), about="a place on the border", verify=follows_ramp(half, (7, 9))),
    ]


_MISTAKES, _MUTANTS = named_wrongs("padding_stride.fractional_stride", _WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.fractional_stride",
        cases=_cases,
        expect=_by_scipy,
        mistakes=_MISTAKES,
        solution=fractional_stride,
        mutants=(
            *_MUTANTS,
            Mutant("a pixel behind the last", _unclamped, "partly right", "raises"),
            Mutant("by grid_sample", _by_grid_sample, state="right"),
        ),
        library={_interpolated: False},
    ),
    Marking(
        exercise="padding_stride.step_numbers",
        cases=lambda draw: [Case()],
        solution=[5, 6, 1.75],
        mutants=(
            Mutant("rules swapped", [6, 5, 1.75], mistake="rules swapped"),
            Mutant("step as asked for", [5, 6, 1.414], mistake="step as asked for"),
            Mutant("sizes divided", [5, 6, 1.6], mistake="sizes divided"),
            Mutant("without 0", [4, 5, 1.75], mistake="zero forgotten"),
            Mutant("one too many", [6, 7, 1.75]),
            Mutant("a tensor", torch.tensor([5, 6, 1.75]), state="right"),
        ),
    ),
)
