"""Section 04: marking of maxima made from ReLU."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs


def relu_max(a: Tensor, b: Tensor) -> Tensor:
    """The solution."""
    return F.relu(a - b) + b


def relu_max_pool2d(X: Tensor) -> Tensor:
    """The solution: (N, C, H, W) -> (N, C, H // 2, W // 2)."""
    X = X[..., : X.shape[-2] // 2 * 2, : X.shape[-1] // 2 * 2]
    rows = relu_max(X[..., ::2, :], X[..., 1::2, :])
    return relu_max(rows[..., ::2], rows[..., 1::2])


def _four(X: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four pixels of each window, without a last odd row or column."""
    H, W = X.shape[-2] // 2, X.shape[-1] // 2
    a, b = X[..., ::2, ::2][..., :H, :W], X[..., ::2, 1::2][..., :H, :]
    return a, b, X[..., 1::2, ::2][..., :W], X[..., 1::2, 1::2]


def _tournament(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return relu_max(a, relu_max(b, relu_max(c, d)))


def _printed_sum(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return F.relu(a - b) + F.relu(b - a) + F.relu(c - a) + F.relu(d - a)


def _padded_at_the_end(X: Tensor) -> Tensor:
    H, W = X.shape[-2:]
    padded = F.pad(X, (0, W % 2, 0, H % 2), mode="replicate")
    return relu_max_pool2d(padded)


def _overlapping(X: Tensor) -> Tensor:
    rows = relu_max(X[..., :-1, :], X[..., 1:, :])
    return relu_max(rows[..., :-1], rows[..., 1:])


def _quarters(X: Tensor) -> Tensor:
    H, W = X.shape[-2] // 2, X.shape[-1] // 2
    rows = relu_max(X[..., :H, :], X[..., -H:, :])
    return relu_max(rows[..., :W], rows[..., -W:])


def _three_of_four(X: Tensor) -> Tensor:
    a, b, c, _ = _four(X)
    return relu_max(relu_max(a, b), c)


def _zeros_at_the_end(X: Tensor) -> Tensor:
    return relu_max_pool2d(F.pad(X, (0, X.shape[-1] % 2, 0, X.shape[-2] % 2)))


def _library_max_pool(X: Tensor) -> Tensor:
    return F.max_pool2d(X, 2)


def _relu_pool_cases(draw: Draw) -> list[Case]:
    return [
        Case(
            args=(16 * draw.uniform(2, draw.integer(2, 3), H, W) - 12,),
            about=about,
        )
        for about, H, W in (
            ("an odd number of rows", 2 * draw.integer(2, 4) + 1, 2 * draw.integer(2, 4)),
            ("an odd number of columns", 2 * draw.integer(2, 4), 2 * draw.integer(2, 4) + 1),
        )
    ]


_RELU_MISTAKES, _RELU_MUTANTS = named_wrongs(
    "pooling.relu_max",
    {
        "sum of both ReLUs": lambda a, b: F.relu(a - b) + F.relu(b - a),
        "the other one added": (lambda a, b: F.relu(a - b) + a, lambda a, b: F.relu(b - a) + b),
        "both added": (lambda a, b: F.relu(a - b) + a + b, lambda a, b: F.relu(b - a) + a + b),
        "ReLU of each": lambda a, b: relu_max(F.relu(a), F.relu(b)),
        "difference only": lambda a, b: F.relu(a - b),
        "minimum": lambda a, b: b - F.relu(b - a),
    },
)
_POOL_MISTAKES, _POOL_MUTANTS = named_wrongs(
    "pooling.relu_max_pool2d",
    {
        "sum of pairwise ReLUs": _printed_sum,
        "padded at the end": (_padded_at_the_end, _zeros_at_the_end),
        "always one row less": lambda X: relu_max_pool2d(X[..., :-1, :-1]),
        "first row of each window": lambda X: relu_max(*_four(X)[:2]),
        "windows overlap": _overlapping,
        "not all four": (lambda X: relu_max(*_four(X)[::2]), _three_of_four),
        "quarters": _quarters,
        "rows only": lambda X: relu_max(X[..., : X.shape[-2] // 2 * 2 : 2, :], X[..., 1::2, :]),
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.relu_max",
        cases=lambda draw: [
            Case(args=(16 * draw.uniform(3, 4) - 12, 16 * draw.uniform(3, 4) - 12), about=about)
            for about in ("numbers of both signs", "other numbers")
        ],
        mistakes=_RELU_MISTAKES,
        solution=relu_max,
        mutants=(
            *_RELU_MUTANTS,
            Mutant("the other way round", lambda a, b: a + torch.relu(b - a), state="right"),
        ),
        library={torch.maximum: False, torch.max: False, torch.fmax: False},
    ),
    Marking(
        exercise="pooling.relu_max_pool2d",
        cases=_relu_pool_cases,
        mistakes=_POOL_MISTAKES,
        solution=relu_max_pool2d,
        mutants=(
            *_POOL_MUTANTS,
            Mutant("one after the other", _tournament, state="right"),
        ),
        library={_library_max_pool: False, F.relu: False},
    ),
)
