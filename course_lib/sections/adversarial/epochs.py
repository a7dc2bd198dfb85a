"""How a function is asked that trains a model on what an attack makes."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.sections.adversarial.nets import Kind, drift, network

Batch = tuple[Tensor, Tensor]
_EPS = 0.3


def ask_epoch(
    adversarial_epoch: Callable[..., Any], kind: Kind, batches: Sequence[Batch], lr: float
) -> dict[str, Any]:
    """Lets the function train a model of `network`, in eval mode, on what `drift` makes.

    The attack leaves gradients in the weights, and the model in eval mode; the optimiser has
    momentum.

    Returns:
        "attacked": which of the batches, in their order, -1 for something else; "shown": of each
        further call of the model which attack's images it was shown, -1 for something else, -2
        for the first batch as it was, -3 for the second, and so on; "modes": those of the calls,
        1 for train mode; "weights" and statistics before each attack and at the end; "loss": what
        was returned.
    """
    record = _Record(network(kind), batches)
    optimizer = torch.optim.SGD(record.model.parameters(), lr=lr, momentum=0.5)
    loss = adversarial_epoch(record.model, batches, record.attack, optimizer)
    return {
        "attacked": record.attacked,
        "shown": record.shown,
        "modes": sorted({*record.modes}),
        "weights": torch.stack([*record.weights, _numbers(record.model)]),
        "loss": loss,
    }


class _Record:
    """A model, and an attack, that keep what they are given."""

    def __init__(self, model: nn.Module, batches: Sequence[Batch]) -> None:
        self.model = model
        self.attacked: list[int] = []
        self.shown: list[int] = []
        self.modes: list[float] = []
        self.weights: list[Tensor] = []
        self._batches = [(x.clone(), y.clone()) for x, y in batches]
        self._made: list[Tensor] = []
        self._attacking = False
        model.register_forward_pre_hook(self._see)

    def attack(self, model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
        self.attacked.append(_place((x, y), self._batches))
        self.weights.append(_numbers(self.model))
        self._attacking = True
        made = drift(model, x, y, _EPS)
        self._attacking = False
        model.eval()
        for number, parameter in enumerate(model.parameters(), start=1):
            left = torch.full_like(parameter, 0.5 * (-1) ** number)
            parameter.grad = left if parameter.grad is None else parameter.grad + left
        self._made.append(made.clone())
        return made

    def _see(self, model: nn.Module, given: Any) -> None:
        if not self._attacking:
            place = _place((given[0],), [(made,) for made in self._made])
            if place < 0:
                place -= 1 + _place((given[0],), [(x,) for x, _ in self._batches])
            self.shown.append(place)
            modes = [module.training for module in model.modules()]
            self.modes.append(sum(modes) / len(modes))


def _place(given: tuple[Tensor, ...], among: Sequence[tuple[Tensor, ...]]) -> int:
    same = [all(map(torch.equal, given, one)) for one in among]
    return same.index(True) if True in same else -1


def _numbers(model: nn.Module) -> Tensor:
    """All weights and statistics."""
    floats = [t for t in model.state_dict().values() if t.is_floating_point()]
    return torch.cat([tensor.detach().flatten() for tensor in floats])
