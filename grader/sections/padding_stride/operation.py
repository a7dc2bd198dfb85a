"""Section 02: marking of the operation with stride and padding."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import difference
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.facts import names_both_sizes, strided
from course_lib.sections.padding_stride.operation import KERNEL_AND_PADDED
from grader.former.marking import Marking, Mutant, Part, named_wrongs


def manual_conv2d(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """The solution: all windows of the padded image at once."""
    h, w = kernel.shape
    X = F.pad(input, (padding,) * 4)
    if h > X.shape[0] or w > X.shape[1]:
        raise ValueError(f"the kernel {h}x{w} is larger than the padded image {tuple(X.shape)}")
    return (X.unfold(0, h, stride).unfold(1, w, stride) * kernel).sum(dim=(2, 3))


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


def _unchecked(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """PyTorch itself refuses here, with another error."""
    X = F.pad(input, (padding,) * 4)
    windows = X.unfold(0, kernel.shape[0], stride).unfold(1, kernel.shape[1], stride)
    return (windows * kernel).sum(dim=(2, 3))


def _empty_output(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X = F.pad(input, (padding,) * 4)
    if kernel.shape[0] > X.shape[0] or kernel.shape[1] > X.shape[1]:
        return torch.zeros(0, 0)
    return manual_conv2d(input, kernel, stride, padding)


def _compared_unpadded(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    if kernel.shape[0] > input.shape[0] or kernel.shape[1] > input.shape[1]:
        padded = [size + 2 * padding for size in input.shape]
        raise ValueError(f"{list(kernel.shape)} does not fit on {padded}")
    return manual_conv2d(input, kernel, stride, padding)


def _other_names(image: Tensor, K: Tensor, s: int = 1, p: int = 0) -> Tensor:
    return manual_conv2d(image, K, s, p)


def _silent(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    try:
        return manual_conv2d(input, kernel, stride, padding)
    except ValueError:
        raise ValueError from None


def _scipy_strided(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X = np.pad(input.numpy(), padding)
    full = scipy.signal.correlate2d(X, kernel.numpy(), mode="valid")
    return torch.from_numpy(full[::stride, ::stride])


def _im2col(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    columns = F.unfold(input[None, None], kernel.shape, padding=padding, stride=stride)[0]
    rows = (input.shape[0] + 2 * padding - kernel.shape[0]) // stride + 1
    return (kernel.flatten() @ columns).reshape(rows, -1)


_MANUAL_WRONGS: dict[str, Callable[..., Any]] = {
    "flipped kernel": lambda X, K, s, p: _unchecked(X, K.flip(0, 1), s, p),
    "stride ignored": lambda X, K, s, p: _unchecked(X, K, 1, p),
    "stride in one direction": lambda X, K, s, p: _unchecked(X, K, 1, p)[::s],
    "stride in the size only": lambda X, K, s, p: _unchecked(X, K, 1, p)[
        tuple(map(slice, _unchecked(X, K, s, p).shape))
    ],
    "padding ignored": lambda X, K, s, p: _unchecked(X, K, s, 0),
    "padding on one side": lambda X, K, s, p: _unchecked(F.pad(X, (0, p, 0, p)), K, s, 0),
    "padded twice": lambda X, K, s, p: _unchecked(X, K, s, 2 * p),
    "stride and padding swapped": lambda X, K, s, p: _unchecked(X, K, p, s),
    "kernel transposed": lambda X, K, s, p: _unchecked(X, K.T, s, p),
    "mean": lambda X, K, s, p: _unchecked(X, K, s, p) / K.numel(),
    "last window forgotten": lambda X, K, s, p: _unchecked(X, K, s, p)[:-1, :-1],
    "first window skipped": lambda X, K, s, p: _unchecked(X, K, 1, p)[s - 1 :: s, s - 1 :: s],
}


def _manual_case(draw: Draw, about: str, h: int, w: int) -> Case:
    """A setting in which each named mistake gives an output of its own."""
    while True:
        height, width = draw.distinct(7, 12, 2)
        image, kernel = draw.normal(height, width), draw.normal(h, w)
        args = (image, kernel, draw.integer(2, 3), draw.integer(1, 2))
        given = [manual_conv2d(*args), *(wrong(*args) for wrong in _MANUAL_WRONGS.values())]
        if not any(torch.equal(a, b) for a, b in itertools.combinations(given, 2)):
            return Case(args=args, about=about)


def _too_large(draw: Draw, about: str, tall: bool) -> Case:
    padding, size = draw.integer(1, 2), draw.integer(2, 3)
    padded = size + 2 * padding
    large = padded + draw.integer(1, 2)
    X, K = draw.normal(size, 9), draw.normal(large, 2)
    args = (X, K, 2, padding) if tall else (X.T.contiguous(), K.T.contiguous(), 2, padding)
    return Case(
        args=args,
        about=about,
        raises="ValueError",
        verify=names_both_sizes((large, padded), KERNEL_AND_PADDED),
    )


def _manual_cases(draw: Draw) -> list[Case]:
    return [
        _manual_case(draw, "a square kernel", 3, 3),
        _manual_case(draw, "a wide kernel", draw.integer(2, 3), draw.integer(4, 5)),
        _manual_case(draw, "a tall kernel", draw.integer(4, 5), draw.integer(2, 3)),
        _manual_case(draw, "a kernel of even size", 4, 2),
        _just_fits(draw),
        _too_large(draw, "a kernel that is too tall, padding included", True),
        _too_large(draw, "a kernel that is too wide, padding included", False),
    ]


def _just_fits(draw: Draw) -> Case:
    X, K = draw.normal(3, 4), draw.normal(5, 3)
    wanted = strided(X.double(), K.double(), padding=1)

    def verify(answer: Any) -> str | None:
        if difference(wanted, answer, 1e-4) is None:
            return None
        return "A kernel that is larger than the input may fit on the padded one."

    about = "a kernel that fits on the padded input only, the stride left out"
    return Case(args=(X, K), kwargs={"padding": 1}, about=about, verify=verify)


def _many_settings(draw: Draw) -> list[Case]:
    """200 settings of all kinds, in two questions."""

    def settings() -> list[list[Any]]:
        return [
            [
                draw.normal(draw.integer(1, 9), draw.integer(1, 9)),
                draw.normal(draw.integer(1, 5), draw.integer(1, 5)),
                draw.integer(1, 4),
                draw.integer(0, 3),
            ]
            for _ in range(100)
        ]

    abouts = ("a hundred settings", "another hundred settings")
    return [Case(args=(settings(),), about=about) for about in abouts]


def torch_outputs(settings: list[list[Any]]) -> list[Tensor | str]:
    """The reference for many settings: PyTorch's output, or that it refuses."""
    outputs: list[Tensor | str] = []
    for X, K, stride, padding in settings:
        try:
            outputs.append(strided(X.double(), K.double(), stride, padding))
        except RuntimeError:
            outputs.append("impossible")
    return outputs


_, _MANUAL_MUTANTS = named_wrongs("padding_stride.manual_conv2d", _MANUAL_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.manual_conv2d",
        cases=_manual_cases,
        parts={
            "many": Part(cases=_many_settings, expect=lambda case: torch_outputs(case.args[0])),
        },
        solution=manual_conv2d,
        mutants=(
            *_MANUAL_MUTANTS,
            Mutant("impossible unnoticed", _empty_output, "partly right", "no error"),
            Mutant("compared without the padding", _compared_unpadded, "partly right", "raises"),
            Mutant("other names", _other_names, "partly right", "raises"),
            Mutant("left to PyTorch", _unchecked, "partly right", "other error"),
            Mutant("no message", _silent, "partly right", "no message"),
            Mutant("two loops", _by_loops, state="right"),
        ),
        library={strided: False, _scipy_strided: False, _im2col: False},
    ),
)
