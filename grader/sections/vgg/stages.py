"""Part C: the shapes that an image has on its way through VGG-11."""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.models.vgg import VGG, VGG11
from grader.marking.exercise import Exercise

Shapes = list[tuple[int, ...]]


def _shapes(height: int, width: int) -> Shapes:
    """What PyTorch's layers give, without memory."""
    found = []
    with torch.device("meta"):
        net = VGG(VGG11, size=(height, width)).eval()
        maps = torch.empty(1, 3, height, width)
        for layer in [*net.features, nn.Flatten(), *net.classifier]:
            maps = layer(maps)
            if isinstance(layer, (nn.MaxPool2d, nn.Flatten, nn.Linear)):
                found.append(tuple(maps.shape[1:]))
    return found


_RIGHT = _shapes(96, 160)
_OF_THE_FIGURE = _shapes(224, 224)


def _each(change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Shapes:
    return [change(shape) for shape in _RIGHT]


def _before_the_poolings() -> Shapes:
    return [(shape[0], 2 * shape[1], 2 * shape[2]) for shape in _RIGHT[:5]]


_DOUBLED = [*_RIGHT[:4], (1024, 3, 5)]

STAGE_SHAPES = Exercise(
    id="vgg.stage_shapes",
    title="The stages of VGG-11",
    points=1,
    minutes=6,
    covers=("D8.2-demo",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "before the pooling": (
            "Your sizes are those before the pooling of each block. The block ends with it.",
            [*_before_the_poolings(), *_RIGHT[5:]],
            [*_before_the_poolings(), (512 * 6 * 10,), *_RIGHT[6:]],
        ),
        "last pooling forgotten": (
            "The fifth block pools, too: its maps are half as large as those of the fourth.",
            [*_RIGHT[:4], (512, 6, 10), (512 * 6 * 10,), *_RIGHT[6:]],
            [*_RIGHT[:4], (512, 6, 10), *_RIGHT[5:]],
        ),
        "channels doubled to the end": (
            "Your fifth block has twice the channels of the fourth. Look at the table: they stay "
            "as they are.",
            [*_DOUBLED, *_RIGHT[5:]],
            [*_DOUBLED, (1024 * 3 * 5,), *_RIGHT[6:]],
        ),
        "flattened wrongly": (
            "Flattening keeps all numbers of the maps: channels times height times width.",
            [*_RIGHT[:5], (512,), *_RIGHT[6:]],
            [*_RIGHT[:5], (512 * 3,), *_RIGHT[6:]],
            [*_RIGHT[:5], (512 * 5,), *_RIGHT[6:]],
            [*_RIGHT[:5], (3 * 5,), *_RIGHT[6:]],
        ),
        "flatten left out": (
            "The shape after the flatten is missing.",
            [*_RIGHT[:5], *_RIGHT[6:]],
        ),
        "numbers for shapes": (
            "Your shapes behind the flatten are plain numbers. Each is a tuple of one number.",
            [*_RIGHT[:5], *(shape[0] for shape in _RIGHT[5:])],
        ),
        "image first": (
            "Your list begins with the image. It begins with what the first block gives.",
            [(3, 96, 160), *_RIGHT],
            [(3, 96, 160), *_RIGHT[:8]],
        ),
        "axis of the batch": (
            "Your shapes have the axis of the batch. Here they have none.",
            _each(lambda shape: (1, *shape)),
        ),
        "channels last": (
            "Your shapes have the channels last. PyTorch has them first.",
            _each(lambda shape: (*shape[1:], shape[0])),
        ),
        "shapes of the figure": (
            "Your shapes, or the number of features, are those of the figure, for 224 x 224. This "
            "image has another size.",
            _OF_THE_FIGURE,
            [*_RIGHT[:5], *_OF_THE_FIGURE[5:]],
        ),
        "sides swapped": (
            "You swapped height and width: a shape is (channels, height, width).",
            [(c, width, height) for c, height, width in _RIGHT[:5]] + _RIGHT[5:],
        ),
        "another head": (
            "Your dense layers have other units than the text says; the last has one for each "
            "class.",
            [*_RIGHT[:6], (4096,), (1000,)],
            [*_RIGHT[:6], (4096,), (1000,), (1000,)],
            [*_RIGHT[:8], (10,)],
        ),
    },
    right=([list(shape) for shape in _RIGHT], [torch.Size(shape) for shape in _RIGHT]),
    hints=(
        "The convolutions of a block change the channels only, its pooling height and width only.",
        "96, 48, 24, 12, 6, 3: one halving of the height for each of the five blocks.",
        "The flatten lays all numbers out: channels · height · width.",
    ),
    tolerance=EXACT,
)
