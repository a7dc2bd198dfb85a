"""Part C, kernels by hand: blur and sharpen."""

import math
from collections.abc import Callable

import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _mean_weights(size: int) -> Tensor:
    """How much each pixel alone adds to the mean of a window, as PyTorch's pooling has it."""
    pixels = torch.eye(size * size).reshape(-1, 1, size, size)
    return F.avg_pool2d(pixels, size).reshape(size, size)


def _fall_off(size: int, weight: Callable[[float], float]) -> Tensor:
    """Weights in both directions by the place from the centre, with the sum 1."""
    row = torch.tensor([weight(i - (size - 1) / 2) for i in range(size)], dtype=torch.float64)
    return torch.outer(row, row) / row.sum() ** 2


BLUR_KERNEL = Exercise(
    id="convolution.blur_kernel",
    title="A kernel that blurs",
    points=1,
    minutes=3,
    covers=("D7.2.2",),
    example=((Case(args=(2,)), [[0.25, 0.25], [0.25, 0.25]]), (Case(args=(1,)), [[1]])),
    cases=lambda draw: [
        # Sizes whose entries no rounding to a few digits leaves as they are.
        Case(args=(draw.choice([6, 12]),), about="an even size"),
        Case(args=(draw.choice([7, 9]),), about="an odd size"),
        Case(args=(draw.choice([14, 18, 22]),), about="a large even size"),
        Case(args=(draw.choice([11, 13, 15]),), about="a large odd size"),
        # In one question, as ones are right for the smallest size.
        Case(each=((1,), (2,), (3,)), about="small sizes, from a single entry on"),
    ],
    reference=_mean_weights,
    promises=("tensor",),
    wrong={
        "not normalised": (
            "Your entries are ones, so the blurred image gets brighter. Divide, so that they sum "
            "to 1.",
            lambda size: torch.ones(size, size),
        ),
        "divided by the side": (
            "You divided by size. The kernel has size * size entries, and all together sum to 1.",
            lambda size: torch.ones(size, size) / size,
        ),
        "one dimension": (
            "You made a single row or column. A box blur has size rows as well as size columns.",
            lambda size: torch.ones(size) / size,
            lambda size: torch.ones(1, size) / size,
            lambda size: torch.ones(size, 1) / size,
            lambda size: torch.ones(size) / size**2,
            lambda size: torch.ones(1, size) / size**2,
            lambda size: torch.ones(size, 1) / size**2,
            lambda size: torch.ones(size * size) / size**2,
        ),
        "diagonal": (
            "Only the diagonal of your kernel has weights. All pixels of the window count alike.",
            lambda size: torch.eye(size) / size,
            lambda size: torch.eye(size) / size**2,
        ),
        "always the same": (
            "Your kernel does not depend on size. Its shape is (size, size), and the more "
            "entries, the smaller each.",
            *(lambda size, n=n: torch.full((n, n), 1 / n**2) for n in (2, 3, 4, 5)),
        ),
        "always the same entries": (
            "Your entries do not depend on size. The more there are, the smaller each: they sum "
            "to 1.",
            *(lambda size, n=n: torch.full((size, size), 1 / n) for n in (2, 4, 9, 16, 25)),
            lambda size: torch.zeros(size, size),
        ),
        "miscounted": (
            "Your entries are all equal, as they should be, but they do not sum to 1: there are "
            "size * size of them.",
            lambda size: torch.full((size, size), 1 / (size**2 - 1)),
            lambda size: torch.full((size, size), 1 / (size**2 + 1)),
            lambda size: torch.full((size, size), 1 / (size + 1) ** 2),
            lambda size: torch.full((size, size), 1 / (size - 1) ** 2),
            lambda size: torch.full((size, size), 1 / size**3),
            lambda size: torch.full((size, size), 1 / size**4),
            lambda size: torch.full((size, size), 1 / 2**size),
            lambda size: torch.full((size, size), float(size)),
            lambda size: torch.full((size, size), float(size**2)),
        ),
        "rounded": (
            "Your entries are rounded. Let Python divide, and leave the number as it is.",
            *(
                lambda size, digits=digits: torch.full((size, size), round(1 / size**2, digits))
                for digits in (1, 2, 3, 4, 5)
            ),
        ),
        "even or odd only": (
            "Your kernel has another size than the one asked for, where size is even or where it "
            "is odd. Did you make it from size // 2? Its shape is (size, size).",
            lambda size: torch.full((size // 2 * 2 + 1,) * 2, 1 / (size // 2 * 2 + 1) ** 2),
            lambda size: torch.full((size // 2 * 2 + 1,) * 2, 1 / size**2),
            lambda size: torch.full((size // 2 * 2,) * 2, 1 / (size // 2 * 2) ** 2),
            lambda size: torch.full((size // 2 * 2,) * 2, 1 / size**2),
        ),
        "another size": (
            "Your kernel has another size than the one asked for. Its shape is (size, size).",
            lambda size: torch.full((size + 1, size + 1), 1 / (size + 1) ** 2),
            lambda size: torch.full((size + 1, size + 1), 1 / size**2),
            lambda size: torch.full((size - 1, size - 1), 1 / (size - 1) ** 2),
            lambda size: torch.full((2 * size + 1, 2 * size + 1), 1 / (2 * size + 1) ** 2),
        ),
        "axes added": (
            "Your kernel has axes of size one too many; F.conv2d wants them, corr2d does not. Its "
            "shape is (size, size).",
            lambda size: torch.full((1, size, size), 1 / size**2),
            lambda size: torch.full((1, 1, size, size), 1 / size**2),
        ),
        "the centre alone": (
            "Only the centre of your kernel has a weight: that changes nothing. All pixels of the "
            "window count alike.",
            lambda size: F.pad(
                torch.ones(1, 1), ((size - 1) // 2, size // 2, (size - 1) // 2, size // 2)
            ),
            lambda size: F.pad(
                torch.ones(1, 1), (size // 2, (size - 1) // 2, size // 2, (size - 1) // 2)
            ),
        ),
        "the centre counts more": (
            "Your weights fall off from the centre, as in a Gaussian blur. In a box blur all "
            "pixels of the window count alike.",
            lambda size: _fall_off(size, lambda place: math.exp(-(place**2) / 2)),
            lambda size: _fall_off(size, lambda place: math.exp(-18 * (place / size) ** 2)),
            lambda size: _fall_off(size, lambda place: math.exp(-8 * (place / size) ** 2)),
            lambda size: _fall_off(size, lambda place: math.exp(-4.5 * (place / size) ** 2)),
            lambda size: _fall_off(size, lambda place: math.exp(-2 * (place / size) ** 2)),
            lambda size: _fall_off(
                size, lambda place: math.comb(size - 1, round(place + (size - 1) / 2))
            ),
        ),
        "doubled": (
            "You divided by twice the size. The kernel has size * size entries.",
            lambda size: torch.full((size, size), 1 / (2 * size)),
        ),
    },
    right=(
        lambda size: torch.ones(size, size).softmax(0) / size,
        lambda size: torch.outer(torch.ones(size), torch.ones(size)).double() / size / size,
    ),
    library={torch.ones: False, torch.eye: False, torch.nn.AvgPool2d: False},
    hints=(
        "A box blur replaces each pixel by the mean of its window. Which weights take a mean?",
        "All entries are the same, there are size * size of them, and they sum to 1.",
        "torch.full((size, size), value) makes such a kernel; the value is 1 divided by the number "
        "of entries.",
    ),
    tolerance=1e-6,
)

_IDENTITY = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
_LAPLACIAN = torch.from_numpy(scipy.ndimage.laplace(_IDENTITY.numpy(), mode="constant"))


def _cross(centre: float, side: float, corner: float = 0) -> Tensor:
    return torch.tensor(
        [[corner, side, corner], [side, centre, side], [corner, side, corner]],
        dtype=torch.float64,
    )


def _amounts(draw: Draw) -> list[Case]:
    part, more = draw.uniform(2).tolist()
    return [
        Case(args=(amount,), about=about)
        for about, amount in (
            ("a small amount", round(0.2 + 0.5 * part, 3)),
            ("a large amount", round(1.5 + 2 * more, 3)),
            ("a whole number", draw.integer(2, 6)),
            ("amount zero", 0),
        )
    ]


SHARPEN_KERNEL = Exercise(
    id="convolution.sharpen_kernel",
    title="A kernel that sharpens",
    points=1,
    minutes=7,
    core=False,
    covers=("D7.2.2",),
    example=((Case(args=(1,)), [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),),
    cases=_amounts,
    reference=lambda amount: _IDENTITY - amount * _LAPLACIAN,
    promises=("tensor",),
    wrong={
        "Laplacian added": (
            "You added the Laplacian: that draws each pixel towards its neighbours, a blur. "
            "Subtract it.",
            lambda a: _IDENTITY + a * _LAPLACIAN,
        ),
        "identity forgotten": (
            "Your entries sum to zero: only the edges are left of the image. Start from the "
            "kernel that changes nothing, a one in the centre.",
            lambda a: -a * _LAPLACIAN,
            lambda a: a * _LAPLACIAN,
        ),
        "identity scaled": (
            "You multiplied the identity by amount as well, so the image gets brighter or darker. "
            "Only the Laplacian is multiplied.",
            lambda a: a * (_IDENTITY - _LAPLACIAN),
            lambda a: a * _IDENTITY - _LAPLACIAN,
        ),
        "turned round": (
            "You subtracted the kernel that changes nothing from the Laplacian. It is the other "
            "way round: that kernel minus amount times the Laplacian.",
            lambda a: a * _LAPLACIAN - _IDENTITY,
        ),
        "amount left out": (
            "amount multiplies the whole Laplacian: the four neighbours and the centre.",
            lambda a: _cross(5, -1),
            lambda a: _cross(5, -a),
            lambda a: _cross(1 + 4 * a, -1),
        ),
        "centre": (
            "The neighbours are right, the centre is not. It is 1 - amount * (-4), so that all "
            "entries add up to 1.",
            lambda a: _cross(1 - 4 * a, -a),
            lambda a: _cross(1 + a, -a),
            lambda a: _cross(4 + a, -a),
            lambda a: _cross(1, -a),
            lambda a: _cross(1 + 5 * a, -a),
        ),
        "neighbours' sign": (
            "The centre is right, but your neighbours have the wrong sign. Subtracting amount "
            "times 1 makes them negative.",
            lambda a: _cross(1 + 4 * a, a),
        ),
        "eight neighbours": (
            "You used the Laplacian with eight neighbours. The one here has four: the corners are "
            "zero.",
            lambda a: _cross(1 + 8 * a, -a, -a),
            lambda a: _cross(1 + 4 * a, -a, -a),
        ),
        "torch.eye": (
            "You started from torch.eye(3), the identity matrix. The kernel that changes nothing "
            "has a single one, in the centre.",
            lambda a: torch.eye(3) - a * _LAPLACIAN,
        ),
        "whole amounts only": (
            "You cut or rounded amount, or what is made of it, to whole numbers. It may be any "
            "number: reckon with it as it is, in floats.",
            lambda a: _IDENTITY - int(a) * _LAPLACIAN,
            lambda a: _IDENTITY - round(a) * _LAPLACIAN,
            lambda a: (_IDENTITY - a * _LAPLACIAN).int(),
            lambda a: (_IDENTITY - a * _LAPLACIAN).round(),
        ),
        "divided": (
            "You divided the entries. They add up to 1 as they are, so there is nothing to divide.",
            lambda a: _cross(1 + 4 * a, -a) / 9,
            lambda a: _cross(1 + 4 * a, -a) / 5,
            lambda a: _cross(1 + 4 * a, -a) / (1 + 8 * a),
            lambda a: _cross(1 + 4 * a, -a) / (1 + 4 * a),
        ),
        "Laplacian divided": (
            "You divided the Laplacian. It has ones for the four neighbours and -4 in the centre, "
            "and all of it is multiplied by amount alone.",
            lambda a: _IDENTITY - a / 4 * _LAPLACIAN,
            lambda a: _IDENTITY - a / 8 * _LAPLACIAN,
            lambda a: _IDENTITY - a / 9 * _LAPLACIAN,
        ),
        "identity weighed": (
            "You gave the kernel that changes nothing another weight. It is taken once, whatever "
            "amount is.",
            lambda a: (1 - a) * _IDENTITY - a * _LAPLACIAN,
        ),
        "ones everywhere": (
            "You subtracted from 1 in every entry. The kernel that changes nothing has a single "
            "one, in the centre, and zeros around it.",
            lambda a: 1 - a * _LAPLACIAN,
        ),
    },
    right=(lambda a: _cross(1 + 4 * a, -a), lambda a: torch.tensor(_cross(1 + 4 * a, -a).tolist())),
    library={torch.tensor: False, torch.full_like: False},
    hints=(
        "Which 3x3 kernel leaves every image as it is? That is the identity.",
        "The entries sum to 1 for every amount, because the Laplacian's sum to 0.",
        "Take the identity (zeros with a one in the centre) and subtract amount times "
        "[[0, 1, 0], [1, -4, 1], [0, 1, 0]].",
    ),
)
