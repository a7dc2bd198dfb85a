"""VGG of any width and size: torchvision's own layers, with a head that fits the image."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torchvision.models.vgg import make_layers  # type: ignore[import-untyped]

Blocks = Sequence[tuple[int, int]]
"""Convolutions and channels of each block, first block first."""

VGG11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))
VGG13 = ((2, 64), (2, 128), (2, 256), (2, 512), (2, 512))
VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def features(blocks: Blocks, in_channels: int, *, batch_norm: bool = False) -> nn.Sequential:
    """The layers of all blocks in a row: (N, in_channels, H, W) -> (N, channels, rows, columns)."""
    plan = [entry for convs, channels in blocks for entry in (*[channels] * convs, "M")]
    layers: nn.Sequential = make_layers(plan, batch_norm)
    if in_channels != 3:  # what torchvision takes the image to have
        layers[0] = nn.Conv2d(in_channels, blocks[0][1], kernel_size=3, padding=1)
    return layers


def vgg_block(
    num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False
) -> nn.Sequential:
    """3 x 3 convolutions, then a pooling: (N, in, H, W) -> (N, out, H // 2, W // 2)."""
    return features([(num_convs, out_channels)], in_channels, batch_norm=batch_norm)


def he(module: nn.Module) -> None:
    """First weights by He for one layer, its bias 0; for a whole network, net.apply(he)."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class VGG(nn.Module):
    """VGG by its blocks: (N, in_channels, *size) -> (N, num_classes).

    Its weights have torchvision's names; the head reads the last maps as they are, where
    torchvision first averages them to 7 x 7.
    """

    def __init__(
        self,
        blocks: Blocks,
        in_channels: int = 3,
        size: Sequence[int] = (224, 224),
        num_classes: int = 1000,
        width: float = 1,
        hidden: int = 4096,
        batch_norm: bool = False,
    ) -> None:
        """
        Args:
            size: height and width of the images; each block halves both, rounded down.
            width: what the channels of every block are multiplied with, to whole numbers.
            hidden: units of the two inner dense layers.
        """
        super().__init__()
        scaled = [(convs, int(channels * width)) for convs, channels in blocks]
        self.features = features(scaled, in_channels, batch_norm=batch_norm)
        rows, columns = (side // 2 ** len(scaled) for side in size)
        units = (scaled[-1][1] * rows * columns, hidden, hidden)
        head: list[nn.Module] = []
        for inputs, outputs in pairwise(units):
            head += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*head, nn.Linear(hidden, num_classes))

    def forward(self, x: Tensor) -> Any:
        return self.classifier(self.features(x).flatten(1))
