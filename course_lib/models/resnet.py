"""ResNets made of torchvision's own parts, in any width, and the paper's small ones."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import resnet  # type: ignore[import-untyped]


class BasicBlock(resnet.BasicBlock):  # type: ignore[misc]
    """torchvision's, which makes its projection itself: (N, in, H, W) -> (N, out, H/s, W/s)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        shortcut = _shortcut(in_channels, out_channels, stride)
        super().__init__(in_channels, out_channels, stride, shortcut)


class Bottleneck(resnet.Bottleneck):  # type: ignore[misc]
    """The same with a bottleneck: (N, in, H, W) -> (N, 4 * channels, H/s, W/s)."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        shortcut = _shortcut(in_channels, channels * self.expansion, stride)
        super().__init__(in_channels, channels, stride, shortcut)


def _shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """A projection where the shapes differ, else an empty Sequential, which changes nothing."""
    if stride == 1 and in_channels == out_channels:
        return nn.Sequential()
    return nn.Sequential(
        resnet.conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels)
    )


class ResNet(resnet.ResNet):  # type: ignore[misc]
    """torchvision's, of blocks of any kind and width: (N, 3, H, W) -> (N, num_classes)."""

    def __init__(
        self, block: Any, layers: Sequence[int], width: int = 64, num_classes: int = 1000
    ) -> None:
        """
        Args:
            block: called with (in_channels, channels, stride); channels * block.expansion come out.
            layers: how many blocks each of the four stages has.
            width: channels of the stem and of the first stage; each further stage doubles them.
        """
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = width, 1, 1, 64
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        called: Any = _Called(block)
        self.layer1 = self._make_layer(called, width, layers[0])
        self.layer2 = self._make_layer(called, 2 * width, layers[1], stride=2)
        self.layer3 = self._make_layer(called, 4 * width, layers[2], stride=2)
        self.layer4 = self._make_layer(called, 8 * width, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width * block.expansion, num_classes)
        _begin(self)


class _Called:
    """A block that is called as torchvision calls its own; it makes its projection itself."""

    def __init__(self, block: Any) -> None:
        self._block, self.expansion = block, block.expansion

    def __call__(self, in_channels: int, channels: int, stride: int = 1, *_: Any, **__: Any) -> Any:
        return self._block(in_channels, channels, stride)


def small(
    depth: int,
    width: int = 8,
    *,
    skips: bool = True,
    norm: bool = True,
    channels: int = 1,
    num_classes: int = 10,
) -> nn.Sequential:
    """The paper's network for small images: (N, channels, H, W) -> (N, num_classes).

    A 3 x 3 stem, three stages of basic blocks with width, 2 width and 4 width channels, a dense
    layer. With and without skips it has the same parameters.

    Args:
        depth: 6 n + 2 layers, n blocks in each stage.
        skips: whether each block adds its input to its output.
        norm: without batch norm the convolutions have a bias instead.

    Raises:
        ValueError: there is no such depth.
    """
    count, odd = divmod(depth - 2, 6)
    if odd or count < 1:
        raise ValueError(f"depth is 8, 14, 20, ... (6 n + 2), not {depth}")
    layers: list[nn.Module] = [_conv(channels, width, 1, norm), _norm(width, norm), nn.ReLU()]
    come = width
    for out in (width, 2 * width, 4 * width):
        for _ in range(count):
            layers.append(SmallBlock(come, out, skips=skips, norm=norm))
            come = out
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(come, num_classes)
    net = nn.Sequential(*layers, *head)
    _begin(net)
    return net


class SmallBlock(nn.Module):
    """A basic block whose shortcut has no parameters: (N, in, H, W) -> (N, out, H/s, W/s).

    Where the channels become more, the stride is 2: the shortcut takes every second pixel, and its
    further channels are 0.
    """

    def __init__(self, in_channels: int, out_channels: int, *, skips: bool, norm: bool) -> None:
        super().__init__()
        self.skips, self.more = skips, out_channels - in_channels
        self.stride = 2 if self.more else 1
        self.conv1 = _conv(in_channels, out_channels, self.stride, norm)
        self.bn1 = _norm(out_channels, norm)
        self.conv2 = _conv(out_channels, out_channels, 1, norm)
        self.bn2 = _norm(out_channels, norm)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.skips:
            out = out + F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return F.relu(out)


def _conv(in_channels: int, out_channels: int, stride: int, norm: bool) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=not norm)


def _norm(channels: int, norm: bool) -> nn.Module:
    return nn.BatchNorm2d(channels) if norm else nn.Identity()


def _begin(net: nn.Module) -> None:
    """The first weights of convolutions, drawn as torchvision draws them."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
