"""Small networks for tests of training, and what is done with them."""

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.data import Part


def net(seed: int = 0) -> nn.Module:
    """Small, with dropout and batch norm: chance and buffers have to be right, too."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(288, 10),
    )


def lenet(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
        *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
    )


def same(first: nn.Module, second: nn.Module) -> bool:
    a, b = first.state_dict(), second.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


class Scripted(nn.Module):
    """Right on as many validation images as the script says, whatever it learns."""

    def __init__(self, right: list[int], validation: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("epoch", torch.tensor(-1))
        self.right, self.validation = right, validation

    def train(self, mode: bool = True) -> "Scripted":
        return super().train(mode)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.epoch += 1
            return torch.zeros(len(x), 2) + self.weight
        right = self.right[int(self.epoch)] if self.epoch >= 0 else 0
        logits = torch.zeros(len(x), 2)
        logits[:right, 0] = 1
        logits[right:, 1] = 1
        return logits + self.weight


def zeros(count: int) -> Part:
    """Images of class 0; the second class is there for `Scripted` to be wrong with."""
    return Part(torch.zeros(count, 1, 2, 2), torch.zeros(count, dtype=torch.int64))


def stop_at(model: nn.Module, batch: int, error: type[BaseException]) -> None:
    """Raises when the model is given its so many-th training batch."""
    count = 0

    def hook(module: nn.Module, _: Any) -> None:
        nonlocal count
        count += module.training
        if count == batch:
            raise error

    model.register_forward_pre_hook(hook)
