"""Part A, the shapes of whole layers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake


def shapes_of(
    layers: Sequence[Mapping[str, Any]], shape: Sequence[int], *, chained: bool = False
) -> list[list[int]]:
    """Shapes that PyTorch's own layers give; nothing is computed on the device "meta".

    Args:
        layers: the arguments of each nn.Conv2d.
        chained: each layer reads the output of the one before, not the input.
    """
    found: list[list[int]] = []
    image = torch.empty(tuple(shape), device="meta")
    for given in layers:
        layer = nn.Conv2d(**{**given, "in_channels": image.shape[1]}, device="meta")
        output = layer(image)
        found.append(list(output.shape))
        image = output if chained else image
    return found


_LAYERS = (
    {"in_channels": 3, "out_channels": 64, "kernel_size": 5, "stride": 2, "padding": 2},
    {"in_channels": 3, "out_channels": 16, "kernel_size": (3, 5), "padding": (1, 0)},
)
_DILATED = ({"in_channels": 1, "out_channels": 2, "kernel_size": 3, "stride": 3, "dilation": 2},)

SHAPES = Exercise(
    id="padding_stride.shapes",
    title="Shapes of layers",
    points=2,
    covers=("E14.1", "Q2"),
    cases=lambda draw: [
        Case(args=(list(_LAYERS), (1, 3, 128, 128)), about="two layers on a 128x128 photograph"),
        Case(args=(list(_DILATED), (4, 1, 20, 31)), about="stride, dilation, a wide image"),
    ],
    expect=lambda case: shapes_of(*case.args),
    mistakes=(
        Mistake(
            "chained",
            "You fed each layer with the output of the one before. Here every layer gets the same "
            "input.",
            lambda case: shapes_of(*case.args, chained=True),
        ),
        Mistake(
            "channels kept",
            "The number of channels is that of the input in your answer. It is the layer's "
            "out_channels.",
            lambda case: [[b, case.args[1][1], h, w] for b, _, h, w in shapes_of(*case.args)],
        ),
        Mistake(
            "batch axis forgotten",
            "You left out the batch axis, which stands first and does not change.",
            lambda case: [one[1:] for one in shapes_of(*case.args)],
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [[b, h, w, c] for b, c, h, w in shapes_of(*case.args)],
        ),
        Mistake(
            "height and width only",
            "You gave height and width only. A shape has four numbers: the batch and the layer's "
            "out_channels stand before them.",
            lambda case: [one[2:] for one in shapes_of(*case.args)],
        ),
        Mistake(
            "first layer only",
            "You gave the shape of the first layer only. Return a list with the shapes of all of "
            "them; does a return stand inside the loop?",
            lambda case: shapes_of(*case.args)[0],
        ),
        Mistake(
            "list of the first layer",
            "Your list holds the first layer only. Does the return stand inside the loop?",
            lambda case: shapes_of(*case.args)[:1],
        ),
        Mistake(
            "height for the width",
            "You took the height for the width as well. Compute each from its own size.",
            lambda case: _squared(case, 2),
        ),
        Mistake(
            "width for the height",
            "You took the width for the height as well. Compute each from its own size.",
            lambda case: _squared(case, 3),
        ),
        Mistake(
            "first of each pair",
            "You took the first number of each pair for the width as well. It is for the height; "
            "the second is for the width.",
            lambda case: _with_pairs(case, lambda down, across: (down, down)),
        ),
        Mistake(
            "pairs swapped",
            "You took the pairs the other way round. The first number is for the height, the "
            "second for the width.",
            lambda case: _with_pairs(case, lambda down, across: (across, down)),
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding.",
            lambda case: _changed(case, padding=0),
        ),
        Mistake(
            "stride forgotten",
            "You left out the stride.",
            lambda case: _changed(case, stride=1),
        ),
        Mistake(
            "dilation forgotten",
            "You left out the dilation: it is the last argument of your conv_output_size.",
            lambda case: _changed(case, dilation=1),
        ),
    ),
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
    keeps_inputs=True,
    tolerance=EXACT,
)


def _squared(case: Case, axis: int) -> list[list[int]]:
    """The shapes on a square image, as high and as wide as this axis says."""
    layers, shape = case.args
    return shapes_of(layers, (*shape[:2], shape[axis], shape[axis]))


def _changed(case: Case, **changed: int) -> list[list[int]]:
    """The shapes with some arguments set for all layers."""
    layers, shape = case.args
    return shapes_of([{**layer, **changed} for layer in layers], shape)


def _with_pairs(case: Case, pair: Callable[[int, int], tuple[int, int]]) -> list[list[int]]:
    """The shapes with every pair (for the height, for the width) replaced by another."""
    layers, shape = case.args
    changed = [
        {name: pair(*value) if isinstance(value, (tuple, list)) else value for name, value in items}
        for items in (layer.items() for layer in layers)
    ]
    return shapes_of(changed, shape)
