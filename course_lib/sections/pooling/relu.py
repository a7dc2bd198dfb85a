"""Part C, a maximum made from ReLU: of two numbers, then of windows."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on
from course_lib.sections.pooling.facts import MAXIMUM_OPERATORS, count_up

_FLOAT = 1e-5


def _relu_max_cases(draw: Draw) -> list[Case]:
    return [
        Case(
            args=(torch.tensor([3.0, -2.0, 0.0]), torch.tensor([1.0, 5.0, 0.0])),
            about="three pairs",
        ),
        Case(args=(draw.integers(-8, -1, 2, 3), draw.integers(-8, -1, 2, 3)), about="all negative"),
        Case(args=(8 * draw.normal(3, 4), 8 * draw.normal(3, 4)), about="a table of pairs"),
    ]


_OTHER_ONE = (
    "You added the wrong one of the two. ReLU(x - y) says by how much x exceeds y: to which of "
    "them must that be added?"
)

RELU_MAX = Exercise(
    id="pooling.relu_max",
    title="The larger of two, by ReLU",
    points=1,
    covers=("D7.5.3",),
    cases=_relu_max_cases,
    expect=lambda case: torch.maximum(*case.args),
    mistakes=(
        Mistake(
            "sum of both ReLUs",
            "ReLU(a - b) + ReLU(b - a) is the distance |a - b| between the two, not the larger "
            "one. This sum stands in some solutions, and it is wrong.",
            lambda case: (case.args[0] - case.args[1]).abs(),
        ),
        Mistake(
            "the other one added",
            _OTHER_ONE,
            lambda case: torch.maximum(*case.args) - case.args[1] + case.args[0],
        ),
        Mistake(
            "the other one added",
            _OTHER_ONE,
            lambda case: torch.maximum(*case.args) - case.args[0] + case.args[1],
        ),
        Mistake(
            "both added",
            "You added both numbers. ReLU(x - y) says by how much x exceeds y: it is added to one "
            "of them only.",
            lambda case: torch.maximum(*case.args) + case.args[0],
        ),
        Mistake(
            "both added",
            "You added both numbers. ReLU(x - y) says by how much x exceeds y: it is added to one "
            "of them only.",
            lambda case: torch.maximum(*case.args) + case.args[1],
        ),
        Mistake(
            "ReLU of each",
            "You took ReLU of the numbers themselves. Then two negative numbers both become 0. "
            "Take it of their difference.",
            lambda case: torch.maximum(case.args[0].clamp(min=0), case.args[1].clamp(min=0)),
        ),
        Mistake(
            "difference only",
            "ReLU of the difference says by how much one exceeds the other. Something must be "
            "added to it.",
            lambda case: F.relu(case.args[0] - case.args[1]),
        ),
        Mistake(
            "minimum",
            "That is the smaller of the two: turn the sign of something.",
            lambda case: torch.minimum(*case.args),
        ),
    ),
    hints=(
        "Start from b. If a is larger, something has to be added to it: how much?",
        "ReLU(a - b) is a - b where a is larger, and 0 elsewhere.",
    ),
    forbidden=MAXIMUM_OPERATORS,
    instead="Here sums, differences and ReLU are to do it.",
    required=("aten::relu",),
    tolerance=_FLOAT,
    returns="tensor",
    keeps_inputs=True,
)


_SIXTEEN = "1 … 16"


def _on_one_to_sixteen(*rows: list[float]) -> Callable[[Case], Any]:
    return on(_SIXTEEN, torch.tensor([[rows]]))


def _relu_pool_cases(draw: Draw) -> list[Case]:
    window = torch.tensor([[[[2.0, 5.0], [-1.0, 3.0]]]])
    return [
        Case(args=(window,), about="[[2, 5], [-1, 3]]"),
        Case(args=(count_up(1, 1, 4, 4) + 1,), about=_SIXTEEN),
        Case(args=(draw.integers(-9, -1, 1, 2, 5, 6),), about="five rows, all negative"),
        Case(args=(draw.integers(-9, 9, 2, 1, 6, 7),), about="seven columns"),
        Case(args=(8 * draw.normal(1, 3, 5, 7),), about="odd both ways"),
    ]


def _even(X: Tensor) -> Tensor:
    """The map with a row and a column of zeros more where it is odd."""
    return F.pad(X, (0, X.shape[-1] % 2, 0, X.shape[-2] % 2))


RELU_MAX_POOL2D = Exercise(
    id="pooling.relu_max_pool2d",
    title="2x2 max pooling by ReLU",
    points=3,
    covers=("D7.5.3",),
    cases=_relu_pool_cases,
    expect=lambda case: F.max_pool2d(case.args[0], 2),
    mistakes=(
        Mistake(
            "sum of pairwise ReLUs",
            "You added ReLUs of differences. That sum stands in some solutions, and it is no "
            "maximum. Use your relu_max, three times.",
            _on_one_to_sixteen([10, 10], [10, 10]),
        ),
        Mistake(
            "padded at the end",
            "With an odd size you made one window too many. nn.MaxPool2d(2) rounds down: the last "
            "row or column is left out.",
            lambda case: F.max_pool2d(case.args[0], 2, ceil_mode=True),
        ),
        Mistake(
            "padded at the end",
            "You padded an odd map with zeros and made one window too many. nn.MaxPool2d(2) rounds "
            "down: the last row or column is left out.",
            lambda case: F.max_pool2d(_even(case.args[0]), 2),
        ),
        Mistake(
            "always one row less",
            "You cut off the last row and column of every map. Only an odd one has to go.",
            lambda case: F.max_pool2d(case.args[0][..., :-1, :-1], 2),
        ),
        Mistake(
            "first row of each window",
            "You compared the two upper pixels of each window only. It has four.",
            _on_one_to_sixteen([2, 4], [10, 12]),
        ),
        Mistake(
            "not all four",
            "You left out a pixel of each window. It has four: compare two pairs, then the two "
            "winners.",
            _on_one_to_sixteen([5, 7], [13, 15]),
        ),
        Mistake(
            "quarters",
            "You compared the four quarters of the map with each other. A window is four pixels "
            "side by side: every second row, every second column.",
            _on_one_to_sixteen([11, 12], [15, 16]),
        ),
        Mistake(
            "rows only",
            "You compared in one direction only: each window is left with two numbers. Do the same "
            "once more along the other axis.",
            _on_one_to_sixteen([5, 6, 7, 8], [13, 14, 15, 16]),
        ),
        Mistake(
            "windows overlap",
            "Your windows move by one pixel. They lie side by side: every second row, every second "
            "column.",
            lambda case: F.max_pool2d(case.args[0], 2, 1),
        ),
    ),
    hints=(
        "It is a tournament: the largest of four is the larger of two winners.",
        "X[..., 0::2, 0::2] holds the upper left pixel of every window. With an odd number of "
        "rows 0::2 finds one more than 1::2; cut the map to even sizes first.",
        "After the cut: relu_max(relu_max(a, b), relu_max(c, d)), with a, b, c, d the four slices.",
    ),
    forbidden=MAXIMUM_OPERATORS,
    instead="Here sums, differences and ReLU are to do it.",
    required=("aten::relu",),
    tolerance=_FLOAT,
    returns="tensor",
    keeps_inputs=True,
)
