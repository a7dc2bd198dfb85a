"""Section 04: marking of maximum and mean, and of their gradients."""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant, named_wrongs

Pair = tuple[int, int]


def pool_gradient(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """The solution: (H, W), (H/h, W/w) -> (H, W)."""
    h, w = kernel_size
    gradient = torch.zeros_like(X)
    for i in range(upstream.shape[0]):
        for j in range(upstream.shape[1]):
            rows, columns = slice(i * h, (i + 1) * h), slice(j * w, (j + 1) * w)
            window = X[rows, columns]
            share = (window == window.max()) if mode == "max" else torch.full((h, w), 1 / (h * w))
            gradient[rows, columns] = share * upstream[i, j]
    return gradient


def _spread_out(values: Tensor, kernel_size: Pair) -> Tensor:
    """Every number repeated over its window."""
    return values.repeat_interleave(kernel_size[0], 0).repeat_interleave(kernel_size[1], 1)


def _without_loops(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    spread = _spread_out(upstream, kernel_size)
    if mode == "avg":
        return spread / (kernel_size[0] * kernel_size[1])
    windows = X.unfold(0, kernel_size[0], kernel_size[0]).unfold(1, kernel_size[1], kernel_size[1])
    return spread * (_spread_out(windows.amax((-2, -1)), kernel_size) == X)


def _by_autograd(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    X = X.clone().requires_grad_()
    windows = X.unfold(0, kernel_size[0], kernel_size[0]).unfold(1, kernel_size[1], kernel_size[1])
    Y = windows.amax((-2, -1)) if mode == "max" else windows.mean((-2, -1))
    Y.backward(upstream)
    assert X.grad is not None
    return X.grad


def _max_unpooled(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    _, places = F.max_pool2d(X[None], tuple(kernel_size), return_indices=True)
    return F.max_unpool2d(upstream[None], places, tuple(kernel_size))[0]


def _gradient_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, mode in (("maximum", "max"), ("mean", "avg")):
        # No number of windows equals that of a window's pixels, 10.
        for form, kernel_size in (("wide windows", (2, 5)), ("tall windows", (5, 2))):
            rows, columns = draw.distinct(2, 4, 2)
            X = draw.normal(rows * kernel_size[0], columns * kernel_size[1])
            upstream = draw.normal(rows, columns)
            cases.append(Case(args=(X, upstream, kernel_size, mode), about=f"{about}, {form}"))
    return cases


def _only(
    mode: str, wrong: Callable[[Tensor, Tensor, Pair], Tensor]
) -> Callable[[Tensor, Tensor, Pair, str], Tensor]:
    """A function that is wrong in one mode only."""

    def answer(X: Tensor, upstream: Tensor, kernel_size: Pair, asked: str) -> Tensor:
        if asked == mode:
            return wrong(X, upstream, kernel_size)
        return pool_gradient(X, upstream, kernel_size, asked)

    return answer


def _divided_by(divisor: Callable[[Pair], int]) -> Callable[..., Tensor]:
    return _only("avg", lambda X, up, k: _spread_out(up, k) / divisor(k))


_GRADIENT_MISTAKES, _GRADIENT_MUTANTS = named_wrongs(
    "pooling.pool_gradient",
    {
        "max spread": _only("max", lambda X, up, k: _without_loops(X, up, k, "avg")),
        "mode ignored": _only("avg", lambda X, up, k: pool_gradient(X, up, k, "max")),
        "largest of the map": _only("max", lambda X, up, k: _spread_out(up, k) * (X.max() == X)),
        "the pixel itself": _only(
            "max", lambda X, up, k: pool_gradient(X, torch.ones_like(up), k, "max") * X
        ),
        "mean not divided": _only("avg", lambda X, up, k: _spread_out(up, k)),
        "times the pixel": _only("max", lambda X, up, k: X * pool_gradient(X, up, k, "max")),
        "every pixel learns": _only("max", lambda X, up, k: _spread_out(up, k)),
        "divided by one side": (
            _divided_by(lambda kernel_size: kernel_size[0]),
            _divided_by(lambda kernel_size: kernel_size[1]),
        ),
        "upstream forgotten": lambda X, up, k, mode: pool_gradient(X, torch.ones_like(up), k, mode),
    },
)


MARKINGS = (
    Marking(
        exercise="pooling.kind_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "max",
                "The largest numbers of the two windows differ, so max pooling does tell them "
                "apart. Work out the other pooling.",
                lambda case: "A",
            ),
            Mistake(
                "both",
                "One of the two poolings gives different numbers for the two windows. Work out "
                "both numbers for both windows.",
                lambda case: "B",
            ),
            Mistake(
                "neither",
                "One of the two poolings gives the same number for both windows. Work out both "
                "numbers for both windows.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("max", "A", mistake="max"),
            Mutant("both", "B", mistake="both"),
            Mutant("neither", "D", mistake="neither"),
            Mutant("small letter", " c", state="right"),
        ),
    ),
    Marking(
        exercise="pooling.pool_gradient",
        cases=_gradient_cases,
        mistakes=_GRADIENT_MISTAKES,
        solution=pool_gradient,
        mutants=(
            *(
                mutant
                if mutant.name == "upstream forgotten"
                else replace(mutant, state="partly right")
                for mutant in _GRADIENT_MUTANTS
            ),
            Mutant("without loops", _without_loops, state="right"),
            Mutant("autograd through own windows", _by_autograd, state="right"),
        ),
        library={_max_unpooled: False},
    ),
)
