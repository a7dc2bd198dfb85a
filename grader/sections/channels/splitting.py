"""Section 03: marking of kernels that split into two."""

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs


def can_split(kernels: Tensor) -> list[bool]:
    """The solution: (n, 3) -> whether each has a real discriminant that is not negative."""
    a, b, c = kernels.T
    splits: list[bool] = (b * b - 4 * a * c >= 0).tolist()
    return splits


def _split_cases(draw: Draw) -> list[Case]:
    def rows(spread: int) -> Tensor:
        p, q = draw.distinct(1, spread, 2)
        s = draw.choice([s for s in (1, 2, 3) if p != q * s])
        kinds = [
            [p * p, 2 * p * q, q * q],  # equal roots
            [p * s, p + q * s, q],  # two roots
            [-p, 1, q],  # ends of different signs: always real
            [p + 1, draw.integer(1, 2), q + 1],  # no real root
            [p, -1, p + q],  # no real root
            [0, p, -q],
            [p, p, p],  # no real root, though b² is not less than ac
        ]
        order = draw.distinct(0, len(kinds) - 1, len(kinds))
        return torch.tensor([kinds[i] for i in order]).float()

    return [
        Case(args=(rows(3),), about="small kernels"),
        Case(args=(rows(6),), about="more kernels"),
        Case(args=(rows(9),), about="larger kernels"),
    ]


def _real_roots(case: Case) -> list[bool]:
    """The reference: exact integer arithmetic."""
    found = []
    for a, b, c in case.args[0].long().tolist():
        discriminant = b * b - 4 * a * c
        found.append(a == 0 or c == 0 or discriminant >= 0)
    return found


def _by_roots(kernels: Tensor) -> list[bool]:
    """By NumPy's roots, with room for the rounding of double roots."""
    return [
        bool(np.all(np.abs(np.imag(np.roots(kernel))) < 1e-4))
        for kernel in kernels.double().numpy()
    ]


_SPLIT_MISTAKES, _SPLIT_MUTANTS = named_wrongs(
    "channels.can_split",
    {
        "always": lambda kernels: [True] * len(kernels),
        "equal roots left out": lambda kernels: [b * b > 4 * a * c for a, b, c in kernels.tolist()],
        "zero at the front": lambda kernels: [
            yes and a != 0
            for yes, a in zip(can_split(kernels), kernels[:, 0].tolist(), strict=True)
        ],
        "four forgotten": lambda kernels: [b * b >= a * c for a, b, c in kernels.tolist()],
        "wrong sign": lambda kernels: [b * b + 4 * a * c >= 0 for a, b, c in kernels.tolist()],
        "ends only": lambda kernels: [a * c <= 0 for a, _, c in kernels.tolist()],
        "answers swapped": lambda kernels: [not yes for yes in can_split(kernels)],
    },
)

MARKINGS = (
    Marking(
        exercise="channels.can_split",
        cases=_split_cases,
        expect=_real_roots,
        mistakes=_SPLIT_MISTAKES,
        solution=can_split,
        mutants=(*_SPLIT_MUTANTS, Mutant("by roots", _by_roots, state="right")),
        library={np.roots: False},
    ),
)
