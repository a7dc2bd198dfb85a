"""ResNets by configuration."""

from typing import Any

import torch.nn.functional as F

from course_lib.checks.case import Case
from course_lib.models.resnet import ResNet
from course_lib.sections.resnet.modules import with_block
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.network_ways import (
    Basic,
    Grown,
    Net,
    all_one,
    all_read_alike,
    all_twice,
    basic_only,
    expanded_twice,
    headed,
    net,
    others_narrow,
    repeated,
    strided,
    where_wider,
)


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
        case("blocks that do not expand, a tall image", ("plain", (1, 2, 1, 3), 2, 3), 2, 33, 2),
        case(
            "blocks that expand, several in a stage, by name",
            ("thin", [3, 1, 2, 2]),
            *(2, 5, 33),
            num_classes=4,
            width=3,
        ),
        case("blocks that expand, one class", ("thin", (1, 3, 1, 2), 1, 1), 3, 7, 5),
        case("one image, width and classes left out", ("thin", (1, 1, 1, 1)), 1, 3, 2),
    ]


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
            net(stage=repeated),
            net(stage=all_one),
        ),
        "expansion forgotten": (
            "Somewhere your network reads other channels than come there. What comes out of a "
            "block has channels * block.expansion channels: so many the next block, the next "
            "stage and fc read.",
            net(comes=lambda self, channels: channels),
            net(stage=others_narrow),
            net(laid=lambda self, expanded, channels: channels),
            net(
                comes=lambda self, channels: channels,
                stage=others_narrow,
                laid=lambda self, expanded, channels: channels,
            ),
        ),
        "blocks that read alike": (
            "All blocks of a stage read as many channels as the first one. Each reads what comes "
            "out of the block before it, channels * block.expansion channels.",
            net(stage=all_read_alike),
        ),
        "expanded twice": (
            "You give your blocks the expanded channels. A block expands them itself: "
            "block(in_channels, channels, stride).",
            net(stage=expanded_twice),
            net(
                stage=all_twice,
                comes=lambda self, channels: channels * self.block[0].expansion ** 2,
                laid=lambda self, expanded, channels: expanded * self.block[0].expansion,
            ),
        ),
        "always basic blocks": (
            "Your network has basic blocks, whatever it is given. Make those of the class `block`.",
            Basic,
            net(stage=basic_only),
        ),
        "one block too many": (
            "Your stages have one block too many. The numbers in layers count the first one, too.",
            net(counts=lambda self, layers: [count + 1 for count in layers]),
        ),
        "one block too few": (
            "Your stages have one block too few. They have as many as layers says, the first one "
            "included.",
            net(counts=lambda self, layers: [max(1, count - 1) for count in layers]),
        ),
        "first number for all": (
            "Your stages all have as many blocks as the first one. Each has its own number in "
            "layers.",
            net(counts=lambda self, layers: [layers[0]] * 4),
        ),
        "layers reversed": (
            "Your stages have the numbers of layers from the last to the first.",
            net(counts=lambda self, layers: layers[::-1]),
        ),
        "one block a stage": (
            "Your stages have one block each. They have as many as layers says.",
            net(counts=lambda self, layers: [1] * 4),
        ),
        "every block strided": (
            "In your stages more blocks than the first one have the stride.",
            strided(where=lambda number, count: True),
            strided(where=lambda number, count: number in (0, count - 1)),
        ),
        "stride in another block": (
            "In your stages the stride does not stand in the first block. It does, so that the "
            "others compute on small maps.",
            strided(where=lambda number, count: number == count - 1),
            strided(where=lambda number, count: number == 1),
        ),
        "stride where channels differ": (
            "Your stride does not go by the stages: it stands where a block reads other channels "
            "than it is made with. layer1 has stride 1, the first block of the others 2.",
            net(stage=where_wider),
        ),
        "stride in the first stage": (
            "Your layer1 has a stride of 2. It has 1: the pooling has just halved the maps.",
            net(stride=lambda self, number: 2),
        ),
        "a stage without stride": (
            "One of your stages does not halve the maps. layer2, layer3 and layer4 begin with "
            "stride 2.",
            net(stride=lambda self, number: 2 if number in (1, 2) else 1),
            net(stride=lambda self, number: 2 if number > 1 else 1),
        ),
        "growing strides": (
            "Your strides grow from stage to stage. layer2, layer3 and layer4 begin with stride 2 "
            "each.",
            net(stride=lambda self, number: 2**number),
            net(stride=lambda self, number: 2 * number or 1),
        ),
        "no stride": (
            "Your stages do not halve the maps. layer2, layer3 and layer4 begin with stride 2.",
            net(stride=lambda self, number: 1),
        ),
        "width left out": (
            "Somewhere your network has the default's channels, or a multiple of them, instead of "
            "the width that it is given: layer1 reads width, the stages have 1, 2, 4 and 8 times "
            "as many.",
            net(first=lambda self, width: 64),
            net(channels=lambda self, width, number: 64 * 2**number if number else width),
            net(channels=lambda self, width, number: 64 * 2**number),
        ),
        "classes left out": (
            "Your dense layer gives as many logits as by default, whatever num_classes is.",
            net(classes=lambda self, given: 1000),
        ),
        "channels not doubled": (
            "The channels of your stages are not 1, 2, 4 and 8 times the width.",
            net(channels=lambda self, width, number: width),
            net(channels=lambda self, width, number: width * (number + 1)),
            net(channels=lambda self, width, number: 2 * width if number else width),
        ),
        "maximum instead of mean": (
            "Your dense layer reads the maximum of each map. It reads the mean.",
            headed(lambda self, x: self.fc(x.amax((2, 3)))),
        ),
        "sum instead of mean": (
            "Your dense layer reads the sum of each map. It reads the mean.",
            headed(lambda self, x: self.fc(x.sum((2, 3)))),
        ),
        "one position": (
            "Your dense layer reads one position of each map. It reads the mean over all.",
            headed(lambda self, x: self.fc(x[:, :, 0, 0])),
        ),
        "activation at the end": (
            "There is a ReLU after the dense layer. Logits must be free to take any value.",
            headed(lambda self, x: F.relu(Net.head(self, x))),
        ),
        "softmax at the end": (
            "Your network ends in a softmax. It gives logits as they are; the loss applies "
            "log-softmax itself.",
            headed(lambda self, x: Net.head(self, x).softmax(1)),
            headed(lambda self, x: Net.head(self, x).log_softmax(1)),
        ),
        "axis of the batch lost": (
            "For a single image your logits have lost the axis of the batch. It stays, with size "
            "1: leave out squeeze().",
            headed(lambda self, x: self.fc(x.mean((2, 3)).squeeze())),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            headed(lambda self, x: self.fc(x.mean((2, 3)).detach())),
        ),
    },
    right=(Grown, Net),
    hints=(
        "What comes out of layer1 has width * block.expansion channels: layer2 reads so many, and "
        "gives 2 * width * block.expansion.",
        "A stage: first block(in_channels, channels, stride), then count - 1 times "
        "block(channels * block.expansion, channels, 1), each made anew.",
        "Keep the channels that come in in a variable from stage to stage; self.fc reads so many "
        "in the end.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("resnet.BatchNorm2d",),
    stand_in="ResNet",
)
