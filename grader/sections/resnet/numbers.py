"""Counts: of whole ResNets, and of a bottleneck's weights."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torchvision.models import resnet  # type: ignore[import-untyped]

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise

_FOUR = ((2, 2, 2, 2), (3, 4, 6, 3)), ((3, 4, 6, 3), (3, 8, 36, 3))
"""Blocks in the stages: of two networks of basic blocks, and of two of bottlenecks."""


_BASIC, _DEEP = resnet.BasicBlock, resnet.Bottleneck


def _nets(blocks: Sequence[Any] = (_BASIC, _DEEP), **other: Any) -> list[nn.Module]:
    """torchvision's own, which have shapes and no numbers."""
    with torch.device("meta"):
        return [
            resnet.ResNet(block, list(layers), **other)
            for block, pair in zip(blocks, _FOUR, strict=True)
            for layers in pair
        ]


def _counted(*kinds: type, nets: Sequence[nn.Module] = ()) -> list[int]:
    """Parameters of modules of these kinds, or of all where none is named."""
    return [
        sum(
            p.numel()
            for module in net.modules()
            if isinstance(module, kinds or nn.Module)
            for p in module.parameters(recurse=False)
        )
        for net in nets or _nets()
    ]


def _channels_of(kind: type, name: str) -> list[int]:
    return [sum(getattr(m, name) for m in net.modules() if isinstance(m, kind)) for net in _nets()]


def _sum_of(make: Any) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in make().parameters())


def _added(*lists: Sequence[int]) -> list[int]:
    return [sum(numbers) for numbers in zip(*lists, strict=True)]


_RIGHT = _counted(nn.Conv2d, nn.BatchNorm2d, nn.Linear)
_EIGHTEEN, _THIRTY_FOUR, _FIFTY, _LAST = _RIGHT
_NORMED = _channels_of(nn.BatchNorm2d, "num_features")

RESNET_PARAMETERS = Exercise(
    id="resnet.resnet_parameters",
    title="Parameters of four ResNets",
    points=0,
    minutes=9,
    core=False,
    covers=("L6-resnet",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "biases before batch norm": (
            "Your convolutions have biases. Before a batch norm they have none: bias=False, in the "
            "projections, too.",
            _added(_RIGHT, _channels_of(nn.Conv2d, "out_channels")),
        ),
        "running statistics counted": (
            "You counted the running statistics, too. They are buffers and not learned: count "
            "net.parameters(), not the state_dict.",
            _added(_RIGHT, _NORMED, _NORMED),
            _added(_RIGHT, _NORMED, _NORMED, _channels_of(nn.BatchNorm2d, "track_running_stats")),
        ),
        "batch norms left out": (
            "You left out the batch norms. Each has a weight and a bias for every channel, which "
            "are learned.",
            _counted(nn.Conv2d, nn.Linear),
        ),
        "dense layer left out": (
            "You left out the dense layer at the end.",
            _counted(nn.Conv2d, nn.BatchNorm2d),
        ),
        "convolutions alone": (
            "You counted the convolutions alone. Batch norms and the dense layer are learned, too.",
            _counted(nn.Conv2d),
        ),
        "order": (
            "Your numbers are right, their order is not: as in the table, the smallest first.",
            _RIGHT[::-1],
            [_EIGHTEEN, _FIFTY, _THIRTY_FOUR, _LAST],
            [_THIRTY_FOUR, _EIGHTEEN, _FIFTY, _LAST],
            [_EIGHTEEN, _THIRTY_FOUR, _LAST, _FIFTY],
            [_FIFTY, _LAST, _EIGHTEEN, _THIRTY_FOUR],
        ),
        "basic blocks everywhere": (
            "Your last two networks have basic blocks. Theirs are bottlenecks.",
            _counted(nets=_nets((_BASIC, _BASIC))),
        ),
        "bottlenecks everywhere": (
            "Your first two networks have bottlenecks. Theirs are basic blocks.",
            _counted(nets=_nets((_DEEP, _DEEP))),
        ),
        "other classes": (
            "Your networks have another number of classes. Here they have as many as ImageNet.",
            _counted(nets=_nets(num_classes=10)),
            _counted(nets=_nets(num_classes=100)),
        ),
        "other stages": (
            "Your last network has other blocks in its stages: look at the last row of the table.",
            [*_RIGHT[:3], _sum_of(resnet.resnet101)],
        ),
        "millions": (
            "You gave millions. Give the numbers with all their digits.",
            *([round(number / 1e6, digits) for number in _RIGHT] for digits in (1, 2, 6)),
        ),
    },
    right=(tuple(_RIGHT), [float(number) for number in _RIGHT]),
    hints=(
        "with torch.device('meta'): net = ResNet(BasicBlock, (3, 4, 6, 3)), then add up p.numel() "
        "for p in net.parameters().",
        "The last two are of your Bottleneck: ResNet(Bottleneck, (3, 4, 6, 3)).",
    ),
    tolerance=EXACT,
)


def _weights(*layers: tuple[int, int, int]) -> int:
    """Weights of convolutions (in, out, kernel), counted by PyTorch."""
    made = (nn.Conv2d(come, go, k, bias=False, device="meta") for come, go, k in layers)
    return sum(layer.weight.numel() for layer in made)


_NARROW = _weights((256, 64, 1), (64, 64, 3), (64, 256, 1))
_WIDE = _weights((256, 256, 3))


def _four(narrow: float = _NARROW, wide: float = _WIDE, blocks: int = 2) -> list[float]:
    return [narrow, wide, wide / narrow, blocks * wide / narrow]


_MIDDLE = _weights((64, 64, 3))
_THREE_BY_THREE = _weights((256, 64, 3), (64, 64, 3), (64, 256, 3))

_SIDES = _four(_weights((256, 64, 1), (64, 256, 1)) + _MIDDLE // 3, _WIDE // 3)

BOTTLENECK_NUMBERS = Exercise(
    id="resnet.bottleneck_numbers",
    title="What a bottleneck saves",
    points=0,
    minutes=6,
    core=False,
    covers=("Q17",),
    asks="value",
    reference=_four(),
    wrong={
        "biases": (
            "You counted biases. Here weights alone are counted.",
            _four(_NARROW + 384, _WIDE + 256),
        ),
        "all three by three": (
            "Your three convolutions are all 3 x 3. Only the one in the middle is; those around it "
            "are 1 x 1.",
            _four(_THREE_BY_THREE),
        ),
        "middle alone": (
            "Your count for the bottleneck is that of its 3 x 3 convolution alone, or of three 1 x "
            "1 ones. It has a 3 x 3 one between two that are 1 x 1.",
            _four(_MIDDLE),
        ),
        "one 1 x 1 alone": (
            "You counted one of the 1 x 1 convolutions. The bottleneck has two, one before and one "
            "after.",
            _four(_weights((256, 64, 1), (64, 64, 3))),
        ),
        "quotients upside down": (
            "Your quotients are upside down: how many times as many weights the wide ones have.",
            [_NARROW, _WIDE, _NARROW / _WIDE, _NARROW / (2 * _WIDE)],
        ),
        "batch norms": (
            "You counted batch norms, too. Here the weights of convolutions alone are counted.",
            _four(_NARROW + 768, _WIDE + 512),
        ),
        "side for square": (
            "You counted 3 weights for a 3 x 3 kernel. It has one for each of its places, 3 rows "
            "of 3.",
            _SIDES,
            [*_SIDES[:2], *(round(quotient, 1) for quotient in _SIDES[2:])],
        ),
        "two convolutions at once": (
            "Your second number is that of two convolutions. It is for one; a basic block of two "
            "comes last.",
            [_NARROW, 2 * _WIDE, 2 * _WIDE / _NARROW, 4 * _WIDE / _NARROW],
            [_NARROW, 2 * _WIDE, *_four()[2:]],
            [_NARROW, 2 * _WIDE, 2 * _WIDE / _NARROW, 2 * _WIDE / _NARROW],
        ),
        "rounded before doubled": (
            "Your last number is twice a rounded one. Compute with all digits, and round last.",
            [_NARROW, _WIDE, 8.5, 17.0],
        ),
        "whole numbers": (
            "Your quotients are whole numbers. Give one decimal.",
            [_NARROW, _WIDE, 8, 17],
            [_NARROW, _WIDE, 8, 16],
            [_NARROW, _WIDE, 9, 17],
        ),
        "no quotient": (
            "Your last number is a number of weights. It says how many times as many the basic "
            "block has.",
            [*_four()[:3], 2 * _WIDE],
        ),
        "basic block of one": (
            "Your last number is for one 3 x 3 convolution. A basic block has two.",
            _four(blocks=1),
        ),
    },
    right=([_NARROW, _WIDE, 8.5, 16.9], [_NARROW, _WIDE, 8.47, 16.94], tuple(_four())),
    hints=(
        "A convolution has out_channels * in_channels * k * k weights.",
        "The bottleneck: 256 * 64 + 64 * 64 * 9 + 64 * 256.",
    ),
    tolerance=9e-8,  # of the largest number, so of quotients about 0.05: one decimal is enough
)
