"""Part B: cross-correlation in one dimension."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import cross_correlation_1d


def _numpy_flipped(x: Tensor, w: Tensor) -> Tensor:
    return torch.as_tensor(np.convolve(x, w.flip(0), "valid"))


def _numpy(x: Tensor, w: Tensor) -> Tensor:
    return torch.as_tensor(np.correlate(x, w, "valid"))


def _with_a_negative(x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
    """Signal and kernel whose output holds a negative number, so that a lost sign shows."""
    return (x, w) if bool((cross_correlation_1d(x, w) < 0).any()) else (x, -w)


CORR1D = Exercise(
    id="convolution.corr1d",
    title="Cross-correlation in one dimension",
    points=1,
    minutes=5,
    covers=("M1",),
    example=((Case(args=(torch.tensor([1.0, 2, 3]), torch.tensor([1.0, -1]))), [-1, -1]),),
    cases=lambda draw: [
        Case(args=_with_a_negative(draw.normal(n), draw.normal(k)), about=about)
        for about, n, k in (
            ("a kernel of two entries", draw.integer(6, 9), 2),
            ("a longer kernel", draw.integer(8, 12), draw.integer(3, 5)),
            ("a kernel of one entry", draw.integer(4, 7), 1),
            ("a kernel as long as the signal", 4, 4),
        )
    ],
    reference=cross_correlation_1d,
    promises=("unchanged", "tensor"),
    wrong={
        "flipped kernel": (
            "Your output is the one of the kernel read backwards: that is true convolution. "
            "Cross-correlation lays the kernel on the signal as it is.",
            lambda x, w: cross_correlation_1d(x, w.flip(0)),
        ),
        "padded": (
            "Your kernel leaves the signal in some windows, as if zeros stood around it. “Valid” "
            "means that it never does, so the output has n - k + 1 entries.",
            *(
                lambda x, w, ends=ends: cross_correlation_1d(F.pad(x, ends(len(w))), w)
                for ends in (
                    lambda k: ((k - 1) // 2, k // 2),
                    lambda k: (k // 2, (k - 1) // 2),
                    lambda k: (k // 2, k // 2),
                    lambda k: (0, k - 1),
                    lambda k: (k - 1, 0),
                    lambda k: (k - 1, k - 1),
                    lambda k: (0, 1),
                )
            ),
        ),
        "as long as the signal": (
            "Your output is as long as the signal, with zeros where no window starts. Only "
            "n - k + 1 entries have a window.",
            lambda x, w: F.pad(cross_correlation_1d(x, w), (0, len(w) - 1)),
        ),
        "last window forgotten": (
            "Your output lacks its last entry, or leaves it 0: the last window starts at n - k, so "
            "there are n - k + 1 of them.",
            lambda x, w: cross_correlation_1d(x, w)[:-1],
            lambda x, w: F.pad(cross_correlation_1d(x, w)[:-1], (0, 1)),
        ),
        "first window forgotten": (
            "Your output lacks its first entry: the first window starts at 0.",
            lambda x, w: cross_correlation_1d(x, w)[1:],
        ),
        "first entry only": (
            "Only the first entry of your output is filled. Does the return stand inside the loop?",
            lambda x, w: F.pad(cross_correlation_1d(x, w)[:1], (0, len(x) - len(w))),
            lambda x, w: cross_correlation_1d(x, w)[:1],
            lambda x, w: cross_correlation_1d(x, w)[0],
        ),
        "some products only": (
            "Each entry of your output holds one product of its window only, or all but one. Add "
            "them all up: begin at 0 before the inner loop, and use += in it.",
            lambda x, w: x[len(w) - 1 :] * w[-1],
            lambda x, w: x[: len(x) - len(w) + 1] * w[0],
            lambda x, w: cross_correlation_1d(x, F.pad(w[:-1], (0, 1))),
            lambda x, w: cross_correlation_1d(x, F.pad(w[1:], (1, 0))),
        ),
        "kernel of two": (
            "Your code reads two entries of the kernel. It may have any number of them.",
            lambda x, w: x[:-1] * w[0] + x[1:] * w[1],
            lambda x, w: cross_correlation_1d(x, F.pad(w[:2], (0, max(len(w) - 2, 0)))),
        ),
        "sum not begun anew": (
            "Each entry of your output holds the sums of the windows before it, too. Begin each "
            "window's sum at 0.",
            lambda x, w: cross_correlation_1d(x, w).cumsum(0),
        ),
        "sign lost": (
            "You lost the signs, by absolute values, squares or torch.relu. Cross-correlation "
            "keeps them.",
            lambda x, w: cross_correlation_1d(x, w).abs(),
            lambda x, w: cross_correlation_1d(x.abs(), w.abs()),
            lambda x, w: cross_correlation_1d(x.abs(), w),
            lambda x, w: cross_correlation_1d(x, w.abs()),
            lambda x, w: cross_correlation_1d(x, w).relu(),
            lambda x, w: cross_correlation_1d(x, w).square(),
            lambda x, w: cross_correlation_1d(x.square(), w.square()),
        ),
        "sign changed": (
            "Your numbers have the wrong sign.",
            lambda x, w: -cross_correlation_1d(x, w),
        ),
        "windows too short": (
            "Your windows end too early: the one that starts at i ends before i + k, x[i:i + k].",
            lambda x, w: torch.stack(
                [(x[i : len(w)] * w).sum() for i in range(len(x) - len(w) + 1)]
            ),
            lambda x, w: torch.stack(
                [
                    (x[i : len(w)] * w[: max(len(w) - i, 0)]).sum()
                    for i in range(len(x) - len(w) + 1)
                ]
            ),
        ),
        "read backwards": (
            "Your output stands in reverse order: its first entry belongs to the window that "
            "starts at 0.",
            lambda x, w: cross_correlation_1d(x, w).flip(0),
        ),
        "steps too long": (
            "Your windows move on by more than one entry. Here they move on by one.",
            lambda x, w: cross_correlation_1d(x, w)[::2],
            lambda x, w: cross_correlation_1d(x, w)[:: len(w)],
        ),
        "kernel left out": (
            "You did not multiply by the kernel's entries: your output is made of sums of the "
            "signal alone.",
            lambda x, w: cross_correlation_1d(x, torch.ones_like(w)),
        ),
        "one sum": (
            "You added up all windows. Each gives a number of its own.",
            lambda x, w: cross_correlation_1d(x, w).sum(),
        ),
        "mean": (
            "You took the mean of the products; cross-correlation takes their sum.",
            lambda x, w: cross_correlation_1d(x, w) / len(w),
        ),
        "products not added": (
            "You return the products themselves. Each window gives one number: their sum.",
            lambda x, w: x.unfold(0, len(w), 1) * w,
            lambda x, w: (x.unfold(0, len(w), 1) * w).flatten(),
        ),
    },
    right=(lambda x, w: x.unfold(0, len(w), 1) @ w,),
    library={
        cross_correlation_1d: False,
        _numpy_flipped: False,
        _numpy: False,
    },
    hints=(
        "At how many places does the whole kernel fit on the signal?",
        "The window that starts at i is x[i:i + len(w)].",
        "Each entry is (x[i:i + len(w)] * w).sum(), for i from 0 to len(x) - len(w); collect them "
        "with torch.stack.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    stand_in="corr1d",
)
