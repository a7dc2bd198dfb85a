"""Section 01: marking of what padding saves of the border, and of how often pixels are seen."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs


def coverage(n: int, k: int) -> Tensor:
    """The solution: (n, n), each window adds one to its pixels."""
    counts = torch.zeros(n, n)
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            counts[i : i + k, j : j + k] += 1
    return counts


def _coverage_cases(draw: Draw) -> list[Case]:
    k = draw.integer(2, 3)
    return [
        Case(args=(draw.integer(2 * k, 9), k), about="a kernel small beside the image"),
        # So large that no pixel is in as many windows as its distance from the border allows.
        Case(
            args=draw.choice([(6, 5), (7, 5), (7, 6), (8, 6)]),
            about="a kernel that fills most of it",
        ),
    ]


def _coverage_count(case: Case) -> list[list[int]]:
    """The reference: for each pixel the first rows and columns of windows that hold it."""
    n, k = case.args

    def windows(pixel: int) -> int:
        return sum(start <= pixel < start + k for start in range(n - k + 1))

    return [[windows(row) * windows(column) for column in range(n)] for row in range(n)]


def _profile(n: int, k: int) -> Tensor:
    places = torch.arange(n)
    return torch.minimum(places + 1, n - places).clamp(max=min(k, n - k + 1))


def _coverage_product(n: int, k: int) -> Tensor:
    return torch.outer(_profile(n, k), _profile(n, k))


def _coverage_fold(n: int, k: int) -> Tensor:
    return F.fold(torch.ones(1, k * k, (n - k + 1) ** 2), (n, n), (k, k))[0, 0]


def _clamped_at_k(n: int, k: int) -> Tensor:
    places = torch.arange(n)
    profile = torch.minimum(places + 1, n - places).clamp(max=k)
    return torch.outer(profile, profile)


def _one_border(n: int, k: int) -> Tensor:
    profile = torch.arange(1, n + 1).clamp(max=k)
    return torch.outer(profile, profile)


def _over_the_border(n: int, k: int) -> Tensor:
    places = torch.arange(n)
    before, after = (k - 1) // 2, k // 2
    profile = (places + after).clamp(max=n - 1) - (places - before).clamp(min=0) + 1
    return torch.outer(profile, profile)


_COVERAGE_MISTAKES, _COVERAGE_MUTANTS = named_wrongs(
    "convolution.coverage",
    {
        "middle everywhere": lambda n, k: torch.full((n, n), k * k),
        "added, not multiplied": lambda n, k: _profile(n, k)[:, None] + _profile(n, k),
        "one border only": _one_border,
        "padded": _over_the_border,
    },
)
_CLAMPED_MISTAKES, _ = named_wrongs("convolution.coverage", {"never more than k": _clamped_at_k})

MARKINGS = (
    Marking(
        exercise="convolution.border_shapes",
        cases=lambda draw: [Case()],
        solution=[(1, 64, 30, 30), (1, 64, 32, 32)],
        mutants=(
            Mutant("swapped", [(1, 64, 32, 32), (1, 64, 30, 30)], mistake="order swapped"),
            Mutant("3 channels", [(1, 3, 30, 30), (1, 3, 32, 32)], mistake="channels kept"),
            Mutant("NHWC", [(1, 30, 30, 64), (1, 32, 32, 64)], mistake="channels last"),
            Mutant("no batch", [(64, 30, 30), (64, 32, 32)], mistake="batch axis forgotten"),
            Mutant("one side", [(1, 64, 30, 30), (1, 64, 31, 31)], mistake="padding on one side"),
            Mutant("H - h", [(1, 64, 29, 29), (1, 64, 31, 31)], mistake="last window forgotten"),
            Mutant("padded only", [(1, 64, 32, 32), (1, 64, 34, 34)], mistake="kernel forgotten"),
            Mutant(
                "of type torch.Size",
                [torch.Size((1, 64, 30, 30)), torch.Size((1, 64, 32, 32))],
                state="right",
            ),
        ),
    ),
    Marking(
        exercise="convolution.coverage",
        cases=_coverage_cases,
        expect=_coverage_count,
        mistakes=(*_COVERAGE_MISTAKES, *_CLAMPED_MISTAKES),
        solution=coverage,
        mutants=(
            *_COVERAGE_MUTANTS,
            Mutant(
                "clamped at k",
                _clamped_at_k,
                state="partly right",
                mistake="never more than k",
            ),
            Mutant("product of two profiles", _coverage_product, state="right"),
        ),
        library={_coverage_fold: True, torch.ones: False},
    ),
)
