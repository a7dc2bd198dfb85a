"""Part E, heads: how many parameters the dense layers hold, and what remains after GAP."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked, worked

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
            "one bias per layer",
            "You counted one bias for each layer. Every unit has its own: as many as outputs.",
            on_worked(137),
        ),
        Mistake(
            "biases of the last layer only",
            "You counted the biases of the last layer only. Every layer has them.",
            on_worked(138),
        ),
        Mistake(
            "not added up",
            "You returned a list with a number for each layer. Add them up.",
            on_worked([125, 18]),
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
    tolerance=EXACT,
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
    dense = _held(_dense((512 * 7 * 7, 4096, 4096, 1000), bias))
    return [dense, dense + _held(convolutions), _held(_dense((512, 1000), bias))]


def _dense(sizes: Sequence[int], bias: bool = True) -> list[nn.Module]:
    return [nn.Linear(i, o, bias=bias, device="meta") for i, o in pairwise(sizes)]


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
            "bias of the small head forgotten",
            "The first and the second are right. The last one lacks its 1000 biases.",
            lambda case: [*_vgg_numbers()[:2], _vgg_numbers(bias=False)[2]],
        ),
        Mistake(
            "flattened, not averaged",
            "The first and the second are right. The third head reads the map after global "
            "average pooling: one number of each channel, 512.",
            lambda case: [*_vgg_numbers()[:2], 512 * 7 * 7 * 1000 + 1000],
        ),
        Mistake(
            "all three layers after GAP",
            "The first and the second are right. The third head is global average pooling and "
            "then a single dense layer, from 512 numbers to 1000.",
            lambda case: [*_vgg_numbers()[:2], _held(_dense((512, 4096, 4096, 1000)))],
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
    tolerance=EXACT,
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
