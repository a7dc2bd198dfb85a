"""Part A, shapes worked out on paper, and "same"."""

from collections.abc import Mapping
from typing import Any

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.padding_stride.layer_shapes import shapes_of

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


def _five_changed(sizes: Mapping[int, int]) -> list[list[int]]:
    """The five shapes with other heights and widths for some."""
    right = _five_shapes()
    return [[*one[:2], *([sizes.get(n, one[2])] * 2)] for n, one in enumerate(right)]


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
        Mistake(
            "padding on one side",
            "You counted the padding on one side only. It is laid on both: 64 + 2·p.",
            lambda case: _five_changed({1: 62, 3: 31, 4: 62}),
        ),
        Mistake(
            "stride forgotten",
            "Three are right. In c and d the windows lie 2 pixels apart.",
            lambda case: _five_shapes(stride=1),
        ),
        Mistake(
            "rounded up",
            "Three are right. In c and d a last step would lead over the border; it is not taken, "
            "so round down.",
            lambda case: _five_changed({2: 33, 3: 33}),
        ),
        Mistake(
            "one window forgotten",
            "You counted the steps. There is one window more than there are steps, in every layer.",
            lambda case: _five_changed({0: 59, 1: 63, 2: 31, 3: 31, 4: 63}),
        ),
        Mistake(
            "height and width only",
            "You gave height and width only. A shape has four numbers: the batch, here 1, and the "
            "layer's out_channels stand before them.",
            lambda case: [shape[2:] for shape in _five_shapes()],
        ),
        Mistake(
            "one number each",
            "You gave one number for each layer. A shape has four: (batch, channels, height, "
            "width).",
            lambda case: [shape[2] for shape in _five_shapes()],
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [[b, h, w, c] for b, c, h, w in _five_shapes()],
        ),
    ),
    hints=(
        "All five have 32 output channels; only height and width differ, and they are equal.",
        "conv_output_size(64, 5, 0, 1, 1) is the height of the first. A shape is "
        "(1, 32, height, width).",
    ),
    tolerance=EXACT,
)

_ONE = {"in_channels": 1, "out_channels": 1}
_DEMO: tuple[Mapping[str, Any], ...] = (
    {**_ONE, "kernel_size": 3, "padding": 1},
    {**_ONE, "kernel_size": (5, 3), "padding": (2, 1)},
    {**_ONE, "kernel_size": (3, 5), "padding": (0, 1), "stride": (3, 4)},
)


def _demo_shapes(**changed: int) -> list[list[int]]:
    """Height and width for each setting, with some arguments set for all of them."""
    layers = [{**layer, **changed} for layer in _DEMO]
    return [one[2:] for one in shapes_of(layers, (1, 1, 8, 8))]


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
        Mistake(
            "whole shapes",
            "Here only height and width are asked for, (height, width) each.",
            lambda case: [[1, 1, *shape] for shape in _demo_shapes()],
        ),
    ),
    hints=(
        "A pair (5, 3) means 5 rows and 3 columns. Use conv_output_size for each direction.",
        "Third layer, rows: conv_output_size(8, 3, 0, 3, 1). Columns: "
        "conv_output_size(8, 5, 1, 4, 1).",
    ),
    tolerance=EXACT,
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
