"""Section 02: marking of what a stride saves and costs: work, aliasing, and blur against it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case
from course_lib.sections.padding_stride.stride import (
    constant_kept,
    measured_pitch,
    stripes_gone,
    window_count,
)
from grader.marking import Marking, Mutant, Part, named_wrongs


def multiply_adds(n: int, k: int, p: int, s: int) -> int:
    """The solution."""
    size = (n + 2 * p - k) // s + 1
    return size * size * k * k


def _by_windows(n: int, k: int, p: int, s: int) -> int:
    starts = [(i, j) for i in range(-p, n + p - k + 1, s) for j in range(-p, n + p - k + 1, s)]
    return sum(k * k for _ in starts)


_COUNT_WRONGS: dict[str, Callable[..., Any]] = {
    "one row": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) * k,
    "outputs counted": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) ** 2,
    "divided by the stride once": lambda n, k, p, s: multiply_adds(n, k, p, 1) // s,
    "additions as well": lambda n, k, p, s: 2 * multiply_adds(n, k, p, s),
    "padding forgotten": lambda n, k, p, s: multiply_adds(n, k, 0, s),
    "size divided": lambda n, k, p, s: (n // s) ** 2 * k**2,
    "stride forgotten": lambda n, k, p, s: multiply_adds(n, k, p, 1),
}


def _count_case(draw: Draw, about: str, k: int, s: int) -> Case:
    """Sizes at which each named mistake gives a number of its own."""
    while True:
        args = (draw.integer(20, 60), k, draw.integer(s, 4), s)
        given = {wrong(*args) for wrong in _COUNT_WRONGS.values()}
        if len(given - {multiply_adds(*args)}) == len(_COUNT_WRONGS):
            return Case(args=args, about=about)


def _count_cases(draw: Draw) -> list[Case]:
    return [
        _count_case(draw, "stride two", 4, 2),
        _count_case(draw, "a larger kernel", draw.integer(5, 7), 2),
        _count_case(draw, "a larger stride", draw.integer(4, 5), 3),
    ]


def heard_frequency(f: int, rate: int, stride: int) -> float:
    """The solution: folded into the band that the new rate can hold."""
    new_rate = rate / stride
    rest = f % new_rate
    return min(rest, new_rate - rest)


def _nearest_multiple(f: int, rate: int, stride: int) -> float:
    """The reference: how far f is from the nearest multiple of the new rate."""
    return min(abs(f - m * rate / stride) for m in range(2 * stride))


_HEARD_WRONGS: dict[str, Callable[..., Any]] = {
    "unchanged": lambda f, rate, stride: f,
    "divided by the stride": lambda f, rate, stride: f / stride,
    "clipped": lambda f, rate, stride: min(f, rate / stride / 2),
    "remainder only": lambda f, rate, stride: f % (rate / stride),
    "mirrored once": lambda f, rate, stride: abs(rate / stride - f),
    "negative": lambda f, rate, stride: rate / stride - f,
}


def _heard_case(draw: Draw, about: str) -> Case:
    """A tone that is folded more than once: every half-way fold goes wrong in its own way."""
    while True:
        stride, new_rate = draw.integer(6, 8), 1000 * draw.integer(2, 4)
        args = (
            int(new_rate * 2.5) + 10 * draw.integer(5, new_rate // 20 - 5),
            stride * new_rate,
            stride,
        )
        given = {round(wrong(*args)) for wrong in _HEARD_WRONGS.values()}
        if len(given - {round(heard_frequency(*args))}) == len(_HEARD_WRONGS):
            return Case(args=args, about=about)


def _heard_cases(draw: Draw) -> list[Case]:
    abouts = ("a high tone", "another high tone", "a third high tone")
    return [_heard_case(draw, about) for about in abouts]


def _other_tones(draw: Draw) -> list[Case]:
    low, high = 10 * draw.integer(20, 350), 4000 + 10 * draw.integer(20, 350)
    return [
        Case(args=(low, 16000, 2), about="a tone that stays"),
        Case(args=(high, 16000, 2), about="a tone that is folded once"),
        Case(args=(draw.integer(3000, 3900), 8000, 4), about="just below a multiple"),
        Case(args=(draw.integer(2100, 2900), 8000, 4), about="just above a multiple"),
    ]


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


def _average_pool(X: Tensor) -> Tensor:
    return F.avg_pool2d(X[None, None], 2, ceil_mode=True)[0, 0]


_BLUR_WRONGS: dict[str, Callable[..., Any]] = {
    "not blurred": lambda X: X[::2, ::2],
    "blurred afterwards": lambda X: blurred(X[::2, ::2]),
    "weights too large": lambda X: 16 * blur_down(X),
    "box": _box,
    "zeros outside": _zeros_outside,
    "one direction": _rows_only,
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
        Case(args=(even,), about="an even area", verify=constant_kept(level, (3, 4))),
        Case(args=(stripes,), about="fine stripes", verify=stripes_gone(0.0, (3, 4))),
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


def _pixels_compared(X: Tensor) -> list[float]:
    return [float((X.roll(1, 1) - X).norm() / X.norm())] * 2


_CHANGE_WRONGS: dict[str, Callable[..., Any]] = {
    "order swapped": lambda X: one_pixel_change(X)[::-1],
    "moved down": lambda X: _changes(X, torch.roll(X, 1, dims=0)),
    "rolled through": lambda X: _changes(X, torch.roll(X, 1)),
    "moved by two": lambda X: _changes(X, torch.roll(X, 2, dims=1)),
    "not relative": lambda X: [
        one_pixel_change(X)[0] * float(X[::2, ::2].norm()),
        one_pixel_change(X)[1] * float(blur_down(X).norm()),
    ],
    "squared": lambda X: [c**2 for c in one_pixel_change(X)],
}


def _change_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("an image", "another image", "a third image"):
        height, width = (2 * n for n in draw.distinct(3, 6, 2))
        cases.append(Case(args=(draw.normal(height, width) + 1,), about=about))
    return cases


_COUNT_MISTAKES, _COUNT_MUTANTS = named_wrongs("padding_stride.multiply_adds", _COUNT_WRONGS)
_HEARD_MISTAKES, _HEARD_MUTANTS = named_wrongs("padding_stride.heard_frequency", _HEARD_WRONGS)
_BLUR_MISTAKES, _BLUR_MUTANTS = named_wrongs("padding_stride.blur_down", _BLUR_WRONGS)
_CHANGE_MISTAKES, _CHANGE_MUTANTS = named_wrongs("padding_stride.one_pixel_change", _CHANGE_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.multiply_adds",
        cases=_count_cases,
        expect=lambda case: window_count(*case.args) * case.args[1] ** 2,
        mistakes=_COUNT_MISTAKES,
        solution=multiply_adds,
        mutants=(*_COUNT_MUTANTS, Mutant("window by window", _by_windows, state="right")),
        library={math.prod: False},
    ),
    Marking(
        exercise="padding_stride.heard_frequency",
        cases=_heard_cases,
        expect=lambda case: _nearest_multiple(*case.args),
        mistakes=_HEARD_MISTAKES,
        parts={
            "other tones": Part(
                cases=_other_tones, expect=lambda case: _nearest_multiple(*case.args)
            )
        },
        solution=heard_frequency,
        mutants=(
            *_HEARD_MUTANTS,
            Mutant("distance to a multiple", _nearest_multiple, state="right"),
            Mutant("measured", measured_pitch, state="right"),
        ),
        library={math.remainder: False},
    ),
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
