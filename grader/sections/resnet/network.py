"""ResNets by configuration."""

from collections.abc import Callable, Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.resnet import ResNet
from course_lib.sections.resnet.modules import with_block
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_STAGES = ("layer1", "layer2", "layer3", "layer4")


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, args: tuple[Any, ...], *size: int, **named: Any) -> Case:
        images, *sides = size
        state = with_block(ResNet, *args, **named).state_dict()
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        return Case(
            args=args,
            kwargs=named,
            about=about,
            weights={"seed": draw.integer(1, 2**31 - 1), "shapes": shapes},
            inputs=(draw.normal(images, 3, *sides),),
        )

    return [
        case("basic blocks, a tall image", ("basic", (1, 1, 1, 1), 2, 3), 2, 33, 2),
        case(
            "blocks that expand, several in a stage, by name",
            ("thin", [3, 1, 2, 1]),
            *(2, 5, 33),
            num_classes=4,
            width=3,
        ),
        case("blocks that expand, one class", ("thin", (1, 3, 1, 2), 1, 1), 3, 7, 5),
        case("one image, width and classes left out", ("thin", (1, 1, 1, 1)), 1, 3, 2),
    ]


class _Net(nn.Module):
    """A ResNet in steps, each of which a mistake can replace."""

    def __init__(
        self, block: Any, layers: Sequence[int], width: int = 64, num_classes: int = 1000
    ) -> None:
        super().__init__()
        self.block = (block,)  # not registered as a part
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        come = width
        for number, (name, count) in enumerate(zip(_STAGES, self.counts(layers), strict=True)):
            channels = self.channels(width, number)
            setattr(self, name, self.stage(count, come, channels, self.stride(number)))
            come = self.comes(channels)
        self.fc = nn.Linear(self.laid(channels * block.expansion, channels), num_classes)

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


def _net(**parts: object) -> type:
    return type("ResNet", (_Net,), parts)


def _headed(head: Callable[[_Net, Tensor], Any]) -> type:
    return _net(head=head)


def _repeated(self: _Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """All blocks but the first are one object."""
    make = self.block[0]
    others = [make(channels * make.expansion, channels, 1)] * (count - 1)
    return nn.Sequential(make(come, channels, stride), *others)


def _all_one(self: _Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    """All blocks are one object, where the first may stand in for the others."""
    make = self.block[0]
    if stride == 1 and come == channels * make.expansion:
        return nn.Sequential(*[make(come, channels, 1)] * count)
    return _repeated(self, count, come, channels, stride)


def _all_strided(self: _Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    make = self.block[0]
    return nn.Sequential(
        make(come, channels, stride),
        *(make(channels * make.expansion, channels, stride) for _ in range(count - 1)),
    )


def _others_narrow(self: _Net, count: int, come: int, channels: int, stride: int) -> nn.Module:
    make = self.block[0]
    return nn.Sequential(
        make(come, channels, stride), *(make(channels, channels, 1) for _ in range(count - 1))
    )


class _Grown(_Net):
    """The head by pooling, and stages that grow by add_module."""

    def stage(self, count: int, come: int, channels: int, stride: int) -> nn.Module:
        stage, make = nn.Sequential(), self.block[0]
        for number in range(count):
            stage.add_module(str(number), make(come, channels, stride=stride))
            come, stride = channels * make.expansion, 1
        return stage

    def head(self, x: Tensor) -> Any:
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


RESNET = Exercise(
    id="resnet.ResNet",
    title="ResNets by configuration",
    points=3,
    minutes=17,
    covers=("D8.6.2",),
    asks="module",
    through="with_block",
    cases=_cases,
    reference=ResNet,
    wrong={
        "one block many times": (
            "In a stage one block stands several times: the list has it again and again, and its "
            "weights exist once. Make a new one each time: [block(...) for _ in range(...)].",
            _net(stage=_repeated),
            _net(stage=_all_one),
        ),
        "expansion forgotten": (
            "Your network fits blocks whose expansion is 1. What comes out of a block has channels "
            "* block.expansion channels: so many the next block, the next stage and fc read.",
            _net(comes=lambda self, channels: channels),
            _net(stage=_others_narrow),
            _net(laid=lambda self, expanded, channels: channels),
            _net(
                comes=lambda self, channels: channels,
                stage=_others_narrow,
                laid=lambda self, expanded, channels: channels,
            ),
        ),
        "one block too many": (
            "Your stages have one block too many. count counts the first one, too.",
            _net(counts=lambda self, layers: [count + 1 for count in layers]),
        ),
        "one block too few": (
            "Your stages have one block too few: range(1, count) has count - 1 numbers.",
            _net(counts=lambda self, layers: [max(1, count - 1) for count in layers]),
        ),
        "first number for all": (
            "Your stages all have as many blocks as the first one. Each has its own number in "
            "layers.",
            _net(counts=lambda self, layers: [layers[0]] * 4),
        ),
        "one block a stage": (
            "Your stages have one block each. They have as many as layers says.",
            _net(counts=lambda self, layers: [1] * 4),
        ),
        "every block strided": (
            "In your stages every block has the stride. Only the first one of a stage has it.",
            _net(stage=_all_strided),
        ),
        "no stride": (
            "Your stages do not halve the maps. layer2, layer3 and layer4 begin with stride 2.",
            _net(stride=lambda self, number: 1),
        ),
        "width left out": (
            "Your stages do not use the width that the network is given: they have 1, 2, 4 and 8 "
            "times as many channels.",
            _net(channels=lambda self, width, number: 64 * 2**number if number else width),
        ),
        "channels not doubled": (
            "The channels of your stages are not 1, 2, 4 and 8 times the width.",
            _net(channels=lambda self, width, number: width),
            _net(channels=lambda self, width, number: width * (number + 1)),
            _net(channels=lambda self, width, number: 2 * width if number else width),
        ),
        "maximum instead of mean": (
            "Your dense layer reads the maximum of each map. It reads the mean.",
            _headed(lambda self, x: self.fc(x.amax((2, 3)))),
        ),
        "sum instead of mean": (
            "Your dense layer reads the sum of each map. It reads the mean.",
            _headed(lambda self, x: self.fc(x.sum((2, 3)))),
        ),
        "one position": (
            "Your dense layer reads one position of each map. It reads the mean over all.",
            _headed(lambda self, x: self.fc(x[:, :, 0, 0])),
        ),
        "activation at the end": (
            "There is a ReLU after the dense layer. Logits must be free to take any value.",
            _headed(lambda self, x: F.relu(_Net.head(self, x))),
        ),
        "softmax at the end": (
            "Your network ends in a softmax. It gives logits as they are; the loss applies "
            "log-softmax itself.",
            _headed(lambda self, x: _Net.head(self, x).softmax(1)),
            _headed(lambda self, x: _Net.head(self, x).log_softmax(1)),
        ),
        "axis of the batch lost": (
            "For a single image your logits have lost the axis of the batch. It stays, with size "
            "1: leave out squeeze().",
            _headed(lambda self, x: self.fc(x.mean((2, 3)).squeeze())),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            _headed(lambda self, x: self.fc(x.mean((2, 3)).detach())),
        ),
    },
    right=(_Grown, _Net),
    hints=(
        "What comes out of layer1 has width * block.expansion channels: layer2 reads so many, and "
        "gives 2 * width * block.expansion.",
        "In stage: first = block(in_channels, channels, stride), then count - 1 times "
        "block(channels * block.expansion, channels, 1), each made anew.",
        "forward goes through the four stages and ends with self.fc(x.mean(dim=(2, 3))).",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("resnet.BatchNorm2d",),
    stand_in="ResNet",
)
