"""How networks are asked that take classes, or whose parts later cells run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models.resnet import BasicBlock


class _Block(nn.Module):
    """A block of one convolution, whose kernel makes it tell what its stride is."""

    expansion = 1

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.conv(x))


class _Norm(nn.Module):
    """A factor and a summand for each channel."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(num_features, 1, 1))
        self.summand = nn.Parameter(torch.zeros(num_features, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor + self.summand


_PARTS: Mapping[str, tuple[Callable[..., nn.Module], Callable[..., nn.Module]]] = {
    "plain": (_Block, _Norm),
    "usual": (BasicBlock, nn.BatchNorm2d),
}


def of_parts(
    own_network: Callable[..., Any], parts: str, widths: Sequence[int], num_classes: int
) -> Any:
    """The network, made of the block and the norm of this name.

    It computes with doubles inside: norms in a row, each of few numbers, make rounding large.
    """
    net = own_network(*_PARTS[parts], widths, num_classes)
    if isinstance(net, nn.Module):
        net.double().register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
        net.register_forward_hook(lambda _, x, y: y.float() if isinstance(y, Tensor) else y)
    return net


class NoLayersError(Exception):
    """What stands where later cells run layers cannot be run."""


def with_layers_that_run(SimpleCNN1d: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The network.

    Raises:
        NoLayersError: its features are a list, which nothing can call.
    """
    net = SimpleCNN1d(*args, **kwargs)
    if isinstance(getattr(net, "features", None), nn.ModuleList):
        raise NoLayersError("features is an nn.ModuleList, which cannot be called")
    return net
