"""Section 02: marking of the blur before a stride, and of one-pixel shifts."""

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
from course_lib.sections.padding_stride.blurring import EVEN_STAYS, STRIPES_GO, even_area
from grader.former.marking import Marking, Mutant, named_wrongs

_BINOMIAL = torch.tensor([1.0, 2.0, 1.0]) / 4


def blurred(X: Tensor) -> Tensor:
    """[1, 2, 1] / 4 in both directions, a mirror at the border; the shape stays."""
    X = F.pad(X[None], (0, 0, 1, 1), mode="reflect")[0] if len(X) > 1 else X.expand(3, -1)
    X = (X[:-2] + 2 * X[1:-1] + X[2:]) / 4
    X = F.pad(X[None], (1, 1), mode="reflect")[0]
    return (X[:, :-2] + 2 * X[:, 1:-1] + X[:, 2:]) / 4


def blur_down(X: Tensor) -> Tensor:
    """The solution: every second pixel of the blurred image, from the first on."""
    padded = F.pad(X[None, None], (1, 1, 1, 1), mode="reflect")[0, 0]
    kernel = torch.outer(_BINOMIAL, _BINOMIAL)
    windows = padded.unfold(0, 3, 2).unfold(1, 3, 2)
    return (windows * kernel).sum(dim=(2, 3))


def _blurred_by_scipy(case: Case) -> Tensor:
    """The reference."""
    image = case.args[0].double().numpy()
    for axis in (0, 1):
        image = scipy.ndimage.correlate1d(image, np.array([0.25, 0.5, 0.25]), axis, mode="mirror")
    return torch.from_numpy(image[::2, ::2].copy())


def _with_conv2d(X: Tensor) -> Tensor:
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    padded = F.pad(X[None, None], (1, 1, 1, 1), mode="reflect")
    return F.conv2d(padded, kernel[None, None], stride=2)[0, 0]


def _box(X: Tensor) -> Tensor:
    padded = F.pad(X[None, None], (1, 1, 1, 1), mode="reflect")[0, 0]
    return padded.unfold(0, 3, 2).unfold(1, 3, 2).mean(dim=(2, 3))


def _zeros_outside(X: Tensor) -> Tensor:
    windows = F.pad(X, (1, 1, 1, 1)).unfold(0, 3, 2).unfold(1, 3, 2)
    return (windows * torch.outer(_BINOMIAL, _BINOMIAL)).sum(dim=(2, 3))


def _rows_only(X: Tensor) -> Tensor:
    padded = F.pad(X[None], (1, 1), mode="reflect")[0]
    return ((padded[:, :-2] + 2 * X + padded[:, 2:]) / 4)[::2, ::2]


def _border_copied(X: Tensor) -> Tensor:
    padded = F.pad(X[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
    windows = padded.unfold(0, 3, 2).unfold(1, 3, 2)
    return (windows * torch.outer(_BINOMIAL, _BINOMIAL)).sum(dim=(2, 3))


def _average_pool(X: Tensor) -> Tensor:
    return F.avg_pool2d(X[None, None], 2, ceil_mode=True)[0, 0]


_BLUR_WRONGS: dict[str, Callable[..., Any]] = {
    "not blurred": lambda X: X[::2, ::2],
    "blurred afterwards": lambda X: blurred(X[::2, ::2]),
    "weights too large": lambda X: 16 * blur_down(X),
    "box": _box,
    "zeros outside": _zeros_outside,
    "one direction": _rows_only,
    "divided by 4 once": lambda X: 4 * blur_down(X),
    "columns only": lambda X: _rows_only(X.T).T,
    "border left out": lambda X: blurred(X)[1:-1:2, 1:-1:2],
    "border copied": _border_copied,
    "second pixel first": lambda X: blurred(X)[1::2, 1::2],
    "not thinned": blurred,
}


def _blur_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("an image", "another image", "an image with odd sides"):
        odd = about.endswith("sides")
        height, width = (2 * n + odd for n in draw.distinct(3, 6, 2))
        cases.append(Case(args=(draw.normal(height, width),), about=about))
    level = round(2 + 3 * float(draw.uniform()), 2)
    even = torch.full((6, 8), level)
    stripes = torch.tensor([level, -level]).repeat(4).expand(6, 8).contiguous()
    return [
        *cases,
        Case(args=(even,), about="an even area", verify=even_area(level, (3, 4), EVEN_STAYS)),
        Case(args=(stripes,), about="fine stripes", verify=even_area(0.0, (3, 4), STRIPES_GO)),
    ]


def _changes(X: Tensor, moved: Tensor) -> list[float]:
    pairs = ((X[::2, ::2], moved[::2, ::2]), (blur_down(X), blur_down(moved)))
    return [float((new - old).norm() / old.norm()) for old, new in pairs]


def one_pixel_change(X: Tensor) -> list[float]:
    """The solution."""
    return _changes(X, torch.roll(X, 1, dims=1))


def _change_by_numpy(case: Case) -> list[float]:
    """The reference."""
    X = case.args[0].double()
    moved = torch.cat([X[:, -1:], X[:, :-1]], dim=1)
    found = []
    for down in (lambda x: x[::2, ::2], lambda x: _blurred_by_scipy(Case(args=(x,)))):
        old, new = (down(x).numpy().ravel() for x in (X, moved))
        found.append(math.dist(old, new) / math.hypot(*old))
    return found


def _written_out(X: Tensor) -> list[Tensor]:
    moved = X[:, [-1, *range(X.shape[1] - 1)]]
    found = []
    for down in (lambda x: x[::2, ::2], _with_conv2d):
        old, new = down(X), down(moved)
        found.append(((new - old) ** 2).sum().sqrt() / (old**2).sum().sqrt())
    return found


def _small_norms(X: Tensor) -> list[Tensor]:
    return [X[::2, ::2].norm(), blur_down(X).norm()]


def _small_image_moved(X: Tensor) -> list[float]:
    small = (X[::2, ::2], blur_down(X))
    return [float((torch.roll(A, 1, dims=1) - A).norm() / A.norm()) for A in small]


def _pixels_compared(X: Tensor) -> list[float]:
    return [float((X.roll(1, 1) - X).norm() / X.norm())] * 2


_CHANGE_WRONGS: dict[str, Callable[..., Any]] = {
    "order swapped": lambda X: one_pixel_change(X)[::-1],
    "moved down": lambda X: _changes(X, torch.roll(X, 1, dims=0)),
    "rolled through": lambda X: _changes(X, torch.roll(X, 1)),
    "moved by two": lambda X: _changes(X, torch.roll(X, 2, dims=1)),
    "moved left": lambda X: _changes(X, torch.roll(X, -1, dims=1)),
    "small image moved": lambda X: _small_image_moved(X),
    "relative to the moved one": lambda X: _changes(torch.roll(X, 1, dims=1), X),
    "relative to X": lambda X: [
        change * float(norm / X.norm())
        for change, norm in zip(one_pixel_change(X), _small_norms(X), strict=True)
    ],
    "norms compared": lambda X: [
        float((new - old).abs() / old)
        for old, new in zip(_small_norms(X), _small_norms(torch.roll(X, 1, dims=1)), strict=True)
    ],
    "not relative": lambda X: [
        change * float(norm)
        for change, norm in zip(one_pixel_change(X), _small_norms(X), strict=True)
    ],
    "squared": lambda X: [c**2 for c in one_pixel_change(X)],
}


def _change_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("an image", "another image", "a third image"):
        height, width = (2 * n for n in draw.distinct(3, 6, 2))
        cases.append(Case(args=(draw.normal(height, width) + 1,), about=about))
    return cases


_BLUR_MISTAKES, _BLUR_MUTANTS = named_wrongs("padding_stride.blur_down", _BLUR_WRONGS)
_CHANGE_MISTAKES, _CHANGE_MUTANTS = named_wrongs("padding_stride.one_pixel_change", _CHANGE_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.blur_down",
        cases=_blur_cases,
        expect=_blurred_by_scipy,
        mistakes=_BLUR_MISTAKES,
        solution=blur_down,
        mutants=(*_BLUR_MUTANTS, Mutant("with F.conv2d", _with_conv2d, state="right")),
        library={_average_pool: False},
    ),
    Marking(
        exercise="padding_stride.one_pixel_change",
        cases=_change_cases,
        expect=_change_by_numpy,
        mistakes=_CHANGE_MISTAKES,
        solution=one_pixel_change,
        mutants=(
            *_CHANGE_MUTANTS,
            Mutant("not thinned at all", _pixels_compared),
            Mutant("written out", _written_out, state="right"),
        ),
        library={torch.dist: False},
    ),
)
