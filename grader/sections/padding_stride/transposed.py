"""Extra: convolution turned round."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.sections.padding_stride.given import transposed_conv2d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.operators import strided


def _settings(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(*size), draw.normal(*kernel), *stride), about=about)
        for about, size, kernel, stride in (
            ("the stride left out", (4, 3), (2, draw.integer(3, 4)), ()),
            ("stride one", (3, 4), (draw.integer(3, 4), 2), (1,)),
            ("stamps that overlap, a square kernel", (3, draw.integer(4, 5)), (3, 3), (2,)),
            ("stamps that overlap, a wide kernel", (draw.integer(4, 5), 3), (3, 5), (2,)),
            ("stamps that overlap, a tall kernel", (3, 4), (draw.integer(5, 6), 4), (3,)),
            ("stamps side by side", (4, 3), (2, 2), (2,)),
            ("stamps with gaps between", (2, 3), (2, 1), (draw.integer(3, 4),)),
            ("a kernel of a single number", (3, 2), (1, 1), (draw.integer(2, 3),)),
            ("an input of one row", (1, 4), (2, 3), (2,)),
            ("an input of one column", (4, 1), (3, 2), (2,)),
            ("an input of a single number", (1, 1), (2, 3), (2,)),
            ("an output of one row", (1, 3), (1, 2), (2,)),
            ("an output of one column", (3, 1), (2, 1), (1,)),
        )
    ]


def stamped(Y: Tensor, K: Tensor, steps: tuple[int, int], stride: int, kept: float = 1) -> Tensor:
    """Stamps `steps` apart, in an output as for `stride`, over that share of what is there."""
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            top, left = i * steps[0], j * steps[1]
            place = output[top : top + h, left : left + w]
            place.copy_(kept * place + Y[i, j] * K)
    return output


def _by_kernel_entries(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for a in range(h):
        for b in range(w):
            last = a + (H - 1) * stride + 1, b + (W - 1) * stride + 1
            output[a : last[0] : stride, b : last[1] : stride] += K[a, b] * Y
    return output


def _by_convolution(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """Y with zeros between and around its numbers, correlated with the flipped kernel."""
    (H, W), (h, w) = Y.shape, K.shape
    apart = torch.zeros((H - 1) * stride + 2 * h - 1, (W - 1) * stride + 2 * w - 1)
    rows, columns = apart.shape[0] - h + 1, apart.shape[1] - w + 1
    apart[h - 1 : rows : stride, w - 1 : columns : stride] = Y
    return (apart.unfold(0, h, 1).unfold(1, w, 1) * K.flip(0, 1)).sum((2, 3))


def _by_fold(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    (H, W), (h, w) = Y.shape, K.shape
    size = ((H - 1) * stride + h, (W - 1) * stride + w)
    columns = torch.outer(K.flatten(), Y.flatten())
    return F.fold(columns[None], size, (h, w), stride=stride)[0, 0]


def _with_stride(change: Callable[[Tensor, Tensor, int], Any]) -> Callable[..., Any]:
    return lambda Y, K, stride=1: change(Y, K, stride)


def _by_pytorch(Y: Tensor, K: Tensor, stride: tuple[int, int]) -> Tensor:
    return F.conv_transpose2d(Y[None, None], K[None, None], stride=stride)[0, 0]


def _stamps_on_each(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    """How many stamps lie on each number of the output, at least one."""
    ones = transposed_conv2d(torch.ones_like(Y), torch.ones_like(K), stride)
    return ones.clamp(min=1)


def _framed(Y: Tensor, K: Tensor) -> Tensor:
    """With all the zeros that a kernel reaches."""
    (h, w) = K.shape
    return F.pad(Y, (w - 1, w - 1, h - 1, h - 1))


def _naive(
    Y: Tensor, K: Tensor, stride: int, numbers: Sequence[int], kernel: Sequence[int]
) -> Tensor:
    """As if Y and K had these sides: an error wherever that does not fit."""
    (H, W), (h, w) = numbers, kernel
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            top, left = i * stride, j * stride
            output[top : top + h, left : left + w] += Y[i, j] * K
    return output


def _times_stride(Y: Tensor, K: Tensor, stride: int, *, cut: bool = True) -> Tensor:
    """H·s by W·s; what goes over the border is cut, or an error."""
    stamps = transposed_conv2d(Y, K, stride)
    down, across = (n * stride - have for n, have in zip(Y.shape, stamps.shape, strict=True))
    if min(down, across) < 0 and not cut:
        raise RuntimeError("the last stamps do not fit")
    return F.pad(stamps, (0, across, 0, down))


TRANSPOSED_CONV2D = Exercise(
    id="padding_stride.transposed_conv2d",
    title="Transposed convolution",
    points=3,
    minutes=13,
    core=False,
    covers=("E14.26",),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0, 4, 5]]), 2)),
            [[3, 4, 11, 8, 10]],
        ),
    ),
    cases=_settings,
    reference=transposed_conv2d,
    promises=("unchanged", "tensor"),
    wrong={
        "flipped kernel": (
            "Your stamps are upside down and mirrored. Each is a number times the kernel as it is.",
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K.flip(0, 1), s)),
        ),
        "kernel transposed": (
            "Rows and columns of the kernel have changed places in your stamps.",
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K.T, s)),
        ),
        "stride ignored": (
            "Your stamps lie one pixel apart. With stride s they lie s pixels apart.",
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K)),
        ),
        "stride in the size only": (
            "Your output has the right size, but the stamps in it lie one pixel apart. The stamp "
            "of Y[i, j] begins at row i·stride and column j·stride.",
            _with_stride(lambda Y, K, s: stamped(Y, K, (1, 1), s)),
        ),
        "stride in one direction": (
            "You took the stride along one axis only. The stamps lie stride pixels apart down and "
            "to the right.",
            _with_stride(lambda Y, K, s: stamped(Y, K, (s, 1), s)),
            _with_stride(lambda Y, K, s: stamped(Y, K, (1, s), s)),
            _with_stride(lambda Y, K, s: _by_pytorch(Y, K, (s, 1))),
            _with_stride(lambda Y, K, s: _by_pytorch(Y, K, (1, s))),
        ),
        "mean": (
            "You divided the stamps, or what they add up to. Each is a number times the kernel; "
            "where they overlap they add up.",
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s) / K.numel()),
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s) / Y.numel()),
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s) / _stamps_on_each(Y, K, s)),
        ),
        "overwritten": (
            "Where stamps overlap, you keep the last one. They add up there: += instead of =.",
            _with_stride(lambda Y, K, s: stamped(Y, K, (s, s), s, kept=0)),
        ),
        "convolution": (
            "That is a convolution: it gathers a window into one number. Here one number is spread "
            "over a window, and the output is larger than the input.",
            _with_stride(strided),
            _with_stride(lambda Y, K, s: strided(Y, K, s, max(K.shape) - 1)),
            _with_stride(lambda Y, K, s: strided(_framed(Y, K), K, s)),
            _with_stride(lambda Y, K, s: strided(_framed(Y, K), K.flip(0, 1), s)),
        ),
        "one side for another": (
            "You took one side of Y or of K for the other. Y has H rows and W columns, K has h and "
            "w: take all four from their shapes.",
            _with_stride(lambda Y, K, s: _naive(Y, K, s, Y.shape, (K.shape[0],) * 2)),
            _with_stride(lambda Y, K, s: _naive(Y, K, s, Y.shape, (K.shape[1],) * 2)),
            _with_stride(lambda Y, K, s: _naive(Y, K, s, Y.shape, K.shape[::-1])),
            _with_stride(lambda Y, K, s: _naive(Y, K, s, (Y.shape[0],) * 2, K.shape)),
            _with_stride(lambda Y, K, s: _naive(Y, K, s, (Y.shape[1],) * 2, K.shape)),
            _with_stride(lambda Y, K, s: _naive(Y, K, s, Y.shape[::-1], K.shape)),
        ),
        "size times stride": (
            "Your output has H·s rows. The last stamp begins at row (H - 1)·s and is as large as "
            "the kernel, so there are (H - 1)·s + h; likewise for the columns.",
            _with_stride(lambda Y, K, s: _times_stride(Y, K, s)),
            _with_stride(lambda Y, K, s: _times_stride(Y, K, s, cut=False)),
            _with_stride(
                lambda Y, K, s: transposed_conv2d(Y, K, s)[: Y.shape[0] * s, : Y.shape[1] * s]
            ),
        ),
        "H·s + h": (
            "Your output has rows and columns too many: the first stamp begins at 0, the last one "
            "at (H - 1)·s, and there the output ends with it.",
            _with_stride(lambda Y, K, s: F.pad(transposed_conv2d(Y, K, s), (0, s, 0, s))),
            _with_stride(lambda Y, K, s: F.pad(transposed_conv2d(Y, K, s), (0, s - 1, 0, s - 1))),
        ),
        "every number stamps a one": (
            "You added up kernels without Y. Each stamp is the kernel times a number of Y.",
            _with_stride(lambda Y, K, s: transposed_conv2d(torch.ones_like(Y), K, s)),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "two axes, also where it has a single row or column.",
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s).squeeze()),
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s)[None]),
            _with_stride(lambda Y, K, s: transposed_conv2d(Y, K, s)[None, None]),
        ),
        "another default": (
            "Where the stride is left out, your function takes another number than 1 for it.",
            lambda Y, K, stride=2: transposed_conv2d(Y, K, stride),
        ),
    },
    right=(_by_kernel_entries, _by_convolution),
    library={transposed_conv2d: False, _by_fold: False},
    hints=(
        "Each number of Y stamps the kernel, times this number, onto the output. Where does the "
        "stamp of Y[i, j] begin?",
        "Make the output of zeros, (H - 1) * s + h by (W - 1) * s + w.",
        "In two loops: out[i * s : i * s + h, j * s : j * s + w] += Y[i, j] * K.",
    ),
    forbidden=WINDOW_OPERATORS,
    needs=(
        "padding_stride.conv_output_size",
        "padding_stride.manual_conv2d",
        "padding_stride.stuff_kernel",
    ),
    stand_in="transposed_conv2d",
)
