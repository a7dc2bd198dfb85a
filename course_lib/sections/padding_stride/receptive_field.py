"""Part D, the receptive field by formula."""

import math

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on
from course_lib.sections.padding_stride.facts import Stack, smallest_input

STACKS: dict[str, Stack] = {
    "a: three of 3x3": ((3, 1, 1), (3, 1, 1), (3, 1, 1)),
    "b: two of 5x5": ((5, 1, 1), (5, 1, 1)),
    "c: 3x3 with stride 2, then 3x3": ((3, 2, 1), (3, 1, 1)),
    "d: 3x3 with dilation 2, then 3x3": ((3, 1, 2), (3, 1, 1)),
}
"""The four stacks of exercise 14.3 of the sources."""

_STACK = "receptive_field([(3, 2, 1), (2, 1, 2), (4, 3, 1)])"

RECEPTIVE_FIELD = Exercise(
    id="padding_stride.receptive_field",
    title="The receptive field of a stack",
    points=3,
    covers=("E14.3", "Q15", "M6", "L6-rf"),
    cases=lambda draw: [
        Case(args=([(3, 2, 1), (2, 1, 2), (4, 3, 1)],), about=_STACK),
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
            on(_STACK, 27),
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
            on(_STACK, 11),
        ),
        Mistake(
            "kernel sizes added",
            "You added whole kernels. A layer adds only what lies beyond the one place it had: "
            "k - 1 steps, not k.",
            on(_STACK, 17),
        ),
        Mistake(
            "k instead of k - 1",
            "You added k steps for each layer. One place is there already: a layer adds k - 1.",
            on(_STACK, 20),
        ),
        Mistake(
            "d times k",
            "You took a kernel to cover d·k places. It covers d·(k - 1) + 1, so it adds d·(k - 1).",
            on(_STACK, 15),
        ),
        Mistake(
            "strides added",
            "You added the strides up. How far apart neighbours lie is the product of the strides "
            "before: twice as far, and then three times that.",
            on(_STACK, 21),
        ),
        Mistake(
            "one stride only",
            "You took the stride of the layer before only. All strides before count, multiplied.",
            on(_STACK, 10),
        ),
        Mistake(
            "all strides",
            "You multiplied each layer by the strides of all layers. Only those before it count.",
            on(_STACK, 43),
        ),
        Mistake(
            "dilation as a stride",
            "You let dilations spread out what the later layers read. Only strides do: a dilated "
            "layer still has an output at every place.",
            on(_STACK, 19),
        ),
        Mistake(
            "dilation before stride",
            "You took the stride for the dilation and the dilation for the stride. A triple is "
            "(kernel size, stride, dilation).",
            on(_STACK, 24),
        ),
        Mistake(
            "first layer only",
            "You went through the first layer only. Does the return stand inside the loop?",
            on(_STACK, 3),
        ),
        Mistake(
            "read from the output",
            "You went through the layers from the last to the first, but multiplied the strides as "
            "if from the first. They are listed from the input on.",
            on(_STACK, 16),
        ),
        Mistake(
            "started at zero",
            "You are one short: before any layer, a place sees itself, so start at 1.",
            on(_STACK, 12),
        ),
    ),
    keeps_inputs=True,
    hints=(
        "Go through the layers from the input on and keep two numbers: r, how many pixels a place "
        "sees, and jump, how many pixels apart two neighbouring places lie. What are they before "
        "the first layer?",
        "A kernel of size k with dilation d reaches (k - 1) * d places beyond one place, and these "
        "lie jump pixels apart.",
        "r, jump = 1, 1; for each (k, s, d): r += (k - 1) * d * jump, and then jump *= s.",
    ),
    tolerance=EXACT,
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
        Mistake(
            "dilation as a stride",
            "Three are right. In d the dilation widens the first kernel only; the second layer "
            "reads neighbours.",
            lambda case: [
                smallest_input([(k, s * d, d) for k, s, d in stack]) for stack in STACKS.values()
            ],
        ),
        Mistake(
            "started at zero",
            "All four are one short: one place sees itself, so start at 1.",
            lambda case: [smallest_input(stack) - 1 for stack in STACKS.values()],
        ),
        Mistake(
            "sizes multiplied",
            "You multiplied the sizes. Each layer adds (k - 1)·d·jump places.",
            lambda case: [
                math.prod(d * (k - 1) + 1 for k, _, d in stack) for stack in STACKS.values()
            ],
        ),
    ),
    hints=(
        "Your receptive_field gives them; or add up by hand: 1, and (k - 1) · d · jump for each "
        "layer.",
        "a is 1 + 2 + 2 + 2.",
    ),
    tolerance=EXACT,
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
