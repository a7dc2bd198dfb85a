"""Part F, shifts: what a moved image does to pooling, to GAP and to a dense layer."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, on_worked, worked

Operation = Callable[[Tensor], Tensor]
ShiftGaps = Callable[[Operation, Tensor, int, int], Any]


def operation(name: str, weight: Tensor | None) -> Operation:
    """The operation of this name on (1, 1, H, W), with two pixels to each place of its output.

    Args:
        weight: of the convolution (1, 1, h, w), or of the dense layer (outputs, inputs).

    Raises:
        KeyError: there is none of this name.
    """
    if name in ("max", "avg"):
        pool = F.max_pool2d if name == "max" else F.avg_pool2d
        return lambda X: pool(X, 2)
    assert weight is not None, f"{name} needs a weight"
    return {
        "conv, max": lambda X: F.max_pool2d(F.conv2d(X, weight, padding=1).relu(), 2),
        "dense": lambda X: F.linear(X.flatten(1), weight).reshape(
            1, 1, X.shape[2] // 2, X.shape[3] // 2
        ),
    }[name]


def on_operation(shift_gaps: ShiftGaps) -> Callable[..., Any]:
    """Asks `shift_gaps` about an operation given by its name: names can be sent, code cannot."""

    def answer(name: str, weight: Tensor | None, X: Tensor, pixels: int, stride: int) -> Any:
        return shift_gaps(operation(name, weight), X, pixels, stride)

    return answer


def equivariant(answer: Any) -> str | None:
    """Verifies the gaps of pooling for a shift by a multiple of its stride."""
    gaps = as_tensor(answer)
    if gaps is None or gaps.shape != (2,):
        return "The answer is a list of two numbers."
    if not 0 <= gaps[0] < 1e-4:
        return (
            "For a shift by a multiple of the stride the first gap should be 0: the pooled map "
            "moves by pixels // stride columns, and nothing else happens."
        )
    return None if gaps[1] > 0 else "The second gap should not be 0: the output has moved."


def object_inside(draw: Draw) -> Tensor:
    """An image (1, 1, 8, 16) of zeros with an object of 4 x 5 pixels, five columns from the left.

    Moved by up to five pixels to the right it does not leave the image.
    """
    X = torch.zeros(1, 1, 8, 16)
    X[0, 0, 2:6, 3:8] = draw.normal(4, 5)
    return X


def _cases(draw: Draw) -> list[Case]:
    row = torch.tensor([0.0, 0, 1, 5, 2, 0, 0, 0, 0, 0])
    small = row.expand(1, 1, 2, 10).clone()
    return [
        Case(args=("max", None, small, 3, 2), about=WORKED),
        Case(args=("avg", None, small, 3, 2), about="average pooling of it"),
        Case(
            args=("max", None, object_inside(draw), 4, 2),
            about="four pixels at stride 2: equivariant",
            verify=equivariant,
        ),
    ]


SHIFT_GAPS = Exercise(
    id="pooling.shift_gaps",
    title="Equivariant, invariant, or neither?",
    points=3,
    covers=("E14.4 (b-e)",),
    cases=_cases,
    expect=worked({WORKED: [4, 5], "average pooling of it": [2.5, 3.5]}),
    mistakes=(
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first the gap to the moved output, then "
            "the gap to the unmoved one.",
            on_worked([5, 4]),
        ),
        Mistake(
            "mean",
            "You took means of the differences. A gap is the largest absolute difference.",
            on_worked([1.4, 2.2]),
        ),
        Mistake(
            "sign kept",
            "You took the largest difference with its sign. Take absolute values first: a large "
            "negative difference is a gap, too.",
            on_worked([3, 5]),
        ),
        Mistake(
            "moved by another distance",
            "Image and output must both move to the right: the image by pixels, the old output by "
            "pixels // stride columns, since each of its columns stands for stride pixels.",
            on_worked([5, 5]),
        ),
        Mistake(
            "moved down",
            "You moved the image down. To the right is along the last axis.",
            on_worked([5, 0]),
        ),
    ),
    hints=(
        "Two outputs: Y of the image, Y2 of the moved image. The invariance gap compares these two "
        "as they are.",
        "For the equivariance gap move Y itself: torch.roll(Y, pixels // stride, dims=-1).",
        "Each gap is (one - other).abs().max().item(); return both in a list.",
    ),
)

POOL_SHIFT_CHOICE = Exercise(
    id="pooling.shift_choice",
    title="What 2x2 max pooling does to a shift",
    points=1,
    covers=("E14.4 (b-e)",),
    asks="choice",
    options={
        "A": "It does not change, whatever the number of pixels: max pooling is invariant.",
        "B": "It moves by half as many columns for an even number; for an odd one it is in general "
        "neither the old output nor that output moved.",
        "C": "It moves by half as many columns, rounded down, whatever the number of pixels.",
        "D": "It does not change for one pixel; from two pixels on it moves.",
    },
)

INVARIANT_CHOICE = Exercise(
    id="pooling.invariant_choice",
    title="Which network does not care?",
    points=1,
    covers=("E14.4 (b-e)",),
    asks="choice",
    options={
        "A": "convolution, ReLU, flatten, linear",
        "B": "convolution, ReLU, 2x2 max pooling with stride 2, flatten, linear",
        "C": "convolution, ReLU, 2x2 max pooling with stride 2, global average pooling, linear",
        "D": "convolution, ReLU, global average pooling, linear",
    },
)
