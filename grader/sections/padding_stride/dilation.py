"""Part C: dilation as zeros in the kernel."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.sections.padding_stride.given import stuff_kernel
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _settings(draw: Draw) -> list[Case]:
    # Where d is 1, or the kernel a single number, the kernel itself is the answer.
    unchanged = ((draw.normal(3, 2), 1), (draw.normal(1, 1), 3), (draw.normal(2, 3), 2))
    return [
        *(
            Case(args=(draw.normal(*size), d), about=about)
            for about, size, d in (
                ("a wide kernel, one zero in each gap", (2, draw.integer(3, 4)), 2),
                ("a tall kernel, two zeros in each gap", (draw.integer(3, 4), 2), 3),
                ("a square kernel", (3, 3), 2),
                ("a larger dilation than the kernel", (2, 3), draw.integer(4, 5)),
                ("a kernel of one row", (1, 3), draw.integer(2, 3)),
                ("a kernel of one column", (3, 1), draw.integer(2, 3)),
            )
        ),
        Case(each=unchanged, about="no gaps, and a single number, among others"),
    ]


def _kron(K: Tensor, d: int) -> Tensor:
    one = torch.zeros(d, d)
    one[0, 0] = 1
    return torch.kron(K, one)


def _cut_kron(K: Tensor, d: int) -> Tensor:
    return _kron(K, d)[: d * (K.shape[0] - 1) + 1, : d * (K.shape[1] - 1) + 1]


def _cut_off(K: Tensor, d: int) -> Tensor:
    """The zeros at the end are cut off from behind, which for d = 1 leaves nothing."""
    return _kron(K, d)[: 1 - d, : 1 - d]


def _in_a_corner(K: Tensor, d: int) -> Tensor:
    kernel = torch.zeros_like(stuff_kernel(K, d))
    kernel[: K.shape[0], : K.shape[1]] = K
    return kernel


def _repeated(K: Tensor, d: int) -> Tensor:
    return K.repeat_interleave(d, 0).repeat_interleave(d, 1)


def _in_the_middle(K: Tensor, d: int) -> Tensor:
    kernel = torch.zeros_like(stuff_kernel(K, d))
    top, left = ((big - small) // 2 for big, small in zip(kernel.shape, K.shape, strict=True))
    kernel[top : top + K.shape[0], left : left + K.shape[1]] = K
    return kernel


def _gaps_of_ones(K: Tensor, d: int) -> Tensor:
    return stuff_kernel(K, d) + 1 - stuff_kernel(torch.ones_like(K), d)


def _without_last(rows: int, columns: int) -> Callable[[Tensor, int], Tensor]:
    """As many rows and columns of the kernel, counted from the end, stay zero."""

    def answer(K: Tensor, d: int) -> Tensor:
        K = K.clone()
        K[K.shape[0] - rows :] = 0
        K[:, K.shape[1] - columns :] = 0
        return stuff_kernel(K, d)

    return answer


def _of_sides(
    side: Callable[[Tensor], tuple[int, int]], one_by_one: bool
) -> Callable[[Tensor, int], Tensor]:
    """The kernel taken to have other sides; written by entries, or all at once."""

    def answer(K: Tensor, d: int) -> Tensor:
        h, w = side(K)
        kernel = torch.zeros(d * (h - 1) + 1, d * (w - 1) + 1)
        if one_by_one:
            for i in range(h):
                for j in range(w):
                    kernel[i * d, j * d] = K[i, j]
        else:
            kernel[::d, ::d] = K
        return kernel

    return answer


def _entry_by_entry(K: Tensor, d: int) -> Tensor:
    h, w = K.shape
    rows = [[0.0] * (d * (w - 1) + 1) for _ in range(d * (h - 1) + 1)]
    for i in range(h):
        for j in range(w):
            rows[i * d][j * d] = float(K[i, j])
    return torch.tensor(rows)


def _inserted(K: Tensor, d: int) -> Tensor:
    """Row by row, then column by column."""
    for axis in (0, 1):
        parts = []
        for part in K.split(1, dim=axis):
            parts += [part, *[torch.zeros_like(part)] * (d - 1)]
        K = torch.cat(parts[: len(parts) - d + 1], dim=axis)
    return K


STUFF_KERNEL = Exercise(
    id="padding_stride.stuff_kernel",
    title="Dilation is zeros in the kernel",
    points=2,
    minutes=8,
    covers=("Q12",),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 2], [3, 4]]), 2)),
            [[1, 0, 2], [0, 0, 0], [3, 0, 4]],
        ),
    ),
    cases=_settings,
    reference=stuff_kernel,
    promises=("unchanged", "tensor"),
    wrong={
        "zeros at the end": (
            "There are zeros before the first or after the last row or column, too. Gaps lie "
            "between entries only.",
            _kron,
            lambda K, d: _kron(K, d).roll((d - 1, d - 1), (0, 1)),
            lambda K, d: _kron(K, d)[: d * (K.shape[0] - 1) + 1],
            lambda K, d: _kron(K, d)[:, : d * (K.shape[1] - 1) + 1],
        ),
        "d zeros in a gap": (
            "You put d zeros between two entries. Neighbouring entries lie d apart, so there are "
            "d - 1 zeros between them.",
            lambda K, d: stuff_kernel(K, d + 1),
        ),
        "one zero in a gap": (
            "You put one zero into each gap, whatever d is. Neighbouring entries lie d apart.",
            lambda K, d: stuff_kernel(K, min(d, 2)),
            lambda K, d: stuff_kernel(K, 2),
        ),
        "one direction": (
            "You put zeros between the rows only, or between the columns only. Both are moved "
            "apart.",
            lambda K, d: stuff_kernel(K, d)[::d],
            lambda K, d: stuff_kernel(K, d)[:, ::d],
        ),
        "entries side by side": (
            "The size is right, but the entries of K still stand side by side. Every d-th row and "
            "column gets one.",
            _in_a_corner,
            _in_the_middle,
        ),
        "entries repeated": (
            "You repeated the entries. Between two entries there are zeros: the pixels there are "
            "not looked at.",
            _repeated,
            lambda K, d: _repeated(K, d)[: d * (K.shape[0] - 1) + 1, : d * (K.shape[1] - 1) + 1],
        ),
        "nothing left without gaps": (
            "Where d is 1 your kernel is empty: a slice up to -(d - 1) takes nothing then.",
            _cut_off,
        ),
        "transposed": (
            "Rows and columns of the kernel have changed places.",
            lambda K, d: stuff_kernel(K, d).T,
        ),
        "flipped": (
            "You turned the kernel round. Its entries stay in their order: only zeros come between "
            "them.",
            lambda K, d: stuff_kernel(K.flip(0, 1), d),
            lambda K, d: stuff_kernel(K.flip(0), d),
            lambda K, d: stuff_kernel(K.flip(1), d),
        ),
        "gaps of ones": (
            "Your gaps are filled with ones. With zeros the pixels there are not looked at.",
            _gaps_of_ones,
        ),
        "last entries missing": (
            "The last row or column of K has not been written. range(h) ends at h - 1 already.",
            _without_last(1, 1),
            _without_last(1, 0),
            _without_last(0, 1),
        ),
        "square only": (
            "You took one side of K for both, or rows for columns. It has h rows and w columns: "
            "h, w = K.shape.",
            *(
                _of_sides(side, one_by_one)
                for one_by_one in (True, False)
                for side in (
                    lambda K: (K.shape[0], K.shape[0]),
                    lambda K: (K.shape[1], K.shape[1]),
                    lambda K: (K.shape[1], K.shape[0]),
                )
            ),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: a kernel has "
            "two axes, also where it is a single row, column or number.",
            lambda K, d: stuff_kernel(K, d).squeeze(),
            lambda K, d: stuff_kernel(K, d)[None],
            lambda K, d: stuff_kernel(K, d)[None, None],
        ),
        "zeros around": (
            "You laid zeros around the kernel. They belong between its entries.",
            lambda K, d: F.pad(K, (d - 1,) * 4),
            lambda K, d: F.pad(stuff_kernel(K, d), (d - 1,) * 4),
        ),
    },
    right=(_entry_by_entry, _inserted, _cut_kron),
    library={stuff_kernel: False, torch.kron: False, np.kron: False},
    hints=(
        "Neighbouring entries of K come to lie d apart. How large is the whole?",
        "Make zeros of shape (d * (h - 1) + 1, d * (w - 1) + 1) and write the entries of K into "
        "them.",
        "A slice with a step does it at once: kernel[::d, ::d] = K.",
    ),
    forbidden=WINDOW_OPERATORS,
    stand_in="stuff_kernel",
)
