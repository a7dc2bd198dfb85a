"""ResNets in steps, right and wrong ones."""

from collections.abc import Callable, Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.models.resnet import BasicBlock

_STAGES = ("layer1", "layer2", "layer3", "layer4")


class Net(nn.Module):
    """A ResNet in steps, each of which a mistake can replace."""

    def __init__(
        self, block: Any, layers: Sequence[int], width: int = 64, num_classes: int = 1000
    ) -> None:
        super().__init__()
        self.block = (block,)  # not registered as a part
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        come = self.first(width)
        for number, (name, count) in enumerate(zip(_STAGES, self.counts(layers), strict=True)):
            channels = self.channels(width, number)
            setattr(self, name, self.stage(count, come, channels, self.stride(number)))
            come = self.comes(channels)
        read = self.laid(channels * block.expansion, channels)
        self.fc = nn.Linear(read, self.classes(num_classes))

    def first(self, width: int) -> int:
        """What the first stage reads."""
        return width

    def classes(self, given: int) -> int:
        return given

    def counts(self, layers: Sequence[int]) -> Sequence[int]:
        return layers

    def channels(self, width: int, number: int) -> int:
        return int(width * 2**number)

    def stride(self, number: int) -> int:
        return 2 if number else 1

    def comes(self, channels: int) -> int:
        """What the next stage reads."""
        return int(channels * self.block[0].expansion)

    def laid(self, expanded: int, channels: int) -> int:
        """What the dense layer reads."""
        return expanded

    def stage(self, count: int, come: int, channels: int, stride: int) -> nn.Module:
        make = self.block[0]
        return nn.Sequential(
            make(come, channels, stride),
            *(make(channels * make.expansion, channels, 1) for _ in range(count - 1)),
        )

    def forward(self, x: Tensor) -> Any:
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for name in _STAGES:
            x = self.get_submodule(name)(x)
        return self.head(x)

    def head(self, x: Tensor) -> Any:
        return self.fc(x.mean((2, 3)))


def net(**parts: object) -> type:
    return type("ResNet", (Net,), parts)


def headed(head: Callable[[Net, Tensor], Any]) -> type:
    return net(head=head)


def repeated(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """All blocks but the first are one object."""
    make = self.block[0]
    others = [make(channels * make.expansion, channels, 1)] * (count - 1)
    return nn.Sequential(make(come, channels, stride), *others)


def all_one(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """All blocks are one object, where the first may stand in for the others."""
    make = self.block[0]
    if stride == 1 and come == channels * make.expansion:
        return nn.Sequential(*[make(come, channels, 1)] * count)
    return repeated(self, count, come, channels, stride)


def strided(*, where: Callable[[int, int], bool]) -> type:
    """The stride in other blocks: where(number of the block, how many there are)."""

    def stage(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
        make, blocks = self.block[0], []
        for number in range(count):
            blocks.append(make(come, channels, stride if where(number, count) else 1))
            come = channels * make.expansion
        return nn.Sequential(*blocks)

    return net(stage=stage)


def where_wider(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """Every block has the stride that does not give as many channels as it is made with."""
    make, blocks = self.block[0], []
    for _ in range(count):
        blocks.append(make(come, channels, 1 if come == channels else 2))
        come = channels * make.expansion
    return nn.Sequential(*blocks)


def basic_only(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """Basic blocks, which read what blocks of the class asked for would give."""
    blocks = []
    for number in range(count):
        blocks.append(BasicBlock(come, channels, 1 if number else stride))
        come = channels * self.block[0].expansion
    return nn.Sequential(*blocks)


def all_read_alike(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    make = self.block[0]
    others = [make(come, channels, 1) for _ in range(count - 1)]
    return nn.Sequential(make(come, channels, stride), *others)


def expanded_twice(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    make = self.block[0]
    go = channels * make.expansion
    others = [make(go, go, 1) for _ in range(count - 1)]
    return nn.Sequential(make(come, go, stride), *others)


def all_twice(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """The same, and what reads it knows of it."""
    return Net.stage(self, count, come, channels * self.block[0].expansion, stride)


class Basic(Net):
    """Of basic blocks, whatever it is given."""

    def __init__(self, block: Any, *args: Any, **named: Any) -> None:
        super().__init__(BasicBlock, *args, **named)


def others_narrow(self: Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    make = self.block[0]
    return nn.Sequential(
        make(come, channels, stride), *(make(channels, channels, 1) for _ in range(count - 1))
    )


class Grown(Net):
    """The head by pooling, and stages that grow by add_module."""

    def stage(self, count: int, come: int, channels: int, stride: int) -> nn.Module:
        stage, make = nn.Sequential(), self.block[0]
        for number in range(count):
            stage.add_module(str(number), make(come, channels, stride=stride))
            come, stride = channels * make.expansion, 1
        return stage

    def head(self, x: Tensor) -> Any:
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
