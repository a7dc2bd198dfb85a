"""The residual block of three convolutions."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.resnet import Bottleneck
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.block_ways import (
    SAYS,
    Change,
    Forward,
    block_case,
    projected,
    replaced,
    same_object,
    varied,
    with_bias,
)


def _cases(draw: Draw) -> list[Case]:
    case = partial(block_case, draw, Bottleneck)
    return [
        case("as many channels in as out, the stride left out", (8, 2), 1, 3, 4),
        case("as many channels in as in between", (2, 2), 1, 3, 2, stride=1),
        case("as many channels in as out and stride three, by name", (8, 2), 2, 4, 5, stride=3),
        case("fewer channels out than in", (5, 1), 1, 2, 3),
    ]


def _first(block: Any, x: Tensor) -> Tensor:
    out: Tensor = F.relu(block.bn1(block.conv1(x)))
    return out


def _branch(block: Any, x: Tensor) -> Tensor:
    out: Tensor = block.bn3(block.conv3(F.relu(block.bn2(block.conv2(_first(block, x))))))
    return out


def _with(forward: Forward) -> type:
    return varied(Bottleneck, forward=forward)


def _branched(branch: Forward) -> type:
    """The block with other layers beside its skip."""
    return _with(lambda block, x: F.relu(branch(block, x) + block.downsample(x)))


def _projected(where: Callable[[int, int, int], bool], **other: Any) -> type:
    return varied(Bottleneck, projected(where, expansion=4, **other))


def _needed(come: int, go: int, stride: int) -> bool:
    return stride != 1 or come != go


def _in_place(block: Any, x: Tensor) -> Tensor:
    out = _branch(block, x)
    x = block.downsample(x)
    x += out
    return F.relu(x)


def _relu_in_place(block: Any, x: Tensor) -> Tensor:
    x.relu_()
    return F.relu(_branch(block, x) + block.downsample(x))


def _normed_sum(block: Any, x: Tensor) -> Tensor:
    out = F.relu(block.bn2(block.conv2(_first(block, x))))
    return F.relu(block.bn3(block.conv3(out) + block.downsample(x)))


def _relu_first(*places: int) -> type:
    """The block with the ReLU before the norm in these places."""

    def layer(block: Any, x: Tensor, place: int) -> Any:
        conv, norm = block.get_submodule(f"conv{place}"), block.get_submodule(f"bn{place}")
        return norm(F.relu(conv(x))) if place in places else F.relu(norm(conv(x)))

    return _branched(lambda block, x: block.bn3(block.conv3(layer(block, layer(block, x, 1), 2))))


class _Hardcoded(Bottleneck):
    """It gives four times as many channels, but its class says otherwise."""

    expansion = 1

    def __init__(self, *settings: int, **named: int) -> None:
        self.expansion = 4
        super().__init__(*settings, **named)


def _strides(first: bool, second: bool, third: bool = False) -> tuple[Change, ...]:
    """Which of the convolutions have the stride."""
    return (
        replaced("conv1", lambda come, c, s: nn.Conv2d(come, c, 1, s if first else 1, bias=False)),
        replaced(
            "conv2",
            lambda come, c, s: nn.Conv2d(c, c, 3, s if second else 1, padding=1, bias=False),
        ),
        replaced("conv3", lambda come, c, s: nn.Conv2d(c, 4 * c, 1, s if third else 1, bias=False)),
    )


class _ByModules(nn.Module):
    """The layers in one row, nn.Identity as a shortcut that does nothing."""

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        same = stride == 1 and in_channels == 4 * channels
        self.downsample = nn.Identity() if same else nn.Sequential(*self._projection(stride))

    def _projection(self, stride: int) -> tuple[nn.Module, nn.Module]:
        go = self.conv3.out_channels
        conv = nn.Conv2d(self.conv1.in_channels, go, 1, stride, bias=False)
        return conv, nn.BatchNorm2d(go)

    def forward(self, x: Tensor) -> Any:
        out = x
        for conv, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            out = norm(conv(out)).clamp(min=0)
        return (self.bn3(self.conv3(out)) + self.downsample(x)).clamp(min=0)


BOTTLENECK = Exercise(
    id="resnet.Bottleneck",
    title="The bottleneck block",
    points=3,
    minutes=22,
    core=False,
    covers=("Q17", "D8.6.3"),
    asks="module",
    through="of_a_stage",
    cases=_cases,
    reference=Bottleneck,
    wrong={
        "sum forgotten": (SAYS["sum"], _with(lambda block, x: F.relu(_branch(block, x)))),
        "ReLU before the sum": (
            SAYS["relu before the sum"],
            _with(lambda block, x: F.relu(F.relu(_branch(block, x)) + block.downsample(x))),
            _with(lambda block, x: F.relu(_branch(block, x)) + block.downsample(x)),
        ),
        "no ReLU after the sum": (
            SAYS["no relu after the sum"],
            _with(lambda block, x: _branch(block, x) + block.downsample(x)),
        ),
        "no ReLU in between": (
            "Between your convolutions a ReLU is missing. One follows bn1, and one bn2.",
            _branched(
                lambda block, x: block.bn3(block.conv3(block.bn2(block.conv2(_first(block, x)))))
            ),
            _branched(
                lambda block, x: block.bn3(
                    block.conv3(F.relu(block.bn2(block.conv2(block.bn1(block.conv1(x))))))
                )
            ),
            _branched(
                lambda block, x: block.bn3(
                    block.conv3(block.bn2(block.conv2(block.bn1(block.conv1(x)))))
                )
            ),
        ),
        "norm left out": (
            "Your forward leaves out a batch norm. One follows each of the three convolutions.",
            _branched(
                lambda block, x: block.conv3(F.relu(block.bn2(block.conv2(_first(block, x)))))
            ),
            _branched(
                lambda block, x: block.bn3(block.conv3(F.relu(block.conv2(_first(block, x)))))
            ),
        ),
        "one norm for two": (
            "Two convolutions share one batch norm. Each has its own, for its channels have a mean "
            "and a variance of their own.",
            _branched(
                lambda block, x: block.bn3(
                    block.conv3(F.relu(block.bn1(block.conv2(_first(block, x)))))
                )
            ),
            varied(Bottleneck, same_object("bn2", "bn1")),
        ),
        "stride at the first convolution": (
            "Your stride stands at conv1. Its 1 x 1 kernel then reads a quarter of the positions "
            "only; here conv2 has the stride, as in torchvision.",
            varied(Bottleneck, *_strides(True, False)),
        ),
        "stride at the last convolution": (
            "Your stride stands at conv3. Here conv2 has the stride.",
            varied(Bottleneck, *_strides(False, False, True)),
        ),
        "strides do not fit": (
            f"{SAYS['strides']} conv2 and the projection have the stride, the others stride 1.",
            varied(Bottleneck, *_strides(True, True)),
            varied(Bottleneck, *_strides(False, False)),
            _projected(_needed, moved=False),
        ),
        "no padding": (
            "Your conv2 has no padding, so that its map becomes too small for the sum: a 3 x 3 "
            "kernel needs padding=1.",
            varied(
                Bottleneck,
                replaced("conv2", lambda come, c, s: nn.Conv2d(c, c, 3, s, bias=False)),
                forward=lambda block, x: F.relu(_branch(block, x) + block.downsample(x)),
            ),
        ),
        "ReLU before the norm": (
            "A ReLU stands between a convolution and its batch norm. The norm comes first: "
            "convolution, norm, ReLU.",
            _relu_first(1, 2),
            _relu_first(1),
            _relu_first(2),
        ),
        "sum before the norm": (
            "You add x before bn3, which then normalises the sum. bn3 belongs to conv3: the sum "
            "comes after it.",
            _with(_normed_sum),
        ),
        "three kernels of one by one": (
            "Your conv2 is 1 x 1. It is 3 x 3 with padding 1; the other two are 1 x 1.",
            varied(
                Bottleneck, replaced("conv2", lambda come, c, s: nn.Conv2d(c, c, 1, s, bias=False))
            ),
        ),
        "channels not expanded": (
            "Your block gives as many channels as it has in between. It gives expansion * "
            "channels: conv3, bn3 and the projection.",
            varied(
                Bottleneck,
                replaced("conv3", lambda come, c, s: nn.Conv2d(c, c, 1, bias=False)),
                replaced("bn3", lambda come, c, s: nn.BatchNorm2d(c)),
                projected(),
            ),
        ),
        "compared with the channels in between": (
            "You compare in_channels with channels. What comes out of the block has expansion * "
            "channels: compare with that.",
            _projected(lambda come, go, stride: stride != 1 or 4 * come != go),
        ),
        "biases": (
            SAYS["bias"],
            varied(Bottleneck, with_bias("conv1", "conv2", "conv3")),
            varied(Bottleneck, with_bias("conv1", "conv2", "conv3", "downsample.0")),
            varied(Bottleneck, with_bias("downsample.0")),
        ),
        "projected by the stride alone": (
            SAYS["by stride"],
            _projected(lambda come, go, stride: stride != 1),
        ),
        "projected by the channels alone": (
            SAYS["by channels"],
            _projected(lambda come, go, stride: come != go),
        ),
        "always projected": (SAYS["always"], _projected(lambda come, go, stride: True)),
        "never projected": (SAYS["never"], _projected(lambda come, go, stride: False)),
        "projection without norm": (SAYS["no norm"], _projected(_needed, normed=False)),
        "projection of three by three": (
            SAYS["large projection"],
            _projected(_needed, kernel=3),
        ),
        "in place": (SAYS["in place"], _with(_in_place)),
        "changed in place": (
            "You changed x in place, with F.relu(x, inplace=True) or x.add_, say. It stays as it "
            "is: what you compute is something new.",
            _with(_relu_in_place),
        ),
        "another expansion": (
            "Your class does not say that four times as many channels come out. Networks read it "
            "from the class: keep `expansion = 4` there, outside of __init__.",
            _Hardcoded,
        ),
    },
    right=(_ByModules,),
    hints=(
        "Write down the channels first: in_channels, channels, channels, 4 * channels.",
        "Only conv2 has the stride and a padding. The projection goes from in_channels to 4 * "
        "channels.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("resnet.BatchNorm2d",),
    stand_in="Bottleneck",
)
