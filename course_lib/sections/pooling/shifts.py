"""Part F, shifts: what a moved image does to pooling, to GAP and to a dense layer."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, worked

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


def ask_operation(
    shift_gaps: ShiftGaps, name: str, weight: Tensor | None, X: Tensor, pixels: int, stride: int
) -> Any:
    """Asks about an operation given by its name: names can be sent, code cannot."""
    return shift_gaps(operation(name, weight), X, pixels, stride)


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

    Moved by up to seven pixels to the right it does not touch the edge.
    """
    X = torch.zeros(1, 1, 8, 16)
    X[0, 0, 2:6, 3:8] = draw.normal(4, 5)
    return X


_MOVED_TWO = "the same, moved by two pixels"
_OBJECT = "an object of two rows, max pooling"
_MEAN, _DENSE = "average pooling of it", "a dense layer on it"


def _cases(draw: Draw) -> list[Case]:
    row = torch.tensor([0.0, 0, 3, 1, 0, 0]).expand(1, 1, 2, 6).clone()
    small = torch.zeros(1, 1, 4, 10)
    small[0, 0, 1:3, 2:6] = torch.tensor([[2.0, 5, 6, 2], [2, 5, 3, 2]])
    weight = (torch.arange(400.0) * 17 % 9 - 1).reshape(10, 40)
    return [
        Case(args=("max", None, row, 1, 2), about=WORKED),
        Case(args=("max", None, row, 2, 2), about=_MOVED_TWO),
        Case(args=("max", None, small, 3, 2), about=_OBJECT),
        Case(args=("avg", None, small, 3, 2), about=_MEAN),
        Case(args=("dense", weight, small, 3, 2), about=_DENSE),
        Case(
            args=("max", None, object_inside(draw), 4, 2),
            about="four pixels at stride 2: equivariant",
            verify=equivariant,
        ),
    ]


_ANOTHER_DISTANCE = (
    "Image and output must both move to the right: the image by pixels, the old output by "
    "pixels // stride columns, since each of its columns stands for stride pixels."
)

SHIFT_GAPS = Exercise(
    id="pooling.shift_gaps",
    title="Equivariant, invariant, or neither?",
    points=3,
    covers=("E14.4 (b-e)",),
    cases=_cases,
    through=ask_operation,
    expect=worked(
        {
            WORKED: [1, 1],
            _MOVED_TWO: [0, 3],
            _OBJECT: [3, 6],
            _MEAN: [1.25, 2.75],
            _DENSE: [117, 126],
        }
    ),
    mistakes=(
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first the gap to the moved output, then "
            "the gap to the unmoved one.",
            on(_OBJECT, [6, 3]),
        ),
        Mistake(
            "mean",
            "You took means of the differences. A gap is the largest absolute difference.",
            on(_OBJECT, [1.2, 3]),
        ),
        Mistake(
            "sum",
            "You added the differences. A gap is the largest absolute difference.",
            on(_OBJECT, [12, 30]),
        ),
        Mistake(
            "sign kept",
            "You took the largest difference with its sign. Take absolute values first: a large "
            "negative difference is a gap, too.",
            on(_OBJECT, [2, 6]),
        ),
        Mistake(
            "largest numbers compared",
            "You compared the largest numbers of the two outputs. Take the difference at every "
            "place first, and then the largest absolute one.",
            on(_OBJECT, [0, 0]),
        ),
        Mistake("moved by another distance", _ANOTHER_DISTANCE, on(_OBJECT, [6, 6])),
        Mistake("moved by another distance", _ANOTHER_DISTANCE, on(_OBJECT, [4, 6])),
        Mistake(
            "moved down",
            "You moved the image down. To the right is along the last axis.",
            on(_OBJECT, [6, 5]),
        ),
        Mistake(
            "rolled as one row",
            "torch.roll without dims moves all numbers as one long row: what leaves one row comes "
            "in at the next. Say dims=-1.",
            on(_DENSE, [108, 126]),
        ),
        Mistake(
            "zeros moved in",
            "You let zeros come in at the left of the output. Move it with torch.roll: what leaves "
            "at the right comes in again at the left.",
            on(_DENSE, [110, 126]),
        ),
    ),
    hints=(
        "Two outputs: Y of the image, Y2 of the moved image. The invariance gap compares these two "
        "as they are.",
        "For the equivariance gap move Y itself: torch.roll(Y, pixels // stride, dims=-1).",
        "Each gap is (one - other).abs().max().item(); return both in a list.",
    ),
    keeps_inputs=True,
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
