"""MobileNets made of torchvision's own parts, and small nets that differ in one kind of layer."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn
from torchvision.models import mobilenetv2  # type: ignore[import-untyped]
from torchvision.ops import Conv2dNormActivation  # type: ignore[import-untyped]

Layer = Callable[[int, int, int], nn.Module]
"""Makes a layer from channels in, channels out and the stride."""

SETTINGS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""MobileNetV2's stages: expansion ratio, channels, number of blocks, stride of the first one."""


class InvertedResidual(mobilenetv2.InvertedResidual):  # type: ignore[misc]
    """torchvision's: (N, in_channels, H, W) -> (N, out_channels, H/s, W/s)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, expand_ratio: int) -> None:
        super().__init__(in_channels, out_channels, stride, expand_ratio)


class MobileNetV2(mobilenetv2.MobileNetV2):  # type: ignore[misc]
    """torchvision's, of any stages and width: (N, 3, H, W) -> (N, num_classes)."""

    def __init__(
        self,
        settings: Sequence[Sequence[int]] = SETTINGS,
        width: float = 1.0,
        num_classes: int = 1000,
    ) -> None:
        """
        Args:
            settings: as `SETTINGS`.
            width: what channels are multiplied with, to multiples of 8.
        """
        super().__init__(num_classes, width, [list(stage) for stage in settings])


def standard(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """3 x 3 convolution, batch norm, ReLU: (N, in, H, W) -> (N, out, H/s, W/s)."""
    return nn.Sequential(*Conv2dNormActivation(in_channels, out_channels, 3, stride))


def separable(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """The same in two steps, depthwise and pointwise, each with batch norm and ReLU."""
    depthwise = Conv2dNormActivation(in_channels, in_channels, 3, stride, groups=in_channels)
    return nn.Sequential(*depthwise, *Conv2dNormActivation(in_channels, out_channels, 1))


PLAN = ((2, 2), (2, 1), (4, 2), (4, 1))
"""Of the small nets' layers: how many times the width comes out, and the stride."""


def small(
    layer: Layer,
    width: int = 16,
    *,
    plan: Sequence[tuple[int, int]] = PLAN,
    channels: int = 1,
    num_classes: int = 10,
) -> nn.Sequential:
    """A stem, layers of one kind, a dense layer: (N, channels, H, W) -> (N, num_classes).

    Args:
        layer: makes each of the layers; the stem, which reads the image, is always standard.
        width: channels of the stem.
    """
    layers: list[Any] = [standard(channels, width)]
    come = width
    for times, stride in plan:
        layers.append(layer(come, times * width, stride))
        come = times * width
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(come, num_classes)
    return nn.Sequential(*layers, *head)
