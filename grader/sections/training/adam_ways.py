"""Adam and AdamW, in steps, and in other ways that are right."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.sections.training.optimiser_ways import ByHand, Settings, State, changed

Pair = tuple[Tensor, Tensor]


class AdamByHand(ByHand):
    """Each method is a step that a mistake may replace."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        kept.setdefault("t", 0)
        kept.setdefault("m", torch.zeros_like(w))
        kept.setdefault("v", torch.zeros_like(w))
        t = self.counted(kept)
        g = self.penalised(w, g, settings)
        kept["m"] = self.mean(g, settings["betas"][0], kept)
        kept["v"] = self.square(g, settings["betas"][1], kept)
        m, v = self.corrected(settings, kept, t)
        self.moved(w, self.direction(m, v, settings), settings)

    def counted(self, kept: State) -> int:
        kept["t"] += 1
        t: int = kept["t"]
        return t

    def penalised(self, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
        return g

    def mean(self, g: Tensor, beta: float, kept: State) -> Tensor:
        m: Tensor = beta * kept["m"] + (1 - beta) * g
        return m

    def square(self, g: Tensor, beta: float, kept: State) -> Tensor:
        v: Tensor = beta * kept["v"] + (1 - beta) * g**2
        return v

    def corrected(self, settings: Settings, kept: State, t: int) -> Pair:
        beta1, beta2 = settings["betas"]
        return kept["m"] / (1 - beta1**t), kept["v"] / (1 - beta2**t)

    def direction(self, m: Tensor, v: Tensor, settings: Settings) -> Tensor:
        return m / v.sqrt().add(settings["eps"])


class AdamWByHand(AdamByHand):
    """With decoupled weight decay."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps)
        self.defaults["weight_decay"] = weight_decay
        for group in self.param_groups:
            group.setdefault("weight_decay", weight_decay)

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        self.decayed(w, settings)
        super().update(w, g, settings, kept)

    def decayed(self, w: Tensor, settings: Settings) -> None:
        w.mul_(1 - settings["lr"] * settings["weight_decay"])


def counting(first: int, by: int) -> Callable[..., int]:
    """t is `first` in the first step, and then grows by `by`."""

    def counted(self: Any, kept: State) -> int:
        kept["t"] += 1
        t: int = first + by * (kept["t"] - 1)
        return t

    return counted


def counted_late(self: Any, kept: State) -> int:
    """t is 1 in the first two steps."""
    kept["t"] += 1
    t: int = max(kept["t"] - 1, 1)
    return t


def counted_for_all(start: int) -> Callable[..., int]:
    """One t of the optimiser, raised at each parameter."""

    def counted(self: Any, kept: State) -> int:
        self.t = getattr(self, "t", start) + 1
        t: int = self.t
        return t

    return counted


class OnePerStep(AdamByHand):
    """One t of the optimiser, raised once a step."""

    t = 1

    def counted(self, kept: State) -> int:
        return self.t

    def ended(self) -> None:
        self.t += 1


def correcting(m: bool, v: bool) -> Callable[..., Pair]:
    """Which of the averages are corrected."""

    def corrected(self: Any, settings: Settings, kept: State, t: int) -> Pair:
        m_hat, v_hat = AdamByHand.corrected(self, settings, kept, t)
        return (m_hat if m else kept["m"]), (v_hat if v else kept["v"])

    return corrected


def stored_back(m: bool = True, v: bool = True) -> Callable[..., Pair]:
    """The corrected averages go into the state."""

    def corrected(self: Any, settings: Settings, kept: State, t: int) -> Pair:
        m_hat, v_hat = AdamByHand.corrected(self, settings, kept, t)
        kept["m"], kept["v"] = (m_hat if m else kept["m"]), (v_hat if v else kept["v"])
        return m_hat, v_hat

    return corrected


def eps_first() -> dict[str, Callable[..., Any]]:
    """The eps is added to the root before that is corrected."""

    def corrected(self: Any, settings: Settings, kept: State, t: int) -> Pair:
        self.root = (1 - settings["betas"][1] ** t) ** 0.5
        return AdamByHand.corrected(self, settings, kept, t)

    def direction(self: Any, m: Tensor, v: Tensor, settings: Settings) -> Tensor:
        step: Tensor = m / (v.sqrt() + settings["eps"] / self.root)
        return step

    return {"corrected": corrected, "direction": direction}


def power_of_all(self: Any, settings: Settings, kept: State, t: int) -> Pair:
    """The correction is (1 - beta)**t."""
    beta1, beta2 = settings["betas"]
    return kept["m"] / (1 - beta1) ** t, kept["v"] / (1 - beta2) ** t


def multiplied(self: Any, settings: Settings, kept: State, t: int) -> Pair:
    """The corrections are made the wrong way round."""
    beta1, beta2 = settings["betas"]
    return kept["m"] * (1 - beta1**t), kept["v"] * (1 - beta2**t)


def with_betas(betas: Callable[[Any], tuple[float, float]]) -> Callable[..., Settings]:
    """The betas are others than the group's."""
    return lambda self, group: {**group, "betas": betas(group["betas"])}


def swapped(power: int) -> Callable[..., Tensor]:
    """An average of g or g**2 whose beta stands at the new value."""
    name = "mv"[power - 1]
    return lambda self, g, beta, kept: (1 - beta) * kept[name] + beta * g**power


def summed(power: int) -> Callable[..., Tensor]:
    """An average of g or g**2 whose new value is taken in full."""
    name = "mv"[power - 1]
    return lambda self, g, beta, kept: beta * kept[name] + g**power


def begun(power: int) -> Callable[..., Tensor]:
    """An average of g or g**2 that begins with the first of them."""
    usual = (AdamByHand.mean, AdamByHand.square)[power - 1]

    def average(self: Any, g: Tensor, beta: float, kept: State) -> Tensor:
        new: Tensor = g**power if kept["t"] == 1 else usual(self, g, beta, kept)
        return new

    return average


def square_of_mean(self: Any, g: Tensor, beta: float, kept: State) -> Tensor:
    v: Tensor = beta * kept["v"] + (1 - beta) * kept["m"] ** 2
    return v


def forgotten(power: int) -> Callable[..., Tensor]:
    """An average that begins with zeros in every step."""

    def average(self: Any, g: Tensor, beta: float, kept: State) -> Tensor:
        return (1 - beta) * g**power

    return average


class InPlace(AdamByHand):
    """The step's length holds both corrections, and eps that of the root."""

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        beta1, beta2 = settings["betas"]
        if not kept:
            kept.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
        kept["t"] += 1
        kept["m"].lerp_(g, 1 - beta1)
        kept["v"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        root = (1 - beta2 ** kept["t"]) ** 0.5
        length = settings["lr"] * root / (1 - beta1 ** kept["t"])
        w.addcdiv_(kept["m"], kept["v"].sqrt().add_(root * settings["eps"]), value=-length)


class OwnLists(ByHand):
    """State in attributes made at the beginning; t counts from 0."""

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})
        everything = [w for group in self.param_groups for w in group["params"]]
        self.averages = {w: [torch.zeros(w.shape), torch.zeros(w.shape)] for w in everything}
        self.steps = dict.fromkeys(everything, 0)

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        averages, t = self.averages[w], self.steps[w]
        for place, (beta, new) in enumerate(zip(settings["betas"], (g, g * g), strict=True)):
            averages[place] += (1 - beta) * (new - averages[place])
        m, v = (
            average / (1 - beta ** (t + 1))
            for average, beta in zip(averages, settings["betas"], strict=True)
        )
        w.data -= settings["lr"] * m / (torch.sqrt(v) + settings["eps"])
        self.steps[w] = t + 1


def adam(kind: type[ByHand] = AdamByHand, **methods: Any) -> type[ByHand]:
    return changed(kind, **methods)
