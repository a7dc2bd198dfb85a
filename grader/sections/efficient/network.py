"""Extra: MobileNetV2 by configuration."""

from functools import partial

from torch import nn

from course_lib.checks.case import Case
from course_lib.models.mobilenet import MobileNetV2
from course_lib.sections.efficient.given import scaled
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.efficient.modules import module_case
from grader.sections.efficient.network_ways import (
    LAST,
    Grown,
    Net,
    TenClasses,
    first_expanded,
    net,
    of_theirs,
    read_alike,
    repeated,
)


def _settings(draw: Draw) -> list[Case]:
    case = partial(module_case, draw, MobileNetV2)
    long = [(1, 16, 1, 1), (3, 24, 3, 2), (2, 32, 2, 1)]
    return [
        case(
            "two stages, width and classes left out",
            *(([(1, 16, 1, 1), (2, 24, 2, 2)],), (2, 3, 6, 11)),
        ),
        case("half the width, three stages", (long, 0.5, 5), (2, 3, 13, 8)),
        case(
            "more than full width, by name",
            *(([(2, 16, 2, 2)],), (3, 3, 7, 10)),
            num_classes=3,
            width=1.1025,  # both are no round numbers: one channel more or less would show
        ),
        case("wider still, one stage", ([(1, 24, 1, 2)], 1.1408, 2), (2, 3, 6, 5)),
        case("a width that rounds, one block, one class", ([(2, 72, 1, 1)], 0.3, 1), (2, 3, 5, 9)),
    ]


MOBILENET = Exercise(
    id="efficient.MobileNetV2",
    title="MobileNetV2 by configuration",
    points=2,
    minutes=20,
    core=False,
    covers=("B09-mobilenet",),
    asks="module",
    through="as_network",
    promises=("unchanged",),
    cases=_settings,
    reference=MobileNetV2,
    wrong={
        "one block many times": (
            "In a stage one block stands several times: its weights exist once. Make a new one "
            "each time, in the loop.",
            net(stage=repeated),
        ),
        "every block strided": (
            "In your stages more blocks than the first one have the stride.",
            net(strided=lambda self, place, blocks: True),
        ),
        "stride in another block": (
            "In your stages the stride does not stand in the first block.",
            net(strided=lambda self, place, blocks: place == blocks - 1),
        ),
        "no stride": (
            "Your stages ignore their stride. The first block has it.",
            net(strided=lambda self, place, blocks: False),
        ),
        "blocks that read alike": (
            "All blocks of a stage read as many channels as the first one. The others read what "
            "the block before them gives.",
            net(stage=read_alike),
        ),
        "first block alone expands": (
            "Only the first block of your stages has the ratio of its stage. All have it.",
            net(stage=first_expanded),
        ),
        "another number of blocks": (
            "Your stages have another number of blocks than their third entry says.",
            net(count=lambda self, blocks: 1),
            net(count=lambda self, blocks: blocks + 1),
            net(count=lambda self, blocks: max(1, blocks - 1)),
        ),
        "one ratio for all": (
            "Your blocks have one expansion ratio in every stage. It is the first entry of the "
            "stage.",
            net(row=lambda self, stage: (6, *stage[1:])),
            net(row=lambda self, stage: (1, *stage[1:])),
        ),
        "stages in parts": (
            "Each of your stages is a part of its own inside `features`. There all blocks stand in "
            "one row.",
            net(stage=lambda self, *settings: [nn.Sequential(*Net.stage(self, *settings))]),
        ),
        "columns mixed up": (
            "You read the entries of a stage in another order: they are expand_ratio, channels, "
            "blocks, stride.",
            net(row=lambda self, stage: (stage[0], stage[1], stage[3], stage[2])),
            net(row=lambda self, stage: (stage[2], stage[1], stage[0], stage[3])),
            net(row=lambda self, stage: (stage[3], stage[1], stage[2], stage[0])),
            net(row=lambda self, stage: (stage[0], stage[1], stage[3], stage[2]), stage=of_theirs),
        ),
        "stem of full width": (
            "Your first layer has as many channels at every width. Scale them, too.",
            net(stem=lambda self, width: 32),
        ),
        "stages of full width": (
            "Your stages have the channels of settings at every width. Scale them.",
            net(scaled=lambda self, channels, width: channels),
        ),
        "not rounded": (
            "Your channels are no multiples of 8: let scaled multiply and round.",
            net(scaled=lambda self, channels, width: int(channels * width)),
        ),
        "last layer made narrower": (
            "Your last convolution becomes narrower at a width below 1. It is scaled at a width "
            "above 1 only.",
            net(last=lambda self, width: scaled(LAST, width)),
        ),
        "last layer never wider": (
            "Your last convolution has as many channels at every width. At a width above 1 they "
            "are scaled.",
            net(last=lambda self, width: LAST),
        ),
        "stride of the stem": (
            "Your first layer has no stride. It has stride 2.",
            net(stem_stride=lambda self: 1),
        ),
        "no dropout": (
            "Your classifier has no dropout. It is an nn.Sequential of nn.Dropout(0.2) and an "
            "nn.Linear.",
            net(head=lambda self, last, classes: nn.Sequential(nn.Linear(last, classes))),
            net(head=lambda self, last, classes: nn.Linear(last, classes)),
            net(
                head=lambda self, last, classes: nn.Sequential(
                    nn.Identity(), nn.Linear(last, classes)
                )
            ),
        ),
        "another dropout": (
            "Your dropout has another probability: nn.Dropout(0.2).",
            net(
                head=lambda self, last, classes: nn.Sequential(
                    nn.Dropout(), nn.Linear(last, classes)
                )
            ),
        ),
        "activation at the end": (
            "There is an activation after the dense layer. Logits must be free to take any value.",
            net(head=lambda self, *sizes: nn.Sequential(*Net.head(self, *sizes), nn.ReLU())),
            net(head=lambda self, *sizes: nn.Sequential(*Net.head(self, *sizes), nn.Softmax(1))),
        ),
        "dense layer of one width": (
            "Your dense layer is as wide at every width. It reads as many numbers as the last "
            "convolution gives.",
            net(head=lambda self, last, classes: Net.head(self, LAST, classes)),
        ),
        "other classes by default": (
            "Without num_classes your network gives another number of logits than that of the "
            "text.",
            TenClasses,
        ),
        "classes left out": (
            "Your network gives as many logits as by default, whatever num_classes is.",
            net(head=lambda self, last, classes: Net.head(self, last, 1000)),
        ),
    },
    right=(Grown, Net),
    hints=(
        "Keep in a variable how many channels come out of the layer before; scaled(32, width) in "
        "the beginning.",
        "In a stage: for place in range(blocks), with the stage's stride where place == 0, else 1.",
        "The last convolution has scaled(1280, max(1.0, width)) channels.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("efficient.InvertedResidual", "efficient.scaled"),
    stand_in="MobileNetV2",
)
