"""Part D: the receptive field, by formula."""

import math
from collections.abc import Callable, Sequence

import torch

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Stack = Sequence[Sequence[int]]
"""Layers from the input on: (kernel size, stride, dilation) each."""


def seen(layers: Stack) -> int:
    """The pixels that output 0 sees, layer by layer back to the input."""
    places = {0}
    for k, s, d in reversed(layers):
        places = {place * s + tap * d for place in places for tap in range(k)}
    return max(places) - min(places) + 1


def _field(
    adds: Callable[[int, int], int] = lambda k, d: d * (k - 1),
    jump: Callable[[list[int], int], int] = lambda strides, i: math.prod(strides[:i]),
    start: int = 1,
) -> Callable[[Stack], int]:
    """The formula with another part for each layer, or neighbours otherwise far apart.

    Args:
        jump: of all strides and the layer's place.
    """

    def answer(layers: Stack) -> int:
        strides = [s for _, s, _ in layers]
        return start + sum(adds(k, d) * jump(strides, i) for i, (k, _, d) in enumerate(layers))

    return answer


def _changed(layer: Callable[[int, int, int], tuple[int, int, int]]) -> Callable[[Stack], int]:
    """The field of other layers."""
    return lambda layers: seen([layer(*one) for one in layers])


def _stops_without_layers(error: Exception) -> Callable[[Stack], int]:
    def answer(layers: Stack) -> int:
        if not layers:
            raise error
        return seen(layers)

    return answer


def _from_the_output(layers: Stack) -> int:
    r = 1
    for k, s, d in reversed(layers):
        r = (r - 1) * s + d * (k - 1) + 1
    return r


def _stacks(draw: Draw) -> list[Case]:
    k = draw.integer(4, 6)
    return [
        Case(args=([(k, 3, 2)],), about="a single layer"),
        Case(args=([(3, 1, 1)] * draw.integer(5, 7),), about="many equal layers"),
        Case(args=([(3, 4, 1), (draw.integer(4, 5), 1, 1)],), about="a stride in the first layer"),
        Case(args=([(5, 1, 1), (k, draw.integer(3, 4), 1)],), about="a stride in the last layer"),
        Case(
            args=([(5, 2, 1), (2, 3, 1), (k, 1, 1), (3, 1, 1)],),
            about="two strides, the larger one later",
        ),
        Case(
            args=([(3, 4, 1), (4, 2, 1), (k, 3, 1), (2, 2, 1)],),
            about="three strides, the largest one first",
        ),
        Case(args=([(3, 1, 4), (k, 1, 2), (2, 1, 3)],), about="dilations alone"),
        Case(
            args=([(2, 2, 1), (1, 3, 1), (k, 1, 1)],), about="a kernel of one entry with a stride"
        ),
        Case(args=([(k, 2, 3), (3, 3, 2), (4, 2, 4)],), about="all together, in three layers"),
        Case(
            args=([(3, 3, 2), (2, 1, 4), (k, 2, 1), (5, 4, 3)],),
            about="all together, in four layers",
        ),
        Case(each=(([],), ([(1, 2, 3)],), ([(k, 1, 1)],)), about="no layer at all, among others"),
    ]


RECEPTIVE_FIELD = Exercise(
    id="padding_stride.receptive_field",
    title="The receptive field of a stack",
    points=3,
    minutes=10,
    covers=("E14.3", "Q15", "M6", "L6-rf"),
    example=((Case(args=([(3, 2, 1), (3, 1, 1)],)), 7),),
    cases=_stacks,
    reference=seen,
    promises=("unchanged",),
    wrong={
        "own stride counted": (
            "You multiplied by a layer's own stride before you added its part. A stride moves "
            "apart what the layers after it read.",
            _field(jump=lambda strides, i: math.prod(strides[: i + 1])),
            _field(jump=lambda strides, i: strides[i]),
        ),
        "strides ignored": (
            "You left out the strides. After a layer with stride s, neighbours lie s times as far "
            "apart on the input, so all later layers reach further.",
            _field(jump=lambda strides, i: 1),
        ),
        "dilation ignored": (
            "You left out the dilation: the kernel's gaps count, too.",
            _field(lambda k, d: k - 1),
        ),
        "k instead of k - 1": (
            "You added whole kernels. One place is there already: a layer adds d·(k - 1) of them.",
            _field(lambda k, d: d * k),
            _field(lambda k, d: d * k, start=0),
            _field(lambda k, d: d * (k - 1) + 1),
            _field(lambda k, d: d * (k - 1) + 1, start=0),
        ),
        "d times k": (
            "You took a kernel to cover d·k places. It covers d·(k - 1) + 1, so it adds d·(k - 1).",
            _field(lambda k, d: d * k - 1),
        ),
        "k - 1 and d - 1": (
            "You added k - 1 and d - 1. From one entry of the kernel to the next it is d places, "
            "and there are k - 1 such steps: multiply.",
            _field(lambda k, d: k - 1 + d - 1),
        ),
        "nothing without layers": (
            "All is right but the empty list. Without any layer a place sees itself, 1 pixel: "
            "start there, not with the first layer.",
            lambda layers: seen(layers) if layers else 0,
            *map(_stops_without_layers, (IndexError(), ValueError(), TypeError(), NameError())),
        ),
        "strides not multiplied": (
            "How far apart neighbours lie is the product of all strides before: twice as far, and "
            "then three times that. You added them, or took one of them only.",
            _field(jump=lambda strides, i: 1 + sum(strides[:i])),
            _field(jump=lambda strides, i: sum(strides[:i]) or 1),
            _field(jump=lambda strides, i: 1 + sum(s - 1 for s in strides[:i])),
            _field(jump=lambda strides, i: strides[i - 1] if i else 1),
            _field(jump=lambda strides, i: max(strides[:i], default=1)),
            _field(jump=lambda strides, i: strides[0] if i else 1),
        ),
        "all strides": (
            "You multiplied each layer by the strides of all layers. Only those before it count.",
            _field(jump=lambda strides, i: math.prod(strides)),
            _field(jump=lambda strides, i: max(strides)),
            _field(jump=lambda strides, i: sum(strides)),
        ),
        "strides after it": (
            "You multiplied each layer by the strides after it, or went through the layers from "
            "the last to the first. They are listed from the input on, and the strides before a "
            "layer move apart what it reads.",
            _field(jump=lambda strides, i: math.prod(strides[i + 1 :])),
        ),
        "dilation as a stride": (
            "You let dilations spread out what the later layers read. Only strides do: a dilated "
            "layer still has an output at every place.",
            _changed(lambda k, s, d: (k, s * d, d)),
        ),
        "dilation before stride": (
            "You took the stride for the dilation and the dilation for the stride. A triple is "
            "(kernel size, stride, dilation).",
            _changed(lambda k, s, d: (k, d, s)),
        ),
        "one layer only": (
            "You went through one layer only. Does the return stand inside the loop?",
            lambda layers: seen(layers[:1]),
            lambda layers: seen(layers[-1:]),
        ),
        "last layer forgotten": (
            "You left out the last layer. Go through all of them.",
            lambda layers: seen(layers[:-1]),
        ),
        "not started at one": (
            "Before any layer, a place sees itself: start at 1, once.",
            _field(start=0),
            _field(start=2),
        ),
        "sizes multiplied": (
            "You multiplied what the layers add. Each adds d·(k - 1) places, times the strides "
            "before it, to what there is.",
            lambda layers: math.prod(d * (k - 1) + 1 for k, _, d in layers),
            lambda layers: math.prod(k for k, _, _ in layers),
        ),
        "both sides": (
            "You added d·(k - 1) on both sides. It is what a layer adds in all.",
            _field(lambda k, d: 2 * d * (k - 1)),
        ),
    },
    right=(_from_the_output, lambda layers: float(_field()(layers))),
    library={math.prod: False},
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

_FOUR: tuple[Stack, ...] = (
    [(3, 1, 1)] * 3,
    [(5, 1, 1)] * 2,
    [(3, 2, 1), (3, 1, 1)],
    [(3, 1, 2), (3, 1, 1)],
)


def _weights(layers: Stack, bias: bool = False) -> int:
    """Those of PyTorch's own layers of 10 channels, without memory."""
    made = [torch.nn.Conv2d(10, 10, k, bias=bias, device="meta") for k, _, _ in layers]
    return sum(p.numel() for layer in made for p in layer.parameters())


_FIELDS = [seen(layers) for layers in _FOUR]
_FEWEST = min(_weights(layers) for layers in _FOUR)


def _four(field: Callable[[Stack], int]) -> list[int]:
    return [*map(field, _FOUR), _FEWEST]


STACK_FIELDS = Exercise(
    id="padding_stride.stack_fields",
    title="Four stacks",
    points=0,
    minutes=6,
    covers=("E14.3", "L6-rf"),
    asks="value",
    reference=[*_FIELDS, _FEWEST],
    wrong={
        "kernel sizes added": (
            "You added the kernel sizes. Every layer after the first adds k - 1 only.",
            _four(_field(lambda k, d: k, start=0)),
            _four(_field(lambda k, d: k, lambda strides, i: 1, start=0)),
            _four(_field(lambda k, d: d * (k - 1) + 1, start=0)),
            _four(_field(lambda k, d: d * (k - 1) + 1, lambda strides, i: 1, start=0)),
        ),
        "strides ignored": (
            "All but c are right. There the second layer reads places that lie 2 pixels apart.",
            _four(_field(jump=lambda strides, i: 1)),
        ),
        "own stride counted": (
            "All but c are right. There the stride of the first layer moves apart what the second "
            "one reads; the first layer itself sees 3 pixels.",
            _four(_field(jump=lambda strides, i: math.prod(strides[: i + 1]))),
        ),
        "dilation ignored": (
            "All but d are right. There the first kernel covers 5 pixels, with its gaps.",
            _four(_field(lambda k, d: k - 1)),
        ),
        "strides and dilations ignored": (
            "In c the second layer reads places that lie 2 pixels apart, and in d the first kernel "
            "covers 5 pixels, with its gaps.",
            _four(_field(lambda k, d: k - 1, lambda strides, i: 1)),
        ),
        "dilation as a stride": (
            "All but d are right. There the dilation widens the first kernel only; the second "
            "layer reads neighbours.",
            _four(_changed(lambda k, s, d: (k, s * d, d))),
        ),
        "started at zero": (
            "All four fields are one short: one place sees itself, so start at 1.",
            _four(_field(start=0)),
        ),
        "sizes multiplied": (
            "You multiplied the sizes. Each layer adds (k - 1)·d·jump places.",
            _four(lambda layers: math.prod(d * (k - 1) + 1 for k, _, d in layers)),
            _four(lambda layers: math.prod(k for k, _, _ in layers)),
        ),
        "biases counted": (
            "The fields are right. Your last number counts biases; only weights are asked for.",
            [*_FIELDS, min(_weights(layers, bias=True) for layers in _FOUR)],
        ),
        "one layer": (
            "The fields are right. Your last number is that of a single layer. Each of the stacks "
            "has two at least.",
            [*_FIELDS, _weights([(3, 1, 1)])],
        ),
        "stack a or b": (
            "The fields are right. Your last number is that of a or b, and both c and d have "
            "fewer: a has one layer more than these, b larger kernels. Stride and dilation need no "
            "weights.",
            *([*_FIELDS, _weights(layers)] for layers in _FOUR[:2]),
        ),
        "channels once": (
            "The fields are right. A layer has 3 x 3 weights for every pair of one of the input "
            "channels and one of the output channels, and there are ten times ten pairs.",
            *([*_FIELDS, _FEWEST // pairs] for pairs in (10, 100)),
            [*_FIELDS, _FEWEST // 5],
        ),
        "weights in the gaps": (
            "The fields are right. A dilated kernel has no weights in its gaps.",
            [*_FIELDS, _weights([(5, 1, 1), (3, 1, 1)])],
        ),
        "a number missing": (
            "Five numbers are asked for: four fields, then the fewest weights.",
            _FIELDS,
        ),
    },
    right=(tuple(map(float, [*_FIELDS, _FEWEST])), torch.tensor([*_FIELDS, _FEWEST])),
    hints=(
        "Your receptive_field gives the first four; or add up by hand: 1, and (k - 1) · d · jump "
        "for each layer.",
        "a is 1 + 2 + 2 + 2. The weights of a: three layers of 3 · 3 for each of ten times ten "
        "pairs.",
    ),
    tolerance=EXACT,
)
