"""Networks of this section as plain data and weights, and models that write down what they see."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models import configs
from course_lib.models.configs import Layer, conv, flatten, linear

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
_WITHOUT_SETTINGS = {**ACTIVATIONS, "identity": nn.Identity}
POOLINGS = {"avg": configs.avg_pool, "max": configs.max_pool}

Weights = Mapping[str, Tensor]


def lenet(activation: str, pooling: str, *, padding: int = 2, kernel_size: int = 5) -> list[Layer]:
    """The twelve stages of LeNet for images of 28 x 28, as plain data."""
    act, pool = {"layer": activation}, POOLINGS[pooling](2)
    side = ((28 + 2 * padding - kernel_size + 1) // 2 - kernel_size + 1) // 2
    return [
        *(conv(1, 6, kernel_size, padding=padding), act, pool),
        *(conv(6, 16, kernel_size), act, pool),
        flatten(),
        *(linear(16 * side * side, 120), act, linear(120, 84), act, linear(84, 10)),
    ]


def small(activation: str) -> list[Layer]:
    """Two convolutions, each with activation and pooling, for images of 10 x 10."""
    act = {"layer": activation}
    return [
        *(conv(1, 3, 3, padding=1), act, configs.max_pool(2)),
        *(conv(3, 4, 2), act, configs.max_pool(2)),
        *(flatten(), linear(16, 3)),
    ]


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
    """A small classifier with batch norm that writes down each call of it.

    Attributes:
        calls: for each call: the images, in train mode or not, with gradients or not, and
            the weights at that moment.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        pixels, (classes, units) = weights["1.weight"].shape[1], weights["4.weight"].shape
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, units),
            nn.BatchNorm1d(units),
            nn.ReLU(),
            nn.Linear(units, classes),
        )
        self.layers.load_state_dict({**self.layers.state_dict(), **weights})
        self.calls: list[dict[str, Any]] = []

    def forward(self, x: Tensor) -> Any:
        self.calls.append(
            {
                "images": x.detach().clone(),
                "train": self.training,
                "gradients": torch.is_grad_enabled(),
                "weights": self.weights(),
            }
        )
        return self.layers(x)

    def weights(self) -> dict[str, Tensor]:
        """A copy of all weights and running statistics."""
        state = self.layers.state_dict()
        return {n: v.detach().clone() for n, v in state.items() if v.is_floating_point()}
