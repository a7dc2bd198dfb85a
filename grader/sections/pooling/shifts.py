"""Section 04: marking of what a shift of the image does."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.pooling.shifts import (
    Operation,
    equivariant,
    object_inside,
    operation,
)
from grader.former.marking import Marking, Mutant, named_wrongs


def shift_gaps(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    """The solution: [largest difference to the moved output, to the unmoved one]."""
    return [float(part.abs().max()) for part in _differences(f, X, pixels, stride)]


def _differences(
    f: Operation,
    X: Tensor,
    pixels: int,
    stride: int,
    *,
    lag: int | None = None,
    axis: int = -1,
    way: int = 1,
) -> tuple[Tensor, Tensor]:
    """The differences as they should be, or with another shift of the image or the output."""
    Y, moved = f(X), f(torch.roll(X, way * pixels, axis))
    steps = pixels // stride if lag is None else lag
    return moved - torch.roll(Y, steps, -1), moved - Y


def _by_columns(case: Case) -> list[float]:
    """The reference: the image laid down anew, the outputs compared column by column."""
    name, weight, X, pixels, stride = case.args
    f, width = operation(name, weight), X.shape[-1]
    moved = torch.zeros_like(X)
    moved[..., pixels:] = X[..., : width - pixels]
    Y, Y2 = (f(image)[0, 0].double().numpy() for image in (X, moved))
    columns = Y.shape[1]
    equivariance = max(
        np.abs(Y2[:, j] - Y[:, (j - pixels // stride) % columns]).max() for j in range(columns)
    )
    return [float(equivariance), float(np.abs(Y2 - Y).max())]


def _cases(draw: Draw) -> list[Case]:
    cases = []
    for about, name in (
        ("max pooling", "max"),
        ("average pooling", "avg"),
        ("convolution, then max pooling", "conv, max"),
        ("a dense layer", "dense"),
    ):
        weight = {"conv, max": draw.normal(1, 1, 3, 3), "dense": 0.3 * draw.normal(32, 128)}.get(
            name
        )
        cases.append(Case(args=(name, weight, *_telling(draw, name, weight), 2), about=about))
    verified = ("avg", None, object_inside(draw), draw.choice([2, 4]), 2)
    return [*cases, Case(args=verified, about="a multiple of the stride", verify=equivariant)]


def _telling(draw: Draw, name: str, weight: Tensor | None) -> tuple[Tensor, int]:
    """An image and an odd shift on which right and wrong answers are all different.

    At 3 and 7 pixels, half of them round to an even number above: round() is not //.
    """
    f = operation(name, weight)
    while True:
        X, pixels = object_inside(draw), draw.choice([3, 7])
        right = torch.tensor(shift_gaps(f, X, pixels, 2))
        named = [_swapped, _mean, _sum, _signed, _of_maxima, _down]
        if name == "dense":
            named += [_flat, _with_zeros]
        others = [torch.tensor(wrong(f, X, pixels, 2)) for wrong in named]
        distances = [torch.tensor(wrong(f, X, pixels, 2)) for wrong in _DISTANCES]
        further = [torch.tensor(_both_down(f, X, pixels, 2))]
        pairs = [(right, wrong) for wrong in (*others, *distances, *further)]
        pairs += [(a, b) for a in further for b in distances]
        pairs += [(a, b) for i, a in enumerate(others) for b in (*others[i + 1 :], *distances)]
        if all((a - b).abs().max() > 0.01 for a, b in pairs):
            return X, pixels


def _gaps(differences: tuple[Tensor, Tensor]) -> list[float]:
    return [float(part.abs().max()) for part in differences]


def _swapped(*asked: Any) -> list[float]:
    return shift_gaps(*asked)[::-1]


def _mean(*asked: Any) -> list[float]:
    return [float(part.abs().mean()) for part in _differences(*asked)]


def _sum(*asked: Any) -> list[float]:
    return [float(part.abs().sum()) for part in _differences(*asked)]


def _signed(*asked: Any) -> list[float]:
    return [float(part.max()) for part in _differences(*asked)]


def _of_maxima(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return [float((f(X.roll(pixels, -1)).max() - f(X).max()).abs())] * 2


def _down(*asked: Any) -> list[float]:
    return _gaps(_differences(*asked, axis=-2))


def _both_down(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    Y, moved = f(X), f(torch.roll(X, pixels, -2))
    return _gaps((moved - torch.roll(Y, pixels // stride, -2), moved - Y))


def _flat(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    Y, moved = f(X), f(torch.roll(X, pixels))
    return _gaps((moved - torch.roll(Y, pixels // stride), moved - Y))


def _with_zeros(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    Y, moved = f(X), f(torch.roll(X, pixels, -1))
    steps = pixels // stride
    return _gaps((moved - F.pad(Y, (steps, 0))[..., : Y.shape[-1]], moved - Y))


def _left(*asked: Any) -> list[float]:
    return _gaps(_differences(*asked, way=-1))


def _both_left(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps(_differences(f, X, pixels, stride, way=-1, lag=-(pixels // stride)))


def _lag_in_pixels(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps(_differences(f, X, pixels, stride, lag=pixels))


def _lag_rounded_up(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps(_differences(f, X, pixels, stride, lag=-(-pixels // stride)))


def _back(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps(_differences(f, X, pixels, stride, lag=-(pixels // stride)))


_DISTANCES = (_lag_in_pixels, _back, _left, _both_left, _lag_rounded_up)
_DENSE_ONLY = ("rolled as one row", "zeros moved in")
"""Mistakes that only a dense layer shows: a pooled map is zero at its edges."""


def _by_numpy(f: Operation, X: Tensor, pixels: int, stride: int) -> Any:
    Y, Y2 = f(X).numpy(), f(X.roll(pixels, 3)).numpy()
    return np.array([np.abs(Y2 - np.roll(Y, pixels // stride, 3)).max(), np.abs(Y2 - Y).max()])


_MISTAKES, _MUTANTS = named_wrongs(
    "pooling.shift_gaps",
    {
        "order swapped": _swapped,
        "mean": _mean,
        "sum": _sum,
        "sign kept": _signed,
        "largest numbers compared": _of_maxima,
        "moved by another distance": _DISTANCES,
        "moved down": (_down, _both_down),
        "rolled as one row": _flat,
        "zeros moved in": _with_zeros,
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.shift_gaps",
        cases=_cases,
        expect=_by_columns,
        mistakes=_MISTAKES,
        solution=shift_gaps,
        mutants=(
            *(
                replace(mutant, state="partly right") if mutant.name in _DENSE_ONLY else mutant
                for mutant in _MUTANTS
            ),
            Mutant("by NumPy", _by_numpy, state="right"),
        ),
    ),
    Marking(
        exercise="pooling.shift_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "B",
        mistakes=(
            Mistake(
                "invariant",
                "Pooling forgets where in its window the largest number was, not in which window. "
                "Your own shift_gaps shows that the output changes.",
                lambda case: "A",
            ),
            Mistake(
                "rounded down",
                "After an odd shift the windows hold other pixels together than before, so other "
                "numbers come out. Measure the first gap for an odd number of pixels.",
                lambda case: "C",
            ),
            Mistake(
                "one pixel does nothing",
                "A shift of one pixel carries some pixels into the next window, the largest one "
                "perhaps. Measure the second gap for one pixel.",
                lambda case: "D",
            ),
        ),
        solution="B",
        mutants=(
            Mutant("invariant", "A", mistake="invariant"),
            Mutant("rounded down", "C", mistake="rounded down"),
            Mutant("small shift", "D", mistake="one pixel does nothing"),
            Mutant("small letter", "b", state="right"),
        ),
    ),
    Marking(
        exercise="pooling.invariant_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "D",
        mistakes=(
            Mistake(
                "dense layer",
                "The dense layer weighs each place of the map with weights of its own: another "
                "place, another score.",
                lambda case: "A",
            ),
            Mistake(
                "pooling",
                "Pooling leaves the map's large positions in place, and the dense layer weighs "
                "each of them differently.",
                lambda case: "B",
            ),
            Mistake(
                "stride before the mean",
                "Nearly. But pooling with a stride picks other numbers after an odd shift, and the "
                "mean of other numbers is another mean.",
                lambda case: "C",
            ),
        ),
        solution="D",
        mutants=(
            Mutant("dense layer", "A", mistake="dense layer"),
            Mutant("pooling", "B", mistake="pooling"),
            Mutant("stride before the mean", "C", mistake="stride before the mean"),
            Mutant("small letter", "d", state="right"),
        ),
    ),
)
