"""Part A, how large the output is: one number, whole shapes, and "same"."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import on, worked
from course_lib.sections.padding_stride.facts import names_both_sizes

# Sizes are exact; nothing is rounded away.
_EXACT = 1e-9
_SECOND = "conv_output_size(11, 3, 0, 1, 3)"


_FIRST = "conv_output_size(10, 4, 4, 2, 2)"

CONV_OUTPUT_SIZE = Exercise(
    id="padding_stride.conv_output_size",
    title="The size of the output",
    points=3,
    covers=("D7.3.1", "M2"),
    cases=lambda draw: [
        Case(args=(10, 4, 4, 2, 2), about=_FIRST),
        Case(args=(11, 3, 0, 1, 3), about=_SECOND),
        Case(
            args=(2, 5, 1, 1, 1),
            about="conv_output_size(2, 5, 1, 1, 1): a kernel of 5 on 4 pixels",
            raises="ValueError",
            verify=names_both_sizes((5, 4)),
        ),
        Case(
            args=(6, 3, 0, 2, 3),
            about="conv_output_size(6, 3, 0, 2, 3): a kernel that covers 7 on 6 pixels",
            raises="ValueError",
            verify=names_both_sizes((7, 6)),
        ),
    ],
    expect=worked({_FIRST: 6, _SECOND: 5}),
    mistakes=(
        Mistake(
            "padding on one side",
            "You added the padding once. It is laid on both sides: n + 2·p.",
            on(_FIRST, 4),
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding. The kernel slides on n + 2·p pixels.",
            on(_FIRST, 2),
        ),
        Mistake(
            "dilation forgotten",
            "You took the kernel to cover k pixels. With dilation there are gaps between its "
            "entries, so it covers more.",
            on(_FIRST, 8),
        ),
        Mistake(
            "kernel d times as long",
            "You took the kernel to cover d·k pixels. Its k entries have only k - 1 gaps between "
            "them: it covers d·(k - 1) + 1.",
            worked({_SECOND: 3}),
        ),
        Mistake(
            "one window forgotten",
            "You counted the steps. There is one window more than there are steps: the first one "
            "needs no step.",
            on(_FIRST, 5),
        ),
        Mistake(
            "stride forgotten",
            "You counted a window at every pixel. With stride s only every s-th is computed.",
            on(_FIRST, 12),
        ),
        Mistake(
            "rounded up",
            "You rounded up. A last step that would lead over the border is not taken: round down.",
            on(_FIRST, 7),
        ),
        Mistake(
            "not rounded",
            "A size is a whole number, and yours is not. A step that leads over the border is not "
            "taken: round down (// instead of /).",
            on(_FIRST, 6.5),
        ),
    ),
    hints=(
        "Three questions, one after the other: how many pixels does the kernel cover, gaps "
        "included? How many pixels has the padded input? How many steps of s are possible?",
        "The kernel covers d * (k - 1) + 1 pixels, the padded input has n + 2 * p. The difference "
        "is how far the kernel can travel.",
        'First: if covered > padded, raise ValueError(f"the kernel covers {covered} ... '
        '{padded} ..."). Then return (padded - covered) // s + 1.',
    ),
    tolerance=_EXACT,
)


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
            "height for the width",
            "You took the height for the width as well. Compute each from its own size.",
            lambda case: _squared(case, 2),
        ),
        Mistake(
            "width for the height",
            "You took the width for the height as well. Compute each from its own size.",
            lambda case: _squared(case, 3),
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
    tolerance=_EXACT,
)


def _squared(case: Case, axis: int) -> list[list[int]]:
    """The shapes on a square image, as high and as wide as this axis says."""
    layers, shape = case.args
    return shapes_of(layers, (*shape[:2], shape[axis], shape[axis]))


_RGB = {"in_channels": 3, "out_channels": 32}
_FIVE: tuple[Mapping[str, Any], ...] = (
    {**_RGB, "kernel_size": 5},
    {**_RGB, "kernel_size": 5, "padding": 2},
    {**_RGB, "kernel_size": 3, "stride": 2, "padding": 1},
    {**_RGB, "kernel_size": 7, "stride": 2, "padding": 3},
    {**_RGB, "kernel_size": 3, "padding": 2, "dilation": 2},
)


def _five_shapes(**changed: int) -> list[list[int]]:
    """The shapes for a (1, 3, 64, 64) image, with some arguments set for all layers."""
    return shapes_of([{**layer, **changed} for layer in _FIVE], (1, 3, 64, 64))


FIVE_SHAPES = Exercise(
    id="padding_stride.five_shapes",
    title="Five layers by hand",
    points=0,
    covers=("E14.1",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _five_shapes(),
    mistakes=(
        Mistake(
            "channels kept",
            "The sizes are right. The number of channels, though, is the layer's out_channels.",
            lambda case: _five_shapes(out_channels=3),
        ),
        Mistake(
            "batch axis forgotten",
            "You left out the batch axis, which stands first: here it has size 1.",
            lambda case: [shape[1:] for shape in _five_shapes()],
        ),
        Mistake(
            "dilation forgotten",
            "The first four are right. In the last one the kernel covers 5 pixels: three entries "
            "and two gaps of one.",
            lambda case: [*_five_shapes()[:4], _five_shapes(dilation=1)[4]],
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding of all the layers that have some.",
            lambda case: _five_shapes(padding=0),
        ),
    ),
    hints=(
        "All five have 32 output channels; only height and width differ, and they are equal.",
        "conv_output_size(64, 5, 0, 1, 1) is the height of the first. A shape is "
        "(1, 32, height, width).",
    ),
    tolerance=_EXACT,
)

_ONE = {"in_channels": 1, "out_channels": 1}
_DEMO: tuple[Mapping[str, Any], ...] = (
    {**_ONE, "kernel_size": 3, "padding": 1},
    {**_ONE, "kernel_size": (5, 3), "padding": (2, 1)},
    {**_ONE, "kernel_size": (3, 5), "padding": (0, 1), "stride": (3, 4)},
)


def _demo_shapes(shape: tuple[int, int] = (8, 8), **changed: int) -> list[list[int]]:
    layers = [{**layer, **changed} for layer in _DEMO]
    return [one[2:] for one in shapes_of(layers, (1, 1, *shape))]


def _demo_with(*padding: tuple[int, int]) -> list[list[int]]:
    """The shapes on images of 8 x 8 plus some pixels, without any padding."""
    return [
        shapes_of([{**layer, "padding": 0}], (1, 1, 8 + p, 8 + q))[0][2:]
        for layer, (p, q) in zip(_DEMO, padding, strict=True)
    ]


DEMO_SHAPES = Exercise(
    id="padding_stride.demo_shapes",
    title="Kernels that are not square",
    points=0,
    covers=("D7.3-demo",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _demo_shapes(),
    mistakes=(
        Mistake(
            "padding forgotten",
            "You left out the padding. The first number of a pair is for the rows, above and "
            "below, the second for the columns.",
            lambda case: _demo_shapes(padding=0),
        ),
        Mistake(
            "padding on one side",
            "You counted the padding on one side only. It is laid above and below, left and right.",
            lambda case: _demo_with((1, 1), (2, 1), (0, 1)),
        ),
        Mistake(
            "one number each",
            "The answer is a list of three pairs, (height, width) each.",
            lambda case: [shape[0] for shape in _demo_shapes()],
        ),
        Mistake(
            "stride forgotten",
            "The first two are right. The third layer moves by 3 rows and by 4 columns.",
            lambda case: _demo_shapes(stride=1),
        ),
        Mistake(
            "rounded up",
            "The first two are right. In the third a last step would lead over the border; it is "
            "not taken, so round down.",
            lambda case: [*_demo_shapes()[:2], [3, 3]],
        ),
    ),
    hints=(
        "A pair (5, 3) means 5 rows and 3 columns. Use conv_output_size for each direction.",
        "Third layer, rows: conv_output_size(8, 3, 0, 3, 1). Columns: "
        "conv_output_size(8, 5, 1, 4, 1).",
    ),
    tolerance=_EXACT,
)

SAME_CHOICE = Exercise(
    id="padding_stride.same_choice",
    title="“same” with a stride",
    points=1,
    covers=("L2-table",),
    asks="choice",
    options={
        "A": "An output of 32 x 32: “same” keeps the size, whatever the stride is.",
        "B": "An output of 16 x 16: the size divided by the stride.",
        "C": "An error as soon as the layer is made.",
        "D": "An error when the first image goes through.",
    },
)
