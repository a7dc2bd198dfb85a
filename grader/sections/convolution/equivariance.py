"""Part E: what a shift of the image does to the output."""

import math

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.gaps import (
    gap,
    largest,
    largest_listed,
    largest_or_none,
    magnitudes,
    moved_left,
    sliced,
)
from grader.sections.convolution.operators import cross_correlation


def _gap_by_windows(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
    """Window by window, where the moved image's windows lie in the image: nothing is rolled."""
    (H, W), (h, w) = X.shape, K.shape
    most = 0.0
    for i in range(0, H - h + 1, stride):
        for j in range(math.ceil(pixels / stride), (W - w) // stride + 1):
            new, old = j * stride - pixels, (j - pixels // stride) * stride
            windows = X[i : i + h, new : new + w] - X[i : i + h, old : old + w]
            most = max(most, abs(float((windows.double() * K.double()).sum())))
    return most


def _by_loop(X: Tensor, K: Tensor, pixels: int, stride: int) -> Tensor:
    moved = torch.roll(X, pixels, dims=1)
    Y, Y2 = (cross_correlation(image, K)[::stride, ::stride] for image in (X, moved))
    columns = [j for j in range(Y.shape[1]) if j >= pixels / stride]
    return torch.stack([(Y2[:, j] - Y[:, j - pixels // stride]).abs().max() for j in columns]).max()


def _shifted(draw: Draw, pixels: int, stride: int, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """An image and a kernel of this size, wide enough for some windows beyond the shift.

    At this width no old window holds the columns that come in again, so these may stand out.
    """
    columns = max(pixels // stride + draw.integer(4, 6), pixels + draw.integer(2, 3))
    return _image(draw, pixels, stride, size, columns), draw.normal(*size)


def _image(draw: Draw, pixels: int, stride: int, size: tuple[int, int], columns: int) -> Tensor:
    """An image whose output has so many columns."""
    X = draw.normal(size[0] + 3 * stride + draw.integer(0, 1), size[1] + columns * stride - 1)
    X[:, X.shape[1] - pixels :] *= 100
    # The largest gap stands neither in the first row of the output nor in the last.
    X[stride] *= 20
    if size[0] < stride:
        X[stride - 1] *= 400  # only windows that the stride skips hold this row
    return X


def _last_column_alone(draw: Draw, pixels: int, stride: int) -> tuple[Tensor, Tensor, int, int]:
    """A shift after which a single column of the output is left to compare."""
    X = _image(draw, pixels, stride, (1, 3), math.ceil(pixels / stride) + 1)
    return X, draw.normal(1, 3), pixels, stride


def _shifts(draw: Draw) -> list[Case]:
    cases = []
    for place, (about, pixels, stride, size) in enumerate(
        (
            ("three pixels at stride two", 3, 2, (1, 3)),
            ("one pixel at stride two", 1, 2, (1, 2)),
            ("one pixel at a larger stride", 1, draw.integer(3, 4), (1, 2)),
            ("one pixel less than a larger stride", 2, 3, (2, 1)),
            ("one pixel more than a larger stride", 4, 3, (2, 3)),
            ("nearly twice a larger stride", 7, 4, (2, 2)),
            ("one pixel more than twice the stride", 7, 3, (2, 1)),
        )
    ):
        X, K = _shifted(draw, pixels, stride, size)
        # The first column that counts differs most in one case, the last in the next.
        lag, last = pixels // stride, (X.shape[1] - size[1]) // stride
        X[:, stride - pixels % stride if place % 2 == 0 else (last - lag) * stride] *= 8
        # So does the sign of the largest difference.
        extremes = gap(lambda difference: difference.max() + difference.min())
        if (extremes(X, K, pixels, stride) > 0) == (place % 4 in (1, 2)):
            K = -K
        cases.append(Case(args=(X, K, pixels, stride), about=about))
    return [*cases, _no_gaps(draw), _single_columns(draw)]


def _no_gaps(draw: Draw) -> Case:
    """Where there is no gap, 0 alone would be right: so they are asked with one that has a gap."""
    asked = [(0, 2), (draw.integer(1, 4), 1), (4, 2), (6, 3), (1, 3)]
    each = [(*_shifted(draw, *shift, (2, 3)), *shift) for shift in asked]
    return Case(each=tuple(each), about="shifts by multiples of the stride, or by none")


def _single_columns(draw: Draw) -> Case:
    asked = [_last_column_alone(draw, *shift) for shift in ((4, 2), (3, 2), (2, 1), (5, 3))]
    return Case(each=tuple(asked), about="a shift that leaves a single column")


_GAP = "The gap is the largest one."

SHIFT_GAP = Exercise(
    id="convolution.shift_gap",
    title="How far from equivariant?",
    points=3,
    minutes=11,
    covers=("Q3", "E14.4 (a)"),
    example=(
        (
            Case(
                args=(torch.tensor([[1.0, 0, 5, 2, 4, 3, 6, 7]]), torch.tensor([[1.0]]), 3, 2),
                about="the example in the text",
            ),
            5.0,
        ),
    ),
    cases=_shifts,
    telling=True,
    reference=_gap_by_windows,
    wrong={
        "mean": (
            f"You took the mean of the differences. {_GAP}",
            gap(lambda difference: difference.abs().mean()),
        ),
        "sum": (
            f"You added the differences up. {_GAP}",
            gap(lambda difference: difference.abs().sum()),
            gap(lambda difference: difference.abs().sum(0).max()),
            gap(lambda difference: difference.abs().sum(1).max()),
        ),
        "squared": (
            "You squared the differences. The gap is the largest absolute difference itself.",
            gap(lambda difference: difference.square().max()),
            gap(lambda difference: difference.square().mean()),
            gap(lambda difference: difference.square().sum()),
            gap(lambda difference: difference.norm()),
            gap(lambda difference: difference.square().mean().sqrt()),
        ),
        "smallest": (
            f"You took the smallest difference, or the median. {_GAP}",
            gap(lambda difference: difference.abs().min()),
            gap(lambda difference: difference.abs().median()),
        ),
        "one row only": (
            "You looked at one row of the output only. The gap is the largest over all rows.",
            gap(lambda difference: largest(difference[:1])),
            gap(lambda difference: largest(difference[-1:])),
        ),
        "one column only": (
            "You looked at one column of the output only. The gap is the largest over all columns "
            "j >= pixels / stride.",
            gap(lambda difference: largest(difference[:, :1])),
            gap(lambda difference: largest(difference[:, -1:])),
        ),
        "magnitudes compared": (
            "You took absolute values before you subtracted. Subtract first: the gap is the "
            "largest absolute value of a difference.",
            magnitudes,
        ),
        "sign kept": (
            "You took the largest difference with its sign. Take absolute values first: a large "
            "negative difference is a gap, too.",
            gap(torch.max),
            gap(lambda difference: (-difference).max()),
            gap(lambda difference: difference.max().abs()),
        ),
        "wrapped columns": (
            "You compared a column whose windows hold pixels that torch.roll brought in from the "
            "other side. Start at the column that is pixels / stride, rounded up.",
            gap(first=lambda pixels, stride: pixels // stride),
            gap(first=lambda pixels, stride: (pixels + 1) // stride),
            gap(first=lambda pixels, stride: round(pixels / stride)),
            gap(first=lambda pixels, stride: 0),
        ),
        "columns left out": (
            "You left out columns that count: they run from pixels / stride, rounded up and that "
            "one with them, to the last.",
            gap(first=lambda pixels, stride: math.ceil(pixels / stride) + 1),
            gap(first=lambda pixels, stride: pixels // stride + 1),
            gap(largest_listed, first=lambda pixels, stride: pixels // stride + 1),
            gap(first=lambda pixels, stride: pixels),
            gap(largest_or_none, first=lambda pixels, stride: pixels),
            gap(largest_listed, first=lambda pixels, stride: pixels),
            gap(lambda difference: largest(difference[:, :-1])),
            gap(lambda difference: largest_or_none(difference[:, :-1])),
        ),
        "lag in pixels": (
            "You went back by pixels columns in the output. One column of the output stands for "
            "stride pixels, so go back by pixels // stride.",
            gap(first=lambda pixels, stride: pixels, lag=lambda pixels, stride: pixels),
            gap(lag=lambda pixels, stride: pixels),
        ),
        "lag rounded otherwise": (
            "You rounded the lag up, or to the nearest whole number. The first column is "
            "pixels / stride rounded up; the lag is pixels // stride, rounded down.",
            gap(lag=lambda pixels, stride: math.ceil(pixels / stride)),
            gap(lag=lambda pixels, stride: round(pixels / stride)),
            gap(
                first=lambda pixels, stride: round(pixels / stride),
                lag=lambda pixels, stride: round(pixels / stride),
            ),
        ),
        "slice up to -0": (
            "Where pixels // stride is 0, a slice such as [:, :-lag] is empty. Slice up to "
            "Y.shape[1] - lag instead.",
            sliced,
        ),
        "moved the wrong way": (
            "You took later columns of the old output. Column j of the new one belongs to column "
            "j - pixels // stride of the old one, further left.",
            gap(lag=lambda pixels, stride: -(pixels // stride)),
            *(moved_left(reduce) for reduce in (largest, largest_or_none, largest_listed)),
        ),
        "not moved back": (
            "You compared the two outputs column by column as they are. Column j of the new one "
            "belongs to column j - pixels // stride of the old one.",
            gap(lag=lambda pixels, stride: 0),
        ),
        "shifted down": (
            "The image did not move to the right; was it rolled down? To the right is along the "
            "last axis, dims=-1.",
            gap(move=lambda X, pixels: torch.roll(X, pixels, 0)),
        ),
        "shifted left": (
            "You rolled the image to the left. A positive shift in torch.roll goes to the right.",
            gap(move=lambda X, pixels: torch.roll(X, -pixels, -1)),
        ),
        "stride in one direction": (
            "Your windows move on by the stride in one direction only. They do in both.",
            gap(strides=lambda stride: (1, stride)),
            gap(strides=lambda stride: (stride, 1)),
        ),
        "no gap at all": (
            "Your gap is always 0, up to rounding. Does one of the two outputs come from the moved "
            "image, and do both move on by the stride?",
            lambda X, K, pixels, stride: 0.0,
        ),
        "stride forgotten": (
            "Your windows visit every pixel. Let them move on by the stride in both directions.",
            gap(strides=lambda stride: (1, 1)),
            gap(
                strides=lambda stride: (1, 1),
                first=lambda pixels, stride: pixels,
                lag=lambda pixels, stride: pixels // stride,
            ),
        ),
    },
    right=(_by_loop, gap()),
    library={torch.roll: False, torch.dist: False},
    hints=(
        "Compute two outputs, of X and of torch.roll(X, pixels, dims=-1), both with the stride.",
        "If the layer were equivariant, column j of the second would be column "
        "j - pixels // stride of the first. Compare for all j from pixels / stride, rounded up.",
        "With first = -(-pixels // stride) and lag = pixels // stride, compare Y2[:, first:] with "
        "the columns of Y from first - lag on, as many; then the largest absolute difference, as "
        "a float.",
    ),
    needs=("convolution.corr2d",),
)

STRIDE_CHOICE = Exercise(
    id="convolution.stride_choice",
    title="What a shift of one pixel does at stride 2",
    points=1,
    minutes=4,
    covers=("Q3", "E14.4 (a)"),
    asks="choice",
    options={
        "A": "The output shifts by one pixel.",
        "B": "The output shifts by half a pixel, so each value is the mean of two old ones.",
        "C": "In general the output is no moved copy of the old one; for a move by two pixels it "
        "would be.",
        "D": "The output does not change: stride 2 makes the layer invariant.",
    },
    reference="C",
    wrong={
        "shifts by one": (
            "At stride two the output has one column for two columns of the image. When the "
            "image moves by one, the windows fall on other pixels than before.",
            "A",
        ),
        "half a pixel": (
            "No layer takes means between old values: each output is computed from windows that "
            "were never looked at before, and may be any number.",
            "B",
        ),
        "invariant": (
            "Stride leaves out windows; it does not make the output blind to a shift. Your own "
            "shift_gap shows that the output changes.",
            "D",
        ),
    },
    right=("c",),
)
