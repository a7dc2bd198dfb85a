"""Extra: max pooling is not linear."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = Sequence[int]


def _over_windows(A: Tensor, kernel_size: Pair) -> Tensor:
    """The largest number of each window, in all places of it."""
    h, w = kernel_size
    pooled = F.max_pool2d(A[None], (h, w))[0]
    return pooled.repeat_interleave(h, 0).repeat_interleave(w, 1)


def _low_elsewhere(A: Tensor, kernel_size: Pair) -> Tensor:
    """Minus the window's largest number where that is, and much less elsewhere."""
    largest = _over_windows(A, kernel_size) == A
    return torch.where(largest, -A, -A.abs().max() - 9)


def _lower_where_largest(A: Tensor, kernel_size: Pair) -> Tensor:
    """Minus A, and 1 less where A is largest: elsewhere A + B is 0."""
    return torch.where(_over_windows(A, kernel_size) == A, -A - 1, -A)


def _by_windows(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Pair], Tensor]:
    def answer(A: Tensor, kernel_size: Pair) -> Tensor:
        B, (h, w) = torch.zeros_like(A), kernel_size
        for i in range(0, A.shape[0], h):
            for j in range(0, A.shape[1], w):
                B[i : i + h, j : j + w] = change(A[i : i + h, j : j + w])
        return B

    return answer


def _in_the_first_window(A: Tensor, kernel_size: Pair) -> Tensor:
    B, (h, w) = torch.zeros_like(A), kernel_size
    B[:h, :w] = -A[:h, :w]
    return B


def _at_random(A: Tensor, kernel_size: Pair) -> Tensor:
    """0 where a window is smallest, and something lower elsewhere."""
    smallest = _over_windows(-A, kernel_size) == -A
    return torch.where(smallest, 0, -torch.rand(A.shape)) - A


def _settings(draw: Draw) -> list[Case]:
    def case(about: str, size: Pair, counts: Pair, shift: float = 0, scale: float = 1) -> Case:
        A = draw.normal(size[0] * counts[0], size[1] * counts[1]) * scale
        return Case(args=(A + shift * (1 + A.abs().max()), tuple(size)), about=about)

    several = draw.distinct(2, 3, 2)
    halves = case("some numbers of a window equal", (2, 4), (2, 2))
    halves.args[0][::2, ::2] = halves.args[0][::2, 1::2]
    return [
        case("wide windows", (2, 3), several),
        case("tall windows", (4, 2), several),
        case("square windows, all numbers positive", (2, 2), (3, 2), shift=1),
        case("all numbers negative", (3, 2), (2, 3), shift=-1),
        case("a single window", (3, 4), (1, 1)),
        case("windows of one row", (1, 3), (4, 2), shift=-1),
        case("large numbers", (2, 2), (2, 3), scale=1000),
        halves,
        # The first number the largest, the next ones just below.
        Case(
            args=(draw.normal(2, 1).repeat(1, 6) - torch.arange(6.0) / 8, (1, 3)),
            about="windows that fall from left to right",
        ),
    ]


NOT_ADDITIVE = Exercise(
    id="pooling.not_additive",
    title="A counterexample",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.5.2",),
    cases=_settings,
    holds="breaks_additivity",
    needs=("pooling.max_pool2d",),
    promises=("unchanged", "tensor", "random"),
    wrong={
        "not zero": (
            "The largest number of A + B is not 0 in every window. What must B be so that A and B "
            "cancel?",
            lambda A, k: -2 * A,
            lambda A, k: A.flip(0, 1),
        ),
        "not finite": (
            "Your B holds infinities, or what is not a number (NaN). It must be made of finite "
            "numbers: one that is low enough will do.",
            lambda A, k: torch.where(_over_windows(-A, k) == -A, -A, -torch.inf),
        ),
        "constant, not zero": (
            "Your B is one and the same number all over each window. That number is simply added "
            "to the largest one of A. B must differ from place to place of a window, so that it "
            "cancels A.",
            lambda A, k: torch.zeros_like(A),
            lambda A, k: torch.full_like(A, -float(A.max())),
            lambda A, k: _over_windows(-A, k),
        ),
        "a constant too much": (
            "A + B is the same number everywhere, but not 0. Leave out of B what you have added or "
            "taken away besides.",
            lambda A, k: 1 - A,
            lambda A, k: A.max() - A,
        ),
        "sign": (
            "Your B is A once more, so that A + B doubles it. Which B takes A away?",
            lambda A, k: A.clone(),
        ),
        "whole numbers": (
            "Your B holds whole numbers only, so that fractions of A remain in A + B. Keep the "
            "fractions.",
            lambda A, k: -A.trunc(),
            lambda A, k: (-A).round(),
        ),
        "negative numbers left": (
            "Your B cancels the positive numbers of A only; where a window holds none, A + B stays "
            "negative. Negative numbers must be cancelled as well: the sign of all must turn.",
            lambda A, k: -A.abs(),
            lambda A, k: -A.relu(),
        ),
        "largest only": (
            "You cancelled the largest number of each window only. Then another one may be the "
            "largest of A + B, and it is not 0.",
            lambda A, k: torch.where(_over_windows(A, k) == A, -A, 0),
        ),
        "some windows": (
            "In some windows the largest number of A + B is 0, in others it is not. It must be 0 "
            "in all of them, whatever the signs of A.",
            _in_the_first_window,
        ),
        "constant in each window": (
            "A + B is right, but so is the sum of the two poolings: it is 0 as well. Your B is "
            "constant in each window, and adding a constant just adds it to the maximum.",
            lambda A, k: -_over_windows(A, k),
        ),
        "same place": (
            "A + B is right, but so is the sum of the two poolings, in some window: there the "
            "largest numbers of A and of B lie at the same place. B must be small where A is "
            "large.",
            _low_elsewhere,
        ),
    },
    right=(
        _by_windows(lambda window: -window),
        _lower_where_largest,
        _at_random,
    ),
    hints=(
        "If max pooling were linear, the pooling of A + B would be the sum of both poolings. The "
        "largest numbers of A and of B must therefore lie at different places of the window.",
        "Where A is large, B must be small, so that the two cancel. Try one window: A = [[1, 5], "
        "[2, 4]]. Which B turns all four numbers into 0?",
    ),
)
