"""Small models with a body and a head, which exercises are asked with."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.models.resnet import BasicBlock, Bottleneck, ResNet

SIDE = 16
"""Height and width of their images."""


class Plain(nn.Module):
    """Two parts whose names begin alike, a number of its own, and a head: (N, 3, H, W) -> (N, c).

    The number is a parameter, or in a rich model a buffer. Both parts hold batch norm; inside the
    second there is something that has the head's name.
    """

    def __init__(self, width: int, classes: int, rich: bool = False) -> None:
        """
        Args:
            rich: the head is a row of batch norm, dropout and a dense layer, not the latter alone.
        """
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=3), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.stem2 = nn.ModuleDict(
            {"fc": nn.Conv2d(width, 2 * width, 3, stride=2), "norm": nn.BatchNorm2d(2 * width)}
        )
        if rich:
            self.register_buffer("scale", torch.ones(1))
        else:
            self.scale = nn.Parameter(torch.ones(1))
        self.pool: nn.Module = nn.AdaptiveAvgPool2d(1)
        dense = nn.Linear(2 * width, classes)
        norm = nn.Sequential(nn.BatchNorm2d(2 * width), nn.Flatten())
        self.fc: nn.Module = nn.Sequential(norm, nn.Dropout(), dense) if rich else dense
        self.rich = rich

    def forward(self, x: Tensor) -> Any:
        x = self.pooled(x)
        return self.fc(x if self.rich else x.flatten(1))

    def pooled(self, x: Tensor) -> Any:
        """What the last part before the head gives."""
        x = self.stem2["norm"](self.stem2["fc"](self.stem(x)))
        return self.pool(torch.relu(x) * self.scale)


class Unit(Plain):
    """A plain one, whose forward brings features to length one, between the last parts."""

    def forward(self, x: Tensor) -> Any:
        return self.fc(F.normalize(self.pooled(x).flatten(1)))


class Lined(Plain):
    """A plain one, whose features go through batch norm and dropout before the head."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__(width, classes)
        self.pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(2 * width), nn.Dropout()
        )


def network(kind: str, width: int, classes: int) -> nn.Module:
    """A model that has been trained a little, as its norms have it, in train mode."""
    if kind in ("plain", "rich"):
        model: nn.Module = Plain(width, classes, kind == "rich")
    elif kind in ("lined", "unit"):
        model = {"lined": Lined, "unit": Unit}[kind](width, classes)
    else:
        block = {"basic": BasicBlock, "bottleneck": Bottleneck}[kind]
        model = ResNet(block, (1, 1, 1, 1), width, classes)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean = 0.5 * torch.randn(module.num_features)
            module.running_var = 0.5 + torch.rand(module.num_features)
    return model


def images(count: int) -> Tensor:
    """Images for such a model, normalised: (count, 3, SIDE, SIDE)."""
    return torch.randn(count, 3, SIDE, SIDE)
