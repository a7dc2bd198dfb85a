"""Part D, the receptive field as measured by a gradient."""

import math
from collections.abc import Callable
from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.padding_stride.facts import Stack, smallest_input


def _box(gradient: torch.Tensor) -> tuple[int, int]:
    """Height and width of the part that is not zero."""
    places = (gradient != 0).nonzero()
    height, width = (places.amax(0) - places.amin(0) + 1).tolist()
    return height, width


_TOO_MANY = Mistake(
    "too many pixels",
    "More pixels have a gradient than one output can see. Take the gradient of the one output "
    "pixel [i, j], not of several, and lay no padding around.",
)
_TOO_FEW = Mistake(
    "too few pixels",
    "Fewer pixels have a gradient than the stack can see. Do all layers follow each other, in the "
    "order given, each with its own stride and dilation?",
)
_OTHER_WEIGHTS = Mistake(
    "other weights",
    "The gradient reaches as far as it should, but its numbers do not add up to the product of all "
    "k·k, the number of ways. Are all weights 1, is there no padding, and do you return the "
    "gradient as it is?",
)


def influences(stack: Stack, size: int) -> Callable[[Any], Mistake | str | None]:
    """Verifies what holds for the gradient of any output pixel of a stack of ones."""

    def verify(answer: Any) -> Mistake | str | None:
        gradient = as_tensor(answer)
        if gradient is None or gradient.shape != (size, size):
            return "The answer is the gradient with respect to the image, of the image's shape."
        if not gradient.any():
            return "Your gradient is zero everywhere. Some pixels do influence this output."
        field = smallest_input(stack)
        if max(_box(gradient)) > field:
            return _TOO_MANY
        if max(_box(gradient)) < field:
            return _TOO_FEW
        ways = math.prod(kernel_size**2 for kernel_size, _, _ in stack)
        if abs(float(gradient.sum()) - ways) > 1e-3 * ways:
            return _OTHER_WEIGHTS
        return None

    return verify


_TWO_LAYERS = "influence([(2, 1, 1), (2, 2, 1)], 5, 0, 1)"
_DILATED = "influence([(2, 1, 2)], 4, 1, 0)"


def _influence_cases(draw: Draw) -> list[Case]:
    stack: list[tuple[int, int, int]] = [(3, 2, 1), (2, 1, 2), (3, 1, 1)]
    return [
        Case(args=([(2, 1, 1), (2, 2, 1)], 5, 0, 1), about=_TWO_LAYERS),
        Case(args=([(2, 1, 2)], 4, 1, 0), about=_DILATED),
        Case(
            args=(stack, 20, 2, 3),
            about="as wide as the receptive field",
            verify=influences(stack, 20),
        ),
    ]


INFLUENCE = Exercise(
    id="padding_stride.influence",
    title="The receptive field, measured",
    points=3,
    covers=("E14.3", "Q15"),
    cases=_influence_cases,
    expect=worked(
        {
            _TWO_LAYERS: [[0, 0, 1, 2, 1], [0, 0, 2, 4, 2], [0, 0, 1, 2, 1], [0] * 5, [0] * 5],
            _DILATED: [[0] * 4, [1, 0, 1, 0], [0] * 4, [1, 0, 1, 0]],
        }
    ),
    mistakes=(
        Mistake(
            "all outputs",
            "That is the gradient of the sum of all outputs. Take the one output pixel [i, j].",
            on(_TWO_LAYERS, [[1, 2, 2, 2, 1], *([[2, 4, 4, 4, 2]] * 3), [1, 2, 2, 2, 1]]),
        ),
        Mistake(
            "i and j swapped",
            "You took the output pixel [j, i]: the row comes first.",
            on(_TWO_LAYERS, [[0] * 5, [0] * 5, [1, 2, 1, 0, 0], [2, 4, 2, 0, 0], [1, 2, 1, 0, 0]]),
        ),
        Mistake(
            "mask",
            "You say which pixels have an influence. Return the gradient itself, which also says "
            "in how many ways they have it.",
            on(_TWO_LAYERS, [[0, 0, 1, 1, 1]] * 3 + [[0] * 5] * 2),
        ),
        Mistake(
            "strides ignored",
            "Your layers visit every window. Hand the stride on to the convolution.",
            on(_TWO_LAYERS, [[0, 1, 2, 1, 0], [0, 2, 4, 2, 0], [0, 1, 2, 1, 0], [0] * 5, [0] * 5]),
        ),
        Mistake(
            "dilation ignored",
            "Your layers have no gaps. Hand the dilation on to the convolution.",
            on(_DILATED, [[0] * 4, [1, 1, 0, 0], [1, 1, 0, 0], [0] * 4]),
        ),
        _TOO_MANY,
        _TOO_FEW,
        _OTHER_WEIGHTS,
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Make an image of zeros that requires a gradient, send it through all layers, and ask "
        "autograd how one entry of the output depends on it.",
        "A layer of weights 1: F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d), with x "
        "of shape (1, 1, H, W).",
        "X = torch.zeros(size, size, requires_grad=True); x = X[None, None]; a loop over the "
        "layers; then torch.autograd.grad(x[0, 0, i, j], X)[0].",
    ),
)
