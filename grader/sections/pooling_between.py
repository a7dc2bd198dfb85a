"""Section 04: marking of what lies between maximum and mean."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.pooling.between import between_mean_and_max
from grader.marking import Marking, Mutant, named_wrongs

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
        for form, kernel_size in (("wide windows", (2, 3)), ("tall windows", (3, 1))):
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


_GRADIENT_MISTAKES, _GRADIENT_MUTANTS = named_wrongs(
    "pooling.pool_gradient",
    {
        "max spread": _only("max", lambda X, up, k: _without_loops(X, up, k, "avg")),
        "mean not divided": _only("avg", lambda X, up, k: _spread_out(up, k)),
        "times the pixel": _only("max", lambda X, up, k: X * pool_gradient(X, up, k, "max")),
        "every pixel learns": _only("max", lambda X, up, k: _spread_out(up, k)),
        "upstream forgotten": lambda X, up, k, mode: pool_gradient(X, torch.ones_like(up), k, mode),
    },
)


def softmax_pool2d(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    """The solution: (N, C, H, W) -> (N, C, H/h, W/w)."""
    windows = _windows(X, kernel_size)
    return ((windows / temperature).softmax(-1) * windows).sum(-1)


def _windows(X: Tensor, kernel_size: Pair) -> Tensor:
    h, w = kernel_size
    return X.unfold(2, h, h).unfold(3, w, w).flatten(4)


def _reference(case: Case) -> Tensor:
    """Window by window, in double precision, from the ratios to the largest number."""
    X, (h, w), temperature = case.args
    N, C, H, W = X.shape
    Y = torch.zeros(N, C, H // h, W // w, dtype=torch.float64)
    for n, c, i, j in torch.cartesian_prod(*map(torch.arange, Y.shape)).tolist():
        window = X[n, c, i * h : (i + 1) * h, j * w : (j + 1) * w].flatten().tolist()
        ratios = [math.exp((x - max(window)) / temperature) for x in window]
        Y[n, c, i, j] = sum(r * x for r, x in zip(ratios, window, strict=True)) / sum(ratios)
    return Y


def _close_to_reference(case: Case) -> Callable[[Any], Mistake | str | None]:
    between = between_mean_and_max(case.args[0], case.args[1])

    def verify(answer: Any) -> Mistake | str | None:
        if (wrong := between(answer)) is not None:
            return wrong
        if (answer - _reference(case)).abs().max() > 0.05:
            return "Softmax pooling of large numbers gives other numbers than it should."
        return None

    return verify


def _softmax_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, temperature in (("a low temperature", 0.4), ("a high temperature", 2.5)):
        kernel_size = draw.choice([(2, 3), (3, 2), (4, 2)])
        size = (2, 2, kernel_size[0] * draw.integer(2, 3), kernel_size[1] * draw.integer(2, 3))
        args = (2 * draw.normal(*size), kernel_size, temperature + 0.2 * float(draw.uniform()))
        cases.append(Case(args=args, about=about))
    large = Case(args=(500 + 50 * draw.normal(1, 2, 4, 6), (2, 3), 0.5), about="large numbers")
    verify = _close_to_reference(large)
    return [*cases, Case(args=large.args, about=large.about, verify=verify)]


def _whole_map(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    weights = (X / temperature).flatten(2).softmax(-1).reshape(X.shape)
    return _windows(weights * X, kernel_size).sum(-1)


def _naive(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size)
    weights = (windows / temperature).exp()
    return (weights * windows).sum(-1) / weights.sum(-1)


def _log_mean_exp(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size)
    total = (windows / temperature).logsumexp(-1) - math.log(windows.shape[-1])
    return temperature * total


def _shifted_by_hand(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size)
    weights = ((windows - windows.amax(-1, keepdim=True)) / temperature).exp()
    return (weights * windows).sum(-1) / weights.sum(-1)


_SOFTMAX_MISTAKES, _SOFTMAX_MUTANTS = named_wrongs(
    "pooling.softmax_pool2d",
    {
        "temperature upside down": lambda X, k, T: softmax_pool2d(X, k, 1 / T),
        "temperature ignored": lambda X, k, T: softmax_pool2d(X, k, 1.0),
        "weights only": lambda X, k, T: (_windows(X, k) / T).softmax(-1).sum(-1),
        "mean of the products": lambda X, k, T: softmax_pool2d(X, k, T) / (k[0] * k[1]),
        "log of the mean of exp": _log_mean_exp,
        "softmax of the whole map": _whole_map,
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
    Marking(
        exercise="pooling.softmax_pool2d",
        cases=_softmax_cases,
        expect=_reference,
        mistakes=_SOFTMAX_MISTAKES,
        solution=softmax_pool2d,
        mutants=(
            *_SOFTMAX_MUTANTS,
            Mutant("exp overflows", _naive, state="partly right", mistake="overflow"),
            Mutant("maximum subtracted by hand", _shifted_by_hand, state="right"),
        ),
        library={F.max_pool2d: False, torch.softmax: False},
    ),
)
