"""Section 04: marking of softmax pooling."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.pooling.softmax import between_mean_and_max
from grader.former.marking import Marking, Mutant, named_wrongs

Pair = tuple[int, int]


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
    between = between_mean_and_max(*case.args)

    def verify(answer: Any) -> Mistake | str | None:
        if (wrong := between(answer)) is not None:
            return wrong
        Y = as_tensor(answer)
        if Y is None or (Y - _reference(case)).abs().max() > 0.05:
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


def _clamped(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size)
    weights = (windows / temperature).clamp(max=80).exp()
    return (weights * windows).sum(-1) / weights.sum(-1)


def _row_by_row(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size).unflatten(-1, kernel_size)
    Y: Tensor = ((windows / temperature).softmax(-1) * windows).sum((-2, -1))
    return Y


def _reshaped(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    (h, w), (H, W) = kernel_size, X.shape[2:]
    windows = X.reshape(*X.shape[:2], H // h, W // w, h * w)
    return ((windows / temperature).softmax(-1) * windows).sum(-1)


def _maxima(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    return _windows(X, kernel_size).amax(-1)


def _log_sum_exp(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    return temperature * (_windows(X, kernel_size) / temperature).logsumexp(-1)


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
        "log of the mean of exp": (_log_mean_exp, _log_sum_exp),
        "softmax of the whole map": _whole_map,
        "softmax of each row": _row_by_row,
        "reshaped": _reshaped,
        "divided numbers weighed": lambda X, k, T: softmax_pool2d(X, k, T) / T,
        "weights returned": lambda X, k, T: (_windows(X, k) / T).softmax(-1),
        "weights of one": (lambda X, k, T: _windows(X, k).sum(-1), _maxima),
        "not divided by the sum": lambda X, k, T: ((_windows(X, k) / T).exp() * _windows(X, k)).sum(
            -1
        ),
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.softmax_pool2d",
        cases=_softmax_cases,
        expect=_reference,
        mistakes=_SOFTMAX_MISTAKES,
        solution=softmax_pool2d,
        mutants=(
            *_SOFTMAX_MUTANTS,
            Mutant("exp clamped", _clamped, state="partly right", mistake="too low"),
            Mutant("exp overflows", _naive, state="partly right", mistake="overflow"),
            Mutant("maximum subtracted by hand", _shifted_by_hand, state="right"),
        ),
        library={F.max_pool2d: False, torch.softmax: False},
    ),
)
