"""Extra: what a width factor saves."""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.models.mobilenet import SETTINGS, MobileNetV2
from course_lib.sections.efficient.given import count_macs_of, scaled
from grader.marking.exercise import Exercise
from grader.sections.efficient.network_ways import LAST, net


def _four(
    make: Callable[..., nn.Module] = MobileNetV2,
    *,
    classes: int = 1000,
    side: int = 224,
    buffers: bool = False,
) -> list[int]:
    """Parameters and MACs at both widths, of networks that have shapes and no numbers."""
    found = []
    for width in (1, 0.5):
        with torch.device("meta"):
            network = make(SETTINGS, width, classes)
        tensors = [*network.parameters(), *(network.buffers() if buffers else ())]
        found += [sum(t.numel() for t in tensors), count_macs_of(network, (3, side, side))]
    return found


_RIGHT = _four()
_P, _M, _P_HALF, _M_HALF = _RIGHT
_DOUBLED = [_P, 2 * _M, _P_HALF, 2 * _M_HALF]

WIDTH_NUMBERS = Exercise(
    id="efficient.width_numbers",
    title="Half the width",
    points=0,
    minutes=8,
    core=False,
    covers=("B09-mobilenet",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "order": (
            "Your numbers are right, their order is not: parameters and MACs at width 1, then both "
            "at the smaller one.",
            [_P, _P_HALF, _M, _M_HALF],
            [_M, _P, _M_HALF, _P_HALF],
            [_P_HALF, _M_HALF, _P, _M],
            [_M, _M_HALF, _P, _P_HALF],
        ),
        "pairs": (
            "You give two pairs. Give one list of four numbers.",
            [[_P, _M], [_P_HALF, _M_HALF]],
        ),
        "operations": (
            "You counted a product and a sum as two. A multiply-add counts once.",
            _DOUBLED,
        ),
        "last layer made narrower": (
            "Your last convolution becomes narrower at a width below 1. It is scaled at a width "
            "above 1 only.",
            _four(net(last=lambda self, width: scaled(LAST, width))),
        ),
        "one width": (
            "Your second pair is that of width 1. Make the network with width=0.5.",
            [_P, _M, _P, _M],
        ),
        "a quarter": (
            "You halved or quartered numbers. Make both networks and count.",
            [_P, _M, _P // 4, _M // 4],
            [_P, _M, _P / 4, _M / 4],
            [_P, _M, _P // 2, _M // 2],
            [_P, _M, _P / 2, _M / 2],
        ),
        "buffers counted": (
            "Your parameters count buffers: batch norm's running averages stand in state_dict(), "
            "and are no parameters.",
            _four(buffers=True),
        ),
        "other classes": (
            "Your networks have another number of classes. Here they have as many as ImageNet.",
            _four(classes=10),
            _four(classes=100),
        ),
        "another size": (
            "Your MACs are those of an image of another size.",
            _four(side=32),
            _four(side=28),
            _four(side=256),
        ),
        "millions": (
            "You gave millions. Give the numbers with all their digits.",
            *([round(number / 1e6, digits) for number in _RIGHT] for digits in (1, 2, 6)),
        ),
    },
    right=(tuple(_RIGHT), [float(number) for number in _RIGHT]),
    hints=(
        "sum(p.numel() for p in net.parameters()) and count_macs_of(net, (3, 224, 224)).",
        "MobileNetV2(settings) has width 1, MobileNetV2(settings, width=0.5) the other one.",
    ),
    needs=("efficient.count_macs_of", "efficient.MobileNetV2"),
    tolerance=EXACT,
)
