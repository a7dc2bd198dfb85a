"""Extra: depth and parameters of five architectures."""

from collections.abc import Callable

import torch
from torch import nn
from torchvision import models  # type: ignore[import-untyped]

from course_lib.checks.compare import EXACT
from course_lib.sections.lenet.given import LeNet
from grader.marking.exercise import Exercise

Table = list[tuple[float, float]]

_MAKE: tuple[Callable[[], nn.Module], ...] = (
    *(LeNet, models.alexnet, models.vgg16),
    *(models.resnet50, models.mobilenet_v2),
)
_LENET, _ALEXNET, _VGG, _RESNET, _MOBILENET = range(5)


def _depth(model: nn.Module) -> int:
    """Weights with more than one axis, but for those of shortcuts."""
    return sum(p.dim() > 1 and "downsample" not in name for name, p in model.named_parameters())


def _table(*, buffers: bool = False) -> Table:
    with torch.device("meta"):
        nets = [make() for make in _MAKE]
    counted = [[*net.parameters(), *(net.buffers() if buffers else ())] for net in nets]
    return [
        (_depth(net), sum(t.numel() for t in tensors))
        for net, tensors in zip(nets, counted, strict=True)
    ]


_RIGHT = _table()


def _with(place: int, *pair: float) -> Table:
    """The table with another pair at a place; a depth alone leaves the parameters."""
    other = (pair[0], pair[-1] if len(pair) > 1 else _RIGHT[place][1])
    return [*_RIGHT[:place], other, *_RIGHT[place + 1 :]]


def _less(*by: int) -> Table:
    return [(depth - less, count) for (depth, count), less in zip(_RIGHT, by, strict=True)]


def _by(change: Callable[[float, float], tuple[float, float]]) -> Table:
    return [change(*pair) for pair in _RIGHT]


ARCHITECTURE_TABLE = Exercise(
    id="vgg.architecture_table",
    title="Five architectures",
    points=0,
    minutes=8,
    core=False,
    covers=("E14.10",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "shortcuts counted": (
            "Your depth of the ResNet counts the convolutions of its shortcuts. By the rule they "
            "are beside the main path.",
            _with(_RESNET, 54),
        ),
        "dense layers left out": (
            "Your depths count convolutions only. Dense layers count, too.",
            _less(3, 3, 3, 1, 1),
            _less(0, 3, 3, 1, 1),
            _less(0, 0, 0, 1, 1),
            _less(0, 0, 0, 0, 1),
            _less(0, 0, 0, 1, 0),
        ),
        "depth from the name": (
            "Your depth of the MobileNet is not that of its layers: let your function depth count.",
            *(_with(_MOBILENET, depth) for depth in (2, 17, 19)),
        ),
        "two GPUs": (
            "Your parameters of AlexNet are those of the paper, whose layers were split over two "
            "GPUs. Count PyTorch's.",
            _with(_ALEXNET, 8, 60_965_224),
        ),
        "original LeNet": (
            "Your parameters of LeNet are those of the paper, whose second convolution read some "
            "of the maps only. Take the one of the text.",
            _with(_LENET, 5, 60_000),
            _with(_LENET, 7, 60_000),
        ),
        "rounded": (
            "Your parameters are rounded. Give them to the last one.",
            _by(lambda depth, count: (depth, round(count / 1e6, 1))),
            _by(lambda depth, count: (depth, count / 1e6)),
        ),
        "buffers counted": (
            "Your parameters count buffers: batch norm's running averages stand in state_dict(), "
            "and are no parameters.",
            _table(buffers=True),
        ),
        "pairs turned round": (
            "Your pairs are in another order: (depth, parameters).",
            _by(lambda depth, count: (count, depth)),
        ),
        "by the parameters": (
            "Your networks are in another order than the text's, which is that of their years.",
            sorted(_RIGHT, key=lambda pair: pair[1]),
            sorted(_RIGHT, key=lambda pair: -pair[1]),
            _RIGHT[::-1],
            *(
                [*_RIGHT[:place], _RIGHT[place + 1], _RIGHT[place], *_RIGHT[place + 2 :]]
                for place in range(4)
            ),
        ),
        "columns": (
            "You give all depths and then all parameters. Give one pair for each network.",
            [[depth for depth, _ in _RIGHT], [count for _, count in _RIGHT]],
        ),
        "another VGG": (
            "Your VGG is another one of the family. The table asks for the one without batch norm "
            "whose name says its depth.",
            *(
                _with(_VGG, *pair)
                for pair in (
                    (11, 132_863_336),
                    (13, 133_047_848),
                    (19, 143_667_240),
                    (16, 138_365_992),
                )
            ),
        ),
    },
    right=(
        _by(lambda depth, count: (float(depth), float(count))),
        torch.tensor(_RIGHT, dtype=torch.float64),
    ),
    hints=(
        'with torch.device("meta"): models.vgg16() makes the network without its numbers.',
        "depth(net) and sum(p.numel() for p in net.parameters()) are the pair of a network.",
        "models.alexnet(), models.vgg16(), models.resnet50(), models.mobilenet_v2(); LeNet's pair "
        "stands in the text.",
    ),
    needs=("vgg.depth",),
    tolerance=EXACT,
)
