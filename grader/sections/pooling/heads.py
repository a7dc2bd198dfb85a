"""Part C and its extra: global average pooling, and what the dense layers hold."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

GAP_CHOICE = Exercise(
    id="pooling.gap_choice",
    title="Larger images for a finished network",
    points=1,
    minutes=2,
    covers=("Q18",),
    asks="choice",
    options={
        "A": "It stops with an error: its first convolution expects 224 x 224 pixels.",
        "B": "It stops with an error: its last layer expects another number of inputs.",
        "C": "It gives about twice as many logits.",
        "D": "It gives as many logits as before.",
    },
    reference="D",
    wrong={
        "convolution wants a size": (
            "A convolution has no size of image built in: its kernel visits as many windows as "
            "there are.",
            "A",
        ),
        "linear wants a size": (
            "The last layer reads one number for each channel. How many channels are there after "
            "global average pooling of a larger map?",
            "B",
        ),
        "more logits": (
            "The map before global average pooling is larger, but each channel becomes one number "
            "all the same.",
            "C",
        ),
    },
    right=("d",),
)

Shape = Sequence[int]


def _dense(sizes: Shape, bias: bool = True) -> list[nn.Module]:
    """They take no memory on the device "meta"."""
    return [nn.Linear(i, o, bias=bias, device="meta") for i, o in pairwise(sizes)]


def _held(layers: Sequence[nn.Module]) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _in_head(feature_shape: Shape, widths: Shape) -> int:
    return _held(_dense((math.prod(feature_shape), *widths)))


def _large(draw: Draw) -> Case:
    """An odd number of parameters, above all that float32 counts one by one."""
    widths = (2 * draw.integer(500, 550) + 1, draw.integer(10, 99))
    return Case(args=((2 * draw.integer(60, 70), 11, 13), widths), about="a large head")


def _settings(draw: Draw) -> list[Case]:
    def case(about: str, count: int, channels: int, size: Shape) -> Case:
        return Case(args=((channels, *size), tuple(draw.distinct(10, 99, count))), about=about)

    return [
        case("one layer", 1, draw.integer(3, 9), draw.distinct(3, 9, 2)),
        case("two layers", 2, draw.integer(20, 90), draw.distinct(3, 9, 2)),
        case("four layers", 4, draw.integer(3, 9), draw.distinct(3, 9, 2)),
        case("a square map", 3, draw.integer(20, 90), (7, 7)),
        case("a map of one channel", 2, 1, draw.distinct(3, 9, 2)),
        case("a map of one pixel", 2, draw.integer(20, 90), (1, 1)),
        _large(draw),
    ]


HEAD_PARAMS = Exercise(
    id="pooling.head_params",
    title="Parameters of a dense head",
    points=1,
    minutes=9,
    core=False,
    covers=("Q18",),
    example=((Case(args=((2, 3, 4), (5, 3))), 143),),
    cases=_settings,
    reference=_in_head,
    promises=("unchanged",),
    wrong={
        "biases forgotten": (
            "You counted the weights only. Every unit has a bias, too.",
            lambda shape, widths: _held(_dense((math.prod(shape), *widths), bias=False)),
        ),
        "one bias per layer": (
            "You counted one bias for each layer. Every unit has its own: as many as outputs.",
            lambda shape, widths: _in_head(shape, widths) - sum(widths) + len(widths),
        ),
        "biases of the last layer only": (
            "You counted the biases of the last layer only. Every layer has them.",
            lambda shape, widths: _in_head(shape, widths) - sum(widths[:-1]),
        ),
        "biases of the first layer missing": (
            "You left out the biases of the first layer. Every layer has them.",
            lambda shape, widths: _in_head(shape, widths) - widths[0],
        ),
        "a bias for each input": (
            "You counted a bias for each input of a layer. Each of its units has one: as many as "
            "outputs.",
            lambda shape, widths: sum(i * o + i for i, o in pairwise((math.prod(shape), *widths))),
        ),
        "the map counted": (
            "You counted the numbers of the map as parameters. They are the inputs, and not "
            "learned.",
            lambda shape, widths: math.prod(shape) + _in_head(shape, widths),
        ),
        "one number per channel": (
            "You let the first layer read one number for each channel. Flattened, the map has "
            "C * H * W numbers.",
            lambda shape, widths: _in_head(shape[:1], widths),
        ),
        "channels left out": (
            "You let the first layer read H * W numbers. Flattened, a map of C channels has "
            "C * H * W.",
            lambda shape, widths: _in_head(shape[1:], widths),
        ),
        "sides added": (
            "You added C, H and W. Flattened, the map has C * H * W numbers.",
            lambda shape, widths: _in_head((sum(shape),), widths),
        ),
        "one side squared": (
            "You used one side of the map for both: it has H rows and W columns.",
            lambda shape, widths: _in_head((shape[0], shape[1], shape[1]), widths),
            lambda shape, widths: _in_head((shape[0], shape[2], shape[2]), widths),
        ),
        "first layer only": (
            "You counted the first layer only. Each further one reads the outputs of the one "
            "before.",
            lambda shape, widths: _in_head(shape, widths[:1]),
        ),
        "last layer missing": (
            "You left out the last layer. There is one for each of the widths.",
            lambda shape, widths: _in_head(shape, widths[:-1]),
            lambda shape, widths: _in_head(shape, widths[:-1] or widths),
        ),
        "last layer only": (
            "You counted the last layer only: add up the numbers of all.",
            lambda shape, widths: _in_head((math.prod(shape), *widths)[-2:-1], widths[-1:]),
        ),
        "widths multiplied": (
            "You multiplied all the widths. A layer has as many weights as inputs times outputs: "
            "add up the layers.",
            lambda shape, widths: math.prod((*shape, *widths)) + sum(widths),
            lambda shape, widths: math.prod((*shape, *widths)),
        ),
        "every layer reads the map": (
            "You let every layer read the map. Only the first one does; the others read the "
            "outputs of the layer before.",
            lambda shape, widths: sum(_in_head(shape, (width,)) for width in widths),
        ),
        "not added up": (
            "You returned a list with a number for each layer. Add them up.",
            lambda shape, widths: [
                _in_head((i,), (o,)) for i, o in pairwise((math.prod(shape), *widths))
            ],
        ),
    },
    right=(
        lambda shape, widths: sum(
            (i + 1) * o for i, o in zip((math.prod(shape), *widths[:-1]), widths, strict=True)
        ),
    ),
    hints=(
        "How many numbers has the flattened map? Each unit of the first layer has a weight for "
        "each, and one bias.",
        "A layer with n inputs and m units has n * m + m parameters; its m outputs are the next "
        "layer's inputs.",
    ),
    tolerance=EXACT,
)

_CHANNELS = (3, 64, 64, 128, 128, 256, 256, 256, *6 * (512,))


def _vgg(bias: bool = True) -> tuple[int, int, int]:
    """Parameters of VGG-16's dense layers, of its convolutions, and of a dense layer after GAP."""
    convolutions = [nn.Conv2d(i, o, 3, bias=bias, device="meta") for i, o in pairwise(_CHANNELS)]
    head, small = _dense((512 * 7 * 7, 4096, 4096, 1000), bias), _dense((512, 1000), bias)
    return _held(head), _held(convolutions), _held(small)


(_HEAD, _BODY, _SMALL), (_BARE_HEAD, _BARE_BODY, _BARE_SMALL) = _vgg(), _vgg(bias=False)

_RIGHT = [_HEAD, _HEAD + _BODY, _SMALL]
_OF_CHANNELS = _in_head((512,), (4096, 4096, 1000))
_SHORT = _in_head((512, 7, 7), (4096, 1000))

VGG_NUMBERS = Exercise(
    id="pooling.vgg_numbers",
    title="What GAP would save in VGG-16",
    points=0,
    minutes=5,
    core=False,
    covers=("Q18",),
    asks="value",
    reference=_RIGHT,
    needs=("pooling.head_params",),
    wrong={
        "biases forgotten": (
            "You left biases out. They are parameters, too, in the convolutions as well as in the "
            "dense layers.",
            [_BARE_HEAD, _BARE_HEAD + _BARE_BODY, _BARE_SMALL],
            [_HEAD, _HEAD + _BARE_BODY, _SMALL],
            [_HEAD, _HEAD + _BODY, _BARE_SMALL],
            [_BARE_HEAD, _BARE_HEAD + _BODY, _BARE_SMALL],
        ),
        "no head left": (
            "Global average pooling has no parameters, but something must turn channels into "
            "classes: one dense layer remains, from the number of channels.",
            [_HEAD, _HEAD + _BODY, 0],
        ),
        "flattened, not averaged": (
            "The first and the second are right. The third head reads the map after global average "
            "pooling: one number of each channel.",
            [_HEAD, _HEAD + _BODY, _in_head((512, 7, 7), (1000,))],
        ),
        "all three layers after GAP": (
            "The first and the second are right. The third head is global average pooling and then "
            "a single dense layer, from the number of channels to that of classes.",
            [_HEAD, _HEAD + _BODY, _in_head((512,), (4096, 4096, 1000))],
        ),
        "convolutions only": (
            "The first and the last are right. The second is the whole network: add the dense "
            "layers to the convolutions.",
            [_HEAD, _BODY, _SMALL],
        ),
        "one convolution short": (
            "The first and the last are right. The second lacks a convolution: there are thirteen, "
            "the last six alike.",
            [_HEAD, _HEAD + _BODY - (9 * 512 * 512 + 512), _SMALL],
            [_HEAD, _HEAD + _BODY - (9 * 3 * 64 + 64), _SMALL],
        ),
        "saved": (
            "The first and the second are right. The third is the new head itself, not what it "
            "saves.",
            [_HEAD, _HEAD + _BODY, _HEAD - _SMALL],
        ),
        "a whole network": (
            "The first and the second are right. The third is the new head alone, without the "
            "convolutions.",
            [_HEAD, _HEAD + _BODY, _BODY + _SMALL],
        ),
        "another order": (
            "The numbers are right, their order is not: that head, the whole network, the head "
            "with GAP.",
            [_HEAD + _BODY, _HEAD, _SMALL],
            [_SMALL, _HEAD + _BODY, _HEAD],
            [_HEAD, _SMALL, _HEAD + _BODY],
            [_HEAD + _BODY, _SMALL, _HEAD],
            [_SMALL, _HEAD, _HEAD + _BODY],
        ),
        "in millions": (
            "You gave millions, rounded. Give the numbers themselves, to the last one.",
            *([round(n / 1e6, digits) for n in _RIGHT] for digits in (1, 2, 3)),
            [round(n / 1e6) for n in _RIGHT],
        ),
        "nine weights forgotten": (
            "The first and the last are right. In the second, each pair of channels of a "
            "convolution has 3 * 3 weights, not one or three.",
            [_HEAD, _HEAD + _BODY - 8 * _BARE_BODY // 9, _SMALL],
            [_HEAD, _HEAD + _BODY - 6 * _BARE_BODY // 9, _SMALL],
        ),
        "head on channels": (
            "The last one is right. That head reads the whole flattened map: C * H * W numbers.",
            [_OF_CHANNELS, _OF_CHANNELS + _BODY, _SMALL],
        ),
        "a dense layer short": (
            "The last one is right. That head has three dense layers, the first two alike in their "
            "outputs.",
            [_SHORT, _SHORT + _BODY, _SMALL],
        ),
    },
    right=(
        (123_642_856.0, 138_357_544.0, 513e3),
        torch.tensor([123_642_856, 138_357_544, 513_000]),
    ),
    hints=(
        "The first and the third are two calls of head_params. Which shape has the map after GAP?",
        "A 3 x 3 convolution from i to o channels has 9 * i * o weights and o biases; thirteen of "
        "them, and the dense layers, make the second number.",
    ),
    tolerance=EXACT,
)
