"""Section 02: marking of dilation as zeros in the kernel."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.dilation import dilates
from grader.former.marking import Marking, Mutant, named_wrongs


def stuff_kernel(K: Tensor, d: int) -> Tensor:
    """The solution."""
    h, w = K.shape
    kernel = torch.zeros(d * (h - 1) + 1, d * (w - 1) + 1)
    kernel[::d, ::d] = K
    return kernel


def _stuffed(case: Case) -> Any:
    """The reference: a Kronecker product, without the zeros at its end."""
    K, d = case.args[0].numpy(), case.args[1]
    one = np.zeros((d, d))
    one[0, 0] = 1
    return np.kron(K, one)[: 1 - d, : 1 - d].tolist()


def _kron(K: Tensor, d: int) -> Tensor:
    one = torch.zeros(d, d)
    one[0, 0] = 1
    return torch.kron(K, one)


def _entry_by_entry(K: Tensor, d: int) -> Tensor:
    h, w = K.shape
    rows = [[0.0] * (d * (w - 1) + 1) for _ in range(d * (h - 1) + 1)]
    for i in range(h):
        for j in range(w):
            rows[i * d][j * d] = float(K[i, j])
    return torch.tensor(rows)


def _in_a_corner(K: Tensor, kernel: Tensor) -> Tensor:
    kernel[: K.shape[0], : K.shape[1]] = K
    return kernel


def _cut_off(K: Tensor, d: int) -> Tensor:
    """The zeros at the end are cut off from behind, which for d = 1 leaves nothing."""
    return _kron(K, d)[: 1 - d, : 1 - d]


def _transposed(K: Tensor, d: int) -> Tensor:
    return F.conv_transpose2d(K[None, None], torch.ones(1, 1, 1, 1), stride=d)[0, 0]


_STUFF_WRONGS: dict[str, Callable[..., Any]] = {
    "zeros at the end": _kron,
    "d zeros in a gap": lambda K, d: stuff_kernel(K, d + 1),
    "columns only": lambda K, d: stuff_kernel(K, d)[::d],
    "rows only": lambda K, d: stuff_kernel(K, d)[:, ::d],
    "entries side by side": lambda K, d: _in_a_corner(K, torch.zeros_like(stuff_kernel(K, d))),
    "entries repeated": lambda K, d: K.repeat_interleave(d, 0).repeat_interleave(d, 1)[
        : 1 - d, : 1 - d
    ],
}


def _stuff_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, d in (("dilation two", 2), ("dilation three", 3), ("a larger dilation", 4)):
        h, w = draw.distinct(2, 5, 2)
        cases.append(Case(args=(draw.normal(h, w), d), about=about))
    X, K = draw.normal(9, 10), draw.normal(3, 2)
    return [
        *cases,
        Case(args=(K, 2), about="the dilated convolution", verify=dilates(X, K, 2)),
        Case(args=(K, 1), about="no gaps at all", verify=dilates(X, K, 1)),
    ]


_STUFF_MISTAKES, _STUFF_MUTANTS = named_wrongs("padding_stride.stuff_kernel", _STUFF_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.stuff_kernel",
        cases=_stuff_cases,
        expect=_stuffed,
        mistakes=_STUFF_MISTAKES,
        solution=stuff_kernel,
        mutants=(
            *_STUFF_MUTANTS,
            Mutant("nothing left without gaps", _cut_off, "partly right", "property"),
            Mutant("entry by entry", _entry_by_entry, state="right"),
        ),
        library={torch.kron: False, _transposed: False},
    ),
)
