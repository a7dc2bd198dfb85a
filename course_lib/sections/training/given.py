"""What later cells run on where a learner's own does not pass: PyTorch's."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR


class SGD(torch.optim.SGD):
    """With the settings of the exercise, in its order."""

    def __init__(
        self, params: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, momentum, weight_decay=weight_decay)


class Adam(torch.optim.Adam):
    """Without weight decay, even where a class made from it has a setting of that name."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr, betas, eps)

    def step(self, closure: Any = None) -> Any:
        decays = [group["weight_decay"] for group in self.param_groups]
        self._decay(0.0 for _ in decays)
        loss = super().step(closure)
        self._decay(decays)
        return loss

    def _decay(self, decays: Iterable[float]) -> None:
        for group, decay in zip(self.param_groups, decays, strict=True):
            group["weight_decay"] = decay


AdamW = torch.optim.AdamW


def cosine(step: float, total: float, first: float, last: float = 0.0) -> float:
    """The rate of `CosineAnnealingLR`; half a run may end between two steps."""
    schedule = CosineAnnealingLR(_resting(first), T_max=total, eta_min=last)  # type: ignore[arg-type]
    schedule.last_epoch = step  # type: ignore[assignment]
    return float(schedule._get_closed_form_lr()[0])


def one_cycle(step: int, total: int, max_lr: float) -> float:
    """The rate of `OneCycleLR`."""
    return _one_cycle(total, max_lr)[step]


@cache
def _one_cycle(total: int, max_lr: float) -> list[float]:
    optimiser = _resting(max_lr)
    schedule = OneCycleLR(optimiser, max_lr, total_steps=total, cycle_momentum=False)
    optimiser.step()
    rates = []
    for _ in range(total):
        rates.append(float(schedule.get_last_lr()[0]))
        schedule.step()
    return rates


def step_decay(step: int, first: float, every: int, factor: float = 0.1) -> float:
    """The rate of `StepLR`."""
    schedule = StepLR(_resting(first), every, factor)
    schedule.last_epoch = step
    return float(schedule._get_closed_form_lr()[0])


def _resting(rate: float) -> torch.optim.SGD:
    """An optimiser that is there for its schedule."""
    return torch.optim.SGD([torch.zeros(1)], rate)
