"""The lab's teacher and its student: (N, 1, H, W) -> logits of ten letters, (N, 10)."""

from collections.abc import Sequence

from torch import nn

CLASSES = 10


def teacher() -> nn.Sequential:
    """Three convolutions of 16, 32 and 64 channels."""
    return _net((16, 32, 64))


def student() -> nn.Sequential:
    """Built alike, with 6, 12 and 24 channels: a seventh of the parameters."""
    return _net((6, 12, 24))


def _net(widths: Sequence[int]) -> nn.Sequential:
    """Convolution, batch norm, ReLU and max pooling, three times; then a mean over all places."""
    layers: list[nn.Module] = []
    for before, after in zip((1, *widths), widths, strict=False):
        conv = nn.Conv2d(before, after, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], CLASSES)
    )
