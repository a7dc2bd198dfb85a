"""Extra: depth and parameters of five architectures."""

from collections.abc import Callable

import torch
from torch import nn
from torchvision import models  # type: ignore[import-untyped]

from course_lib.checks.compare import EXACT
from course_lib.sections.lenet.given import LeNet
from grader.marking.exercise import Exercise

Table = dict[str, tuple[float, float]]

_MAKE: dict[str, Callable[[], nn.Module]] = {
    "LeNet": LeNet,
    "AlexNet": models.alexnet,
    "VGG-16": models.vgg16,
    "ResNet-50": models.resnet50,
    "MobileNetV2": models.mobilenet_v2,
}


def _depth(model: nn.Module) -> int:
    """Weights with more than one axis, but for those of shortcuts."""
    return sum(p.dim() > 1 and "downsample" not in name for name, p in model.named_parameters())


def _table() -> Table:
    found: Table = {}
    with torch.device("meta"):
        for name, make in _MAKE.items():
            net = make()
            found[name] = _depth(net), sum(p.numel() for p in net.parameters())
    return found


_RIGHT = _table()


def _with(**pairs: tuple[float, float]) -> Table:
    """The table with other pairs, by the names without signs."""
    return {name: pairs.get(name.replace("-", ""), pair) for name, pair in _RIGHT.items()}


def _depths(**depths: int) -> Table:
    return {
        name: (depths.get(name.replace("-", ""), pair[0]), pair[1]) for name, pair in _RIGHT.items()
    }


def _by(change: Callable[[float, float], tuple[float, float]]) -> Table:
    return {name: change(*pair) for name, pair in _RIGHT.items()}


ARCHITECTURE_TABLE = Exercise(
    id="vgg.architecture_table",
    title="Five architectures",
    points=2,
    minutes=8,
    core=False,
    covers=("E14.10",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "shortcuts counted": (
            "Your depth of ResNet-50 counts the convolutions of its shortcuts. By the rule they "
            "are beside the main path.",
            _depths(ResNet50=54),
        ),
        "dense layers left out": (
            "Your depths count convolutions only. Dense layers count, too.",
            _depths(LeNet=2, AlexNet=5, VGG16=13, ResNet50=49, MobileNetV2=52),
            _depths(AlexNet=5, VGG16=13, ResNet50=49, MobileNetV2=52),
            _depths(ResNet50=49, MobileNetV2=52),
            _depths(MobileNetV2=52),
            _depths(ResNet50=49),
        ),
        "depth from the name": (
            "Some depth is of another network: let your function depth count.",
            _depths(MobileNetV2=2),
            _depths(MobileNetV2=17),
            _depths(MobileNetV2=19),
        ),
        "two GPUs": (
            "Your parameters of AlexNet are those of the paper, whose layers were split over two "
            "GPUs. Count PyTorch's.",
            _with(AlexNet=(8, 60_965_224)),
        ),
        "original LeNet": (
            "Your parameters of LeNet are those of the paper, whose second convolution read some "
            "of the maps only. Count the one of section 05.",
            _with(LeNet=(5, 60_000)),
            _with(LeNet=(7, 60_000)),
        ),
        "rounded": (
            "Your parameters are rounded. Give them to the last one.",
            _by(lambda depth, count: (depth, round(count, -5))),
            _by(lambda depth, count: (depth, round(count, -3))),
            _by(lambda depth, count: (depth, round(count / 1e6, 1))),
            _by(lambda depth, count: (depth, count / 1e6)),
        ),
        "another order": (
            "Your pairs are in another order: (depth, parameters).",
            _by(lambda depth, count: (count, depth)),
        ),
        "another VGG": (
            "Your VGG is another one of the family. The table asks for VGG-16 without batch norm.",
            _with(VGG16=(11, 132_863_336)),
            _with(VGG16=(13, 133_047_848)),
            _with(VGG16=(19, 143_667_240)),
            _with(VGG16=(16, 138_365_992)),
        ),
    },
    right=(
        _by(lambda depth, count: (float(depth), float(count))),
        {name: list(pair) for name, pair in reversed(_RIGHT.items())},
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
