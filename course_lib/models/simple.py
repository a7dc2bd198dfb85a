"""Small convolutional nets that differ in one choice: what they are compared by."""

from collections.abc import Sequence
from typing import Any, Literal

from torch import Tensor, nn
from torchvision.ops import SqueezeExcitation  # type: ignore[import-untyped]

Pooling = Literal["max", "average", "strided"]
Head = Literal["dense", "gap"]


class Skip(nn.Sequential):
    """Its layers' result plus what came in; both have one shape."""

    def forward(self, x: Tensor) -> Any:
        return x + super().forward(x)  # type: ignore[no-untyped-call]


def conv_net(
    channels: Sequence[int] = (32, 64, 128),
    *,
    kernel: int = 3,
    convs: int = 1,
    pooling: Pooling = "max",
    norm: bool = True,
    skips: bool = False,
    se: bool = False,
    head: Head = "dense",
    hidden: int = 256,
    dropout: float = 0.5,
    size: int = 32,
    num_classes: int = 10,
) -> nn.Sequential:
    """Blocks that each halve the image, and a head: (N, 3, size, size) -> (N, num_classes).

    Args:
        channels: of each block.
        kernel: side of all kernels, odd.
        convs: convolutions of a block, each with batch norm and ReLU.
        pooling: what halves: maxima of 2 x 2, means of them, or stride 2 in the first convolution.
        skips: from the second convolution of a block on, what came in is added before the ReLU.
        se: squeeze and excitation before the pooling, to a quarter of the channels.
        head: one hidden dense layer with dropout, for images of this size only; or global average
            pooling and a dense layer, for images of any size.
        size: must be divisible by 2 at each block.
    """
    layers: list[nn.Module] = []
    for before, after in zip((3, *channels), channels, strict=False):
        stride = 2 if pooling == "strided" else 1
        layers += [*_conv(before, after, kernel, stride, norm), nn.ReLU()]
        for _ in range(convs - 1):
            more = _conv(after, after, kernel, 1, norm)
            layers += [*([Skip(*more)] if skips else more), nn.ReLU()]
        if se:
            layers.append(SqueezeExcitation(after, after // 4))
        if pooling != "strided":
            layers.append(nn.MaxPool2d(2) if pooling == "max" else nn.AvgPool2d(2))
    last, side = channels[-1], size // 2 ** len(channels)
    if head == "gap":
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, num_classes)]
    else:
        layers += [nn.Flatten(), nn.Linear(last * side * side, hidden), nn.ReLU()]
        layers += [nn.Dropout(dropout), nn.Linear(hidden, num_classes)]
    return nn.Sequential(*layers)


def _conv(before: int, after: int, kernel: int, stride: int, norm: bool) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, kernel, stride, padding=kernel // 2)
    return [conv, nn.BatchNorm2d(after)] if norm else [conv]
