"""Inverted residuals in steps, right and wrong ones."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


def unit(
    in_channels: int,
    out_channels: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] = nn.ReLU6,
    padding: int | None = None,
) -> nn.Sequential:
    """Convolution, batch norm, activation; the padding keeps the size if none is given."""
    room = kernel // 2 if padding is None else padding
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride, room, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
        activation(),
    )


class Inverted(nn.Module):
    """An inverted residual in steps, each of which a mistake can replace."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, expand_ratio: int) -> None:
        super().__init__()
        wide = self.wide(in_channels, out_channels, expand_ratio)
        layers = self.expansion(in_channels, wide, stride) if self.expands(expand_ratio) else []
        layers += self.depthwise(wide, stride)
        self.conv = nn.Sequential(*layers, *self.projection(wide, out_channels, stride))
        self.skips = self.adds(in_channels, out_channels, stride)

    @staticmethod
    def wide(come: int, go: int, ratio: int) -> int:
        """Channels inside."""
        return come * ratio

    @staticmethod
    def expands(ratio: int) -> bool:
        return ratio != 1

    @staticmethod
    def adds(come: int, go: int, stride: int) -> bool:
        """Whether x is added."""
        return stride == 1 and come == go

    def expansion(self, come: int, wide: int, stride: int) -> list[nn.Module]:
        return [unit(come, wide, 1)]

    def depthwise(self, wide: int, stride: int) -> list[nn.Module]:
        return [unit(wide, wide, 3, stride, groups=wide)]

    def projection(self, wide: int, go: int, stride: int) -> list[nn.Module]:
        return [nn.Conv2d(wide, go, 1, bias=False), nn.BatchNorm2d(go)]

    def forward(self, x: Tensor) -> Any:
        return added(self, x)


def added(block: Any, x: Tensor) -> Any:
    """What the layers give, and x where it is added."""
    return x + block.conv(x) if block.skips else block.conv(x)


def block(**parts: object) -> type:
    return type("InvertedResidual", (Inverted,), parts)


def expansion(
    activation: type[nn.Module] = nn.ReLU6, *, kernel: int = 1, strided: bool = False
) -> Callable[..., list[nn.Module]]:
    return lambda self, come, wide, stride: [
        unit(come, wide, kernel, stride if strided else 1, activation=activation)
    ]


def depthwise(
    activation: type[nn.Module] = nn.ReLU6, *, padding: int = 1, strided: bool = True
) -> Callable[..., list[nn.Module]]:
    return lambda self, wide, stride: [
        unit(wide, wide, 3, stride if strided else 1, wide, activation, padding)
    ]


def dense_depthwise(self: Inverted, wide: int, stride: int) -> list[nn.Module]:
    return [unit(wide, wide, 3, stride)]


def projection(
    *, bias: bool = False, strided: bool = False, end: type[nn.Module] | None = None
) -> Callable[..., list[nn.Module]]:
    """
    Args:
        end: an activation that follows.
    """
    return lambda self, wide, go, stride: [
        nn.Conv2d(wide, go, 1, stride if strided else 1, bias=bias),
        nn.BatchNorm2d(go),
        *([end()] if end else []),
    ]


def relu_first(*names: str) -> type:
    """These parts have the activation before the norm; names of parameters stay."""

    def turned(name: str) -> Callable[..., list[nn.Module]]:
        def made(self: Inverted, *settings: int) -> list[nn.Module]:
            (layer,) = getattr(Inverted, name)(self, *settings)
            return [_Turned(*layer)]

        return made

    return block(**{name: turned(name) for name in names})


class _Turned(nn.Sequential):
    """Of three layers the third comes before the second."""

    def forward(self, x: Tensor) -> Any:
        conv, norm, activation = self
        return norm(activation(conv(x)))


def projected_shortcut(*, only_stride_one: bool) -> type:
    """A 1 x 1 convolution carries x over where the channels differ (or the stride is not 1)."""

    class Projected(Inverted):
        def __init__(self, come: int, go: int, stride: int, expand_ratio: int) -> None:
            super().__init__(come, go, stride, expand_ratio)
            if not self.skips and (stride == 1 or not only_stride_one):
                self.shortcut = nn.Sequential(
                    nn.Conv2d(come, go, 1, stride, bias=False), nn.BatchNorm2d(go)
                )

        def forward(self, x: Tensor) -> Any:
            if hasattr(self, "shortcut"):
                return self.conv(x) + self.shortcut(x)
            return added(self, x)

    return Projected


class GroupsOfInput(Inverted):
    """The depthwise layer has as many groups as channels come in."""

    def __init__(self, come: int, go: int, stride: int, expand_ratio: int) -> None:
        super().__init__(come, go, stride, expand_ratio)
        wide = come * expand_ratio
        self.conv[int(self.expands(expand_ratio))] = unit(wide, wide, 3, stride, groups=come)


class InOneRow(Inverted):
    """All layers in one row."""

    def __init__(self, come: int, go: int, stride: int, expand_ratio: int) -> None:
        super().__init__(come, go, stride, expand_ratio)
        parts = [[*part] if isinstance(part, nn.Sequential) else [part] for part in self.conv]
        self.conv = nn.Sequential(*(layer for part in parts for layer in part))


def in_place(block: Any, x: Tensor) -> Any:
    out = block.conv(x)
    if not block.skips:
        return out
    x += out
    return x
