"""Extra: the shapes of any layers, in code."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.layers import (
    SLIPS,
    Layers,
    Shape,
    as_pair,
    by_sizes,
    in_another_form,
    of_layers,
)


def _on_a_square(axis: int) -> Callable[[Layers, Shape], Any]:
    """The shapes on an image as high and as wide as this axis says."""
    return lambda layers, shape: by_sizes()(layers, [*shape[:2], shape[axis], shape[axis]])


def _chained(layers: Layers, shape: Shape) -> list[list[int]]:
    found = []
    for layer in layers:
        shape = by_sizes()([layer], shape)[0]
        found.append(list(shape))
    return found


def _by_modules(layers: Layers, shape: Shape) -> list[tuple[int, ...]]:
    found = []
    for arguments in layers:
        layer: Any = nn.Conv2d(**arguments)
        k, s, p, d = layer.kernel_size, layer.stride, layer.padding, layer.dilation
        sizes = [
            (n + 2 * p[a] - d[a] * (k[a] - 1) - 1) // s[a] + 1 for a, n in enumerate(shape[2:])
        ]
        found.append((shape[0], layer.out_channels, *sizes))
    return found


def _by_running(layers: Layers, shape: Shape) -> list[tuple[int, ...]]:
    return [tuple(nn.Conv2d(**layer)(torch.zeros(shape)).shape) for layer in layers]


def _layer(draw: Draw, channels: int, **settings: Any) -> dict[str, Any]:
    return {"in_channels": channels, "out_channels": draw.integer(13, 40), **settings}


def _settings(draw: Draw) -> list[Case]:
    """Images higher than wide and wider than high; neither side is the number of anything else."""
    channels = draw.integer(2, 4)
    tall = (draw.integer(5, 8), channels, draw.integer(50, 60), draw.integer(42, 48))
    wide = (draw.integer(5, 8), channels, 41 + 2 * draw.integer(0, 2), draw.integer(50, 60))
    plain = _layer(draw, channels, kernel_size=draw.integer(3, 5))
    numbers = _layer(draw, channels, kernel_size=4, stride=3, padding=2, dilation=2)
    down, across = draw.distinct(2, 5, 2)
    pairs = _layer(
        draw, channels, kernel_size=(down, across), stride=(2, 3), padding=(3, 1), dilation=(1, 2)
    )
    swapped = _layer(
        draw, channels, kernel_size=(across, down), stride=(4, 3), padding=(1, 4), dilation=(3, 2)
    )
    mixed = _layer(draw, channels, kernel_size=(2, 5), stride=2, padding=(0, 3))
    dilated = _layer(draw, channels, kernel_size=3, padding=1, dilation=draw.integer(2, 4))
    strided = _layer(draw, channels, kernel_size=3, stride=2)
    whole = _layer(draw, channels, kernel_size=tall[2:])
    single = {**_layer(draw, 1, kernel_size=(3, 2), padding=1), "out_channels": 1}
    return [
        Case(args=([plain], tall), about="a layer with a kernel size alone"),
        Case(args=([numbers], wide), about="a layer with numbers for both directions"),
        Case(args=([pairs], tall), about="a layer with pairs"),
        Case(args=([swapped], wide), about="a layer with other pairs"),
        Case(args=([mixed], wide), about="pairs and numbers mixed, one left out"),
        Case(args=([dilated, strided], wide), about="two layers, each with some left out"),
        Case(args=([pairs, plain, numbers], tall), about="three layers"),
        Case(
            each=(([], tall), ([whole], tall), ([single], (1, 1, 9, 7)), ([plain], wide)),
            about="no layer at all, an output of one pixel, a batch and channels of one",
        ),
    ]


def _refusing(kind: type) -> Callable[[Layers, Shape], Any]:
    """A TypeError where an argument that may be a number or a pair is of this type."""

    def answer(layers: Layers, shape: Shape) -> list[list[int]]:
        names = ("kernel_size", "stride", "padding", "dilation")
        if any(isinstance(layer.get(name), kind) for layer in layers for name in names):
            raise TypeError(f"{kind} is not expected")
        return of_layers(layers, shape)

    return answer


SHAPES = Exercise(
    id="padding_stride.shapes",
    title="Shapes of any layers",
    points=2,
    minutes=13,
    core=False,
    covers=("E14.1", "Q2"),
    example=(
        (
            Case(
                args=(
                    [{"in_channels": 3, "out_channels": 8, "kernel_size": (3, 1), "stride": 2}],
                    (5, 3, 9, 9),
                )
            ),
            [(5, 8, 4, 5)],
        ),
    ),
    cases=_settings,
    reference=of_layers,
    promises=("unchanged",),
    wrong={
        **SLIPS,
        "chained": (
            "You fed each layer with the output of the one before. Here every layer gets the same "
            "input.",
            _chained,
        ),
        "first layer only": (
            "You gave the shape of the first layer only. Return a list with the shapes of all of "
            "them; does a return stand inside the loop?",
            lambda layers, shape: of_layers(layers, shape)[:1],
            lambda layers, shape: of_layers(layers, shape)[0] if layers else [],
            lambda layers, shape: of_layers(layers, shape)[:1] if layers else None,
            lambda layers, shape: of_layers(layers, shape)[0] if layers else None,
        ),
        "batch of one": (
            "Your batch is 1, whatever the input's is. It is the first number of its shape.",
            in_another_form(lambda one, shape: [1, *one[1:]]),
        ),
        "stride of a kernel": (
            "Where the stride is left out you took that of the kernel's size. For nn.Conv2d it is "
            "1 then.",
            lambda layers, shape: by_sizes()(
                [{"stride": layer["kernel_size"], **layer} for layer in layers], shape
            ),
        ),
        "padding of half a kernel": (
            "Where the padding is left out you took half of the kernel's size. For nn.Conv2d it is "
            "0 then.",
            lambda layers, shape: by_sizes()(
                [
                    {"padding": tuple(k // 2 for k in as_pair(layer["kernel_size"])), **layer}
                    for layer in layers
                ],
                shape,
            ),
        ),
        "d·k": (
            "You let the kernel cover d·k pixels. There are k - 1 gaps between its k entries, so "
            "it covers d·(k - 1) + 1.",
            by_sizes(lambda n, k, p, s, d: (n + 2 * p - d * k) // s + 1),
        ),
        "divided with a fraction": (
            "/ leaves fractions. The number of windows is a whole one: round down (//).",
            by_sizes(lambda n, k, p, s, d: (n + 2 * p - d * (k - 1) - 1) / s + 1),
        ),
        "pairs refused": (
            "Your code raises an error where an argument is a pair. Each of the last four may be a "
            "number or a pair; nn.Conv2d(**layer) makes pairs of all of them.",
            _refusing(tuple),
        ),
        "numbers refused": (
            "Your code raises an error where an argument is a number. Each of the last four may be "
            "a number or a pair; nn.Conv2d(**layer) makes pairs of all of them.",
            _refusing(int),
        ),
        "rounded to the nearest": (
            "round() goes to the nearest whole number. A last step that would lead over the border "
            "is never taken: round down (//).",
            by_sizes(lambda n, k, p, s, d: round((n + 2 * p - d * (k - 1) - 1) / s) + 1),
        ),
        "last layer only": (
            "You gave the shape of the last layer only. Put each shape into the list, inside the "
            "loop.",
            lambda layers, shape: of_layers(layers, shape)[-1:],
        ),
        "height for the width": (
            "You took the height for the width as well.",
            _on_a_square(2),
            in_another_form(lambda one, shape: [*one[:3], one[2]]),
        ),
        "width for the height": (
            "You took the width for the height as well.",
            _on_a_square(3),
            in_another_form(lambda one, shape: [*one[:2], one[3], one[3]]),
        ),
        "sides swapped": (
            "You took the height of the image for its width, and the width for its height. Shapes "
            "are (batch, channels, height, width).",
            lambda layers, shape: by_sizes()(layers, [*shape[:2], shape[3], shape[2]]),
        ),
        "second of each pair": (
            "You took the second number of each pair for the height as well. It is for the width; "
            "the first is for the height.",
            by_sizes(pair=lambda down, across: (across, across)),
        ),
    },
    right=(_by_modules, lambda layers, shape: tuple(map(tuple, by_sizes()(layers, shape)))),
    library={_by_running: False},
    hints=(
        "An output shape has four numbers: the batch stays, the channels are the layer's "
        "out_channels, and height and width come from your conv_output_size.",
        "nn.Conv2d(**arguments) fills in what is left out: its attributes kernel_size, padding, "
        "stride and dilation are pairs (for the height, for the width).",
        "For each layer: height = conv_output_size(shape[2], layer.kernel_size[0], "
        "layer.padding[0], layer.stride[0], layer.dilation[0]); the width with index 3 and 1.",
    ),
    forbidden=("aten::convolution", "aten::convolution_overrideable", "aten::mkldnn_convolution"),
    instead="Making a layer is allowed, running it is not: work the shape out from its attributes.",
    needs=("padding_stride.conv_output_size",),
    tolerance=EXACT,
)
