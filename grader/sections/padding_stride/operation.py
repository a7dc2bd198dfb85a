"""Part B: the operation itself, with stride and padding."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.sections.padding_stride.given import manual_conv2d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.operators import strided

Operation = Callable[..., Any]


def _settings(draw: Draw) -> list[Case]:
    few, more = draw.distinct(2, 4, 2)
    large = draw.integer(5, 6)
    return [
        Case(args=(draw.normal(*size), draw.normal(*kernel), *rest), kwargs=named, about=about)
        for about, size, kernel, rest, named in (
            ("stride and padding left out", (draw.integer(4, 5), 7), (2, 3), (), {}),
            ("a stride that leaves pixels over", (3 * few, 3 * more + 2), (2, 3), (3,), {}),
            ("a stride that leaves none over", (2 + 2 * more, 3 + 2 * few), (2, 3), (2, 0), {}),
            ("one ring of zeros, the stride left out", (4, 6), (3, 2), (), {"padding": 1}),
            ("two rings of zeros", (5, 4), (2, draw.integer(4, 5)), (1, 2), {}),
            ("three rings of zeros and a stride", (4, 7), (draw.integer(4, 5), 3), (2, 3), {}),
            ("a stride larger than the kernel", (8, 11), (2, 1), (draw.integer(3, 4), 1), {}),
            ("a square kernel on a square image", (6, 6), (3, 3), (2, 1), {}),
            ("a kernel of one row", (5, 7), (1, draw.integer(2, 4)), (2, 1), {}),
            ("a kernel of one column", (7, 5), (draw.integer(2, 4), 1), (2, 1), {}),
            ("a kernel of a single number", (4, 5), (1, 1), (2, 1), {}),
            ("an output of a single number", (3, 4), (5, 6), (2, 1), {}),
            ("a kernel that fits on the padded image only", (3, 4), (5, 3), (), {"padding": 1}),
            ("an output of one column", (7, 3), (2, 3), (2,), {}),
            ("a kernel that is too tall by one", (large - 1, 9), (large, 2), (), {}),
            ("a kernel that is too tall, padding included", (3, 9), (9, 2), (2, 2), {}),
            ("a kernel that is too wide by one", (9, large - 1), (2, large), (2,), {}),
            ("a kernel that is too wide, padding included", (9, 2), (2, large), (1, 1), {}),
        )
    ]


def _ways(change: Operation, fits_otherwise: bool = False) -> tuple[Operation, ...]:
    """A mistaken operation after the right check, after none, and after one as mistaken.

    Args:
        fits_otherwise: other kernels fit than should; else the last is like the first.
    """

    def checked(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Any:
        manual_conv2d(input, kernel, stride, padding)
        return change(input, kernel, stride, padding)

    def unchecked(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Any:
        return change(input, kernel, stride, padding)

    def checked_alike(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Any:
        try:
            return change(input, kernel, stride, padding)
        except RuntimeError as error:
            raise ValueError("it does not fit") from error

    return (checked, unchecked, checked_alike) if fits_otherwise else (checked, unchecked)


def _padded(pad: Callable[[int], tuple[int, int, int, int]]) -> tuple[Operation, ...]:
    """Zeros on the left, on the right, above and below, made of the padding."""
    return _ways(lambda X, K, s, p: strided(F.pad(X, pad(p)), K, s), fits_otherwise=True)


def _with_defaults(s: int, p: int) -> Operation:
    def answer(input: Tensor, kernel: Tensor, stride: int = s, padding: int = p) -> Tensor:
        return manual_conv2d(input, kernel, stride, padding)

    return answer


def _swapped(error: Exception) -> Operation:
    """The padding stands before the stride; a stride of nothing ends in some error."""

    def answer(input: Tensor, kernel: Tensor, padding: int = 0, stride: int = 1) -> Tensor:
        if stride == 0:
            raise error
        return manual_conv2d(input, kernel, stride, padding)

    return answer


def _of_sides(side: Callable[[Tensor], tuple[int, int]]) -> tuple[Operation, ...]:
    """Windows of other sides than the kernel's."""

    def change(X: Tensor, K: Tensor, s: int, p: int) -> Tensor:
        h, w = side(K)
        windows = F.pad(X, (p,) * 4).unfold(0, h, s).unfold(1, w, s)
        return (windows * K).sum((2, 3))

    return _ways(change, fits_otherwise=True)


def _with_slice(X: Tensor, K: Tensor, s: int, p: int) -> Tensor:
    """The image laid into [p:-p], which is nothing where there is no padding."""
    padded = torch.zeros(X.shape[0] + 2 * p, X.shape[1] + 2 * p)
    padded[p:-p, p:-p] = X
    return strided(padded, K, s)


def _cut(count: Callable[[int, int], int], empty: bool = True) -> Operation:
    """An output of fewer windows: as many as `count` says for a travel and a stride.

    Args:
        empty: without a row or a column, there is an empty output; else an error.
    """

    def change(X: Tensor, K: Tensor, s: int, p: int) -> Tensor:
        travels = (n + 2 * p - k for n, k in zip(X.shape, K.shape, strict=True))
        rows, columns = (count(travel, s) for travel in travels)
        if not empty and not (rows > 0 and columns > 0):
            raise RuntimeError("nothing to stack")
        return strided(X, K, s, p)[:rows, :columns]

    return change


def _last_product(X: Tensor, K: Tensor, s: int, p: int) -> Tensor:
    last = torch.zeros_like(K)
    last[-1, -1] = K[-1, -1]
    return strided(X, last, s, p)


def _fits_unpadded(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    if kernel.shape[0] > input.shape[0] or kernel.shape[1] > input.shape[1]:
        raise ValueError("it does not fit")
    return manual_conv2d(input, kernel, stride, padding)


def _in_a_corner(X: Tensor, K: Tensor, s: int, p: int) -> Tensor:
    rows, columns = strided(X, K, s, p).shape
    return strided(X, K, 1, p)[:rows, :columns]


def _by_loops(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    (H, W), (h, w) = input.shape, kernel.shape
    X = torch.zeros(H + 2 * padding, W + 2 * padding)
    X[padding : padding + H, padding : padding + W] = input
    for size, padded in ((h, X.shape[0]), (w, X.shape[1])):
        if size > padded:
            raise ValueError(f"{size} > {padded}")
    rows, columns = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    Y = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            Y[i, j] = (X[top : top + h, left : left + w] * kernel).sum()
    return Y


def _by_kernel_entries(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X, (h, w) = F.pad(input, (padding,) * 4), kernel.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"{h} x {w} does not fit on {X.shape[0]} x {X.shape[1]}")
    places = [(a, b) for a in range(h) for b in range(w)]
    dense = torch.stack([kernel[a, b] * X[a : a + rows, b : b + columns] for a, b in places])
    return dense.sum(0)[::stride, ::stride]


def _by_scipy(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X = np.pad(input.numpy(), padding)
    full = scipy.signal.correlate2d(X, kernel.numpy(), mode="valid")
    return torch.from_numpy(full[::stride, ::stride])


def _by_columns(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    size = (kernel.shape[0], kernel.shape[1])
    columns = F.unfold(input[None, None], size, padding=padding, stride=stride)[0]
    rows = (input.shape[0] + 2 * padding - size[0]) // stride + 1
    return (kernel.flatten() @ columns).reshape(rows, -1)


MANUAL_CONV2D = Exercise(
    id="padding_stride.manual_conv2d",
    title="Convolution with stride and padding, by hand",
    points=4,
    minutes=12,
    covers=("E14.11",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[1.0, 2], [3, 4]]),
                    torch.tensor([[1.0, 10], [100, 1000]]),
                    2,
                    1,
                )
            ),
            [[1000, 200], [30, 4]],
        ),
    ),
    cases=_settings,
    reference=manual_conv2d,
    promises=("unchanged", "tensor"),
    wrong={
        "flipped kernel": (
            "Your output is the one of the flipped kernel: that is true convolution. PyTorch lays "
            "the kernel on the image as it is.",
            *_ways(lambda X, K, s, p: strided(X, K.flip(0, 1), s, p)),
        ),
        "kernel transposed": (
            "Rows and columns of the kernel have changed places.",
            *_ways(lambda X, K, s, p: strided(X, K.T, s, p), fits_otherwise=True),
        ),
        "square only": (
            "You took one side of the kernel for both, or its rows for its columns: h, w = "
            "kernel.shape. A kernel that is not square shows it.",
            *(
                way
                for side in (
                    lambda K: (K.shape[0], K.shape[0]),
                    lambda K: (K.shape[1], K.shape[0]),
                )
                for way in _of_sides(side)
            ),
        ),
        "output transposed": (
            "Rows and columns of your output have changed places.",
            *_ways(lambda X, K, s, p: strided(X, K, s, p).T),
        ),
        "stride ignored": (
            "You computed a window at every pixel. Neighbouring windows lie stride pixels apart, "
            "in both directions.",
            *_ways(lambda X, K, s, p: strided(X, K, 1, p)),
        ),
        "stride in one direction": (
            "You took the stride along one axis only. It holds for rows and for columns.",
            *_ways(lambda X, K, s, p: strided(X, K, 1, p)[::s]),
            *_ways(lambda X, K, s, p: strided(X, K, 1, p)[:, ::s]),
        ),
        "stride in the size only": (
            "Your output has the right size, but its windows lie one pixel apart. The window of "
            "output [i, j] starts at row i·stride and column j·stride.",
            *_ways(_in_a_corner),
        ),
        "first window skipped": (
            "Your windows start at row and column stride - 1. The first one starts at 0.",
            *_ways(lambda X, K, s, p: strided(X, K, 1, p)[s - 1 :: s, s - 1 :: s]),
        ),
        "padding ignored": (
            "You left out the padding: lay that many rings of zeros around the image first.",
            *_padded(lambda p: (0, 0, 0, 0)),
        ),
        "one ring of padding": (
            "You lay one ring of zeros around the image, whatever padding says. It is the number "
            "of rings.",
            *_padded(lambda p: (min(p, 1),) * 4),
            *_padded(lambda p: (1, 1, 1, 1)),
        ),
        "padding on some sides": (
            "You padded on some sides only. The zeros belong on all four: left, right, above and "
            "below.",
            *_padded(lambda p: (0, p, 0, p)),
            *_padded(lambda p: (p, 0, p, 0)),
            *_padded(lambda p: (p, p, 0, 0)),
            *_padded(lambda p: (0, 0, p, p)),
            *_ways(lambda X, K, s, p: strided(F.pad(X, (0, 2 * p, 0, 2 * p)), K, s)),
            *_ways(lambda X, K, s, p: strided(F.pad(X, (2 * p, 0, 2 * p, 0)), K, s)),
        ),
        "border repeated": (
            "You filled the rings with the border of the image. They hold zeros.",
            *_ways(lambda X, K, s, p: strided(F.pad(X[None], (p,) * 4, "replicate")[0], K, s)),
        ),
        "nothing without padding": (
            "Your code stops where padding is 0. A slice [p:-p] is empty then: write [p : p + H].",
            *_ways(_with_slice),
        ),
        "fit without padding": (
            "You compared the kernel with the image before it was padded. It has to fit on the "
            "padded one.",
            _fits_unpadded,
        ),
        "padded twice": (
            "You laid twice as many zeros around the image as asked for: padding is the number on "
            "each side.",
            *_padded(lambda p: (2 * p,) * 4),
        ),
        "mean": (
            "You took the mean of the products. Add them up.",
            *_ways(lambda X, K, s, p: strided(X, K, s, p) / K.numel()),
        ),
        "sum overwritten": (
            "Your output holds one product only, the last of each window: in a loop, = writes over "
            "what was there. Add with +=.",
            *_ways(_last_product),
        ),
        "last window forgotten": (
            "Your output lacks its last row or column. There is one window more than there are "
            "steps.",
            *_ways(lambda X, K, s, p: strided(X, K, s, p)[:-1, :-1]),
            *_ways(lambda X, K, s, p: strided(X, K, s, p)[:-1]),
            *_ways(lambda X, K, s, p: strided(X, K, s, p)[:, :-1]),
            *_ways(_cut(lambda travel, s: -(-travel // s))),
            *_ways(_cut(lambda travel, s: -(-travel // s), empty=False)),
            *_ways(_cut(lambda travel, s: (travel + 1) // s)),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "a row and a column for each window, also where there is only one.",
            *_ways(lambda X, K, s, p: strided(X, K, s, p).squeeze()),
            *_ways(lambda X, K, s, p: strided(X, K, s, p)[None]),
            *_ways(lambda X, K, s, p: strided(X, K, s, p)[None, None]),
        ),
        "stride and padding swapped": (
            "You took the stride for the padding and the padding for the stride. The order is "
            "input, kernel, stride, padding.",
            *map(_swapped, (ZeroDivisionError(), RuntimeError(), ValueError("0"))),
        ),
        "another default": (
            "Where an argument is left out, your function takes another number for it than the "
            "text: stride=1, padding=0.",
            *(_with_defaults(s, p) for s, p in ((2, 0), (1, 1), (2, 1))),
        ),
    },
    right=(_by_loops, _by_kernel_entries),
    library={strided: False, _by_scipy: False, _by_columns: False},
    hints=(
        "Three steps: pad the image, compare the sizes, and then slide as in section 01, but by "
        "stride pixels at a time.",
        "F.pad(input, (p, p, p, p)) lays p zeros on all four sides. The output has "
        "conv_output_size(H, kH, p, s) rows, and columns likewise.",
        "With X the padded image, the window of output [i, j] starts at row i * s and column "
        "j * s. Or all at once: X.unfold(0, kH, s).unfold(1, kW, s), times the kernel, summed over "
        "the last two axes.",
    ),
    forbidden=WINDOW_OPERATORS,
    needs=("padding_stride.conv_output_size",),
    stand_in="manual_conv2d",
)
