"""Gradient descent with momentum and weight decay, in steps, and in other ways that are right."""

from typing import Any

import torch
from torch import Tensor

from grader.sections.training.optimiser_ways import ByHand, Settings, State, changed


class Sgd(ByHand):
    """Each method is a step that a mistake may replace."""

    def __init__(
        self, params: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        v = self.velocity(self.decayed(w, g, settings), settings, kept)
        self.moved(w, v, settings)

    def decayed(self, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
        return g.add(w, alpha=settings["weight_decay"])

    def velocity(self, g: Tensor, settings: Settings, kept: State) -> Tensor:
        v: Tensor = settings["momentum"] * kept["v"] + g if "v" in kept else self.first(g, settings)
        kept["v"] = v
        return v

    def first(self, g: Tensor, settings: Settings) -> Tensor:
        return g.clone()


def sgd(**methods: Any) -> type[ByHand]:
    return changed(Sgd, **methods)


def by_rate(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    """The rate goes into the velocity."""
    kept["v"] = settings["momentum"] * kept.get("v", 0) + settings["lr"] * g
    v: Tensor = kept["v"]
    return v


def averaged(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    kept["v"] = settings["momentum"] * kept.get("v", 0) + (1 - settings["momentum"]) * g
    v: Tensor = kept["v"]
    return v


def dampened(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    """As `averaged`, but begun with the gradient."""
    return (
        averaged(self, g, settings, kept) if "v" in kept else Sgd.velocity(self, g, settings, kept)
    )


def late(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    """The step follows the velocity from before."""
    v: Tensor = kept.get("v", torch.zeros_like(g))
    Sgd.velocity(self, g, settings, kept)
    return v


def two_gradients(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    """Only the last gradient is remembered."""
    v: Tensor = settings["momentum"] * kept.get("v", 0) + g
    kept["v"] = g
    return v


def nesterov(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    return g.add(Sgd.velocity(self, g, settings, kept), alpha=settings["momentum"])


def late_decay(self: Any, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
    """As `late`; the velocity is renewed after the step, with the decay of the new parameter."""
    v: Tensor = kept.get("v", torch.zeros_like(g))
    self.moved(w, v, settings)
    kept["v"] = settings["momentum"] * v + self.decayed(w, g, settings)


def also_outside(self: Any, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
    """The decay goes into the velocity and past it."""
    v = self.velocity(self.decayed(w, g, settings), settings, kept)
    w.mul_(1 - settings["lr"] * settings["weight_decay"])
    self.moved(w, v, settings)


def later_decay(self: Any, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
    """All gradients but the first are decayed."""
    return Sgd.decayed(self, w, g, settings) if self.state[w] else g


def outside(new: bool = False, by_rate: bool = True) -> type[ByHand]:
    """The decay goes past the velocity.

    Args:
        new: it is that of the parameter after its step.
        by_rate: it is multiplied by the rate.
    """

    def update(self: Any, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        decay = settings["weight_decay"] * (settings["lr"] if by_rate else 1)
        if not new:
            w.mul_(1 - decay)
        self.moved(w, self.velocity(g, settings, kept), settings)
        if new:
            w.mul_(1 - decay)

    return sgd(update=update)


def decayed_where(momentum: bool) -> type[ByHand]:
    """Weight decay with momentum alone, or without it alone."""

    def decayed(self: Any, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
        asked = bool(settings["momentum"]) == momentum
        return g + settings["weight_decay"] * w if asked else g

    return sgd(decayed=decayed)


def if_any(self: Any, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
    """Without weight decay, the gradient's own tensor."""
    return g + settings["weight_decay"] * w if settings["weight_decay"] else g


def alias(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    """The first velocity is the gradient's own tensor; later ones are new."""
    kept["v"] = settings["momentum"] * kept["v"] + g if "v" in kept else g
    v: Tensor = kept["v"]
    return v


def alias_in_place(self: Any, g: Tensor, settings: Settings, kept: State) -> Tensor:
    v: Tensor = kept["v"].mul_(settings["momentum"]).add_(g) if "v" in kept else g
    kept["v"] = v
    return v


class Attributes(ByHand):
    """Velocities in a list of its own, one for each parameter, as zeros at first."""

    def __init__(
        self, params: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        everything = [w for group in self.param_groups for w in group["params"]]
        self.velocities = [torch.zeros_like(w) for w in everything]

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        velocities = iter(self.velocities)
        for group in self.param_groups:
            for w in group["params"]:
                v = next(velocities)
                if w.grad is not None:
                    g = w.grad.add(w.data, alpha=group["weight_decay"])
                    v.mul_(group["momentum"]).add_(g)
                    w.data.add_(v, alpha=-group["lr"])


class Lists(ByHand):
    """All parameters of a group at once; velocities only where there is momentum."""

    def __init__(
        self, params: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.velocity: dict[Tensor, Tensor] = {}

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            weights = [w for w in group["params"] if w.grad is not None]
            if not weights:
                continue
            gradients = [w.grad for w in weights]
            steps = list(torch._foreach_add(gradients, weights, alpha=group["weight_decay"]))
            if group["momentum"] != 0:
                for place, (w, g) in enumerate(zip(weights, steps, strict=True)):
                    v = self.velocity.get(w)
                    v = g.clone() if v is None else v.mul_(group["momentum"]).add_(g)
                    self.velocity[w] = steps[place] = v
            torch._foreach_add_(weights, steps, alpha=-group["lr"])


class Data(Sgd):
    """The numbers of each parameter are replaced; its state is a tensor under another name."""

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        g = g.clone().add_(w, alpha=settings["weight_decay"])
        kept.setdefault("momentum_buffer", torch.zeros_like(w))
        kept["momentum_buffer"] = settings["momentum"] * kept["momentum_buffer"] + g
        w.data = w.data - settings["lr"] * kept["momentum_buffer"]
