"""Networks as plain data, as in section 03, with two kinds of pooling more."""

from collections.abc import Sequence

from torch import nn

from course_lib.sections.channels import configs
from course_lib.sections.channels.configs import Layer, conv, flatten, gap, linear, relu

__all__ = ["Layer", "avg_pool", "conv", "flatten", "gap", "linear", "max_pool", "modules", "relu"]


def max_pool(kernel_size: int, *, stride: int | None = None, padding: int = 0) -> Layer:
    """Max pooling with square windows; without a stride they lie side by side."""
    return _pool("max_pool", kernel_size, stride, padding)


def avg_pool(kernel_size: int, *, stride: int | None = None, padding: int = 0) -> Layer:
    """Average pooling with square windows; without a stride they lie side by side."""
    return _pool("avg_pool", kernel_size, stride, padding)


def modules(config: Sequence[Layer], device: str = "cpu") -> nn.Sequential:
    """The PyTorch network that a config describes.

    Raises:
        ValueError: a layer of an unknown kind.
    """
    return nn.Sequential(*(_module(layer, device) for layer in config))


def _module(layer: Layer, device: str) -> nn.Module:
    arguments = {name: value for name, value in layer.items() if name != "layer"}
    if layer["layer"] == "max_pool":
        return nn.MaxPool2d(**arguments)
    if layer["layer"] == "avg_pool":
        return nn.AvgPool2d(**arguments)
    return configs.modules([layer], device)[0]


def _pool(kind: str, kernel_size: int, stride: int | None, padding: int) -> Layer:
    stride = kernel_size if stride is None else stride
    return {"layer": kind, "kernel_size": kernel_size, "stride": stride, "padding": padding}
