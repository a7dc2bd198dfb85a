"""Section 02: marking of the transposed convolution, and of the way there and back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.padding_stride.facts import transposed
from course_lib.sections.padding_stride.transposed import no_gap
from grader.former.marking import Marking, Mutant, Part, named_wrongs


def transposed_conv2d(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """The solution: every number stamps the kernel."""
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            top, left = i * stride, j * stride
            output[top : top + h, left : left + w] += Y[i, j] * K
    return output


def _by_kernel_entries(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for a in range(h):
        for b in range(w):
            last = a + (H - 1) * stride + 1, b + (W - 1) * stride + 1
            output[a : last[0] : stride, b : last[1] : stride] += K[a, b] * Y
    return output


def _overwritten(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            output[i * stride : i * stride + h, j * stride : j * stride + w] = Y[i, j] * K
    return output


def _crowded(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            output[i : i + h, j : j + w] += Y[i, j] * K
    return output


def gathered(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    return (Y.unfold(0, K.shape[0], stride).unfold(1, K.shape[1], stride) * K).sum((2, 3))


def _by_fold(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    size = ((H - 1) * stride + h, (W - 1) * stride + w)
    columns = torch.outer(K.flatten(), Y.flatten())
    return F.fold(columns[None], size, (h, w), stride=stride)[0, 0]


def _times_stride(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    return transposed_conv2d(Y, K, stride)[: Y.shape[0] * stride, : Y.shape[1] * stride]


def _transposed_cases(draw: Draw) -> list[Case]:
    """Stamps that overlap, at strides above 1."""
    cases = []
    for about, kernel, stride in (
        ("a square kernel", (3, 3), 2),
        ("a wide kernel", (3, draw.integer(4, 5)), 2),
        ("a tall kernel", (draw.integer(5, 6), 4), 3),
    ):
        height, width = draw.distinct(3, 6, 2)
        args = (draw.normal(height, width), draw.normal(*kernel), stride)
        cases.append(Case(args=args, about=about))
    return cases


def _other_strides(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(4, 3), draw.normal(2, 3), 1), about="stride one"),
        Case(args=(draw.normal(3, 4), draw.normal(2, 2), 2), about="stamps side by side"),
        Case(args=(draw.normal(2, 3), draw.normal(2, 1), 4), about="stamps with gaps between"),
    ]


_TRANSPOSED_WRONGS: dict[str, Callable[..., Any]] = {
    "flipped kernel": lambda Y, K, s: transposed_conv2d(Y, K.flip(0, 1), s),
    "stride ignored": lambda Y, K, s: transposed_conv2d(Y, K, 1),
    "stride in the size only": _crowded,
    "kernel transposed": lambda Y, K, s: transposed_conv2d(Y, K.T, s),
    "overwritten": _overwritten,
    "convolution": gathered,
    "size times stride": _times_stride,
}


def _differences(Y: Tensor, filters: Tensor, stride: int) -> Tensor:
    there = F.conv_transpose2d(Y[None], filters[:, None], stride=stride)
    return F.conv2d(there, filters[:, None], stride=stride)[0] - Y


def round_trip_gap(Y: Tensor, filters: Tensor, stride: int) -> float:
    """The solution."""
    return float(_differences(Y, filters, stride).abs().max())


def _gap_by_stamps(case: Case) -> float:
    """The reference, number by number."""
    Y, filters = (tensor.double().numpy() for tensor in case.args[:2])
    stride, (n, H, W), (_, h, w) = case.args[2], Y.shape, filters.shape
    there = np.zeros(((H - 1) * stride + h, (W - 1) * stride + w))
    windows = [
        (i, j, slice(i * stride, i * stride + h), slice(j * stride, j * stride + w))
        for i in range(H)
        for j in range(W)
    ]
    for i, j, rows, columns in windows:
        for f in range(n):
            there[rows, columns] += Y[f, i, j] * filters[f]
    gaps = [
        abs(np.sum(there[rows, columns] * filters[f]) - Y[f, i, j])
        for i, j, rows, columns in windows
        for f in range(n)
    ]
    return float(max(gaps))


def _gap_channel_by_channel(Y: Tensor, filters: Tensor, stride: int) -> Tensor:
    pairs = zip(Y, filters, strict=True)
    there = torch.stack([transposed_conv2d(y, one, stride) for y, one in pairs]).sum(0)
    back = torch.stack([gathered(there, one, stride) for one in filters])
    return (back - Y).abs().max()


def _gap_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, n, k, stride in (
        ("one filter that overlaps", 1, 3, 2),
        ("two filters that overlap", 2, draw.integer(3, 4), 2),
        ("three filters, not orthonormal", 3, 2, 2),
    ):
        Y, filters = draw.normal(n, draw.integer(3, 5), 3), draw.normal(n, k, k)
        differences = _differences(Y, filters, stride)
        if differences.max() > -differences.min():  # the largest is negative: its sign matters
            Y = -Y
        cases.append(Case(args=(Y, filters, stride), about=about))
    k = draw.integer(2, 3)
    bank = torch.linalg.qr(draw.normal(k * k, k * k))[0].reshape(k * k, k, k)
    args = (draw.normal(k * k, 3, 4), bank, k)
    return [*cases, Case(args=args, about="orthonormal filters side by side", verify=no_gap)]


_GAP_WRONGS: dict[str, Callable[..., Any]] = {
    "mean": lambda *args: float(_differences(*args).abs().mean()),
    "sign kept": lambda *args: float(_differences(*args).max()),
    "sum": lambda *args: float(_differences(*args).abs().sum()),
    "only there": lambda *args: float((_differences(*args) + args[0]).abs().max()),
}


_, _TRANSPOSED_MUTANTS = named_wrongs("padding_stride.transposed_conv2d", _TRANSPOSED_WRONGS)
_GAP_MISTAKES, _GAP_MUTANTS = named_wrongs("padding_stride.round_trip_gap", _GAP_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.transposed_conv2d",
        cases=_transposed_cases,
        parts={"other strides": Part(cases=_other_strides, expect=lambda c: transposed(*c.args))},
        solution=transposed_conv2d,
        mutants=(
            *_TRANSPOSED_MUTANTS,
            Mutant("entry by entry of the kernel", _by_kernel_entries, state="right"),
        ),
        library={transposed: False, _by_fold: False},
    ),
    Marking(
        exercise="padding_stride.round_trip_gap",
        cases=_gap_cases,
        expect=_gap_by_stamps,
        mistakes=_GAP_MISTAKES,
        solution=round_trip_gap,
        mutants=(
            *_GAP_MUTANTS,
            Mutant("channel by channel", _gap_channel_by_channel, state="right"),
        ),
        library={F.conv_transpose2d: False},
    ),
    Marking(
        exercise="padding_stride.identity_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "B",
        mistakes=(
            Mistake(
                "only the stride",
                "Nothing overlaps then, but each number comes back times the sum of the kernel's "
                "squares.",
                lambda case: "A",
            ),
            Mistake(
                "entries add up",
                "At stride one the stamps overlap, and what comes back is blurred. Besides, it is "
                "the squares that count: every entry is used twice, there and back.",
                lambda case: "C",
            ),
            Mistake(
                "inverse",
                "Transposed is not inverse. The name speaks of the matrix of the convolution, "
                "whose transpose it is; your round_trip_gap shows the difference.",
                lambda case: "D",
            ),
        ),
        solution="B",
        mutants=(
            Mutant("only the stride", "A", mistake="only the stride"),
            Mutant("entries add up", "C", mistake="entries add up"),
            Mutant("inverse", "D", mistake="inverse"),
            Mutant("small letter", "b", state="right"),
        ),
    ),
)
