"""Extra to part B, the border: what padding saves."""

import torch
from torch import nn

from grader.marking.exercise import Exercise


def _shapes(*padding: int, out_channels: int = 64) -> list[list[int]]:
    """Shapes that PyTorch's own layer gives for a (1, 3, 32, 32) image; nothing is computed."""
    image = torch.empty(1, 3, 32, 32, device="meta")
    layers = (nn.Conv2d(3, out_channels, 3, padding=p, device="meta") for p in padding)
    return [list(layer(image).shape) for layer in layers]


def _sized(first: int, second: int) -> list[list[int]]:
    return [[1, 64, first, first], [1, 64, second, second]]


BORDER_SHAPES = Exercise(
    id="convolution.border_shapes",
    title="What padding saves of the border",
    points=0,
    minutes=4,
    core=False,
    covers=("D7.1.7",),
    asks="value",
    reference=_shapes(0, 1),
    wrong={
        "order swapped": (
            "The shapes are right, their order is not: first the layer without padding.",
            _shapes(1, 0),
        ),
        "channels kept": (
            "The sizes are right, the number of channels is not. It is the number of output "
            "channels that the text gives the layer: each filter adds over the channels of the "
            "image and gives one.",
            _shapes(0, 1, out_channels=3),
            _shapes(0, 1, out_channels=192),
            _shapes(0, 1, out_channels=1),
        ),
        "channels last": (
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            [[n, h, w, c] for n, c, h, w in _shapes(0, 1)],
        ),
        "batch axis forgotten": (
            "You left out the batch axis, which stands first: here it has size 1.",
            [shape[1:] for shape in _shapes(0, 1)],
        ),
        "sizes only": (
            "You gave heights and widths only. A shape names all axes: (batch, channels, height, "
            "width).",
            [shape[2:] for shape in _shapes(0, 1)],
        ),
        "padding on one side": (
            "The first shape is right. In the second, padding=1 adds a pixel on both sides of each "
            "axis; you counted one side.",
            _sized(30, 31),
        ),
        "last window forgotten": (
            "Each size is one too small: on n pixels a window of k fits in n - k + 1 places, since "
            "the first place counts, too.",
            _sized(29, 31),
        ),
        "kernel forgotten": (
            "You gave the sizes of the images before the kernel. The kernel stays inside them: "
            "each output is smaller by kernel size - 1.",
            _sized(32, 34),
        ),
        "padding added to the size": (
            "The first shape is right. In the second the kernel stays inside the padded image: "
            "its output, too, is smaller than that by kernel size - 1.",
            _sized(30, 34),
        ),
        "two too small": (
            "Each size is two too small: a window of k fits in n - k + 1 places, not n - k - 1.",
            _sized(28, 30),
        ),
        "both alike": (
            "Your two shapes are alike. Without padding the image loses pixels, with padding=1 "
            "it keeps its size.",
            _sized(30, 30),
            _sized(32, 32),
        ),
        "channels in the place of the batch": (
            "You put the output channels first. The first axis is the batch, here one image; "
            "their place is the second, where they replace those of the image.",
            *([[64, c, *shape[2:]] for shape in _shapes(0, 1)] for c in (1, 3)),
        ),
    },
    right=([torch.Size((1, 64, 30, 30)), torch.Size((1, 64, 32, 32))],),
    hints=(
        "In how many places, from left to right, does a window of 3 fit on 32 pixels?",
        "padding=1 makes the image larger by one pixel on each of its four sides. Then count "
        "again. Write border_shapes = [(1, ..., ..., ...), (1, ..., ..., ...)].",
    ),
)
