"""Part E, shapes and heads: what pooling does to the size of maps and of networks."""

from collections.abc import Sequence

import torch
from torch import nn

from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, on_worked, worked
from course_lib.sections.pooling.configs import (
    Layer,
    avg_pool,
    conv,
    flatten,
    gap,
    linear,
    max_pool,
    modules,
    relu,
)

_EXACT = 1e-10
"""Tolerance of counts."""

CIFAR_NET: tuple[Layer, ...] = (
    conv(3, 32, 3, padding=1),
    relu(),
    max_pool(2),
    conv(32, 64, 3, padding=1),
    relu(),
    max_pool(2),
    conv(64, 128, 3, padding=1),
    relu(),
    gap(),
    flatten(),
    linear(128, 10),
)
"""A small network for images of 32 x 32 pixels."""


def _cifar_shapes(**changes: int) -> list[list[int]]:
    """What the modules of the network answer; nothing is computed on the device "meta".

    Args:
        changes: other settings, for the layers that have them.
    """
    net = [layer | {k: v for k, v in changes.items() if k in layer} for layer in CIFAR_NET]
    X = torch.empty(8, 3, 32, 32, device="meta")
    shapes = [list(X.shape)]
    for module in modules(net, "meta"):
        X = module(X)
        shapes.append(list(X.shape))
    return shapes


CIFAR_SHAPES = Exercise(
    id="pooling.cifar_shapes",
    title="Twelve shapes",
    points=0,
    covers=("Q19",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _cifar_shapes(),
    mistakes=(
        Mistake(
            "input left out",
            "Right, but the first shape, that of the input itself, is missing: there are twelve.",
            lambda case: _cifar_shapes()[1:],
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [[n, *rest[1:], rest[0]] for n, *rest in _cifar_shapes()],
        ),
        Mistake(
            "padding left out",
            "Your convolutions shrink the map. With a 3 x 3 kernel, padding=1 keeps its size.",
            lambda case: _cifar_shapes(padding=0),
        ),
        Mistake(
            "pooling by one",
            "Your pooling moves by one pixel and hardly shrinks the map. MaxPool2d(2, 2) has "
            "stride 2.",
            lambda case: _cifar_shapes(stride=1),
        ),
        Mistake(
            "batch axis forgotten",
            "You left out the batch axis, which stands first: here it has size 8.",
            lambda case: [shape[1:] for shape in _cifar_shapes()],
        ),
        Mistake(
            "nothing left of GAP",
            "Global average pooling keeps two axes of size 1: (batch, channels, 1, 1). Only "
            "flatten takes them away.",
            lambda case: [*_cifar_shapes()[:9], [8, 128], *_cifar_shapes()[10:]],
        ),
    ),
    hints=(
        "A 3 x 3 convolution with padding=1 changes the channels only; 2 x 2 pooling halves height "
        "and width; ReLU changes nothing.",
        "Global average pooling leaves one number for each channel, with shape (8, 128, 1, 1).",
    ),
)

_BY_FORMULA = ("torch.nn", "torch.utils", "course_lib", "aten::empty", "aten::convolution")

_WORKED_NET = (conv(1, 4, 3, padding=1), relu(), max_pool(2), flatten(), linear(24, 3))
_GAP_NET = (
    conv(3, 6, 5, stride=2, padding=1),
    avg_pool(3, stride=1, padding=1),
    gap(),
    flatten(),
    linear(6, 10),
)
_GAP_ABOUT = "a stride, overlapping windows, global average pooling"


def _trace_cases(_: object) -> list[Case]:
    return [
        Case(args=(list(_WORKED_NET), (2, 1, 7, 5)), about=WORKED),
        Case(args=(list(_GAP_NET), (4, 3, 11, 12)), about=_GAP_ABOUT),
    ]


_IN, _OUT = (2, 1, 7, 5), (2, 3)

TRACE_SHAPES = Exercise(
    id="pooling.trace_shapes",
    title="Shapes, layer by layer",
    points=4,
    covers=("Q19",),
    cases=_trace_cases,
    expect=worked(
        {
            WORKED: [_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), _OUT],
            _GAP_ABOUT: [
                (4, 3, 11, 12),
                (4, 6, 5, 5),
                (4, 6, 5, 5),
                (4, 6, 1, 1),
                (4, 6),
                (4, 10),
            ],
        }
    ),
    mistakes=(
        Mistake(
            "input left out",
            "The list must begin with the shape of the input itself: one shape more than layers.",
            on_worked([(2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), _OUT]),
        ),
        Mistake(
            "rounded up",
            "A size was rounded up. The number of windows is rounded down: what is left at the "
            "bottom and right makes no window.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 4, 3), (2, 48), _OUT]),
        ),
        Mistake(
            "padding ignored",
            "You left out the padding. It adds to the size on both sides before windows are "
            "counted.",
            on_worked([_IN, (2, 4, 5, 3), (2, 4, 5, 3), (2, 4, 2, 1), (2, 8), _OUT]),
        ),
        Mistake(
            "padding on one side",
            "You added the padding once. It lies on both sides of each axis: 2 * padding.",
            on_worked([_IN, (2, 4, 6, 4), (2, 4, 6, 4), (2, 4, 3, 2), (2, 24), _OUT]),
        ),
        Mistake(
            "stride ignored",
            "You let every window move by one pixel. The stride says by how much it moves.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 6, 4), (2, 96), _OUT]),
        ),
        Mistake(
            "channels kept",
            "After a convolution there are out_channels maps, whatever came in.",
            on_worked([_IN, (2, 1, 7, 5), (2, 1, 7, 5), (2, 1, 3, 2), (2, 6), _OUT]),
        ),
        Mistake(
            "axes lost in GAP",
            'Your "gap" takes two axes away. They stay, with size 1: (N, C, 1, 1). Only "flatten" '
            "takes them away.",
            worked(
                {
                    _GAP_ABOUT: [
                        (4, 3, 11, 12),
                        (4, 6, 5, 5),
                        (4, 6, 5, 5),
                        (4, 6),
                        (4, 6),
                        (4, 10),
                    ]
                }
            ),
        ),
        Mistake(
            "batch flattened",
            'You flattened the batch, too. "flatten" keeps the first axis: one vector per image.',
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (48,), (3,)]),
        ),
    ),
    hints=(
        "Start with shapes = [tuple(shape)], go through the layers, and append the new shape each "
        "time. Which kinds of layer change the channels, which the size, which neither?",
        'For "conv", "max_pool" and "avg_pool" height and width become (size + 2 * padding - '
        'kernel_size) // stride + 1; only "conv" changes the channels.',
        '"gap": (N, C, 1, 1). "flatten": (N, C * H * W). "linear": the last number becomes '
        'out_features. "relu": nothing changes.',
    ),
    forbidden=_BY_FORMULA,
    tolerance=_EXACT,
)

_HEAD_AFTER_GAP = "after global average pooling, one layer"

HEAD_PARAMS = Exercise(
    id="pooling.head_params",
    title="Parameters of a dense head",
    points=1,
    covers=("Q18",),
    cases=lambda draw: [
        Case(args=((2, 3, 4), (5, 3)), about=WORKED),
        Case(args=((6, 1, 1), (4,)), about=_HEAD_AFTER_GAP),
    ],
    expect=worked({WORKED: 143, _HEAD_AFTER_GAP: 28}),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You counted the weights only. Every unit has a bias, too.",
            on_worked(135),
        ),
        Mistake(
            "one number per channel",
            "You let the first layer read one number for each channel. Flattened, the map has "
            "C * H * W numbers.",
            on_worked(33),
        ),
        Mistake(
            "first layer only",
            "You counted the first layer only. Each further one reads the outputs of the one "
            "before.",
            on_worked(125),
        ),
        Mistake(
            "every layer reads the map",
            "You let every layer read the map. Only the first one does; the others read the "
            "outputs of the layer before.",
            on_worked(200),
        ),
    ),
    hints=(
        "How many numbers has the flattened map? Each unit of the first layer has a weight for "
        "each, and one bias.",
        "A layer with n inputs and m units has n * m + m parameters; its m outputs are the next "
        "layer's inputs.",
    ),
    tolerance=_EXACT,
)

_VGG_CHANNELS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


def _held(layers: Sequence[nn.Module]) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _vgg_numbers(bias: bool = True) -> list[int]:
    """Parameters as the modules hold them: VGG-16's dense layers, all of it, a head after GAP."""
    inputs = (3, *_VGG_CHANNELS[:-1])
    convolutions = [
        nn.Conv2d(i, o, 3, bias=bias, device="meta")
        for i, o in zip(inputs, _VGG_CHANNELS, strict=True)
    ]
    widths = ((512 * 7 * 7, 4096), (4096, 4096), (4096, 1000))
    dense = _held([nn.Linear(i, o, bias=bias, device="meta") for i, o in widths])
    head = _held([nn.Linear(512, 1000, bias=bias, device="meta")])
    return [dense, dense + _held(convolutions), head]


VGG_NUMBERS = Exercise(
    id="pooling.vgg_numbers",
    title="What GAP would save in VGG-16",
    points=0,
    covers=("Q18",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _vgg_numbers(),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You counted the weights only. Biases are parameters, too, in the convolutions as "
            "well as in the dense layers.",
            lambda case: _vgg_numbers(bias=False),
        ),
        Mistake(
            "no head left",
            "Global average pooling has no parameters, but 1000 classes need 1000 outputs: one "
            "dense layer from 512 numbers remains.",
            lambda case: [*_vgg_numbers()[:2], 0],
        ),
        Mistake(
            "convolutions only",
            "The first and the last are right. The second is the whole network: add the dense "
            "layers to the convolutions.",
            lambda case: [
                _vgg_numbers()[0],
                _vgg_numbers()[1] - _vgg_numbers()[0],
                _vgg_numbers()[2],
            ],
        ),
    ),
    hints=(
        "The first and the third are two calls of head_params. Which shape has the map after GAP?",
        "A 3 x 3 convolution from i to o channels has 9 * i * o weights and o biases; thirteen of "
        "them, and the dense layers, make the second number.",
    ),
    tolerance=_EXACT,
)

GAP_CHOICE = Exercise(
    id="pooling.gap_choice",
    title="Larger images for a finished network",
    points=1,
    covers=("Q18",),
    asks="choice",
    options={
        "A": "It stops with an error: its first convolution expects 224 x 224 pixels.",
        "B": "It stops with an error: its last layer expects another number of inputs.",
        "C": "It answers with about twice as many class scores.",
        "D": "It answers with as many class scores as before.",
    },
)
