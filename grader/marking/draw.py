"""Random inputs for exercises, all from one seed."""

from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor

Item = TypeVar("Item")


class Draw:
    """Draws the inputs of cases; two draws with one seed give the same inputs.

    Args:
        seed: any integer in [0, 2**63).
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], both ends included."""
        return int(torch.randint(low, high + 1, (), generator=self._generator))

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """A float32 tensor of whole numbers in [low, high]: exact to add and to print."""
        return torch.randint(low, high + 1, shape, generator=self._generator).float()

    def normal(self, *shape: int) -> Tensor:
        """A float32 tensor of standard normal numbers."""
        return torch.randn(shape, generator=self._generator)

    def uniform(self, *shape: int) -> Tensor:
        """A float32 tensor of numbers in [0, 1)."""
        return torch.rand(shape, generator=self._generator)

    def choice(self, items: Sequence[Item]) -> Item:
        """One of the items, each as likely as the others."""
        return items[self.integer(0, len(items) - 1)]

    def distinct(self, low: int, high: int, count: int) -> list[int]:
        """Different integers in [low, high], in random order."""
        order = torch.randperm(high - low + 1, generator=self._generator)[:count]
        return [low + int(i) for i in order]
