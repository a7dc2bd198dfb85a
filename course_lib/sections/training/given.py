"""What later cells run on where a learner's own does not pass: PyTorch's, or the engine's."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR
from torch.optim.sgd import sgd

from course_lib.training import augment


class SGD(torch.optim.Optimizer):
    """PyTorch's steps. Groups hold the text's settings alone, for classes that are made from it."""

    def __init__(
        self, params: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            weights, gradients = _with_gradients(group)
            velocities: list[Tensor | None] = [self.state[w].get("v") for w in weights]
            sgd(
                weights,
                gradients,
                velocities,
                foreach=False,
                dampening=0,
                nesterov=False,
                maximize=False,
                **{name: group[name] for name in ("lr", "momentum", "weight_decay")},
            )
            for w, v in zip(weights, velocities, strict=True):
                if v is not None:
                    self.state[w]["v"] = v


class Adam(torch.optim.Optimizer):
    """As `SGD`: no weight decay, even where a class made from it has a setting of that name."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            weights, gradients = _with_gradients(group)
            kept = [self.state[w] for w in weights]
            for w, state in zip(weights, kept, strict=True):
                if not state:
                    state.update(t=torch.zeros(()), m=torch.zeros_like(w), v=torch.zeros_like(w))
            beta1, beta2 = group["betas"]
            adam(
                weights,
                gradients,
                exp_avgs=[state["m"] for state in kept],
                exp_avg_sqs=[state["v"] for state in kept],
                max_exp_avg_sqs=[],
                state_steps=[state["t"] for state in kept],
                foreach=False,
                amsgrad=False,
                beta1=beta1,
                beta2=beta2,
                lr=group["lr"],
                weight_decay=0.0,
                eps=group["eps"],
                maximize=False,
            )


def _with_gradients(group: Mapping[str, Any]) -> tuple[list[Tensor], list[Tensor]]:
    weights = [w for w in group["params"] if w.grad is not None]
    return weights, [w.grad for w in weights]


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


def random_flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """The engine's: each image mirrored left to right with probability 1/2."""
    return augment.flip()(images, generator)


def random_crop(images: Tensor, padding: int, generator: torch.Generator) -> Tensor:
    """The engine's: each image shifted by up to `padding` pixels."""
    return augment.random_crop(padding)(images, generator)


def cutout(images: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """The engine's: a black square in each image, centred on any pixel."""
    return augment.cutout(size)(images, generator)
