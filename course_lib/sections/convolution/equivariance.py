"""Part E, equivariance: what a shift of the image does to the output."""

from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked


def no_gap(answer: Any) -> str | None:
    """Verifies the gap of a shift by a multiple of the stride."""
    gap = as_tensor(answer)
    if gap is None or gap.numel() != 1:
        return "The answer is one number."
    if not abs(gap.item()) < 1e-4:
        return (
            "The gap should vanish when pixels is a multiple of stride. Compare column j of the "
            "new output with column j - pixels // stride of the old one, and leave out the "
            "columns whose windows hold pixels that wrapped around."
        )
    return None


_EXAMPLE = "the example in the text, three pixels at stride 2"
_ONE_PIXEL = "one pixel at stride 2"


def _shift_cases(draw: Any) -> list[Case]:
    X = torch.tensor([[1, 0, 5, 2, 4, 3, 6, 7]]).float()
    Z = torch.tensor([[0, 1, 3, 2, 5, 4, 1, 7, 9], [2, 0, 1, 4, 3, 1, 6, 0, 8]]).float()
    image, kernel = draw.normal(5, 9), draw.normal(2, 3)
    return [
        Case(args=(X, torch.tensor([[1.0]]), 3, 2), about=_EXAMPLE),
        Case(args=(Z, torch.tensor([[1.0, -2.0]]), 1, 2), about=_ONE_PIXEL),
        Case(args=(image, kernel, 0, 2), about="no shift: no gap", verify=no_gap),
        Case(args=(image, kernel, 1, 1), about="one pixel at stride 1: no gap", verify=no_gap),
        Case(args=(image, kernel, 4, 2), about="four pixels at stride 2: no gap", verify=no_gap),
    ]


SHIFT_GAP = Exercise(
    id="convolution.shift_gap",
    title="How far from equivariant?",
    points=3,
    covers=("Q3", "E14.4 (a)"),
    cases=_shift_cases,
    expect=worked({_EXAMPLE: 5.0, _ONE_PIXEL: 15.0}),
    mistakes=(
        Mistake(
            "mean",
            "You took the mean of the differences. The gap is the largest one.",
            on(_EXAMPLE, 3.5),
        ),
        Mistake(
            "sign kept",
            "You took the largest difference with its sign. Take absolute values first: a large "
            "negative difference is a gap, too.",
            on(_EXAMPLE, -2.0),
        ),
        Mistake(
            "wrapped columns",
            "You compared a column whose windows hold pixels that torch.roll brought in from the "
            "other side. Start at the column that is pixels / stride, rounded up.",
            on(_EXAMPLE, 6.0),
        ),
        Mistake(
            "lag in pixels",
            "You went back by pixels columns in the output. One column of the output stands for "
            "stride pixels, so go back by pixels // stride.",
            on(_EXAMPLE, 1.0),
        ),
        Mistake(
            "lag rounded up",
            "You rounded the lag up. The first column is pixels / stride rounded up; the lag is "
            "pixels // stride, rounded down.",
            on(_EXAMPLE, 3.0),
        ),
        Mistake(
            "sum",
            "You added the differences up. The gap is the largest one.",
            on(_EXAMPLE, 7.0),
        ),
        Mistake(
            "shifted down",
            "The image did not move to the right; was it rolled down? To the right is along the "
            "last axis, dims=-1.",
            on(_EXAMPLE, 2.0),
        ),
        Mistake(
            "shifted left",
            "You rolled the image to the left. A positive shift in torch.roll goes to the right.",
            on(_EXAMPLE, 4.0),
        ),
    ),
    hints=(
        "Compute two outputs, of X and of torch.roll(X, pixels, dims=-1), both with the stride.",
        "If the layer were equivariant, column j of the second would be column "
        "j - pixels // stride of the first. Compare for all j from pixels / stride, rounded up.",
        "With first = -(-pixels // stride) and lag = pixels // stride, compare Y2[:, first:] with "
        "the columns of Y from first - lag on, as many; then the largest absolute difference, as "
        "a float.",
    ),
)

STRIDE_CHOICE = Exercise(
    id="convolution.stride_choice",
    title="What a shift of one pixel does at stride 2",
    points=1,
    covers=("Q3", "E14.4 (a)"),
    asks="choice",
    options={
        "A": "The output shifts by one pixel.",
        "B": "The output shifts by half a pixel, so each value is the mean of two old ones.",
        "C": "In general the output is no moved copy of the old one; for a move by two pixels it "
        "would be.",
        "D": "The output does not change: stride 2 makes the layer invariant.",
    },
)
