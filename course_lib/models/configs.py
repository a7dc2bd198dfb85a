"""Networks written down as plain data: a list of layers, each a dict. Nothing here counts anything.

[conv(3, 16, 3, padding=1), relu(), gap(), flatten(), linear(16, 10)]
"""

from collections.abc import Sequence
from typing import Any

from torch import nn

Layer = dict[str, Any]
"""A layer: "layer" says which one; the other keys are the names of PyTorch's arguments."""


def conv(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: int = 0,
    groups: int = 1,
    bias: bool = True,
) -> Layer:
    """A convolution layer with square kernels."""
    return {
        "layer": "conv",
        "in_channels": in_channels,
        "out_channels": out_channels,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "groups": groups,
        "bias": bias,
    }


def linear(in_features: int, out_features: int, *, bias: bool = True) -> Layer:
    """A dense layer."""
    return {
        "layer": "linear",
        "in_features": in_features,
        "out_features": out_features,
        "bias": bias,
    }


def relu() -> Layer:
    """The activation max(x, 0)."""
    return {"layer": "relu"}


def gap() -> Layer:
    """Global average pooling: the mean of each channel, (C, H, W) -> (C, 1, 1)."""
    return {"layer": "gap"}


def max_pool(kernel_size: int, *, stride: int | None = None, padding: int = 0) -> Layer:
    """Max pooling with square windows; without a stride they lie side by side."""
    return _pool("max_pool", kernel_size, stride, padding)


def avg_pool(kernel_size: int, *, stride: int | None = None, padding: int = 0) -> Layer:
    """Average pooling with square windows; without a stride they lie side by side."""
    return _pool("avg_pool", kernel_size, stride, padding)


def _pool(kind: str, kernel_size: int, stride: int | None, padding: int) -> Layer:
    stride = kernel_size if stride is None else stride
    return {"layer": kind, "kernel_size": kernel_size, "stride": stride, "padding": padding}


def flatten() -> Layer:
    """Lays all numbers out as one vector."""
    return {"layer": "flatten"}


def modules(config: Sequence[Layer], device: str = "cpu") -> nn.Sequential:
    """The PyTorch network that a config describes.

    Args:
        device: "meta" makes weights that have a shape and take no memory.

    Raises:
        ValueError: a layer of an unknown kind.
    """
    return nn.Sequential(*(_module(layer, device) for layer in config))


def _module(layer: Layer, device: str) -> nn.Module:
    arguments = {name: value for name, value in layer.items() if name != "layer"}
    match layer["layer"]:
        case "conv":
            return nn.Conv2d(**arguments, device=device)
        case "linear":
            return nn.Linear(**arguments, device=device)
        case "relu":
            return nn.ReLU()
        case "gap":
            return nn.AdaptiveAvgPool2d(1)
        case "max_pool":
            return nn.MaxPool2d(**arguments)
        case "avg_pool":
            return nn.AvgPool2d(**arguments)
        case "flatten":
            return nn.Flatten()
        case other:
            raise ValueError(
                f'There is no layer "{other}": use "conv", "linear", "relu", "max_pool", '
                '"avg_pool", "gap" or "flatten".'
            )
