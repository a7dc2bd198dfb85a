"""Adam with decoupled weight decay, by hand."""

from functools import partial
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.adam import adam_cases
from grader.sections.training.adam_slips import slips_of_adam
from grader.sections.training.adam_ways import AdamWByHand, adam
from grader.sections.training.optimiser_ways import (
    OPTIMISERS,
    PARTS,
    ByHand,
    Settings,
    State,
    common,
    optimiser_case,
)

adamw = partial(adam, AdamWByHand)


def _cases(draw: Draw) -> list[Case]:
    decay = 0.3 + 0.2 * float(draw.uniform())
    return [
        *adam_cases(draw, weight_decay=decay),
        optimiser_case(draw, "the decay left out, a large rate", [(2, 3)], 3, 0.8),
        optimiser_case(draw, "a decay of zero", [(2, 3)], 4, 0.1, weight_decay=0.0),
        optimiser_case(
            *(draw, "gradients that are all zero", [(2,), (3,)], 3, 0.5),
            zero=range(3),
            sizes=(0.1, 0.6),
        ),
    ]


def _into_gradient(self: Any, w: Tensor, g: Tensor, settings: Settings) -> Tensor:
    return g.add(w, alpha=settings["weight_decay"])


def _afterwards(self: Any, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
    super(AdamWByHand, self).update(w, g, settings, kept)
    AdamWByHand.decayed(self, w, settings)


class _InMean(AdamWByHand):
    """The decay is added to the corrected mean."""

    def decayed(self, w: Tensor, settings: Settings) -> None:
        self.decay = settings["weight_decay"] * w

    def direction(self, m: Tensor, v: Tensor, settings: Settings) -> Tensor:
        return super().direction(m + self.decay, v, settings)


class _Everywhere(AdamWByHand):
    """Parameters without a gradient decay, too."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        with torch.no_grad():
            for group in self.param_groups:
                for w in group["params"]:
                    if w.grad is None:
                        self.decayed(w, group)
        super().step()


class _Together(AdamWByHand):
    """Both are subtracted at once."""

    def decayed(self, w: Tensor, settings: Settings) -> None:
        self.old = w.clone()

    def moved(self, w: Tensor, direction: Tensor, settings: Settings) -> None:
        w.sub_(settings["lr"] * (direction + settings["weight_decay"] * self.old))


def _by(factor: Any) -> type[ByHand]:
    """The parameters shrink by a factor of its own."""
    return adamw(decayed=lambda self, w, s: w.mul_(factor(s["lr"], s["weight_decay"])))


def _by_the_first_rate(self: Any, w: Tensor, settings: Settings) -> None:
    w.mul_(1 - self.defaults["lr"] * settings["weight_decay"])


_OTHERS = slips_of_adam(AdamWByHand) | common(AdamWByHand, "t, m and v", "lr", "weight_decay")
_OTHERS["settings of the constructor"] += (adamw(decayed=_by_the_first_rate),)
_OTHERS["moved without a gradient"] += (_Everywhere,)
_TOLD = (
    *(
        "t too large",
        "t raised for each parameter",
        "t stays",
        "not corrected",
        "averages not kept",
        "correction kept",
        "eps in the root",
        "no root",
    ),
    *("settings of the constructor", "settings of the first group", "one state for all"),
    *("parameters stay", "uphill"),
    *("eps left out", "gradients cleared", "moved without a gradient"),
)
"""Who comes here has written Adam: its rarer slips are not told again."""


ADAMW = Exercise(
    id="training.AdamW",
    title="AdamW",
    points=2,
    minutes=14,
    core=False,
    covers=("B08-optim",),
    cases=_cases,
    through="ask_optimiser",
    reference=torch.optim.AdamW,
    promises=("unchanged",),
    tolerance=1e-5,
    parts=PARTS,
    wrong={
        "decay in the gradient": (
            "Your weight decay is added to the gradient or its mean, so that Adam divides it by "
            "the root of v: large gradients then decay less. AdamW takes lr * weight_decay * w off "
            "the parameter itself.",
            adamw(decayed=lambda self, w, s: None, penalised=_into_gradient),
            _InMean,
        ),
        "decay without the rate": (
            "Your decay is not multiplied by the rate. In PyTorch lr * weight_decay * w is taken "
            "off.",
            _by(lambda lr, decay: 1 - decay),
        ),
        "decay of the new parameter": (
            "Your decay is taken from the parameter after its step. Decay the old one: first w *= "
            "1 - lr * weight_decay, then the step.",
            adamw(update=_afterwards),
        ),
        "decay twice": (
            "Your decay counts twice: lr * weight_decay * w is taken off, once, and nothing is "
            "added to the gradient.",
            _by(lambda lr, decay: 1 - 2 * lr * decay),
            _by(lambda lr, decay: (1 - lr * decay) ** 2),
            adamw(penalised=_into_gradient),
        ),
        "decay by half": (
            "Your decay is half as strong as it should be: lr * weight_decay * w is taken off.",
            _by(lambda lr, decay: 1 - lr * decay / 2),
        ),
        "rate squared": (
            "Your decay is multiplied by the rate twice: lr * weight_decay * w is taken off.",
            _by(lambda lr, decay: 1 - lr**2 * decay),
        ),
        "decay by sign": (
            "Your decay goes by the sign of the parameters, not by their size: lr * weight_decay * "
            "w is taken off.",
            adamw(decayed=lambda self, w, s: w.sub_(s["lr"] * s["weight_decay"] * w.sign())),
        ),
        "gradient changed": (
            "You write weight decay into w.grad. Leave gradients as they are: the decay shrinks w "
            "itself.",
            adamw(
                decayed=lambda self, w, s: None,
                penalised=lambda self, w, g, s: g.add_(w, alpha=s["weight_decay"]),
            ),
        ),
        "decay backwards": (
            "Your decay makes parameters larger: lr * weight_decay * w is taken off.",
            _by(lambda lr, decay: 1 + lr * decay),
        ),
        "decay left out": (
            "weight_decay is not used: that is Adam. Take lr * weight_decay * w off.",
            _by(lambda lr, decay: 1),
        ),
        "shrunk to the decay": (
            "You multiply the parameter by lr * weight_decay. That much is taken off: w *= 1 - lr "
            "* weight_decay.",
            _by(lambda lr, decay: lr * decay),
        ),
        **{name: slip for name, slip in _OTHERS.items() if name in _TOLD},
    },
    right=(AdamWByHand, _Together),
    library={lambda *args, **named: torch.optim.AdamW(*args, **named): False},
    hints=(
        "The lines of your Adam, and one more before them.",
        "The decay does not go into m and v: it shrinks w by itself, in place.",
        'w *= 1 - group["lr"] * group["weight_decay"] comes first.',
    ),
    forbidden=OPTIMISERS,
    needs=("training.Adam",),
    stand_in="AdamW",
)
