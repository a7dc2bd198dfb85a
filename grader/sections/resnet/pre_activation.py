"""The block with norm and ReLU before its convolutions."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.block_ways import (
    SAYS,
    Forward,
    block_case,
    projection,
    replaced,
    same_object,
    varied,
    with_bias,
)

Where = Callable[[int, int, int], bool]


class _PreAct(nn.Module):
    """By PyTorch's layers, in two Sequentials that share their parts with the named ones."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        _projected()(self, in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Any:
        return _branch(self, x) + _skip(self, x)


def _needed(come: int, go: int, stride: int) -> bool:
    return stride != 1 or come != go


def _projected(
    where: Where = _needed, kernel: int = 1, *, moved: bool = True
) -> Callable[..., None]:
    def make(come: int, go: int, stride: int) -> nn.Module | None:
        if not where(come, go, stride):
            return None
        return projection(come, go, stride if moved else 1, kernel=kernel)[0]

    return replaced("downsample", make)


def _active(block: Any, x: Tensor) -> Tensor:
    return F.relu(block.bn1(x))


def _branch(block: Any, x: Tensor) -> Tensor:
    out: Tensor = block.conv2(F.relu(block.bn2(block.conv1(_active(block, x)))))
    return out


def _skip(block: Any, x: Tensor, *, raw: bool = False) -> Tensor:
    """x, or its projection, of x itself if `raw`."""
    if block.downsample is None:
        return x
    out: Tensor = block.downsample(x if raw else _active(block, x))
    return out


def _with(forward: Forward) -> type:
    return varied(_PreAct, forward=forward)


def _branched(branch: Forward) -> type:
    """The block with other layers beside its skip."""
    return _with(lambda block, x: branch(block, x) + _skip(block, x))


def _made(*changes: Callable[..., None]) -> type:
    return varied(_PreAct, *changes)


def _in_a_row(normed: bool) -> Callable[..., None]:
    """The projection in a Sequential, with a norm or alone."""

    def change(block: Any, come: int, go: int, stride: int) -> None:
        if block.downsample is not None:
            block.downsample = projection(come, go, stride, normed=normed)

    return change


def _read(block: Any, x: Tensor, first: Tensor, second: Callable[[Tensor], Tensor]) -> Tensor:
    """The block whose first convolution and projection read `first`.

    Args:
        second: from what conv1 gives to what conv2 reads.
    """
    skip = x if block.downsample is None else block.downsample(first)
    out: Tensor = block.conv2(second(block.conv1(first))) + skip
    return out


def _always(block: Any, x: Tensor) -> Tensor:
    """The activation itself is added where there is no projection."""
    active = _active(block, x)
    return _branch(block, x) + (active if block.downsample is None else block.downsample(active))


def _activated_in_place(block: Any, x: Tensor) -> Tensor:
    x.relu_()
    return _branch(block, x) + _skip(block, x)


def _in_place(block: Any, x: Tensor) -> Tensor:
    out, x = _branch(block, x), _skip(block, x)
    x += out
    return x


def _cases(draw: Draw) -> list[Case]:
    case = partial(block_case, draw, _PreAct)
    return [
        case("as many channels, the stride left out", (2, 2), 2, 3, 4),
        case("more channels, one image", (2, 3), 1, 4, 5, stride=1),
        case("fewer channels, only one", (3, 1, 1), 2, 3, 2),
        case("as many channels and stride three, by name", (2, 2), 2, 4, 7, stride=3),
        case("more channels and stride two, an odd size", (2, 4, 2), 2, 5, 4),
    ]


class _Empty(_PreAct):
    """A shortcut of nn.Identity, and ReLU in place of what the norm gives."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.projects = stride != 1 or in_channels != out_channels
        if not self.projects:
            self.downsample = nn.Identity()

    def forward(self, x: Tensor) -> Any:
        active = F.relu(self.bn1(x), inplace=True)
        out = self.conv2(F.relu(self.bn2(self.conv1(active)), inplace=True))
        out += self.downsample(active if self.projects else x)
        return out


PRE_ACT_BLOCK = Exercise(
    id="resnet.PreActBlock",
    title="Pre-activation",
    points=3,
    minutes=17,
    core=False,
    covers=("D8.6.4",),
    asks="module",
    through="keeping_input",
    cases=_cases,
    reference=_PreAct,
    wrong={
        "sum forgotten": (
            "The sum is missing: x, or its projection, is added to what conv2 gives.",
            _with(_branch),
        ),
        "sum in some blocks only": (
            SAYS["summed in some"],
            _with(
                lambda block, x: (
                    _branch(block, x) + (0 if block.downsample is None else _skip(block, x))
                )
            ),
            _with(lambda block, x: _branch(block, x) + (x if block.downsample is None else 0)),
        ),
        "ReLU after the sum": (
            "A ReLU stands after your sum. Nothing does, so that x passes through unchanged.",
            _with(lambda block, x: F.relu(_branch(block, x) + _skip(block, x))),
        ),
        "projection of x itself": (
            "Your projection reads x. Here it reads the pre-activation, what comes out of the "
            "first ReLU.",
            _with(lambda block, x: _branch(block, x) + _skip(block, x, raw=True)),
        ),
        "projection before the ReLU": (
            "Your projection reads what comes out of bn1. It reads what comes out of the ReLU "
            "after it, as conv1 does.",
            _with(
                lambda block, x: (
                    _branch(block, x)
                    + (x if block.downsample is None else block.downsample(block.bn1(x)))
                )
            ),
        ),
        "first convolution of x itself": (
            "Your conv1 reads x. Here it reads the pre-activation, what comes out of the first "
            "ReLU.",
            _branched(lambda block, x: block.conv2(F.relu(block.bn2(block.conv1(x))))),
        ),
        "ReLU before the norm": (
            "In your block ReLU comes before the batch norm. First the norm, then ReLU.",
            _with(
                lambda block, x: _read(
                    block, x, block.bn1(F.relu(x)), lambda out: block.bn2(F.relu(out))
                )
            ),
        ),
        "activation added": (
            "Where there is no projection, you add what comes out of the first ReLU. There x "
            "itself is added, negative numbers and all.",
            _with(_always),
        ),
        "no ReLU": (
            "A ReLU is missing. One follows each batch norm.",
            _branched(lambda block, x: block.conv2(block.bn2(block.conv1(_active(block, x))))),
            _with(
                lambda block, x: (
                    block.conv2(F.relu(block.bn2(block.conv1(block.bn1(x)))))
                    + (x if block.downsample is None else block.downsample(block.bn1(x)))
                )
            ),
        ),
        "norm left out": (
            "Your forward leaves out a norm. A norm and a ReLU stand before each convolution.",
            _with(lambda block, x: _read(block, x, F.relu(x), lambda out: F.relu(block.bn2(out)))),
            _branched(lambda block, x: block.conv2(F.relu(block.conv1(_active(block, x))))),
        ),
        "norm after the convolution": (
            "Your norms follow the convolutions. Here they stand before them, so that bn1 has "
            "in_channels channels.",
            varied(
                _PreAct,
                replaced("bn1", lambda come, go, stride: nn.BatchNorm2d(go)),
                forward=lambda block, x: (
                    F.relu(block.bn2(block.conv2(F.relu(block.bn1(block.conv1(x))))))
                    + (x if block.downsample is None else block.downsample(x))
                ),
            ),
            varied(
                _PreAct,
                replaced("bn1", lambda come, go, stride: nn.BatchNorm2d(go)),
                forward=lambda block, x: (
                    block.bn2(block.conv2(F.relu(block.bn1(block.conv1(x)))))
                    + (x if block.downsample is None else block.downsample(x))
                ),
            ),
        ),
        "one norm for both": (
            "Both norms are one object. Each convolution has its own before it.",
            _made(same_object("bn2", "bn1")),
        ),
        "stride at the second convolution": (
            "Your stride stands at conv2. It belongs to conv1.",
            _made(
                replaced(
                    "conv1", lambda come, go, s: nn.Conv2d(come, go, 3, padding=1, bias=False)
                ),
                replaced("conv2", lambda come, go, s: nn.Conv2d(go, go, 3, s, 1, bias=False)),
            ),
        ),
        "strides do not fit": (
            f"{SAYS['strides']} conv1 and the projection have the stride, conv2 has stride 1.",
            _made(replaced("conv2", lambda come, go, s: nn.Conv2d(go, go, 3, s, 1, bias=False))),
            _made(_projected(moved=False)),
        ),
        "biases": (
            "Your convolutions have a bias. Here they have none: bias=False.",
            _made(with_bias("conv1", "conv2")),
            _made(with_bias("conv1", "conv2", "downsample")),
            _made(with_bias("downsample")),
        ),
        "projected by the stride alone": (
            SAYS["by stride"],
            _made(_projected(lambda come, go, stride: stride != 1)),
        ),
        "projected by the channels alone": (
            SAYS["by channels"],
            _made(_projected(lambda come, go, stride: come != go)),
        ),
        "projected where both differ": (
            SAYS["both"],
            _made(_projected(lambda come, go, stride: stride != 1 and come != go)),
        ),
        "always projected": (
            SAYS["always"],
            _made(_projected(lambda come, go, stride: True)),
        ),
        "norm after the projection": (
            "Your projection has a batch norm. Here it is a bare convolution, downsample.weight.",
            _made(_in_a_row(normed=True)),
        ),
        "projection in a Sequential": (
            "Your projection stands in an nn.Sequential. Here it is a bare convolution, "
            "downsample.weight.",
            _made(_in_a_row(normed=False)),
        ),
        "projection of three by three": (
            SAYS["large projection"],
            _made(_projected(kernel=3)),
        ),
        "in place": (SAYS["in place"], _with(_in_place)),
        "activated in place": (SAYS["in place"], _with(_activated_in_place)),
    },
    right=(_Empty,),
    hints=(
        "activated = torch.relu(self.bn1(x)): two parts of the block read it, which ones?",
        "out = self.conv2(torch.relu(self.bn2(self.conv1(activated)))); then add x, or "
        "self.downsample(activated), and return the sum.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("resnet.BatchNorm2d",),
)
