"""Part A: shapes of whole layers, and "same" with a stride."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.sections.padding_stride.given import conv_output_size
from grader.marking.exercise import Exercise

Layers = Sequence[Mapping[str, Any]]
Shape = Sequence[int]


def of_layers(layers: Layers, shape: Shape) -> list[list[int]]:
    """Shapes that PyTorch's own layers give; nothing is computed on the device "meta"."""
    image = torch.empty(tuple(shape), device="meta")
    return [list(nn.Conv2d(**layer, device="meta")(image).shape) for layer in layers]


def as_pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def by_sizes(
    size: Callable[..., Any] = conv_output_size,
    pair: Callable[[int, int], tuple[int, int]] = lambda down, across: (down, across),
    **changed: int,
) -> Callable[[Layers, Shape], list[list[Any]]]:
    """The shapes by another size (n, k, p, s, d), other pairs, or with arguments set for all."""

    def answer(layers: Layers, shape: Shape) -> list[list[Any]]:
        found = []
        for layer in layers:
            full = {"padding": 0, "stride": 1, "dilation": 1, **layer, **changed}
            names = ("kernel_size", "padding", "stride", "dilation")
            sides = zip(shape[2:], *(pair(*as_pair(full[name])) for name in names), strict=True)
            sizes = [size(*side) for side in sides]
            found.append([shape[0], layer["out_channels"], *sizes])
        return found

    return answer


def in_another_form(form: Callable[[list[int], Shape], Any]) -> Callable[[Layers, Shape], Any]:
    """Each right shape made into something else; `form` gets the input's shape as well."""
    return lambda layers, shape: [form(one, shape) for one in of_layers(layers, shape)]


def _one_side(n: int, k: int, p: int, s: int, d: int) -> int:
    return (n + p - d * (k - 1) - 1) // s + 1


def _steps(n: int, k: int, p: int, s: int, d: int) -> int:
    return conv_output_size(n, k, p, s, d) - 1


def _rounded_up(n: int, k: int, p: int, s: int, d: int) -> int:
    return -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1


SLIPS: Mapping[str, tuple[str, Callable[[Layers, Shape], Any]]] = {
    "channels kept": (
        "The number of channels is that of the input in your answer. It is the layer's "
        "out_channels.",
        in_another_form(lambda one, shape: [one[0], shape[1], *one[2:]]),
    ),
    "batch axis forgotten": (
        "You left out the batch axis, which stands first and does not change.",
        in_another_form(lambda one, shape: one[1:]),
    ),
    "channels last": (
        "You put the channels last. PyTorch's order is (batch, channels, height, width).",
        in_another_form(lambda one, shape: [one[0], *one[2:], one[1]]),
    ),
    "height and width only": (
        "You gave height and width only. A shape has four numbers: the batch and the layer's "
        "out_channels stand before them.",
        in_another_form(lambda one, shape: one[2:]),
    ),
    "padding forgotten": ("You left out the padding.", by_sizes(padding=0)),
    "padding on one side": (
        "You counted the padding on one side only. It is laid on both: n + 2·p.",
        by_sizes(_one_side),
    ),
    "stride forgotten": (
        "You left out the stride: windows lie that many pixels apart.",
        by_sizes(stride=1),
    ),
    "dilation forgotten": (
        "You left out the dilation. With its gaps the kernel covers d·(k - 1) + 1 pixels.",
        by_sizes(dilation=1),
    ),
    "one window forgotten": (
        "You counted the steps. There is one window more than there are steps, in every layer.",
        by_sizes(_steps),
    ),
    "rounded up": (
        "You rounded up. A last step that would lead over the border is not taken.",
        by_sizes(_rounded_up),
    ),
    "pairs swapped": (
        "You took the pairs the other way round. The first number is for the height, the second "
        "for the width.",
        by_sizes(pair=lambda down, across: (across, down)),
    ),
    "first of each pair": (
        "You took the first number of each pair for the width as well. It is for the height; the "
        "second is for the width.",
        by_sizes(pair=lambda down, across: (down, down)),
    ),
}
"""Slips with the shapes of layers, on paper and in code."""

_RGB, _GREY = {"in_channels": 3, "out_channels": 32}, {"in_channels": 1, "out_channels": 1}
_ON_PAPER: tuple[tuple[Layers, Shape], ...] = (
    (
        (
            {**_RGB, "kernel_size": 5},
            {**_RGB, "kernel_size": 5, "padding": 2},
            {**_RGB, "kernel_size": 3, "stride": 2, "padding": 1},
            {**_RGB, "kernel_size": 7, "stride": 2, "padding": 3},
            {**_RGB, "kernel_size": 3, "padding": 2, "dilation": 2},
        ),
        (1, 3, 64, 64),
    ),
    (
        (
            {**_GREY, "kernel_size": 3, "padding": 1},
            {**_GREY, "kernel_size": (5, 3), "padding": (2, 1)},
            {**_GREY, "kernel_size": (3, 5), "padding": (0, 1), "stride": (3, 4)},
        ),
        (1, 1, 8, 8),
    ),
)


def _on_paper(shapes: Callable[[Layers, Shape], list[Any]]) -> list[Any]:
    """The eight shapes, first those on the RGB image."""
    return [one for layers, shape in _ON_PAPER for one in shapes(layers, shape)]


_EIGHT = _on_paper(of_layers)

LAYER_SHAPES = Exercise(
    id="padding_stride.layer_shapes",
    title="Eight layers on paper",
    points=0,
    minutes=7,
    covers=("E14.1", "D7.3-demo"),
    asks="value",
    reference=_EIGHT,
    wrong={
        # Other pairs would give the last two layers the same shapes.
        **{
            name: (says, _on_paper(way))
            for name, (says, way) in SLIPS.items()
            if name not in ("pairs swapped", "first of each pair")
        },
        "two lists": (
            "The shapes are right. Put all eight into one list.",
            [of_layers(*part) for part in _ON_PAPER],
        ),
        "only h": (
            "Seven are right. The last layer has another kernel, padding and stride for the "
            "height than for the width: work out each with its own three numbers.",
            *(
                [*_EIGHT[:-1], [1, 1, *sizes]]
                for sizes in ([2, 1], [1, 2], [1, 1], [3, 3], [2, 3], [3, 2], [6, 6], [8, 8])
            ),
        ),
        "only g": (
            "Seven are right. In g the first number of each pair is for the height, the second "
            "for the width: five rows go with a padding of 2, three columns with one of 1.",
            *(
                [*_EIGHT[:-2], [1, 1, *sizes], _EIGHT[-1]]
                for sizes in ([6, 10], [10, 6], [4, 6], [6, 4])
            ),
        ),
        "only a": (
            "Seven are right. The first layer has no padding, so its output is smaller than the "
            "image.",
            [[1, 32, 64, 64], *_EIGHT[1:]],
        ),
        "channels as the batch": (
            "You took the channels of the image for the batch, which stands before them and is 1 "
            "here.",
            _on_paper(in_another_form(lambda one, shape: [shape[1], *one[1:]])),
        ),
        "a shape missing": (
            "The shapes are right, but not all are there: eight are asked for, a to h.",
            *[[*_EIGHT[:i], *_EIGHT[i + 1 :]] for i in (0, 1, 2, 4, 5, 7)],
            _EIGHT[:5],
        ),
    },
    right=([tuple(one) for one in _EIGHT], torch.tensor(_EIGHT)),
    hints=(
        "A shape is (batch, channels, height, width). The batch stays, the channels are the "
        "layer's second number, and each layer gets the image itself.",
        "conv_output_size(64, 5) is height and width of a. In h the two differ in everything: "
        "conv_output_size(8, 3, 0, 3) rows, conv_output_size(8, 5, 1, 4) columns.",
    ),
    tolerance=EXACT,
)

SAME_CHOICE = Exercise(
    id="padding_stride.same_choice",
    title="“same” with a stride",
    points=1,
    minutes=2,
    covers=("L2-table",),
    asks="choice",
    options={
        "A": "An output of 32 x 32: “same” keeps the size, whatever the stride is.",
        "B": "An output of 16 x 16: the size divided by the stride.",
        "C": "An error as soon as the layer is made.",
        "D": "An error when the first image goes through.",
    },
    reference="C",
    wrong={
        "size kept": (
            "“same” keeps the size because at stride one each pixel is the middle of a window. "
            "With a larger stride there are fewer windows, so no padding of a reasonable size "
            "could keep it.",
            "A",
        ),
        "size divided": (
            "So other libraries define it. PyTorch leaves open how the border should be cut then, "
            "and asks you to give the padding as a number.",
            "B",
        ),
        "refused when run": (
            "It need not see an image: stride and padding are known when the layer is made, and "
            "that is when it refuses.",
            "D",
        ),
    },
    right=("c",),
)
