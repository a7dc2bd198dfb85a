"""Section 04: marking of pooling at every position."""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant

Pair = tuple[int, int]


def pool2d(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    """The solution: (H, W) -> (H-h+1, W-w+1)."""
    h, w = pool_size
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i : i + h, j : j + w]
            Y[i, j] = window.max() if mode == "max" else window.mean()
    return Y


def _by_unfold(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((-2, -1)) if mode == "max" else windows.mean((-2, -1))


def _side_by_side(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    return _by_unfold(X, pool_size, mode)[:: pool_size[0], :: pool_size[1]]


def _means_times(times: Callable[[Pair], int]) -> Callable[[Tensor, Pair, str], Tensor]:
    """Right maxima, and means that are too large."""

    def answer(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
        return pool2d(X, pool_size, mode) * (1 if mode == "max" else times(pool_size))

    return answer


def _unfilled(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    Y = torch.zeros(X.shape[0] - pool_size[0] + 1, X.shape[1] - pool_size[1] + 1)
    Y[:-1, :-1] = pool2d(X, pool_size, mode)[:-1, :-1]
    return Y


def _first_row(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    Y = torch.zeros(X.shape[0] - pool_size[0] + 1, X.shape[1] - pool_size[1] + 1)
    Y[0] = pool2d(X, pool_size, mode)[0]
    return Y


def _inclusive_slices(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    return pool2d(X[:-1, :-1], (pool_size[0] - 1, pool_size[1] - 1), mode)


def _cases(draw: Draw) -> list[Case]:
    """All numbers are negative, and no side of a window is 1 or equal to the other."""
    cases = []
    for about, mode in (("maximum", "max"), ("mean", "avg")):
        for form in ("a wide window", "a tall window"):
            size = (2, draw.integer(3, 4)) if form == "a wide window" else (draw.integer(3, 4), 2)
            X = -1 - 5 * draw.uniform(*draw.distinct(6, 9, 2))
            cases.append(Case(args=(X, size, mode), about=f"{about}, {form}"))
    return cases


_PARTLY = (
    Mutant(
        "always the maximum", lambda X, size, mode: pool2d(X, size, "max"), mistake="mode ignored"
    ),
    Mutant(
        "always the mean", lambda X, size, mode: pool2d(X, size, "avg"), mistake="always the mean"
    ),
    Mutant("sum", _means_times(lambda size: size[0] * size[1]), mistake="sum"),
    Mutant("sum over h", _means_times(lambda size: size[1]), mistake="divided by one side"),
    Mutant("sum over w", _means_times(lambda size: size[0]), mistake="divided by one side"),
)
"""Right in one of the two modes."""

MARKINGS = (
    Marking(
        exercise="pooling.patch",
        cases=lambda draw: [Case()],
        solution=[5, 3.0],
        mutants=(
            Mutant("mean first", [3, 5], mistake="order swapped"),
            Mutant("sum", [5, 12], mistake="sum"),
            Mutant("halved", [5, 6], mistake="divided by the side"),
            Mutant("median", [5, 2], mistake="median"),
            Mutant("texts", ["5", "3"]),
            Mutant("a tensor", torch.tensor([5.0, 3.0]), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.lesson_map",
        cases=lambda draw: [Case()],
        solution=[[3, 4], [5, 4]],
        mutants=(
            Mutant("as printed", [[3, 3], [1, 4]], mistake="the printed table"),
            Mutant("means", [[1.25, 2.25], [2.25, 2.5]], mistake="mean"),
            Mutant("transposed", [[3, 5], [4, 4]], mistake="transposed"),
            Mutant("minimum", [[0, 1], [0, 1]], mistake="minimum"),
            Mutant("by one", [[3, 4, 4], [5, 4, 4], [5, 4, 4]], mistake="window moves by one"),
            Mutant("one slip", [[3, 4], [5, 3]]),
            Mutant("a tensor", torch.tensor([[3.0, 4.0], [5.0, 4.0]]), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.pool2d",
        cases=_cases,
        solution=pool2d,
        mutants=(
            Mutant("side by side", _side_by_side, mistake="windows side by side"),
            Mutant(
                "one window short",
                lambda X, size, mode: pool2d(X, size, mode)[:-1, :-1],
                mistake="last window forgotten",
            ),
            Mutant("loops one short", _unfilled, mistake="last window left at zero"),
            Mutant("return in the loop", _first_row, mistake="returned too early"),
            Mutant("slices to i + h - 1", _inclusive_slices, mistake="slices one short"),
            Mutant(
                "from zero upwards",
                lambda X, size, mode: pool2d(X, size, mode).clamp(min=0),
                mistake="largest starts at zero",
            ),
            Mutant(
                "transposed window",
                lambda X, size, mode: pool2d(X, size[::-1], mode),
                mistake="window transposed",
            ),
            *(replace(mutant, state="partly right") for mutant in _PARTLY),
            Mutant("by unfold", _by_unfold, state="right"),
        ),
        library={
            F.max_pool2d: False,
            lambda X, size, mode: F.max_pool2d(X[None], tuple(size), 1)[0]: False,
            lambda X, size, mode: F.avg_pool2d(X[None], tuple(size), 1)[0]: False,
        },
    ),
)
