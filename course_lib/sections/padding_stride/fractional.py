"""Part H, a stride that is no whole number: reading between the pixels."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.compare import as_tensor
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked

_IMAGE = torch.tensor(
    [[0.0, 4, 2, 8, 6], [6, 2, 10, 0, 4], [8, 12, 4, 6, 2], [2, 0, 6, 14, 8], [4, 10, 8, 2, 0]]
)


def follows_ramp(step: float, shape: tuple[int, int]) -> Callable[[Any], str | None]:
    """Verifies what is read from the image with the value column + 10 · row."""

    def verify(answer: Any) -> str | None:
        image = as_tensor(answer)
        rows, columns = (torch.arange(0, n - 1 + 1e-9, step).double() for n in shape)
        if image is None or image.shape != (len(rows), len(columns)):
            return "There is a place for every multiple of the step that lies on the image."
        if not torch.allclose(image, columns + 10 * rows[:, None], atol=1e-3):
            return (
                "On a ramp, blending two neighbours is exact: the value at i·step, j·step is that "
                "of the ramp there. Yours is not."
            )
        return None

    return verify


_RAMP = torch.arange(8.0) + 10 * torch.arange(8.0)[:, None]
_ROOT = 2**0.5

_STEP = "a 5x5 image, step 1.5"
_WHOLE = "a 5x3 image, step 2: the last places are the last pixels"

FRACTIONAL_STRIDE = Exercise(
    id="padding_stride.fractional_stride",
    title="A stride between the pixels",
    points=3,
    covers=("D7.3.6",),
    cases=lambda draw: [
        Case(args=(_IMAGE, 1.5), about=_STEP),
        Case(args=(_IMAGE[:, :3], 2), about=_WHOLE),
        Case(args=(_RAMP, _ROOT), about="stride √2 on 8x8", verify=follows_ramp(_ROOT, (8, 8))),
    ],
    expect=worked({_STEP: [[0, 3, 8], [7, 7, 3], [2, 3, 14]], _WHOLE: [[0, 2], [8, 4], [4, 8]]}),
    mistakes=(
        Mistake(
            "nearest pixel",
            "You took the nearest pixel. Between two pixels, blend them by their distances.",
            on(_STEP, [[0, 2, 8], [8, 4, 6], [2, 6, 14]]),
        ),
        Mistake(
            "pixel below",
            "You cut off the fraction and took that pixel. Between two pixels, blend them.",
            on(_STEP, [[0, 4, 8], [6, 2, 0], [2, 0, 14]]),
        ),
        Mistake(
            "shares swapped",
            "You swapped the shares. The nearer a pixel is, the more of it counts: at place 2.8, "
            "0.2 of pixel 2 and 0.8 of pixel 3.",
            on(_STEP, [[2, 6, 4], [7, 7, 3], [10, 9, 0]]),
        ),
        Mistake(
            "one direction",
            "You read between the rows only. Blend along the columns as well.",
            on(_STEP, [[0, 4, 2, 8, 6], [7, 7, 7, 3, 3], [2, 0, 6, 14, 8]]),
        ),
        Mistake(
            "stretched",
            "You stretched the places so that the last one falls on the last pixel. That is "
            "align_corners=True; the step is another one then.",
            on(_STEP, [[0, 2, 6], [8, 4, 2], [4, 8, 0]]),
        ),
        Mistake(
            "half a pixel",
            "Your places begin (step - 1) / 2 off the first pixel, as with align_corners=False. "
            "Here the first place is pixel 0.",
            on(_STEP, [[2, 3.875, 5.875], [8, 6.5, 4], [2.5, 5.5, 9.75]]),
        ),
        Mistake(
            "last place forgotten",
            "You left out the last place that lies on the image.",
            on(_STEP, [[0, 3], [7, 7]]),
        ),
        Mistake(
            "place behind the image",
            "Your last place lies behind the last pixel, n - 1. It does not count here.",
            on(_STEP, [[0, 3, 8, 6], [7, 7, 3, 3], [2, 3, 14, 8], [4, 9, 2, 0]]),
        ),
        Mistake(
            "whole stride",
            "You cut off the fraction of the step: that is a plain stride.",
            on(_STEP, _IMAGE),
        ),
    ),
    keeps_inputs=True,
    hints=(
        "Begin with one row: which places are read? At place 2.83, how much of pixel 2 and how "
        "much of pixel 3 do you take?",
        "low = floor(place), share = place - low: the value is (1 - share) * x[low] + share * "
        "x[low + 1]. At the last pixel there is no low + 1: clamp it, its share is 0.",
        "Do it for rows, then for columns of the result: a function blend(X, places) that works on "
        "the first axis, and blend(blend(X, rows).T, columns).T.",
    ),
)


def _aligned_step() -> float:
    """How far apart PyTorch reads 8 pixels at scale 1/1.414 with align_corners=True."""
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    read = F.interpolate(ramp, scale_factor=1 / 1.414, mode="bilinear", align_corners=True)
    return float(read[0, 0, 0, 1] - read[0, 0, 0, 0])


def _counts() -> list[int]:
    """Multiples of √2 that lie at or before pixel 7; and before 8."""
    return [torch.arange(0, end, _ROOT).numel() for end in (7, 8)]


STEP_NUMBERS = Exercise(
    id="padding_stride.step_numbers",
    title="Three rules for √2",
    points=0,
    covers=("D7.3.6",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: [*_counts(), _aligned_step()],
    mistakes=(
        Mistake(
            "rules swapped",
            "The first two are the other way round: fewer places lie on the image than before its "
            "end.",
            lambda case: [*_counts()[::-1], _aligned_step()],
        ),
        Mistake(
            "step as asked for",
            "The first two are right. With align_corners=True the number of outputs is fixed "
            "first, and then the places are spread evenly from the first pixel to the last.",
            lambda case: [*_counts(), 1.414],
        ),
        Mistake(
            "zero forgotten",
            "You left out the place 0 in the first two: it is a multiple of √2 as well.",
            lambda case: [*(count - 1 for count in _counts()), _aligned_step()],
        ),
        Mistake(
            "sizes divided",
            "The first two are right. From the first pixel to the last there are 7 steps of one, "
            "and one step less than there are outputs of the other.",
            lambda case: [*_counts(), 8 / 5],
        ),
    ),
    hints=(
        "The multiples of √2: 0, 1.41, 2.83, 4.24, 5.66, 7.07, 8.49.",
        "With align_corners=True the 5 outputs are spread from pixel 0 to pixel 7.",
    ),
    tolerance=1e-5,
)
