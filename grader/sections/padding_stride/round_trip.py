"""Extra: there by a transposed convolution, and back by a convolution."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.padding_stride.given import transposed_conv2d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.operators import strided


def _bank(draw: Draw, k: int) -> Tensor:
    """k² orthonormal filters."""
    bank: Tensor = torch.linalg.qr(draw.normal(k * k, k * k))[0]
    return bank.reshape(k * k, k, k)


def _signed(
    draw: Draw, sign: int, size: tuple[int, ...], kernel: tuple[int, ...], stride: int
) -> Any:
    """Y, filters and stride; the largest difference has this sign, and not by a little.

    It does not lie in the first map of several, nor would the largest numbers tell it.
    """
    while True:
        Y, filters = draw.normal(*size), draw.normal(*kernel)
        gaps = _differences(Y, filters, stride) * sign
        if gaps.max() > 1.1 * -gaps.min() and gaps.max() > 0.5 and _hidden(Y, filters, stride):
            return Y, filters, stride


def _hidden(Y: Tensor, filters: Tensor, stride: int) -> bool:
    gaps = _differences(Y, filters, stride)
    back, most = gaps + Y, 0.9 * float(gaps.abs().max())
    first = 0.0 if len(Y) == 1 else float(gaps[0].abs().max())
    numbers = abs(back.abs().max() - Y.abs().max()), abs(back.max() - Y.max())
    return max(first, *map(float, numbers)) < most


def _all_negative(draw: Draw) -> Any:
    """Where the largest difference, with its sign, is the smallest in size."""
    while True:
        Y, filters = draw.uniform(2, 2, 3) + 0.5, 0.3 * draw.normal(2, 2, 3)
        if _differences(Y, filters, 2).max() < -0.1 and _hidden(Y, filters, 2):
            return Y, filters, 2


def _gap_settings(draw: Draw) -> list[Case]:
    n = draw.integer(2, 3)
    # Where nothing is lost the gap is 0, which is too easily had.
    closed = (
        (draw.normal(4, 3, 2), _bank(draw, 2), 2),
        (draw.normal(1, 2, 3), torch.tensor([[[-1.0]]]), 3),
        (draw.normal(2, 3, 2), draw.normal(2, 2, 2), 2),
    )
    return [
        *(
            Case(args=_signed(draw, sign, size, kernel, stride), about=about)
            for about, sign, size, kernel, stride in (
                ("one filter that overlaps", 1, (1, 3, 4), (1, 3, 3), 2),
                ("one filter, a negative difference", -1, (1, 4, 3), (1, 2, 2), 1),
                ("several filters that overlap", -1, (n, 2, 4), (n, 3, 3), 2),
                ("several filters side by side", 1, (n, 4, 3), (n, 2, 2), 2),
                ("filters with gaps between", -1, (2, 3, 2), (2, 2, 2), draw.integer(3, 4)),
                ("wide filters", 1, (3, 2, 3), (3, 2, 4), 2),
                ("tall filters", -1, (2, 3, 2), (2, 3, 1), 1),
                ("more filters than pixels", 1, (5, 1, 2), (5, 2, 3), 1),
            )
        ),
        Case(args=_all_negative(draw), about="small filters, all differences negative"),
        Case(each=closed, about="orthonormal filters side by side, among others"),
    ]


def _differences(Y: Tensor, filters: Tensor, stride: int) -> Tensor:
    there = F.conv_transpose2d(Y[None], filters[:, None], stride=stride)
    return F.conv2d(there, filters[:, None], stride=stride)[0] - Y


Change = Callable[[Tensor], Tensor]


def _gap(
    there: int | None = None,
    back: int | None = None,
    flip: tuple[bool, bool] = (False, False),
    weigh: Change = lambda filters: filters,
) -> Callable[[Tensor, Tensor, int], float]:
    """The gap with another stride, or other filters, on the way there or back; cut to fit."""

    def gap(Y: Tensor, filters: Tensor, stride: int) -> float:
        weight = weigh(filters)[:, None]
        first, second = (weight.flip(2, 3) if one else weight for one in flip)
        image = F.conv_transpose2d(Y[None], first, stride=there or stride)
        sides = zip(Y.shape[1:], filters.shape[1:], strict=True)
        rows, columns = ((n - 1) * stride + k for n, k in sides)
        if not back:  # a small image is filled up, so that all windows fit
            image = F.pad(image, (0, columns - image.shape[3], 0, rows - image.shape[2]))
        found = F.conv2d(image, second, stride=back or stride)[0]
        return float((found[:, : Y.shape[1], : Y.shape[2]] - Y).abs().max())

    return gap


def _filters_in_one(Y: Tensor, filters: Tensor, stride: int) -> float:
    image = F.conv_transpose2d(Y[None], filters[None], stride=stride)
    return float((F.conv2d(image, filters[None], stride=stride)[0] - Y).abs().max())


def _gap_by_matrix(Y: Tensor, filters: Tensor, stride: int) -> float:
    """The way back is a matrix, a row for each number of Y; the way there is its transpose."""
    (n, H, W), (_, h, w) = Y.shape, filters.shape
    rows = np.zeros((n, H, W, (H - 1) * stride + h, (W - 1) * stride + w))
    for f, i, j in np.ndindex(n, H, W):
        top, left = i * stride, j * stride
        rows[f, i, j, top : top + h, left : left + w] = filters[f].double().numpy()
    matrix, y = rows.reshape(n * H * W, -1), Y.double().flatten().numpy()
    return float(np.abs(matrix @ (matrix.T @ y) - y).max())


def _gap_filter_by_filter(Y: Tensor, filters: Tensor, stride: int) -> Tensor:
    pairs = zip(Y, filters, strict=True)
    there = torch.stack([transposed_conv2d(y, one, stride) for y, one in pairs]).sum(0)
    back = torch.stack([strided(there, one, stride) for one in filters])
    return (back - Y).abs().max()


def _apart(Y: Tensor, filters: Tensor, stride: int) -> float:
    """Each map goes there and back alone."""
    pairs = zip(Y, filters, strict=True)
    back = [strided(transposed_conv2d(y, one, stride), one, stride) for y, one in pairs]
    return float((torch.stack(back) - Y).abs().max())


ROUND_TRIP_GAP = Exercise(
    id="padding_stride.round_trip_gap",
    title="There and back again",
    points=2,
    minutes=8,
    core=False,
    covers=("E14.26",),
    example=((Case(args=(torch.tensor([[[1.0, -3]]]), torch.tensor([[[2.0]]]), 1)), 9),),
    cases=_gap_settings,
    reference=_gap_by_matrix,
    promises=("unchanged",),
    wrong={
        "mean": (
            "You took the mean of the differences. The gap is the largest one.",
            lambda *args: float(_differences(*args).abs().mean()),
        ),
        "sum": (
            "You added up the differences. The gap is the largest one.",
            lambda *args: float(_differences(*args).abs().sum()),
        ),
        "root of squares": (
            "You took the root of the sum or of the mean of squares. The gap is the largest "
            "difference.",
            lambda *args: float(_differences(*args).norm()),
            lambda *args: float(_differences(*args).square().mean().sqrt()),
        ),
        "first map only": (
            "You compared the first map only. The gap is the largest difference in all of them.",
            lambda *args: float(_differences(*args)[0].abs().max()),
        ),
        "a gap for each map": (
            "You gave a number for each map. The gap is one number, the largest of all maps.",
            lambda *args: _differences(*args).abs().amax((1, 2)),
        ),
        "maps added": (
            "You added up the differences of all maps. The gap is the largest single one.",
            lambda *args: float(_differences(*args).sum(0).abs().max()),
            lambda *args: float(_differences(*args).abs().sum(0).max()),
        ),
        "squared": (
            "You squared the differences. The gap is the largest absolute one.",
            lambda *args: float(_differences(*args).square().max()),
            lambda *args: float(_differences(*args).square().mean()),
            lambda *args: float(_differences(*args).square().sum()),
        ),
        "relative": (
            "You divided by Y, or by its size. The gap is the largest difference as it is.",
            lambda *args: float(_differences(*args).abs().max() / args[0].abs().max()),
            lambda *args: float(_differences(*args).norm() / args[0].norm()),
            lambda *args: float((_differences(*args) / args[0]).abs().max()),
        ),
        "whole number": (
            "You cut the gap to a whole number, or rounded it. Return it with its fraction.",
            lambda *args: int(_differences(*args).abs().max()),
            lambda *args: round(float(_differences(*args).abs().max())),
        ),
        "sign kept": (
            "You took the largest difference with its sign. Take absolute values first.",
            lambda *args: float(_differences(*args).max()),
            lambda *args: float((-_differences(*args)).max()),
        ),
        "absolute value last": (
            "You took the absolute value of the largest difference. A large negative one counts as "
            "well: take absolute values first, and then the largest.",
            lambda *args: float(_differences(*args).max().abs()),
        ),
        "smallest": (
            "You took the smallest difference. The gap is the largest one.",
            lambda *args: float(_differences(*args).abs().min()),
        ),
        "only there": (
            "You did not compare with Y itself: the gap is about the difference between Y and what "
            "comes back.",
            lambda *args: float((_differences(*args) + args[0]).abs().max()),
        ),
        "largest numbers compared": (
            "You compared the largest number that comes back with the largest of Y. Take the "
            "difference of each number with its own first, and then the largest.",
            lambda *args: abs(
                float((_differences(*args) + args[0]).abs().max() - args[0].abs().max())
            ),
            lambda *args: abs(float((_differences(*args) + args[0]).max() - args[0].max())),
        ),
        "each map alone": (
            "You sent each map there and back alone. On the way there the stamps of all maps are "
            "added up to one image, which every filter reads.",
            _apart,
        ),
        "mean of the maps": (
            "On the way there you took the mean of the maps' images. Their stamps add up.",
            lambda Y, filters, stride: float(
                ((_differences(Y, filters, stride) + Y) / len(Y) - Y).abs().max()
            ),
        ),
        "stride left out": (
            "You left out the stride, on the way there, on the way back, or on both. It holds on "
            "both.",
            _gap(there=1, back=1),
            _gap(there=1),
            _gap(back=1),
        ),
        "filters flipped": (
            "You flipped the filters, there or back. Both operators take them as they are.",
            _gap(flip=(False, True)),
            _gap(flip=(True, False)),
            _gap(flip=(True, True)),
        ),
        "filters made small": (
            "You divided the filters by their size. Take them as they are.",
            _gap(weigh=lambda filters: filters / filters.flatten(1).norm(dim=1)[:, None, None]),
            _gap(weigh=lambda filters: filters / filters.norm()),
        ),
        "one filter": (
            "Your code works for one filter only. For both operators the weight is "
            "filters[:, None], of shape (n, 1, h, w): its first axis counts the filters.",
            _filters_in_one,
        ),
        "first filter": (
            "You read back with one filter only. Each filter gives back its own map.",
            lambda Y, filters, stride: float(
                (
                    F.conv2d(
                        F.conv_transpose2d(Y[None], filters[:, None], stride=stride),
                        filters[:1, None],
                        stride=stride,
                    )[0]
                    - Y
                )
                .abs()
                .max()
            ),
        ),
    },
    right=(lambda *args: float(_differences(*args).abs().max()), _gap_filter_by_filter),
    library={F.conv_transpose2d: False, _gap_by_matrix: True},
    hints=(
        "F.conv_transpose2d(Y[None], filters[:, None], stride=stride) goes there; its input has "
        "one channel for each filter.",
        "Back: F.conv2d of what came out, with the same filters[:, None] and stride. What shape "
        "has it?",
        "gap = (back[0] - Y).abs().max().item()",
    ),
    needs=("padding_stride.manual_conv2d", "padding_stride.transposed_conv2d"),
)
