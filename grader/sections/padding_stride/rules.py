"""Extra: three rules for a stride of √2."""

import math

import torch
import torch.nn.functional as F

from grader.marking.exercise import Exercise


def _aligned_step() -> float:
    """Reading a ramp between its pixels gives the places that were read."""
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    read = F.interpolate(ramp, scale_factor=1 / 1.414, mode="bilinear", align_corners=True)
    return float(read[0, 0, 0, 1] - read[0, 0, 0, 0])


_STEP = _aligned_step()
_ON, _BELOW = (sum(i * math.sqrt(2) < end for i in range(9)) for end in (7.0001, 8))

STEP_NUMBERS = Exercise(
    id="padding_stride.step_numbers",
    title="Three rules for √2",
    points=0,
    minutes=5,
    core=False,
    covers=("D7.3.6",),
    asks="value",
    reference=[_ON, _BELOW, _STEP],
    wrong={
        "rules swapped": (
            "The first two are the other way round: fewer places lie on the image than before its "
            "end.",
            [_BELOW, _ON, _STEP],
        ),
        "step as asked for": (
            "The first two are right. With align_corners=True the number of outputs is fixed "
            "first, and then the places are spread evenly from the first pixel to the last.",
            [_ON, _BELOW, 1.414],
            [_ON, _BELOW, math.sqrt(2)],
        ),
        "number of outputs": (
            "The first two are right. The third is the number of outputs: give the distance "
            "between two of the places where they are read.",
            [_ON, _BELOW, 5],
        ),
        "zero forgotten": (
            "You left out the place 0 in the first two: it is a multiple of √2 as well.",
            [_ON - 1, _BELOW - 1, _STEP],
        ),
        "sizes divided": (
            "The first two are right. From the first pixel to the last there are 7 steps of one, "
            "and one step less than there are outputs of the other.",
            [_ON, _BELOW, 8 / 5],
            [_ON, _BELOW, 7 / 5],
            [_ON, _BELOW, 8 / 4],
        ),
        "the same number twice": (
            "One of the multiples of √2 lies beyond the last pixel, 7, and yet below 8.",
            [_ON, _ON, _STEP],
            [_BELOW, _BELOW, _STEP],
        ),
    },
    right=((_ON, _BELOW, _STEP), torch.tensor([_ON, _BELOW, _STEP])),
    hints=(
        "The multiples of √2: 0, 1.41, 2.83, 4.24, 5.66, 7.07, 8.49.",
        "With align_corners=True the 5 outputs are spread from pixel 0 to pixel 7.",
    ),
    tolerance=1e-5,
)
