"""Part E, the transposed convolution."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import image_and_kernel
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.padding_stride.facts import WINDOW_OPERATORS, strided, transposed

TRANSPOSED_CONV2D = Exercise(
    id="padding_stride.transposed_conv2d",
    title="Transposed convolution",
    points=3,
    covers=("E14.26",),
    cases=lambda draw: [
        Case(args=(*image_and_kernel(draw, (2, 3), (3, 3)), 2), about="a 3x3 kernel, stride 2"),
        Case(args=(*image_and_kernel(draw, (3, 2), (2, 4)), 1), about="a wide kernel, stride 1"),
        Case(args=(*image_and_kernel(draw, (2, 2), (2, 2)), 3), about="stride 3, with gaps"),
    ],
    expect=lambda case: transposed(*case.args),
    mistakes=(
        Mistake(
            "flipped kernel",
            "Your stamps are turned by 180 degrees. Each is a number times the kernel, as it is.",
            lambda case: transposed(case.args[0], case.args[1].flip(0, 1), case.args[2]),
        ),
        Mistake(
            "stride ignored",
            "Your stamps lie one pixel apart. With stride s they lie s pixels apart.",
            lambda case: transposed(case.args[0], case.args[1], 1),
        ),
        Mistake(
            "stride in the size only",
            "Your output has the right size, but the stamps in it lie one pixel apart. The stamp "
            "of Y[i, j] begins at row i·stride and column j·stride.",
            lambda case: _crowded(*case.args),
        ),
        Mistake(
            "kernel transposed",
            "Rows and columns of the kernel have changed places in your stamps.",
            lambda case: transposed(case.args[0], case.args[1].T, case.args[2]),
        ),
        Mistake(
            "overwritten",
            "Where stamps overlap, you keep the last one. They add up there.",
            lambda case: _overwritten(*case.args),
        ),
        Mistake(
            "convolution",
            "That is a convolution: it gathers a window into one number. Here one number is spread "
            "over a window, and the output is larger than the input.",
            lambda case: strided(*case.args),
        ),
        Mistake(
            "size times stride",
            "Your output lacks rows and columns: it has H·s of them. The last stamp is as large as "
            "the kernel, so there are (H - 1)·s + h.",
            lambda case: transposed(*case.args)[
                : case.args[0].shape[0] * case.args[2], : case.args[0].shape[1] * case.args[2]
            ],
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Each number of Y stamps the kernel, times this number, onto the output. Where does the "
        "stamp of Y[i, j] begin?",
        "Make the output of zeros, (H - 1) * s + h by (W - 1) * s + w.",
        "In two loops: out[i * s : i * s + h, j * s : j * s + w] += Y[i, j] * K.",
    ),
    forbidden=WINDOW_OPERATORS,
)


def _crowded(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    """PyTorch's stamps at stride 1, in an output as large as at this stride."""
    output, stamps = torch.zeros_like(transposed(Y, K, stride)), transposed(Y, K, 1)
    output[: stamps.shape[0], : stamps.shape[1]] = stamps
    return output


def _overwritten(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    """PyTorch's stamps one by one; each replaces what it covers."""
    output = torch.zeros_like(transposed(Y, K, stride))
    for place in range(Y.numel()):
        one = torch.zeros(Y.numel())
        one[place] = 1
        covered = transposed(one.reshape(Y.shape), torch.ones_like(K), stride) > 0
        stamp = transposed(one.reshape(Y.shape) * Y, K, stride)
        output = torch.where(covered, stamp, output)
    return output


def no_gap(answer: Any) -> str | None:
    """Verifies the gap of filters that are orthonormal and do not overlap."""
    gap = as_tensor(answer)
    if gap is None or gap.numel() != 1:
        return "The answer is one number."
    if not abs(gap.item()) < 1e-3:
        return (
            "For orthonormal filters, with a stride as large as they are, the gap vanishes. Use "
            "the same filters and the same stride on both ways."
        )
    return None


def haar_filters() -> Tensor:
    """Four orthonormal filters of 2 x 2: mean, and differences in three directions."""
    signs = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    return torch.tensor(signs).float().reshape(4, 2, 2) / 2


_ONE_FILTER = "one filter, stride 1"

ROUND_TRIP_GAP = Exercise(
    id="padding_stride.round_trip_gap",
    title="There and back again",
    points=2,
    covers=("E14.26",),
    cases=lambda draw: [
        Case(
            args=(torch.tensor([[[1.0, -5.0, 2.0]]]), torch.tensor([[[1.0, 2.0]]]), 1),
            about=_ONE_FILTER,
        ),
        Case(
            args=(draw.normal(4, 3, 2), haar_filters(), 2),
            about="four orthonormal filters at stride 2: no gap",
            verify=no_gap,
        ),
    ],
    expect=worked({_ONE_FILTER: 14.0}),
    mistakes=(
        Mistake(
            "mean",
            "You took the mean of the differences. The gap is the largest one.",
            on(_ONE_FILTER, 22 / 3),
        ),
        Mistake(
            "sign kept",
            "You took the largest difference with its sign. Take absolute values first.",
            on(_ONE_FILTER, -2.0),
        ),
        Mistake(
            "absolute value last",
            "You took the absolute value of the largest difference. A large negative one counts as "
            "well: take absolute values first, and then the largest.",
            on(_ONE_FILTER, 2.0),
        ),
        Mistake(
            "sum",
            "You added up the differences. The gap is the largest one.",
            on(_ONE_FILTER, 22),
        ),
        Mistake(
            "only there",
            "You did not compare with Y itself: the gap is about the difference between Y and what "
            "comes back.",
            on(_ONE_FILTER, 19.0),
        ),
    ),
    hints=(
        "F.conv_transpose2d(Y[None], filters[:, None], stride=stride) goes there; its input has "
        "one channel for each filter.",
        "Back: F.conv2d of what came out, with the same filters[:, None] and stride. What shape "
        "has it?",
        "gap = (back[0] - Y).abs().max().item()",
    ),
)

IDENTITY_CHOICE = Exercise(
    id="padding_stride.identity_choice",
    title="When the way back leads home",
    points=1,
    covers=("E14.26",),
    asks="choice",
    options={
        "A": "Any kernel, as long as the stride is as large as the kernel.",
        "B": "A kernel whose squares add up to 1, with a stride as large as the kernel.",
        "C": "A kernel whose entries add up to 1, at stride 1.",
        "D": "Every kernel that is not zero: a transposed convolution undoes a convolution.",
    },
)
