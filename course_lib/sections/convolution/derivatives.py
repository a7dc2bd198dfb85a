"""Part C, kernels by hand: derivatives of any order and in any direction."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked

_FIRST, _SECOND = "derivative_kernel(1)", "derivative_kernel(2)"

_SIGN_FOR_EVEN = Mistake(
    "sign for even orders",
    "For even orders all signs are the wrong way round. The last entry is positive for every "
    "order: what stands further right is subtracted from.",
)
_TOO_HIGH = Mistake(
    "order too high",
    "Your kernel has one entry more than it needs, as for the next order: you took one difference "
    "too many. Order n takes n differences.",
    on(_FIRST, [1, -2, 1]),
)


def _differences(order: int) -> Callable[[Any], Mistake | str | None]:
    """Compares with PyTorch's own `torch.diff` on a signal without symmetry."""

    def verify(answer: Any) -> Mistake | str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.shape != (order + 1,):
            if kernel is not None and kernel.shape == (order + 2,):
                return _TOO_HIGH
            return (
                f"For order {order} the smallest kernel has {order + 1} entries, in one axis; "
                f"got {describe(answer)}."
            )
        signal = torch.tensor([1, 4, 2, 8, 5, 7, 1, 3, 9, 2], dtype=torch.float64)
        got = F.conv1d(signal[None, None], kernel[None, None])[0, 0]
        wanted = torch.diff(signal, n=order)
        if torch.allclose(got, -wanted):
            return _SIGN_FOR_EVEN
        if not torch.allclose(got, wanted):
            return (
                f"For order {order} your kernel does not give what taking differences {order} "
                "times in a row gives."
            )
        return None

    return verify


def derivative_case(order: int, about: str) -> Case:
    """An even order as a property: a kernel read backwards is right there by symmetry."""
    return Case(args=(order,), about=about, verify=_differences(order) if order % 2 == 0 else None)


DERIVATIVE_KERNEL = Exercise(
    id="convolution.derivative_kernel",
    title="Kernels for derivatives",
    points=2,
    covers=("D7.2.2",),
    cases=lambda draw: [
        derivative_case(1, _FIRST),
        derivative_case(2, _SECOND),
        derivative_case(4, "derivative_kernel(4)"),
    ],
    expect=worked({_FIRST: [-1, 1]}),
    returns="tensor",
    mistakes=(
        Mistake(
            "read backwards",
            "For odd orders the signs are the wrong way round: your kernel is meant for true "
            "convolution, which flips. Here it is laid on the signal as it is, next minus this.",
            on(_FIRST, [1, -1]),
        ),
        Mistake(
            "signs forgotten",
            "Your entries do not alternate in sign, so the kernel adds up neighbours. A difference "
            "subtracts.",
            on(_FIRST, [1, 1]),
        ),
        Mistake(
            "one entry too many",
            "Your kernel has one entry more than it needs: you took the difference of the "
            "neighbours on both sides. The forward difference takes the next one and this one.",
            on(_FIRST, [-1, 0, 1]),
        ),
        _TOO_HIGH,
        _SIGN_FOR_EVEN,
    ),
    hints=(
        "Order 1 is x[i + 1] - x[i]: the kernel [-1, 1]. What is the difference of two such "
        "differences?",
        "(x[i + 2] - x[i + 1]) - (x[i + 1] - x[i]): collect the factors of each x. Each order "
        "subtracts the kernel before from itself, shifted by one.",
        "Start with torch.ones(1). As often as order says, append a zero in front, append a zero "
        "behind, and subtract the second from the first.",
    ),
)

_OFFSET = Mistake(
    "constant offset",
    "Your kernel responds to an image that is the same everywhere. Its entries should sum to zero.",
)
_FLAT = Mistake(
    "no slope at all",
    "Your kernel responds to no uniform slope, in no direction. It may be a mixed derivative, "
    "which is alike on both diagonals; a directional one weighs one side minus, the other plus.",
)
_OPPOSITE = Mistake(
    "opposite sign",
    "Your kernel is negative where the image rises along d. Let the entries that lie along d be "
    "positive and those behind negative.",
)
_SWAPPED = Mistake(
    "dy and dx swapped",
    "Your kernel is right for the direction with dy and dx swapped. d is (dy, dx): rows first, "
    "downwards, then columns, to the right.",
)
_ACROSS = Mistake(
    "responds across",
    "Your kernel also responds to an image that rises at right angles to d. Weigh the kernels for "
    "the two axes by the parts of d.",
)


def _slopes(kernel: torch.Tensor, d: tuple[int, int]) -> tuple[float, float]:
    """The kernel's responses to the ramp along d and to the one at right angles, over its size."""
    rows, columns = torch.meshgrid(torch.arange(3.0), torch.arange(3.0), indexing="ij")
    dy, dx = d
    scale = kernel.abs().max()
    along = (kernel * (dy * rows + dx * columns)).sum() / scale
    across = (kernel * (-dx * rows + dy * columns)).sum() / scale
    return along.item(), across.item()


def directional(d: tuple[int, int]) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a kernel for the direction d = (dy, dx)."""

    def verify(answer: Any) -> Mistake | str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.shape != (3, 3):
            return f"The answer is a tensor of shape (3, 3), got {describe(answer)}."
        if not kernel.isfinite().all() or kernel.abs().max() == 0:
            return "Your kernel holds zeros only, or numbers that are not finite."
        if abs(kernel.sum() / kernel.abs().max()) > 1e-4:
            return _OFFSET
        along, across = _slopes(kernel, d)
        if abs(across) < 1e-4:
            return None if along > 1e-4 else _FLAT if along > -1e-4 else _OPPOSITE
        along, across = _slopes(kernel, (d[1], d[0]))
        return _SWAPPED if along > 1e-4 and abs(across) < 1e-4 else _ACROSS

    return verify


def _directional_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(d,), about=f"directional_kernel({d})", verify=directional(d))
        for d in ((0, 1), (1, 0), (1, 1), (2, -1))
    ]


DIRECTIONAL_KERNEL = Exercise(
    id="convolution.directional_kernel",
    title="A kernel for every direction",
    points=2,
    covers=("D7.2.2",),
    cases=_directional_cases,
    mistakes=(_OFFSET, _FLAT, _OPPOSITE, _SWAPPED, _ACROSS),
    returns="tensor",
    hints=(
        "Write down a 3x3 kernel for the change downwards, d = (1, 0), and one for the change to "
        "the right, d = (0, 1).",
        "The change along d is made of the two: dy times the change downwards plus dx times the "
        "change to the right.",
        "With Gy = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]] and Gx its transpose: what is dy times the "
        "first plus dx times the second?",
    ),
)
