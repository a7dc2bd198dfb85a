"""Networks of this section as plain data and weights, and one that writes down what it sees."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models import configs
from course_lib.models.configs import Layer

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
_WITHOUT_SETTINGS = {**ACTIVATIONS, "identity": nn.Identity}

Weights = Mapping[str, Tensor]


def modules(config: Sequence[Layer], device: str = "cpu") -> nn.Sequential:
    """The PyTorch network that a config describes, with two more activations."""
    layers: list[nn.Module] = []
    for entry in config:
        activation = _WITHOUT_SETTINGS.get(entry["layer"])
        layers.append(activation() if activation else configs.modules([entry], device)[0])
    return nn.Sequential(*layers)


class Net(nn.Module):
    """A network whose layers stand in `net`, as in the learner's LeNet."""

    def __init__(self, config: Sequence[Layer], weights: Weights) -> None:
        super().__init__()
        self.net = modules(config)
        self.net.load_state_dict(dict(weights))

    def forward(self, x: Tensor) -> Any:
        logits = self.net(x)
        return logits


class Watched(nn.Module):
    """A small classifier that writes down each call of it.

    Attributes:
        calls: for each call: the images, whether all of it was in train mode, whether gradients
            were recorded, and the weights at that moment.
    """

    def __init__(self, weights: Weights) -> None:
        """
        Args:
            weights: of its layers; with batch norm where they hold running statistics.
        """
        super().__init__()
        pixels, (classes, units) = weights["1.weight"].shape[1], weights["4.weight"].shape
        normalised = "2.running_mean" in weights
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, units),
            nn.BatchNorm1d(units) if normalised else nn.LayerNorm(units),
            nn.ReLU(),
            nn.Linear(units, classes),
        )
        self.layers.load_state_dict({**self.layers.state_dict(), **weights})
        self.calls: list[dict[str, Any]] = []

    def forward(self, x: Tensor) -> Any:
        self.calls.append(
            {
                "images": x.detach().clone(),
                "train": [module.training for module in self.modules()],
                "gradients": torch.is_grad_enabled(),
                "weights": self.weights(),
            }
        )
        return self.layers(x)

    def weights(self) -> Tensor:
        """A copy of all weights and running statistics, in one row."""
        state = self.layers.state_dict().values()
        return torch.cat([v.detach().flatten() for v in state if v.is_floating_point()])
