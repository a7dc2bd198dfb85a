"""Section 01: marking of what a shift of the image does to the output."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.convolution.equivariance import no_gap
from grader.former.marking import Marking, Mutant, named_wrongs


def _strided(X: Tensor, K: Tensor, stride: int) -> Tensor:
    return F.conv2d(X[None, None], K[None, None], stride=stride)[0, 0]


def _differences(
    X: Tensor, K: Tensor, pixels: int, stride: int, *, first: int, lag: int, moved: Tensor
) -> Tensor:
    """New output from column `first` on, minus the old one `lag` columns further left."""
    Y, Y2 = _strided(X, K, stride), _strided(moved, K, stride)
    return Y2[:, first:] - Y[:, first - lag : Y.shape[1] - lag]


def _gaps(
    X: Tensor, K: Tensor, pixels: int, stride: int, *, first: int | None = None, axis: int = 1
) -> Tensor:
    """The differences as they should be, or with another first column or axis of the shift."""
    return _differences(
        X,
        K,
        pixels,
        stride,
        first=math.ceil(pixels / stride) if first is None else first,
        lag=pixels // stride,
        moved=torch.roll(X, pixels, axis),
    )


def shift_gap(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
    """The solution: the largest difference between the shifted output and that of the shifted."""
    return float(_gaps(X, K, pixels, stride).abs().max())


def _gap_by_windows(case: Case) -> float:
    """The reference: window by window, on the image cut from the shifted one, not rolled."""
    X, K = (tensor.double().numpy() for tensor in case.args[:2])
    pixels, stride = case.args[2:]
    (H, W), (h, w) = X.shape, K.shape
    gap = 0.0
    for i in range(0, H - h + 1, stride):
        for j in range(math.ceil(pixels / stride), (W - w) // stride + 1):
            new, old = j * stride - pixels, (j - pixels // stride) * stride
            windows = X[i : i + h, new : new + w] - X[i : i + h, old : old + w]
            gap = max(gap, abs(float(np.sum(windows * K))))
    return gap


def _left(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
    first, lag = math.ceil(pixels / stride), pixels // stride
    moved = torch.roll(X, -pixels, 1)
    return float(_differences(X, K, pixels, stride, first=first, lag=lag, moved=moved).abs().max())


def _lag_in_pixels(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
    moved = torch.roll(X, pixels, 1)
    return float(
        _differences(X, K, pixels, stride, first=pixels, lag=pixels, moved=moved).abs().max()
    )


def _lag_rounded_up(X: Tensor, K: Tensor, pixels: int, stride: int) -> float:
    lag, moved = math.ceil(pixels / stride), torch.roll(X, pixels, 1)
    return float(_differences(X, K, pixels, stride, first=lag, lag=lag, moved=moved).abs().max())


def _by_loop(X: Tensor, K: Tensor, pixels: int, stride: int) -> Tensor:
    Y, Y2 = _strided(X, K, stride), _strided(torch.roll(X, pixels, -1), K, stride)
    columns = range(-(-pixels // stride), Y.shape[1])
    return torch.stack([(Y2[:, j] - Y[:, j - pixels // stride]).abs().max() for j in columns]).max()


def _shift_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, pixels, stride in (
        # First, as here alone the mistaken lags all differ.
        ("three pixels at stride two", 3, 2),
        ("one pixel at stride two", 1, 2),
        ("fewer pixels than the stride", draw.integer(1, 2), 3),
        ("more pixels than the stride", draw.integer(4, 5), 3),
    ):
        K, windows = draw.normal(2, 3), draw.integer(7, 9)
        # At this width no old window holds the columns that wrap around, so they may stand out.
        X = draw.normal(draw.integer(5, 7), K.shape[1] + windows * stride - 1)
        X[:, -pixels:] *= 50
        gaps = _gaps(X, K, pixels, stride)
        if gaps.max() > -gaps.min():  # the largest difference is negative: its sign matters
            K = -K
        cases.append(Case(args=(X, K, pixels, stride), about=about))
    for about, pixels, stride in (
        ("any shift at stride one", draw.integer(1, 4), 1),
        ("a multiple of the stride", 2 * draw.integer(2, 3), 2),
    ):
        args = (draw.normal(5, 20), draw.normal(3, 2), pixels, stride)
        cases.append(Case(args=args, about=about, verify=no_gap))
    return cases


_GAP_MISTAKES, _GAP_MUTANTS = named_wrongs(
    "convolution.shift_gap",
    {
        "mean": lambda *args: float(_gaps(*args).abs().mean()),
        "sign kept": lambda *args: float(_gaps(*args).max()),
        "wrapped columns": lambda *args: float(_gaps(*args, first=args[2] // args[3]).abs().max()),
        "lag in pixels": _lag_in_pixels,
        "lag rounded up": _lag_rounded_up,
        "sum": lambda *args: float(_gaps(*args).abs().sum()),
        "shifted down": lambda *args: float(_gaps(*args, axis=0).abs().max()),
        "shifted left": _left,
    },
)

MARKINGS = (
    Marking(
        exercise="convolution.shift_gap",
        cases=_shift_cases,
        expect=_gap_by_windows,
        mistakes=_GAP_MISTAKES,
        solution=shift_gap,
        mutants=(*_GAP_MUTANTS, Mutant("a loop over columns", _by_loop, state="right")),
        library={torch.roll: False, torch.dist: False},
    ),
    Marking(
        exercise="convolution.stride_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "shifts by one",
                "At stride two the output has one column for two columns of the image. When the "
                "image moves by one, the windows fall on other pixels than before.",
                lambda case: "A",
            ),
            Mistake(
                "half a pixel",
                "No layer takes means between old values: each output is computed from windows "
                "that were never looked at before, and may be any number.",
                lambda case: "B",
            ),
            Mistake(
                "invariant",
                "Stride leaves out windows; it does not make the output blind to a shift. Your "
                "own shift_gap shows that the output changes.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("shifts by one", "A", mistake="shifts by one"),
            Mutant("half a pixel", "B", mistake="half a pixel"),
            Mutant("invariant", "D", mistake="invariant"),
            Mutant("small letter", "c", state="right"),
        ),
    ),
)
