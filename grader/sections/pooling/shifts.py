"""Part D: what a moved image does to pooling, to GAP and to a dense layer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.pooling.adapters import Operation, operation
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Gaps = Callable[[Operation, Tensor, int, int], list[float]]


_NOTHING = 1e-6


def _by_columns(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    """The image laid down anew, the outputs compared column by column."""
    moved = torch.zeros_like(X)
    moved[..., pixels:] = X[..., : X.shape[-1] - pixels]
    Y, Y2 = (f(image)[0, 0].double().numpy() for image in (X, moved))
    columns = Y.shape[1]
    equivariance = max(
        np.abs(Y2[:, j] - Y[:, (j - pixels // stride) % columns]).max() for j in range(columns)
    )
    return [float(equivariance), float(np.abs(Y2 - Y).max())]


def _gaps(
    reduce: Callable[[Tensor], Tensor] = lambda difference: difference.abs().max(),
    *,
    lag: Callable[[int, int], int] = lambda pixels, stride: pixels // stride,
    move: Callable[[Tensor, int], Tensor] = lambda X, pixels: torch.roll(X, pixels, -1),
    move_output: Callable[[Tensor, int], Tensor] = lambda Y, steps: torch.roll(Y, steps, -1),
) -> Gaps:
    """The gaps by whole outputs, and what is done otherwise by mistake."""

    def answer(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
        Y, Y2 = f(X), f(move(X, pixels))
        moved = move_output(Y, lag(pixels, stride))
        return [float(reduce(Y2 - moved)), float(reduce(Y2 - Y))]

    return answer


def _of_maxima(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return [float((f(X.roll(pixels, -1)).max() - f(X).max()).abs())] * 2


def _compared(differences: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]) -> Gaps:
    """Largest absolute numbers of other differences, made of Y, Y2 and the moved Y."""

    def answer(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
        Y, Y2 = f(X), f(torch.roll(X, pixels, -1))
        return [
            float(difference.abs().max())
            for difference in differences(Y, Y2, torch.roll(Y, pixels // stride, -1))
        ]

    return answer


def _input_compared(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    first, _ = _gaps()(f, X, pixels, stride)
    return [first, float((X.roll(pixels, -1) - X).abs().max())]


def _of_each_row(f: Operation, X: Tensor, pixels: int, stride: int) -> list[Tensor]:
    Y, Y2 = f(X), f(torch.roll(X, pixels, -1))
    return [(Y2 - other).abs().amax(-1) for other in (torch.roll(Y, pixels // stride, -1), Y)]


def _of_magnitudes(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps()(lambda image: f(image).abs(), X, pixels, stride)


def _largest_of_magnitudes(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    return _gaps(torch.max)(lambda image: f(image).abs(), X, pixels, stride)


def _down(X: Tensor, pixels: int) -> Tensor:
    return torch.roll(X, pixels, -2)


def _flat(X: Tensor, pixels: int) -> Tensor:
    return torch.roll(X, pixels)


def _left(X: Tensor, pixels: int) -> Tensor:
    return torch.roll(X, -pixels, -1)


def _zeros_in(Y: Tensor, steps: int) -> Tensor:
    return F.pad(Y, (steps, 0))[..., : Y.shape[-1]]


def _from_image(f: Operation, X: Tensor, pixels: int, stride: int) -> list[float]:
    """Y and Y2 swapped: what is said of absolute differences does not change."""
    Y, Y2 = f(X), f(torch.roll(X, pixels, -1))
    return [
        (torch.roll(Y, pixels // stride, -1) - Y2).abs().max().item(),
        (Y - Y2).abs().max().item(),
    ]


def _by_numpy(f: Operation, X: Tensor, pixels: int, stride: int) -> np.ndarray:
    Y, Y2 = f(X).numpy(), f(X.roll(pixels, 3)).numpy()
    return np.array([np.abs(Y2 - np.roll(Y, pixels // stride, 3)).max(), np.abs(Y2 - Y).max()])


def _image(draw: Draw, stride: int) -> Tensor:
    """An object inside an image of zeros (1, 1, H, W), so far from its edges that moved by up to
    three strides to the right, or one pixel in any direction, it does not touch them.
    """
    height, width = draw.integer(3, 4), draw.integer(4, 5)
    rows, columns = -(-(height + 4) // stride), -(-(width + 3) // stride) + 3
    X = torch.zeros(1, 1, rows * stride, columns * stride)
    X[0, 0, 2 : 2 + height, 2 : 2 + width] = draw.normal(height, width)
    return X


def _asked(draw: Draw, sign: int, name: str, pixels: int, stride: int) -> tuple[Any, ...]:
    """An operation, and an image such that the largest differences have this sign."""
    while True:
        kernel, seed = draw.normal(1, 1, 3, 3), draw.integer(1, 10**6)
        weights: Tensor | int | None = seed if name == "dense" else None
        if name.startswith("conv"):
            weights = kernel
        X = _image(draw, stride)
        f = operation(name, weights, stride)
        Y, Y2 = f(X), f(torch.roll(X, pixels, -1))
        outputs = Y.roll(pixels // stride, -1), Y
        signs = {_sign_of_largest(Y2 - other) for other in outputs} - {0}
        if signs == {sign} or not pixels:
            return name, weights, X, pixels, stride


def _sign_of_largest(difference: Tensor) -> int | None:
    """0 where as large a difference has the other sign, None where nearly."""
    largest, smallest = float(difference.max()), -float(difference.min())
    if abs(largest - smallest) < _NOTHING:
        return 0
    if max(largest, smallest) < 1.05 * min(largest, smallest):
        return None
    return 1 if largest > smallest else -1


def _settings(draw: Draw) -> list[Case]:
    def case(about: str, *setting: Any) -> Case:
        return Case(args=_asked(draw, *setting), about=about)

    whole = _image(draw, 2)
    without = (
        _asked(draw, 1, "max", 0, 2),
        ("gap", None, whole, draw.integer(1, 3), whole.shape[3]),
        ("gap", None, whole, 3, whole.shape[3]),
        _asked(draw, -1, "max", 1, 2),
    )
    return [
        case("max pooling, a shift that is no multiple of the stride", -1, "max", 3, 2),
        case("average pooling, a shift that is no multiple of the stride", 1, "avg", 5, 2),
        case("pooling, a shift by the stride", -1, "max", 2, 2),
        case("pooling, a shift by a multiple of the stride", 1, "avg", 6, 3),
        case("pooling with a larger stride, a shift by less", -1, "max", 2, 3),
        case("pooling with a larger stride, a shift by more", 1, "avg", 5, 3),
        case("convolution at stride one", -1, "conv", draw.integer(2, 3), 1),
        case("convolution, then max pooling", -1, "conv, max", 3, 2),
        case("convolution, then pooling with a large stride", 1, "conv, max", 7, 4),
        case("a dense layer", -1, "dense", 3, 2),
        case("a dense layer with an output for each pixel", 1, "dense", 2, 1),
        Case(each=without, about="no shift, and global average pooling"),
    ]


SHIFT_GAPS = Exercise(
    id="pooling.shift_gaps",
    title="Equivariant, invariant, or neither?",
    points=3,
    minutes=7,
    covers=("E14.4 (b-e)",),
    example=tuple(
        (
            Case(
                args=(
                    "max",
                    None,
                    torch.tensor([0.0, 0, 3, 1, 0, 0]).repeat(1, 1, 2, 1),
                    pixels,
                    2,
                )
            ),
            gaps,
        )
        for pixels, gaps in ((1, [1, 1]), (2, [0, 3]))
    ),
    cases=_settings,
    through="ask_operation",
    reference=_by_columns,
    promises=("unchanged",),
    wrong={
        "order swapped": (
            "The numbers are right, their order is not: first the gap to the moved output, then "
            "the gap to the unmoved one.",
            lambda *asked: _gaps()(*asked)[::-1],
        ),
        "mean": (
            "You took means of the differences. A gap is the largest absolute difference.",
            _gaps(lambda difference: difference.abs().mean()),
        ),
        "sum": (
            "You added the differences. A gap is the largest absolute difference.",
            _gaps(lambda difference: difference.abs().sum()),
        ),
        "sign kept": (
            "You took the largest difference with its sign. Take the absolute value of each "
            "difference first: a large negative one is a gap, too.",
            _gaps(torch.max),
            _gaps(lambda difference: difference.max().abs()),
            _gaps(lambda difference: -difference.min()),
        ),
        "magnitudes compared": (
            "You took absolute values of the outputs before you subtracted: a change of sign is "
            "lost then. Subtract first, and take the absolute value of the difference.",
            _of_magnitudes,
            _largest_of_magnitudes,
        ),
        "squared": (
            "You squared the differences. A gap is the largest absolute difference itself, no "
            "square and no norm.",
            _gaps(lambda difference: difference.square().max()),
            _gaps(lambda difference: difference.norm()),
        ),
        "smallest": (
            "You took the smallest difference. A gap is the largest absolute one.",
            _gaps(lambda difference: difference.abs().min()),
        ),
        "relative": (
            "You divided the gaps by the largest number of the output. They are differences as "
            "they are.",
            lambda f, X, *more: [gap / float(f(X).abs().max()) for gap in _gaps()(f, X, *more)],
        ),
        "first row only": (
            "You compared the first row only. A gap is the largest difference of the whole map.",
            _gaps(lambda difference: difference[0, 0, 0].abs().max()),
        ),
        "a gap for each line": (
            "Each gap is one number: the largest absolute difference over the whole map, .max() "
            "without an axis.",
            _of_each_row,
        ),
        "numbers rounded": (
            "You rounded the gaps. Return them with all their digits.",
            _gaps(lambda difference: difference.abs().max().round()),
            _gaps(lambda difference: difference.abs().max().round(decimals=2)),
            _gaps(lambda difference: difference.abs().max().floor()),
        ),
        "old output not moved": (
            "You compared with Y as it is in both gaps. For the first, the equivariance gap, move "
            "Y to the right by pixels // stride.",
            _compared(lambda Y, Y2, moved: (Y2 - Y, Y2 - Y)),
        ),
        "moved output in both": (
            "You compared with the moved Y in both gaps. For the second, the invariance gap, "
            "compare Y2 with Y as it was.",
            _compared(lambda Y, Y2, moved: (Y2 - moved, Y2 - moved)),
        ),
        "old outputs compared": (
            "Your second gap compares Y with the moved Y. The invariance gap compares Y2, the "
            "output of the moved image, with Y.",
            _compared(lambda Y, Y2, moved: (Y2 - moved, moved - Y)),
        ),
        "images compared": (
            "Your second gap compares the two images. Compare the outputs: f of the moved image "
            "with f of the image.",
            _input_compared,
        ),
        "moved by one at least": (
            "You moved the old output where it stays: pixels // stride is 0 when the shift is less "
            "than the stride.",
            _gaps(lag=lambda pixels, stride: max(1, pixels // stride)),
        ),
        "rest of the division": (
            "You moved the old output by pixels % stride, what the division leaves over. It moves "
            "by pixels // stride, the number of full strides.",
            _gaps(lag=lambda pixels, stride: pixels % stride),
        ),
        "largest numbers compared": (
            "You compared the largest numbers of the two outputs. Take the difference at every "
            "place first, and then the largest absolute one.",
            _of_maxima,
        ),
        "output moved by pixels": (
            "You moved the old output by as many columns as the image. Each of its columns stands "
            "for stride pixels: move it by pixels // stride.",
            _gaps(lag=lambda pixels, stride: pixels),
        ),
        "rounded": (
            "You rounded pixels / stride up, or to the nearest number. pixels // stride rounds "
            "down.",
            _gaps(lag=lambda pixels, stride: -(-pixels // stride)),
            _gaps(lag=lambda pixels, stride: round(pixels / stride)),
        ),
        "always two": (
            "You took the stride for two. It is an argument, and may be any number.",
            _gaps(lag=lambda pixels, stride: pixels // 2),
        ),
        "moved to the left": (
            "The image moves to the right, and so does Y: torch.roll(X, pixels) and torch.roll(Y, "
            "pixels // stride), along the last axis. Somewhere yours moves to the left, or Y2 "
            "moves instead of Y.",
            _gaps(lag=lambda pixels, stride: -(pixels // stride)),
            _gaps(move=_left),
            _gaps(move=_left, move_output=_left),
        ),
        "moved down": (
            "You moved the image, the output or both down. To the right is along the last axis.",
            _gaps(move=_down),
            _gaps(move=_down, move_output=_down),
            _gaps(move_output=_down),
        ),
        "rolled as one row": (
            "torch.roll without dims moves all numbers as one long row: what leaves one row comes "
            "in at the next. Say dims=-1.",
            _gaps(move=_flat, move_output=_flat),
            _gaps(move_output=_flat),
        ),
        "zeros moved in": (
            "You let zeros come in at the left of the output. Move it with torch.roll: what leaves "
            "at the right comes in again at the left.",
            _gaps(move_output=_zeros_in),
        ),
    },
    right=(_by_numpy, _from_image),
    hints=(
        "Two outputs: Y of the image, Y2 of the moved image. The invariance gap compares these two "
        "as they are.",
        "For the equivariance gap move Y itself: torch.roll(Y, pixels // stride, dims=-1).",
        "Each gap is (one - other).abs().max().item(); return both in a list.",
    ),
)

INVARIANT_CHOICE = Exercise(
    id="pooling.invariant_choice",
    title="Which network does not care?",
    points=1,
    minutes=2,
    covers=("E14.4 (b-e)",),
    asks="choice",
    options={
        "A": "convolution, ReLU, flatten, linear",
        "B": "convolution, ReLU, 2x2 max pooling with stride 2, flatten, linear",
        "C": "convolution, ReLU, 2x2 max pooling with stride 2, global average pooling, linear",
        "D": "convolution, ReLU, global average pooling, linear",
    },
    reference="D",
    wrong={
        "dense layer": (
            "The dense layer weighs each place of the map with weights of its own: another place, "
            "another logit.",
            "A",
        ),
        "pooling": (
            "Pooling leaves the map's large positions in place, and the dense layer weighs each of "
            "them differently.",
            "B",
        ),
        "stride before the mean": (
            "Nearly. But pooling with a stride picks other numbers after an odd shift, and the "
            "mean of other numbers is another mean.",
            "C",
        ),
    },
    right=("d",),
)
