"""The networks that can be looked at, and what the panels must know of each."""

import contextlib
import io
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.models.pretrained import Pretrained, present, pretrained


@dataclass(frozen=True)
class Plan:
    """What is known of a network by its name.

    Attributes:
        stages: layers that are worth a look, in the order of the forward pass.
        head: the dense layer that reads the mean of each map of the last stage; "" where the
            network has none, and so no class activation map.
    """

    stages: tuple[str, ...]
    head: str


_PLANS = {
    "resnet18": Plan(("conv1", "layer1", "layer2", "layer3", "layer4"), "fc"),
    "mobilenet_v2": Plan(
        ("features.0", "features.3", "features.6", "features.13", "features.18"), "classifier.1"
    ),
    "squeezenet1_0": Plan(("features.0", "features.5", "features.8", "features.12"), ""),
}
_EMBEDDED = "ResNet-18, small (coloured shapes)"
_IMAGENET = {
    "resnet18": "ResNet-18 (ImageNet)",
    "mobilenet_v2": "MobileNetV2 (ImageNet)",
    "squeezenet1_0": "SqueezeNet (ImageNet)",
}


@dataclass(frozen=True, eq=False)
class Net:
    """A trained network that can be looked at."""

    trained: Pretrained
    plan: Plan

    @property
    def model(self) -> nn.Module:
        return self.trained.model

    def batch(self, image: Tensor) -> Tensor:
        """What the model takes, (1, 3, size, size), of an image (3, size, size) in [0, 1]."""
        mean, std = (
            torch.tensor(numbers)[:, None, None]
            for numbers in (self.trained.mean, self.trained.std)
        )
        return ((image - mean) / std)[None]


def net_names() -> list[str]:
    """Those that can be had without a download: the embedded one, and whose files are here."""
    return [_EMBEDDED] + [title for name, title in _IMAGENET.items() if present(name)]


def load(title: str) -> Net:
    """One of `net_names()`.

    Raises:
        WeightsMissing: its file is damaged, or has gone.
    """
    name = next((name for name, known in _IMAGENET.items() if known == title), "resnet18")
    weights = "embedded" if title == _EMBEDDED else "imagenet"
    with contextlib.redirect_stdout(io.StringIO()):  # the page says it in a place of its own
        return Net(pretrained(name, weights), _PLANS[name])
