"""Section 04: marking of what a shift of the image does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.pooling.shifts import (
    Operation,
    equivariant,
    object_inside,
    on_operation,
    operation,
)
from grader.marking import Marking, Mutant, named_wrongs


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
    """An image and an odd shift on which right and wrong answers are all different."""
    f = operation(name, weight)
    while True:
        X, pixels = object_inside(draw), draw.choice([3, 5])
        asked = (f, X, pixels, 2)
        distances = [torch.tensor(wrong(*asked)) for wrong in (_lag_in_pixels, _back, _left)]
        answers = [torch.tensor(g(*asked)) for g in (shift_gaps, _swapped, _mean, _signed, _down)]
        pairs = [(a, b) for i, a in enumerate(answers) for b in (*answers[i + 1 :], *distances)]
        if all((a - b).abs().max() > 0.01 for a, b in pairs):
            return X, pixels


def _swapped(*asked: Any) -> list[float]:
    return shift_gaps(*asked)[::-1]


def _mean(*asked: Any) -> list[float]:
    return [float(part.abs().mean()) for part in _differences(*asked)]


def _signed(*asked: Any) -> list[float]:
    return [float(part.max()) for part in _differences(*asked)]


def _down(*asked: Any) -> list[float]:
    return [float(part.abs().max()) for part in _differences(*asked, axis=-2)]


def _left(*asked: Any) -> list[float]:
    return [float(part.abs().max()) for part in _differences(*asked, way=-1)]


def _lag_in_pixels(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return [float(part.abs().max()) for part in _differences(f, X, pixels, stride, lag=pixels)]


def _back(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    lag = -(pixels // stride)
    return [float(part.abs().max()) for part in _differences(f, X, pixels, stride, lag=lag)]


def _by_numpy(f: Operation, X: Tensor, pixels: int, stride: int) -> Any:
    Y, Y2 = f(X).numpy(), f(X.roll(pixels, 3)).numpy()
    return np.array([np.abs(Y2 - np.roll(Y, pixels // stride, 3)).max(), np.abs(Y2 - Y).max()])


_MISTAKES, _MUTANTS = named_wrongs(
    "pooling.shift_gaps",
    {
        "order swapped": on_operation(_swapped),
        "mean": on_operation(_mean),
        "sign kept": on_operation(_signed),
        "moved by another distance": on_operation(_lag_in_pixels),
        "moved down": on_operation(_down),
    },
)
_FURTHER = {
    "old output moved back": on_operation(_back),
    "image moved to the left": on_operation(_left),
}


def _another_distance(wrong: Callable[..., Any]) -> Mistake:
    """A further way to make the same mistake."""
    says = next(m.says for m in _MISTAKES if m.name == "moved by another distance")
    return Mistake("moved by another distance", says, lambda case: wrong(*case.args))


MARKINGS = (
    Marking(
        exercise="pooling.shift_gaps",
        cases=_cases,
        expect=_by_columns,
        mistakes=(
            *_MISTAKES,
            *(_another_distance(wrong) for wrong in _FURTHER.values()),
        ),
        solution=on_operation(shift_gaps),
        mutants=(
            *_MUTANTS,
            *(
                Mutant(name, wrong, mistake="moved by another distance")
                for name, wrong in _FURTHER.items()
            ),
            Mutant("by NumPy", on_operation(_by_numpy), state="right"),
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
