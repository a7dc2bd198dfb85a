"""Section 02: marking of a mirror at the border."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.facts import names_both_sizes
from course_lib.sections.padding_stride.mirror import P_AND_SIDE
from grader.former.marking import Marking, Mutant, named_wrongs


def mirror_pad(X: Tensor, p: int) -> Tensor:
    """The solution: rows and columns picked by number."""
    H, W = X.shape
    if p >= min(H, W):
        raise ValueError(f"a mirror of {p} pixels does not fit into an image of {H}x{W}")

    def places(n: int) -> list[int]:
        return [abs(i) if i < n else 2 * (n - 1) - i for i in range(-p, n + p)]

    return X[places(H)][:, places(W)]


def _mirror_by_flips(X: Tensor, p: int) -> Tensor:
    if p >= min(X.shape):
        raise ValueError(f"{p} is not less than both of {list(X.shape)}")
    X = torch.cat([X[1 : p + 1].flip(0), X, X[-p - 1 : -1].flip(0)])
    return torch.cat([X[:, 1 : p + 1].flip(1), X, X[:, -p - 1 : -1].flip(1)], dim=1)


def _mirror_unchecked(X: Tensor, p: int) -> Tensor:
    """Slices that are too long are cut silently."""
    X = torch.cat([X[1 : p + 1].flip(0), X, X[-p - 1 : -1].flip(0)])
    return torch.cat([X[:, 1 : p + 1].flip(1), X, X[:, -p - 1 : -1].flip(1)], dim=1)


def _mirror_as_wide(X: Tensor, p: int) -> Tensor:
    if p > min(X.shape):
        raise ValueError(f"{p} is more than one of {list(X.shape)}")
    return _mirror_unchecked(X, p)


def _mirror_less_wide(X: Tensor, p: int) -> Tensor:
    if p >= min(X.shape) - 1:
        raise ValueError(f"{p} is too much for {list(X.shape)}")
    return _mirror_by_flips(X, p)


def _picked(X: Tensor, p: int, place: Any) -> Tensor:
    rows, columns = ([place(i, n) for i in range(-p, n + p)] for n in X.shape)
    return X[rows][:, columns]


def _torch_reflect(X: Tensor, p: int) -> Tensor:
    return F.pad(X[None, None], (p,) * 4, mode="reflect")[0, 0]


def _numpy_reflect(X: Tensor, p: int) -> Tensor:
    return torch.from_numpy(np.pad(X.numpy(), p, mode="reflect"))


def _numpy_mirrored(case: Case) -> Tensor:
    """The reference; the public one is PyTorch's."""
    return torch.from_numpy(np.pad(case.args[0].numpy(), case.args[1], mode="reflect"))


_MIRROR_WRONGS: dict[str, Callable[..., Any]] = {
    "border twice": lambda X, p: _picked(
        X, p, lambda i, n: -i - 1 if i < 0 else min(i, 2 * n - 1 - i)
    ),
    "far border twice": lambda X, p: _picked(X, p, lambda i, n: abs(i) if i < n else 2 * n - 1 - i),
    "not reversed": lambda X, p: _picked(
        X, p, lambda i, n: i + p + 1 if i < 0 else i if i < n else i - p - 1
    ),
    "border copied": lambda X, p: _picked(X, p, lambda i, n: min(max(i, 0), n - 1)),
    "wrapped": lambda X, p: _picked(X, p, lambda i, n: i % n),
    "zeros": lambda X, p: F.pad(X, (p,) * 4),
}


def _mirror_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("an image", "another image", "a third image"):
        height, width = draw.distinct(5, 9, 2)
        cases.append(Case(args=(draw.normal(height, width), draw.integer(2, 4)), about=about))
    largest = "the largest mirror that the image can give"
    cases.append(Case(args=(draw.normal(4, 6), 3), about=largest))
    for about, more in (("a mirror as wide as the image", 0), ("a wider mirror", 1)):
        size = draw.integer(2, 3)
        p = size + more
        verify = names_both_sizes((p, size), P_AND_SIDE)
        args = (draw.normal(8, size), p)
        cases.append(Case(args=args, about=about, raises="ValueError", verify=verify))
    return cases


_MIRROR_MISTAKES, _MIRROR_MUTANTS = named_wrongs("padding_stride.mirror_pad", _MIRROR_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.mirror_pad",
        cases=_mirror_cases,
        expect=_numpy_mirrored,
        mistakes=_MIRROR_MISTAKES,
        solution=mirror_pad,
        mutants=(
            *_MIRROR_MUTANTS,
            Mutant("cut silently", _mirror_unchecked, "partly right", "no error"),
            Mutant("as wide as the image", _mirror_as_wide, "partly right", "no error"),
            Mutant("the largest mirror refused", _mirror_less_wide, "partly right", "raises"),
            Mutant("F.pad", _torch_reflect, mistake="forbidden"),
            Mutant("flipped strips", _mirror_by_flips, state="right"),
        ),
        library={_torch_reflect: False, _numpy_reflect: False},
    ),
)
