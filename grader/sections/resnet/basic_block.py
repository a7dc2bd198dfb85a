"""The residual block of two convolutions."""

from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.resnet import BasicBlock
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.block_ways import (
    SAYS,
    Forward,
    block_case,
    projected,
    projection,
    replaced,
    same_object,
    varied,
    with_bias,
)


def _cases(draw: Draw) -> list[Case]:
    case = partial(block_case, draw, BasicBlock)
    return [
        case("as many channels, the stride left out", (2, 2), 2, 3, 4),
        case("more channels, one image", (2, 3), 1, 4, 5, stride=1),
        case("fewer channels, only one", (3, 1, 1), 2, 3, 2),
        case("as many channels and stride three, by name", (2, 2), 2, 4, 7, stride=3),
        case("more channels and stride two, an odd size", (2, 4, 2), 2, 5, 4),
        case("one channel and stride two", (1, 1, 2), 2, 3, 2),
    ]


def _branch(block: Any, x: Tensor) -> Tensor:
    out: Tensor = block.bn2(block.conv2(F.relu(block.bn1(block.conv1(x)))))
    return out


def _with(forward: Forward) -> type:
    return varied(BasicBlock, forward=forward)


def _branched(branch: Forward) -> type:
    """The block with other layers beside its skip."""
    return _with(lambda block, x: F.relu(branch(block, x) + block.downsample(x)))


def _in_place(block: Any, x: Tensor) -> Tensor:
    out = _branch(block, x)
    x = block.downsample(x)
    x += out
    return F.relu(x)


def _activated_in_place(block: Any, x: Tensor) -> Tensor:
    x.relu_()
    return F.relu(_branch(block, x) + block.downsample(x))


def _projection_activated(come: int, go: int, stride: int) -> nn.Module:
    if stride == 1 and come == go:
        return nn.Sequential()
    return projection(come, go, stride).append(nn.ReLU())


def _expanding() -> type:
    """Its class says so, and nothing else."""
    return type("BasicBlock", (BasicBlock,), {"expansion": 4})


def _added_in_place(block: Any, x: Tensor) -> Tensor:
    out = _branch(block, x)
    out += block.downsample(x)
    return torch.relu_(out)


def _second(come: int, go: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(go, go, 3, stride, padding=1, bias=False)


class _ByModules(nn.Module):
    """ReLU as a module, nn.Identity as a shortcut that does nothing."""

    expansion = 1

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, (3, 3), stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, (3, 3), padding="same", bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(out_channels), nn.BatchNorm2d(out_channels)
        self.relu, self.downsample = nn.ReLU(), nn.Identity()
        if stride > 1 or in_channels != out_channels:
            conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(out_channels))  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Any:
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.downsample(x) + self.bn2(self.conv2(out)))


BASIC_BLOCK = Exercise(
    id="resnet.BasicBlock",
    title="The residual block",
    points=3,
    minutes=14,
    covers=("D8.6-demo", "M9"),
    asks="module",
    through="of_a_stage",
    cases=_cases,
    reference=BasicBlock,
    wrong={
        "sum forgotten": (SAYS["sum"], _with(lambda block, x: F.relu(_branch(block, x)))),
        "sum in some blocks only": (
            SAYS["summed in some"],
            _with(
                lambda block, x: F.relu(
                    _branch(block, x) + (block.downsample(x) if len(block.downsample) else 0)
                )
            ),
            _with(
                lambda block, x: F.relu(
                    _branch(block, x) + (0 if len(block.downsample) else block.downsample(x))
                )
            ),
        ),
        "halved": (
            SAYS["halved"],
            _with(lambda block, x: F.relu((_branch(block, x) + block.downsample(x)) / 2)),
        ),
        "subtracted": (
            SAYS["subtracted"],
            _with(lambda block, x: F.relu(block.downsample(x) - _branch(block, x))),
            _with(lambda block, x: F.relu(_branch(block, x) - block.downsample(x))),
        ),
        "F added to itself": (
            "The way around your layers begins with what they give. It begins with x, which came "
            "in: keep both, as x and out.",
            _with(lambda block, x: F.relu((out := _branch(block, x)) + block.downsample(out))),
        ),
        "ReLU before the sum": (
            SAYS["relu before the sum"],
            _with(lambda block, x: F.relu(F.relu(_branch(block, x)) + block.downsample(x))),
            _with(lambda block, x: F.relu(_branch(block, x)) + block.downsample(x)),
            _with(lambda block, x: F.relu(_branch(block, x)) + F.relu(block.downsample(x))),
        ),
        "no ReLU after the sum": (
            SAYS["no relu after the sum"],
            _with(lambda block, x: _branch(block, x) + block.downsample(x)),
        ),
        "sum before the norm": (
            "You add before the second batch norm. The sum comes after it, so that x passes the "
            "block as it is.",
            _with(
                lambda block, x: F.relu(
                    block.bn2(block.conv2(F.relu(block.bn1(block.conv1(x)))) + block.downsample(x))
                )
            ),
        ),
        "no ReLU in between": (
            "Between your two convolutions there is no ReLU. One follows the first batch norm.",
            _branched(lambda block, x: block.bn2(block.conv2(block.bn1(block.conv1(x))))),
        ),
        "norm left out": (
            "Your forward leaves out a batch norm. One follows each of the two convolutions.",
            _branched(lambda block, x: block.conv2(F.relu(block.bn1(block.conv1(x))))),
            _branched(lambda block, x: block.bn2(block.conv2(F.relu(block.conv1(x))))),
            _branched(lambda block, x: block.conv2(F.relu(block.conv1(x)))),
        ),
        "ReLU before the norm": (
            "In your block ReLU comes before the batch norm. First the norm, then ReLU.",
            _branched(lambda block, x: block.bn2(block.conv2(block.bn1(F.relu(block.conv1(x)))))),
        ),
        "one norm for both": (
            "Both convolutions share one batch norm. Each has its own, for its channels have a "
            "mean and a variance of their own.",
            _branched(lambda block, x: block.bn1(block.conv2(F.relu(block.bn1(block.conv1(x)))))),
            _branched(lambda block, x: block.bn2(block.conv2(F.relu(block.bn2(block.conv1(x)))))),
            varied(BasicBlock, same_object("bn2", "bn1")),
        ),
        "strides do not fit": (
            f"{SAYS['strides']} conv1 and the projection have the stride, conv2 has stride 1.",
            varied(BasicBlock, projected(moved=False)),
            varied(BasicBlock, replaced("conv2", _second)),
        ),
        "biases": (
            SAYS["bias"],
            varied(BasicBlock, with_bias("conv2")),
            varied(BasicBlock, with_bias("downsample.0")),
            varied(BasicBlock, with_bias("conv2", "downsample.0")),
        ),
        "projected by the stride alone": (
            SAYS["by stride"],
            varied(BasicBlock, projected(lambda come, go, stride: stride != 1)),
        ),
        "projected by the channels alone": (
            SAYS["by channels"],
            varied(BasicBlock, projected(lambda come, go, stride: come != go)),
        ),
        "projected where both differ": (
            SAYS["both"],
            varied(BasicBlock, projected(lambda come, go, stride: stride != 1 and come != go)),
        ),
        "projected for a stride of two": (
            SAYS["stride of two"],
            varied(BasicBlock, projected(lambda come, go, stride: stride == 2 or come != go)),
        ),
        "not projected for fewer channels": (
            SAYS["fewer"],
            varied(BasicBlock, projected(lambda come, go, stride: stride != 1 or come < go)),
        ),
        "always projected": (
            SAYS["always"],
            varied(BasicBlock, projected(lambda come, go, stride: True)),
        ),
        "never projected": (
            SAYS["never"],
            varied(BasicBlock, projected(lambda come, go, stride: False)),
        ),
        "projection without norm": (
            SAYS["no norm"],
            varied(BasicBlock, projected(normed=False)),
        ),
        "ReLU in the projection": (
            "Your projection ends in a ReLU. It is a convolution and a norm: what it adds may be "
            "negative.",
            varied(BasicBlock, replaced("downsample", _projection_activated)),
        ),
        "projection of three by three": (
            SAYS["large projection"],
            varied(BasicBlock, projected(kernel=3)),
        ),
        "one convolution for both": (
            "Your forward uses one convolution twice. conv1 and conv2 are used once each.",
            _branched(
                lambda block, x: block.bn2(
                    block.conv2(block.conv2(F.relu(block.bn1(block.conv1(x)))))
                )
            ),
        ),
        "another expansion": (
            "`expansion` of your class is not 1 any more. As many channels come out as "
            "out_channels says.",
            _expanding(),
        ),
        "in place": (SAYS["in place"], _with(_in_place)),
        "activated in place": (SAYS["in place"], _with(_activated_in_place)),
    },
    right=(_ByModules, _with(_added_in_place)),
    hints=(
        "conv2 reads what bn1 gives, out_channels, and gives as many: its stride is 1. Each "
        "convolution has a batch norm of its own.",
        "self.downsample = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, "
        "bias=False), BatchNorm2d(out_channels)), if stride != 1 or in_channels != out_channels.",
        "forward ends with torch.relu(out + self.downsample(x)); out comes from bn2, without a "
        "ReLU.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("resnet.BatchNorm2d",),
    stand_in="BasicBlock",
)
