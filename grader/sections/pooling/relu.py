"""Extra: the larger of two numbers, by ReLU."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import MAXIMUM_OPERATORS
from course_lib.sections.pooling.given import relu_max
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

TOLERANCE = 1e-5

FORBIDDEN = (
    *MAXIMUM_OPERATORS,
    *("aten::abs", "aten::sign", "aten::sgn"),
    *("aten::gt", "aten::ge", "aten::lt", "aten::le"),
)
"""With these ReLU need only be called, not used."""


def _pairs(draw: Draw) -> list[Case]:
    def number(*shape: int, shift: float = 0) -> Tensor:
        return 16 * draw.uniform(*shape) - 8 + shift

    small, gap = number(2, 3), 1 + 4 * draw.uniform(2, 3)
    equal = number(4)
    equal_in_part = equal + torch.tensor([0.0, 3, 0, -3])
    return [
        Case(args=(number(5), number(5)), about="rows of numbers"),
        Case(args=(number(3, 4), number(3, 4)), about="tables of numbers"),
        Case(args=(number(2, 1, 3, 2), number(2, 1, 3, 2)), about="batches of maps"),
        Case(args=(number(3, 2, shift=-9), number(3, 2, shift=-9)), about="all negative"),
        Case(args=(number(2, 4, shift=9), number(2, 4, shift=9)), about="all positive"),
        Case(args=(equal, equal_in_part), about="equal numbers in some places"),
        Case(
            each=((small, small + gap), (small + gap, small), (number(), number())),
            about="one tensor larger everywhere, and single numbers",
        ),
    ]


RELU_MAX = Exercise(
    id="pooling.relu_max",
    title="The larger of two, by ReLU",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.5.3",),
    example=((Case(args=(torch.tensor([3.0, -2.0]), torch.tensor([1.0, 5.0]))), [3, 5]),),
    cases=_pairs,
    reference=torch.maximum,
    promises=("unchanged", "tensor"),
    tolerance=TOLERANCE,
    wrong={
        "sum of both ReLUs": (
            "ReLU(a - b) + ReLU(b - a) is the distance |a - b| between the two, not the larger "
            "one. This sum stands in some solutions, and it is wrong.",
            lambda a, b: F.relu(a - b) + F.relu(b - a),
        ),
        "the other one added": (
            "You added the wrong one of the two. ReLU(x - y) says by how much x exceeds y: to "
            "which of them must that be added?",
            lambda a, b: F.relu(a - b) + a,
            lambda a, b: F.relu(b - a) + b,
        ),
        "both added": (
            "You added both numbers. ReLU(x - y) says by how much x exceeds y: it is added to one "
            "of them only.",
            lambda a, b: F.relu(a - b) + a + b,
            lambda a, b: F.relu(b - a) + a + b,
        ),
        "ReLU of a number": (
            "You took ReLU of a number itself, which makes 0 of a negative one. Take it of their "
            "difference only.",
            lambda a, b: relu_max(F.relu(a), F.relu(b)),
            lambda a, b: F.relu(a - b) + F.relu(b),
            lambda a, b: F.relu(b - a) + F.relu(a),
            lambda a, b: F.relu(a) + F.relu(b),
            lambda a, b: F.relu(a),
        ),
        "ReLU of the sum": (
            "You took ReLU of the sum. ReLU of the difference says by how much one exceeds the "
            "other.",
            lambda a, b: F.relu(a + b),
            lambda a, b: F.relu(a + b) - a,
            lambda a, b: F.relu(a + b) - b,
        ),
        "subtracted": (
            "You took the difference away from the smaller of the two. Added to it, it gives the "
            "larger one.",
            lambda a, b: b - F.relu(a - b),
            lambda a, b: a - F.relu(b - a),
        ),
        "distance added": (
            "You added the distance of both, also to the number that is the larger one already. "
            "One ReLU is enough: it is 0 there.",
            lambda a, b: a + (a - b).abs(),
            lambda a, b: b + (a - b).abs(),
        ),
        "not halved": (
            "That is twice the larger number: halve it.",
            lambda a, b: 2 * torch.maximum(a, b),
        ),
        "halved": (
            "That is half of the larger number.",
            lambda a, b: torch.maximum(a, b) / 2,
        ),
        "one ReLU short": (
            "You halved both numbers and one ReLU together. Half of a + b lacks half of the "
            "distance, which both ReLUs make. Or halve nothing: one ReLU and one number do it.",
            lambda a, b: (a + b + F.relu(a - b)) / 2,
            lambda a, b: (a + b + F.relu(b - a)) / 2,
        ),
        "multiplied": (
            "You multiplied by ReLU of the difference. It says by how much one number exceeds the "
            "other, not whether: add it.",
            lambda a, b: F.relu(a - b) * a + F.relu(b - a) * b,
        ),
        "equal numbers twice": (
            "Where both numbers are equal you give both of them together.",
            lambda a, b: torch.maximum(a, b) + torch.where(a == b, a, 0),
        ),
        "difference only": (
            "ReLU of the difference says by how much one exceeds the other. Something must be "
            "added to it.",
            lambda a, b: F.relu(a - b),
            lambda a, b: F.relu(b - a),
        ),
        "minimum": (
            "That is the smaller of the two: turn the sign of something.",
            torch.minimum,
        ),
    },
    right=(
        lambda a, b: a + torch.relu(b - a),
        lambda a, b: (a + b + F.relu(a - b) + F.relu(b - a)) / 2,
        lambda a, b: torch.nn.ReLU()(a - b) - F.relu(-b) + F.relu(b),
    ),
    library={torch.maximum: False, torch.max: False, torch.fmax: False},
    hints=(
        "Start from b. If a is larger, something has to be added to it: how much?",
        "ReLU(a - b) is a - b where a is larger, and 0 elsewhere.",
    ),
    forbidden=FORBIDDEN,
    instead="Here sums, differences and ReLU are to do it.",
    required=("aten::relu",),
    stand_in="relu_max",
)
