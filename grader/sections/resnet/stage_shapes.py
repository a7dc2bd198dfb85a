"""The shapes of ResNet-18, stage by stage."""

from collections.abc import Sequence

import torch
from torchvision.models import resnet18  # type: ignore[import-untyped]

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise

Shape = tuple[int, ...]

_STAGES = ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4")


def _by_torchvision(side: int) -> list[Shape]:
    """What torchvision's own network gives, on the device "meta": shapes and no numbers."""
    with torch.device("meta"):
        model = resnet18()
    shapes: list[Shape] = []
    for name in _STAGES:
        model.get_submodule(name).register_forward_hook(
            lambda module, inputs, output: shapes.append(tuple(output.shape))
        )
    model(torch.empty(1, 3, side, side, device="meta"))
    return shapes


_SIX = _by_torchvision(96)


def _with_sides(*sides: int) -> list[Shape]:
    return [(*shape[:2], side, side) for shape, side in zip(_SIX, sides, strict=True)]


def _with_channels(channels: Sequence[int]) -> list[Shape]:
    return [(1, c, *shape[2:]) for shape, c in zip(_SIX, channels, strict=True)]


STAGE_SHAPES_96 = Exercise(
    id="resnet.stage_shapes_96",
    title="Six shapes of ResNet-18",
    points=0,
    minutes=4,
    core=False,
    covers=("D8.6-demo",),
    asks="value",
    reference=_SIX,
    wrong={
        "stem without padding": (
            "Your stem has no padding. With padding=3 a 7 x 7 kernel of stride 2 halves the size, "
            "and so does the 3 x 3 pooling with padding=1.",
            _with_sides(45, 22, 22, 11, 6, 3),
            _with_sides(45, 23, 23, 12, 6, 3),
        ),
        "pooling without padding": (
            "Your pooling has no padding. It has padding=1, and halves the map exactly.",
            _with_sides(48, 23, 23, 12, 6, 3),
        ),
        "first stage halved": (
            "You let the first stage halve the map, too. Its blocks have stride 1: the pooling "
            "has halved it just before. Only the other three stages begin with stride 2.",
            _with_sides(48, 24, 12, 6, 3, 2),
        ),
        "pooling left out": (
            "You left out that the pooling halves the map: it has stride 2.",
            _with_sides(48, 48, 48, 24, 12, 6),
        ),
        "every block halves": (
            "You let both blocks of a stage halve the map. Only the first one of a stage has "
            "stride 2.",
            _with_sides(48, 24, 24, 6, 2, 1),
            _with_sides(48, 24, 6, 2, 1, 1),
        ),
        "nothing halved": (
            "Your stages keep the size of the map. Each but the first begins with a block of "
            "stride 2.",
            _with_sides(48, 24, 24, 24, 24, 24),
        ),
        "channels of the bottleneck": (
            "Those are the channels of bottleneck blocks, which give four times their own. This "
            "network has basic blocks.",
            _with_channels((64, 64, 256, 512, 1024, 2048)),
        ),
        "channels doubled at once": (
            "You let the first stage double the channels. It keeps those of the stem; each later "
            "one doubles them.",
            _with_channels((64, 64, 128, 256, 512, 1024)),
        ),
        "pooling changes channels": (
            "You let the pooling change the number of channels. It pools each channel by itself.",
            _with_channels((64, 128, 128, 256, 512, 1024)),
            _with_channels((32, 64, 64, 128, 256, 512)),
        ),
        "larger images": (
            "Those are the shapes for images of 224 x 224. Here they are smaller.",
            _by_torchvision(224),
        ),
        "batch axis forgotten": (
            "You left out the batch axis, which stands first: here it has size 1.",
            [shape[1:] for shape in _SIX],
        ),
        "channels last": (
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            [(n, *rest, c) for n, c, *rest in _SIX],
        ),
        "stem left out": (
            "The first shape, that after conv1, is missing: there are six.",
            _SIX[1:],
        ),
        "last stage left out": (
            "The last shape, that after layer4, is missing: there are six.",
            _SIX[:-1],
        ),
        "one of two alike left out": (
            "There are six shapes: that after the pooling and that after layer1 are the same, and "
            "both belong to the list.",
            [*_SIX[:1], *_SIX[2:]],
        ),
    },
    right=([torch.Size(shape) for shape in _SIX],),
    hints=(
        "conv1, the pooling, and the first block of each stage but the first halve height and "
        "width.",
        "The stem has 64 channels, as has the first stage; each later stage doubles them.",
    ),
    tolerance=EXACT,
)
