"""Part C: the shapes of a network, and what PyTorch's own layers give."""

from collections.abc import Sequence

import torch

from course_lib.checks.compare import EXACT
from course_lib.models.configs import (
    Layer,
    conv,
    flatten,
    gap,
    linear,
    max_pool,
    modules,
    relu,
)
from grader.marking.exercise import Exercise

Shape = Sequence[int]
Config = Sequence[Layer]


def by_modules(config: Config, shape: Shape) -> list[tuple[int, ...]]:
    """What PyTorch's own layers give, on the device "meta": shapes and no numbers."""
    X = torch.empty(*shape, device="meta")
    shapes = [tuple(X.shape)]
    for module in modules(config, "meta"):
        X = module(X)
        shapes.append(tuple(X.shape))
    return shapes


_CIFAR_NET: tuple[Layer, ...] = (
    conv(3, 32, 3, padding=1), relu(), max_pool(2),
    conv(32, 64, 3, padding=1), relu(), max_pool(2),
    conv(64, 128, 3, padding=1), relu(), gap(), flatten(), linear(128, 10),
)  # fmt: skip


def _cifar_shapes(**changes: int) -> list[tuple[int, ...]]:
    """With other settings for the layers that have them."""
    net = [layer | {k: v for k, v in changes.items() if k in layer} for layer in _CIFAR_NET]
    return by_modules(net, (8, 3, 32, 32))


_TWELVE = _cifar_shapes()

CIFAR_SHAPES = Exercise(
    id="pooling.cifar_shapes",
    title="Twelve shapes",
    points=0,
    minutes=3,
    covers=("Q19",),
    asks="value",
    reference=_TWELVE,
    wrong={
        "input left out": (
            "Right, but the first shape, that of the input itself, is missing: there are twelve.",
            _TWELVE[1:],
        ),
        "channels last": (
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            [(n, *rest[1:], rest[0]) for n, *rest in _TWELVE],
        ),
        "padding left out": (
            "Your convolutions shrink the map. With a 3 x 3 kernel, padding=1 keeps its size.",
            _cifar_shapes(padding=0),
        ),
        "pooling by one": (
            "Your pooling moves by one pixel and hardly shrinks the map. MaxPool2d(2, 2) has "
            "stride 2.",
            _cifar_shapes(stride=1),
        ),
        "batch axis forgotten": (
            "You left out the batch axis, which stands first: here it has size 8.",
            [shape[1:] for shape in _TWELVE],
        ),
        "nothing left of GAP": (
            "Global average pooling keeps two axes of size 1: (batch, channels, 1, 1). Only "
            "flatten takes them away.",
            [*_TWELVE[:9], (8, 128), *_TWELVE[10:]],
        ),
        "batch lost at the end": (
            "The batch axis stays to the end: after flatten there is a vector for each image, and "
            "so there is after the dense layer.",
            [*_TWELVE[:10], (128,), (10,)],
            [*_TWELVE[:11], (10,)],
            [*_TWELVE[:10], (128,), (8, 10)],
        ),
        "batch flattened": (
            "You flattened the batch, too. Flatten makes a vector of each image: the batch axis "
            "stays.",
            [*_TWELVE[:10], (8 * 128,), (8, 10)],
            [*_TWELVE[:10], (8 * 128,), (10,)],
        ),
        "pooling halves channels": (
            "You let pooling change the number of channels. It pools each channel by itself: as "
            "many come out as go in.",
            [
                (*shape[:1], shape[1] // 2, *shape[2:]) if i in (3, 6) else shape
                for i, shape in enumerate(_TWELVE)
            ],
        ),
        "GAP over channels": (
            "You took the mean over the channels. Global average pooling takes it over height and "
            "width: one number is left of each channel.",
            [*_TWELVE[:9], (8, 1, 8, 8), (8, 64), (8, 10)],
        ),
        "ReLU left out": (
            "You left out the shapes after the ReLUs. Each of them is a layer, too, though it "
            "changes no shape: there are eleven layers.",
            [shape for i, shape in enumerate(_TWELVE) if i not in (2, 5, 8)],
        ),
        "flattened before GAP": (
            "You flattened the map as it was before global average pooling. That has left one "
            "number of each channel.",
            [*_TWELVE[:10], (8, 128 * 8 * 8), (8, 10)],
            [*_TWELVE[:9], (8, 128, 8, 8), (8, 128 * 8 * 8), (8, 10)],
        ),
    },
    right=([torch.Size(shape) for shape in _TWELVE],),
    hints=(
        "A 3 x 3 convolution with padding=1 changes the channels only; 2 x 2 pooling halves height "
        "and width; ReLU changes nothing.",
        "Global average pooling leaves one number for each channel, with shape (8, 128, 1, 1).",
    ),
    tolerance=EXACT,
)
