"""What later cells run on where a learner's own does not pass: made of PyTorch's modules."""

from typing import Any

from torch import Tensor, nn

from course_lib.models.configs import Layer, avg_pool, conv, flatten, linear, max_pool
from course_lib.sections.lenet.networks import modules


def layers(activation: str, pooling: str) -> list[Layer]:
    """The twelve stages for images of 28 x 28, as plain data."""
    act, pool = {"layer": activation}, {"avg": avg_pool, "max": max_pool}[pooling](2)
    return [
        *(conv(1, 6, 5, padding=2), act, pool),
        *(conv(6, 16, 5), act, pool),
        *(flatten(), linear(400, 120), act, linear(120, 84), act, linear(84, 10)),
    ]


class LeNet(nn.Module):
    """LeNet in several variants: (N, 1, 28, 28) -> (N, 10)."""

    def __init__(self, activation: str = "sigmoid", pooling: str = "avg") -> None:
        super().__init__()
        self.net = modules(layers(activation, pooling))

    def forward(self, x: Tensor) -> Any:
        logits = self.net(x)
        return logits
