"""Part D, the receptive field: by formula, and measured by a gradient."""

from collections.abc import Callable
from typing import Any

import torch

from course_lib.compare import as_tensor
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import on, worked
from course_lib.sections.padding_stride.facts import Stack, smallest_input

_EXACT = 1e-9

STACKS: dict[str, Stack] = {
    "a: three of 3x3": ((3, 1, 1), (3, 1, 1), (3, 1, 1)),
    "b: two of 5x5": ((5, 1, 1), (5, 1, 1)),
    "c: 3x3 with stride 2, then 3x3": ((3, 2, 1), (3, 1, 1)),
    "d: 3x3 with dilation 2, then 3x3": ((3, 1, 2), (3, 1, 1)),
}
"""The four stacks of exercise 14.3 of the sources."""

_STACK = "receptive_field([(3, 2, 1), (2, 3, 2), (4, 1, 1)])"

RECEPTIVE_FIELD = Exercise(
    id="padding_stride.receptive_field",
    title="The receptive field of a stack",
    points=3,
    covers=("E14.3", "Q15", "M6", "L6-rf"),
    cases=lambda draw: [
        Case(args=([(3, 2, 1), (2, 3, 2), (4, 1, 1)],), about=_STACK),
        Case(args=([(5, 1, 1)],), about="receptive_field([(5, 1, 1)])"),
        Case(
            args=([(3, 1, 2), (3, 2, 3), (5, 2, 1)],),
            about="receptive_field([(3, 1, 2), (3, 2, 3), (5, 2, 1)])",
        ),
    ],
    expect=lambda case: smallest_input(case.args[0]),
    mistakes=(
        Mistake(
            "own stride counted",
            "You multiplied by a layer's own stride before you added its part. A stride moves "
            "apart what the layers after it read.",
            on(_STACK, 35),
        ),
        Mistake(
            "strides ignored",
            "You left out the strides. After a layer with stride s, neighbours lie s times as far "
            "apart on the input, so all later layers reach further.",
            on(_STACK, 8),
        ),
        Mistake(
            "dilation ignored",
            "You left out the dilation: the kernel's gaps count, too.",
            on(_STACK, 23),
        ),
        Mistake(
            "kernel sizes added",
            "You added whole kernels. A layer adds only what lies beyond the one place it had: "
            "k - 1 steps, not k.",
            on(_STACK, 33),
        ),
        Mistake(
            "read from the output",
            "You went through the layers from the last to the first, but multiplied the strides as "
            "if from the first. They are listed from the input on.",
            on(_STACK, 12),
        ),
        Mistake(
            "started at zero",
            "You are one short: before any layer, a place sees itself, so start at 1.",
            on(_STACK, 24),
        ),
    ),
    hints=(
        "Go through the layers from the input on and keep two numbers: r, how many pixels a place "
        "sees, and jump, how many pixels apart two neighbouring places lie. What are they before "
        "the first layer?",
        "A kernel of size k with dilation d reaches (k - 1) * d places beyond one place, and these "
        "lie jump pixels apart.",
        "r, jump = 1, 1; for each (k, s, d): r += (k - 1) * d * jump, and then jump *= s.",
    ),
    tolerance=_EXACT,
)

STACK_FIELDS = Exercise(
    id="padding_stride.stack_fields",
    title="Four stacks",
    points=0,
    covers=("E14.3",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: [smallest_input(stack) for stack in STACKS.values()],
    mistakes=(
        Mistake(
            "kernel sizes added",
            "You added the kernel sizes. Every layer after the first adds k - 1 only.",
            lambda case: [sum(k for k, _, _ in stack) for stack in STACKS.values()],
        ),
        Mistake(
            "strides ignored",
            "Three are right. In c the second layer reads places that lie 2 pixels apart.",
            lambda case: _without(1),
        ),
        Mistake(
            "own stride counted",
            "Three are right. In c the stride of the first layer moves apart what the second one "
            "reads; the first layer itself sees 3 pixels.",
            lambda case: _own_strides(),
        ),
        Mistake(
            "dilation ignored",
            "Three are right. In d the first kernel covers 5 pixels, with its gaps.",
            lambda case: _without(2),
        ),
    ),
    hints=(
        "Your receptive_field gives them; or add up by hand: 1, and (k - 1) · d · jump for each "
        "layer.",
        "a is 1 + 2 + 2 + 2.",
    ),
    tolerance=_EXACT,
)


def _own_strides() -> list[int]:
    """The four fields if a layer's stride already spread out what it reads itself."""
    return [
        smallest_input([(1, 1, 1)] + [(k, 1, d * stack[0][1]) for k, _, d in stack])
        for stack in STACKS.values()
    ]


def _without(entry: int) -> list[int]:
    """The four fields with strides (1) or dilations (2) set to 1."""
    return [
        smallest_input([(*layer[:entry], 1, *layer[entry + 1 :]) for layer in stack])  # type: ignore[misc]
        for stack in STACKS.values()
    ]


FEWEST_CHOICE = Exercise(
    id="padding_stride.fewest_choice",
    title="Which stack has the fewest parameters?",
    points=1,
    covers=("E14.3",),
    asks="choice",
    options={
        "A": "a, because its kernels are the smallest.",
        "B": "c alone, because its stride makes the second layer smaller.",
        "C": "d alone, because zeros in the gaps of a kernel are no parameters.",
        "D": "c and d, with equally many.",
    },
)


def _box(gradient: torch.Tensor) -> tuple[int, int]:
    """Height and width of the part that is not zero."""
    places = (gradient != 0).nonzero()
    height, width = (places.amax(0) - places.amin(0) + 1).tolist()
    return height, width


def influences(stack: Stack, size: int, i: int, j: int) -> Callable[[Any], str | None]:
    """Verifies what holds for the gradient of any output pixel of a stack of ones."""

    def verify(answer: Any) -> str | None:
        gradient = as_tensor(answer)
        if gradient is None or gradient.shape != (size, size):
            return "The answer is the gradient with respect to the image, of the image's shape."
        if not gradient.any():
            return "Your gradient is zero everywhere. Some pixels do influence this output."
        field = smallest_input(stack)
        if max(_box(gradient)) > field:
            return (
                "More pixels have a gradient than one output can see. Take the gradient of the "
                "one output pixel [i, j], not of several."
            )
        if max(_box(gradient)) < field:
            return "Fewer pixels have a gradient than the stack can see. Are all layers in it?"
        paths = 1
        for kernel_size, _, _ in stack:
            paths *= kernel_size**2
        if abs(float(gradient.sum()) - paths) > 1e-3 * paths:
            return (
                "With weights of 1, the gradient counts the ways from a pixel to the output; all "
                "together there are as many as the product of all k·k."
            )
        return None

    return verify


_TWO_LAYERS = "influence([(2, 1, 1), (2, 2, 1)], 5, 0, 1)"


def _influence_cases(draw: Any) -> list[Case]:
    stack: list[tuple[int, int, int]] = [(3, 2, 1), (2, 1, 2), (3, 1, 1)]
    return [
        Case(args=([(2, 1, 1), (2, 2, 1)], 5, 0, 1), about=_TWO_LAYERS),
        Case(args=([(2, 1, 2)], 4, 1, 0), about="influence([(2, 1, 2)], 4, 1, 0)"),
        Case(
            args=(stack, 20, 2, 3),
            about="as wide as the receptive field",
            verify=influences(stack, 20, 2, 3),
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
            "influence([(2, 1, 2)], 4, 1, 0)": [[0] * 4, [1, 0, 1, 0], [0] * 4, [1, 0, 1, 0]],
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
    ),
    returns="tensor",
    hints=(
        "Make an image of zeros that requires a gradient, send it through all layers, and ask "
        "autograd how one entry of the output depends on it.",
        "A layer of weights 1: F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d), with x "
        "of shape (1, 1, H, W).",
        "X = torch.zeros(size, size, requires_grad=True); x = X[None, None]; a loop over the "
        "layers; then torch.autograd.grad(x[0, 0, i, j], X)[0].",
    ),
)
