"""Residual blocks that are made, or run, otherwise than they should."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw

Change = Callable[..., None]
"""What is done to a block when it is made: (block, in_channels, out_channels, stride)."""
Forward = Callable[[Any, Tensor], Any]


def block_case(
    draw: Draw,
    reference: Callable[..., nn.Module],
    about: str,
    settings: tuple[int, ...],
    *size: int,
    **named: int,
) -> Case:
    """A block with these settings, on images of this size, (N, H, W).

    Args:
        reference: tells which weights it has.
    """
    images, *sides = size
    state = reference(*settings, **named).state_dict()
    shapes = {name: list(tensor.shape) for name, tensor in state.items()}
    return Case(
        args=settings,
        kwargs=named,
        about=about,
        weights={"seed": draw.integer(1, 2**31 - 1), "shapes": shapes},
        inputs=(draw.normal(images, settings[0], *sides),),
    )


def varied(base: type, *changes: Change, forward: Forward | None = None) -> type:
    """The block, changed when it is made, or with another forward pass."""

    class Varied(base):  # type: ignore[misc]
        def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
            super().__init__(in_channels, out_channels, stride)
            for change in changes:
                change(self, in_channels, out_channels, stride)

        def forward(self, x: Tensor) -> Any:
            return forward(self, x) if forward else super().forward(x)

    return Varied


def with_bias(*names: str) -> Change:
    """These convolutions have a bias; where there is no projection, it has none."""

    def change(block: nn.Module, *settings: int) -> None:
        for name in names:
            path, _, last = name.rpartition(".")
            parent: Any = block.get_submodule(path)
            if isinstance(conv := getattr(parent, last, None), nn.Conv2d):
                conv.bias = nn.Parameter(conv.weight[:, 0, 0, 0].detach().clone())

    return change


def replaced(name: str, make: Callable[..., Any]) -> Change:
    """A part made otherwise: make(in_channels, out_channels, stride)."""

    def change(block: nn.Module, *settings: int) -> None:
        setattr(block, name, make(*settings))

    return change


def same_object(name: str, other: str) -> Change:
    """One object under two names."""

    def change(block: nn.Module, *settings: int) -> None:
        setattr(block, name, getattr(block, other))

    return change


def projection(
    come: int, go: int, stride: int, *, kernel: int = 1, normed: bool = True
) -> nn.Sequential:
    """A 1 x 1 convolution and a batch norm, or a larger one, or without the norm."""
    conv = nn.Conv2d(come, go, kernel, stride, padding=kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(go)) if normed else nn.Sequential(conv)


def projected(
    where: Callable[[int, int, int], bool] = lambda come, go, stride: stride != 1 or come != go,
    *,
    expansion: int = 1,
    moved: bool = True,
    **other: Any,
) -> Change:
    """A shortcut that projects under a condition, of (in, out, stride), and else does nothing.

    Args:
        expansion: so many times the block's channels come out.
        moved: the projection has the block's stride.
        other: as `projection` takes it.
    """

    def make(come: int, channels: int, stride: int) -> nn.Module:
        go = channels * expansion
        if not where(come, go, stride):
            return nn.Sequential()
        return projection(come, go, stride if moved else 1, **other)

    return replaced("downsample", make)


SAYS = {
    "sum": "The sum is missing: what comes in, or its projection, is added to what the layers "
    "give, before the last ReLU.",
    "relu before the sum": "A ReLU stands before the sum. There F must be free to be negative: "
    "ReLU comes after the sum alone.",
    "no relu after the sum": "The ReLU after the sum is missing.",
    "strides": "With a stride the two ways give maps of different sizes, which cannot be added.",
    "bias": "Your convolutions have a bias. Before a batch norm they have none: bias=False.",
    "by stride": "You project where the stride is not 1. x fits the sum only if the channels "
    "agree, too: project where either differs.",
    "by channels": "You project where the channels differ. x fits the sum only if the stride is 1, "
    "too: project where either differs.",
    "always": "You project everywhere. Where the stride is 1 and the channels agree, x itself is "
    "added.",
    "never": "You never project. Where the stride is not 1 or the channels differ, x does not fit "
    "the sum.",
    "no norm": "A batch norm after the 1 x 1 convolution of your projection is missing.",
    "large projection": "The convolution of your projection is 3 x 3. It is 1 x 1.",
    "both": "You project where the stride is not 1 and the channels differ. One of both is enough "
    "for x not to fit the sum: `or`.",
    "stride of two": "You project where the stride is 2. Any stride but 1 needs a projection.",
    "fewer": "You do not project where fewer channels come out than in. x does not fit the sum "
    "there, either: `!=`.",
    "summed in some": "Some of your blocks leave out the sum. All add: x itself where there is no "
    "projection, else what the projection gives.",
    "halved": "You halve the sum. It is passed on as it is.",
    "subtracted": "You subtract. The two ways are added.",
    "in place": "You changed x in place (x += ... or x.relu_(), say): write x + ... or relu(x), "
    "which is something new.",
}
"""What blocks have in common, said once."""
