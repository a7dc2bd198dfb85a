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
        return m / (v.sqrt() + settings["eps"])


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


def square_of_mean(self: Any, g: Tensor, beta: float, kept: State) -> Tensor:
    v: Tensor = beta * kept["v"] + (1 - beta) * kept["m"] ** 2
    return v


class InPlace(AdamByHand):
    """The step's length holds both corrections, as in the paper's section 2."""

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        beta1, beta2 = settings["betas"]
        if not kept:
            kept.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
        kept["t"] += 1
        kept["m"].lerp_(g, 1 - beta1)
        kept["v"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        length = settings["lr"] * (1 - beta2 ** kept["t"]) ** 0.5 / (1 - beta1 ** kept["t"])
        w.addcdiv_(kept["m"], kept["v"].sqrt().add_(settings["eps"]), value=-length)


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


def slips_of_adam(kind: type[ByHand]) -> dict[str, tuple[Any, ...]]:
    """What goes wrong in Adam, with weight decay or without."""
    return {
        "t too large": (
            "Your t is too large: your first steps are too short or too long. It is 1 in the first "
            "step, and grows by 1 from step to step: raise it once a step, before it is used.",
            adam(kind, counted=counting(2, 1)),
            adam(kind, counted=counting(2, 2)),
            adam(kind, counted=counting(1, 2)),
        ),
        "t raised for each parameter": (
            "Your t is raised once for each parameter. It counts steps: each parameter has its "
            'own, state["t"].',
            adam(kind, counted=counted_for_all(0)),
        ),
        "t for all": (
            "One t counts the steps of all parameters. Each has its own, which stands still where "
            'there is no gradient: state["t"].',
            adam(
                kind,
                counted=OnePerStep.counted,
                ended=OnePerStep.ended,
                t=1,
            ),
        ),
        "t stays": (
            "Your correction is always that of the first step, 1 - beta. It is 1 - beta**t, with t "
            "the number of this step.",
            adam(kind, counted=lambda self, kept: 1),
        ),
        "not corrected": (
            "Your averages are not corrected, or one of them is not. They begin with zeros and are "
            "too small at first: divide m by 1 - beta1**t and v by 1 - beta2**t.",
            adam(kind, corrected=correcting(False, False)),
            adam(kind, corrected=correcting(True, False)),
            adam(kind, corrected=correcting(False, True)),
        ),
        "corrected the wrong way": (
            "You multiply by 1 - beta**t. Divide by it: the averages are too small at first.",
            adam(kind, corrected=multiplied),
        ),
        "correction kept": (
            "The corrected averages are kept, and corrected again in the next step. Keep m and v "
            "as they are; the corrected ones are for this step only.",
            adam(kind, corrected=stored_back()),
            adam(kind, corrected=stored_back(v=False)),
            adam(kind, corrected=stored_back(m=False)),
        ),
        "betas exchanged": (
            "Your betas are exchanged: the first is for the mean m, the second for the squares v.",
            adam(kind, settings=with_betas(lambda betas: (betas[1], betas[0]))),
        ),
        "one beta": (
            "You use one beta for both averages: the first is for the mean m, the second for the "
            "squares v.",
            adam(kind, settings=with_betas(lambda betas: (betas[0], betas[0]))),
            adam(kind, settings=with_betas(lambda betas: (betas[1], betas[1]))),
        ),
        "betas fixed": (
            "Your betas are those by default, whatever is given. Read them from the group.",
            adam(kind, settings=with_betas(lambda betas: (0.9, 0.999))),
        ),
        "share swapped": (
            "Your beta stands at the new value. It is the share of the old one: beta * m + (1 - "
            "beta) * g.",
            adam(kind, mean=swapped(1), square=swapped(2)),
            adam(kind, mean=swapped(1)),
            adam(kind, square=swapped(2)),
        ),
        "added up": (
            "You add the new value without its share. The averages are beta * old + (1 - beta) * "
            "new.",
            adam(kind, mean=summed(1), square=summed(2)),
            adam(kind, mean=summed(1)),
            adam(kind, square=summed(2)),
        ),
        "square of the mean": (
            "Your v averages the squares of m. It averages those of the gradients.",
            adam(kind, square=square_of_mean),
        ),
        "absolute values": (
            "Your v averages absolute values. It averages squares; the root is taken when v is "
            "used.",
            adam(
                kind,
                square=lambda self, g, beta, kept: beta * kept["v"] + (1 - beta) * g.abs(),
            ),
        ),
        "one length for all": (
            "Your v is one number for the whole parameter. Each entry has its own: g**2, without a "
            "sum or a mean.",
            adam(
                kind,
                square=lambda self, g, beta, kept: beta * kept["v"] + (1 - beta) * (g**2).sum(),
            ),
            adam(
                kind,
                square=lambda self, g, beta, kept: beta * kept["v"] + (1 - beta) * (g**2).mean(),
            ),
        ),
        "no root": (
            "You divide by v. Divide by its root, v.sqrt() + eps.",
            adam(kind, direction=lambda self, m, v, settings: m / (v + settings["eps"])),
        ),
        "eps in the root": (
            "Your eps stands inside the root. It is added to the root: v.sqrt() + eps.",
            adam(kind, direction=lambda self, m, v, settings: m / (v + settings["eps"]).sqrt()),
        ),
        "eps left out": (
            "A gradient of 0 makes you divide 0 by 0: your eps is not in the divisor. Divide by "
            "v.sqrt() + eps.",
            adam(kind, direction=lambda self, m, v, settings: m / v.sqrt()),
            adam(kind, direction=lambda self, m, v, settings: m / v.sqrt() + settings["eps"]),
        ),
        "another eps": (
            "Your eps is another number than the one given. Read it from the group.",
            adam(kind, direction=lambda self, m, v, settings: m / (v.sqrt() + 1e-8)),
        ),
        "the gradient itself": (
            "Your step follows the gradient. It follows m, the corrected mean of the gradients.",
            adam(kind, mean=lambda self, g, beta, kept: g, corrected=correcting(False, True)),
        ),
        "sign of the mean": (
            "Your step has the same length everywhere, the rate: that is the sign of m. Divide m "
            "by the root of v.",
            adam(kind, direction=lambda self, m, v, settings: m.sign()),
        ),
        "not divided": (
            "Your step is not divided by the root of v.",
            adam(kind, direction=lambda self, m, v, settings: m),
        ),
    }
