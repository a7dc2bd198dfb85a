"""Part C: kernels for derivatives of any order and in any direction."""

import math

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _differences_of_units(order: int) -> Tensor:
    """How much each single sample adds to the difference of that order, by NumPy."""
    return torch.from_numpy(np.diff(np.eye(order + 1), n=order, axis=0)[0])


def _minus_first(order: int) -> Tensor:
    """The right sizes, with the minus always at the first entry."""
    return torch.tensor([-((-1.0) ** k) * math.comb(order, k) for k in range(order + 1)])


def _ones_with_signs(order: int) -> Tensor:
    return _differences_of_units(order).sign()


def _ends(order: int, first: float) -> Tensor:
    return torch.tensor([first, *[0.0] * (order - 1), 1.0])


def _rising(order: int) -> Tensor:
    """1, 2, ... to the middle and down again."""
    return torch.minimum(torch.arange(1, order + 2), torch.arange(order + 1, 0, -1))


def _powers(order: int, *first: float) -> Tensor:
    """A kernel applied `order` times in a row: the coefficients of the power of a polynomial."""
    kernel = np.ones(1)
    for _ in range(order):
        kernel = np.convolve(kernel, first)
    return torch.from_numpy(kernel)


DERIVATIVE_KERNEL = Exercise(
    id="convolution.derivative_kernel",
    title="Kernels for derivatives",
    points=2,
    minutes=8,
    core=False,
    covers=("D7.2.2",),
    example=((Case(args=(2,)), [1, -2, 1]),),
    cases=lambda draw: [
        Case(args=(1,), about="the first order"),
        Case(args=(draw.choice([3, 5]),), about="an odd order"),
        Case(args=(draw.choice([4, 6]),), about="an even order"),
        Case(args=(draw.choice([9, 11]),), about="a high odd order"),
        Case(args=(draw.choice([8, 10]),), about="a high even order"),
    ],
    reference=_differences_of_units,
    promises=("tensor",),
    wrong={
        "read backwards": (
            "For odd orders the signs are the wrong way round: your kernel is meant for true "
            "convolution, which flips. Here it is laid on the signal as it is, next minus this.",
            lambda order: _differences_of_units(order).flip(0),
        ),
        "sign for even orders": (
            "For even orders all signs are the wrong way round. The last entry is positive for "
            "every order: what stands further right is subtracted from.",
            _minus_first,
        ),
        "all signs": (
            "All signs are the wrong way round, for even and odd orders. The last entry is "
            "positive for every order: what stands further right is subtracted from.",
            lambda order: -_differences_of_units(order),
        ),
        "signs forgotten": (
            "Your entries do not alternate in sign, so the kernel adds up neighbours. A "
            "difference subtracts.",
            lambda order: _differences_of_units(order).abs(),
        ),
        "ones only": (
            "Your entries have the right signs, but they are all 1 or -1. From order 2 on, a "
            "sample enters several differences: collect its factors.",
            _ones_with_signs,
            lambda order: _ones_with_signs(order).flip(0),
        ),
        "neighbours on both sides": (
            "Your kernel has more entries than it needs: you took the difference of the "
            "neighbours on both sides. The forward difference takes the next one and this one.",
            lambda order: _powers(order, -1, 0, 1),
            lambda order: _powers(order, -0.5, 0, 0.5),
            lambda order: torch.from_numpy(np.convolve(_differences_of_units(order), [1, 1])),
        ),
        "order too high": (
            "Your kernel has one entry more than it needs, as for the next order: you took one "
            "difference too many. Order n takes n differences.",
            lambda order: _differences_of_units(order + 1),
        ),
        "order too low": (
            "Your kernel has one entry less than it needs, as for the order before: you took one "
            "difference too few. Order n takes n differences.",
            lambda order: _differences_of_units(order - 1),
        ),
        "always the first order": (
            "You return the same kernel for every order. Each order subtracts the kernel before "
            "from itself, moved by one entry.",
            lambda order: torch.tensor([-1.0, 1]),
            lambda order: torch.tensor([1.0, -2, 1]),
        ),
        "ends only": (
            "Only the first and the last entry of your kernel are not zero: it compares samples "
            "that are far apart. The samples between them count, too.",
            lambda order: _ends(order, -1.0),
            lambda order: _ends(order, (-1.0) ** order),
            lambda order: -_ends(order, -1.0),
        ),
        "divided": (
            "Your entries are the right ones divided by a number. Differences are subtracted, "
            "not divided.",
            lambda order: _differences_of_units(order) / math.factorial(order),
            lambda order: _differences_of_units(order) / order,
            lambda order: _differences_of_units(order) / 2**order,
            lambda order: _differences_of_units(order) / 2 ** (order - 1),
            lambda order: _differences_of_units(order) / _differences_of_units(order).abs().max(),
        ),
        "multiplied": (
            "You multiplied the first difference, or its entries. A second one takes differences "
            "of the differences, which involves more samples.",
            lambda order: order * torch.tensor([-1.0, 1]),
            lambda order: torch.tensor([-1.0, 1]) ** order,
        ),
        "counted up": (
            "Your entries grow by one each. They are the numbers of Pascal's triangle, as each "
            "order subtracts the kernel before from itself, moved by one entry.",
            lambda order: _ones_with_signs(order) * _rising(order),
            lambda order: _ones_with_signs(order) * torch.arange(1, order + 2),
        ),
        "an axis too many": (
            "Your kernel has an axis too many. Its shape is (order + 1,): one row of numbers, not "
            "a matrix.",
            lambda order: _differences_of_units(order)[None],
            lambda order: _differences_of_units(order)[:, None],
        ),
    },
    right=(
        lambda order: torch.tensor(
            [(-1) ** (order - k) * math.comb(order, k) for k in range(order + 1)]
        ),
        lambda order: torch.diff(torch.eye(order + 1), n=order, dim=0)[0],
    ),
    library={torch.diff: False, np.diff: False, torch.ones: False},
    hints=(
        "Order 1 is x[i + 1] - x[i]: the kernel [-1, 1]. What is the difference of two such "
        "differences?",
        "(x[i + 2] - x[i + 1]) - (x[i + 1] - x[i]): collect the factors of each x. Each order "
        "subtracts the kernel before from itself, moved by one entry.",
        "Start with torch.ones(1). As often as order says, append a zero in front, append a zero "
        "behind, and subtract the second from the first.",
    ),
)


_WORDS, _SIDES = {1: "down", -1: "up"}, {1: "right", -1: "left"}

_DOWN = torch.tensor([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])
_SOBEL = torch.tensor([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])


def _along(dy: float, dx: float) -> Tensor:
    return dy * _DOWN + dx * _DOWN.T


def _central(d: tuple[float, float]) -> Tensor:
    return torch.tensor([[0, -d[0] / 2, 0], [-d[1] / 2, 0, d[1] / 2], [0, d[0] / 2, 0]])


def _turned(d: tuple[float, float]) -> Tensor:
    angle = math.atan2(d[0], d[1])
    return math.sin(angle) * _SOBEL + math.cos(angle) * _SOBEL.T


def _directions(draw: Draw) -> list[Case]:
    """First those along no axis or diagonal: there no mistake looks like another.

    Nor is one three times as long as the other: so far do the signs of the entries point there.
    """
    slanted = []
    for y, x in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        long, short = draw.choice([(2, 1), (3, 2), (5, 2)])
        dy, dx = draw.choice([(long, short), (short, long)])
        slanted.append((f"{_WORDS[y]} and to the {_SIDES[x]}", (y * dy, x * dx)))
    fraction = draw.choice([0.25, 0.5, 0.75])
    far = draw.integer(2, 5)
    others = [
        ("parts that are not whole", (fraction, -fraction / 2)),
        ("along a diagonal", (far, far)),
        ("along the other diagonal", (1, -1)),
        *((f"straight {_WORDS[y]}", (y * far, 0)) for y in (1, -1)),
        *((f"straight to the {_SIDES[x]}", (0, x)) for x in (1, -1)),
    ]
    return [Case(args=(d,), about=about) for about, d in (*slanted, *others)]


DIRECTIONAL_KERNEL = Exercise(
    id="convolution.directional_kernel",
    title="A kernel for every direction",
    points=2,
    minutes=7,
    core=False,
    covers=("D7.2.2",),
    cases=_directions,
    holds="responds_along",
    promises=("tensor",),
    wrong={
        "constant offset": (
            "Your kernel responds to an image that is the same everywhere. Its entries should sum "
            "to zero.",
            lambda d: _along(*d) + 0.5 * max(map(abs, d)),
        ),
        "no slope at all": (
            "Your kernel responds to no ramp, in no direction. It may be a mixed derivative, "
            "which is alike on both diagonals; a directional one weighs one side minus, the other "
            "plus.",
            lambda d: torch.tensor([[1.0, 0, -1], [0, 0, 0], [-1, 0, 1]]),
            lambda d: torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ),
        "zeros only": (
            "Your kernel holds zeros only. Parts of d may lie between 0 and 1: did you cut them to "
            "whole numbers?",
            lambda d: torch.zeros(3, 3),
        ),
        "not finite": (
            "Your kernel holds numbers that are not finite. Do you divide by dy or dx, or by their "
            "sum? Either may be 0.",
            lambda d: torch.full((3, 3), math.nan),
        ),
        "opposite sign": (
            "Your kernel is negative where the image rises along d. Let the entries that lie "
            "along d be positive and those opposite negative.",
            lambda d: -_along(*d),
        ),
        "dy and dx swapped": (
            "Your kernel is right for the direction with dy and dx swapped. d is (dy, dx): rows "
            "first, downwards, then columns, to the right.",
            lambda d: _along(d[1], d[0]),
        ),
        "sign of dy": (
            "Your kernel fits the direction with the opposite sign of dy. dy counts rows "
            "downwards, as a tensor's rows are counted; upwards it is negative.",
            lambda d: _along(-d[0], d[1]),
        ),
        "sign of dx": (
            "Your kernel fits the direction with the opposite sign of dx. dx counts columns to "
            "the right; to the left it is negative.",
            lambda d: _along(d[0], -d[1]),
        ),
        "turned by a right angle": (
            "Your kernel responds to an image that rises at a right angle to d, and not to one "
            "that rises along d. dy belongs to the kernel for the change downwards, dx to the one "
            "for the change to the right, both with their own sign.",
            lambda d: _along(-d[1], d[0]),
            lambda d: _along(d[1], -d[0]),
        ),
        "responds across": (
            "Your kernel also responds to an image that rises at a right angle to d. Its answers "
            "to ramps downwards and to the right are to stand to each other as dy to dx: weigh two "
            "equally strong kernels, one the transpose of the other, by dy and dx themselves.",
            lambda d: d[1] * _SOBEL.T + d[0] * _DOWN,
            lambda d: torch.sign(_along(*d)),
            lambda d: _along(1, 1),
            lambda d: _along(*(math.copysign(1, part) if part else 0 for part in d)),
        ),
    },
    right=(_central, _turned, lambda d: _along(*d) + _along(1, 1).abs() - _along(1, 1).abs()),
    library={torch.tensor: False, torch.gradient: False},
    hints=(
        "Write down a 3x3 kernel for the change downwards, d = (1, 0), and one for the change to "
        "the right, d = (0, 1).",
        "The change along d is made of the two: dy times the change downwards plus dx times the "
        "change to the right.",
        "With Gy = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]] and Gx its transpose: what is dy times "
        "the first plus dx times the second?",
    ),
)
