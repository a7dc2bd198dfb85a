"""Gradient descent with momentum and weight decay, by hand."""

import torch

from course_lib.checks.case import Case
from course_lib.sections.training.given import SGD as PYTORCHS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.optimiser_ways import (
    OPTIMISERS,
    PARTS,
    common,
    optimiser_case,
)
from grader.sections.training.sgd_ways import (
    Attributes,
    Data,
    Lists,
    Sgd,
    alias,
    alias_in_place,
    also_outside,
    averaged,
    by_rate,
    dampened,
    decayed_where,
    if_any,
    late,
    late_decay,
    later_decay,
    nesterov,
    outside,
    sgd,
    two_gradients,
)

RATES = ([0.3], [0.05], [0.2], [0.4])


def _cases(draw: Draw) -> list[Case]:
    mu, wd = 0.5 + 0.4 * float(draw.uniform()), 0.2 + 0.3 * float(draw.uniform())
    one, two, alike = [(2, 3)], [(2, 3), (4,)], [(3,), (3,)]
    return [
        optimiser_case(draw, "a rate alone", one, 3, 0.1),
        optimiser_case(
            draw, "a rate alone that changes midway", one, 3, 0.1, rates=(None, [0.3], [0.05])
        ),
        optimiser_case(draw, "weight decay without momentum", one, 3, 0.3, weight_decay=wd),
        optimiser_case(draw, "momentum", two, 4, lr=0.1, momentum=mu),
        optimiser_case(
            draw, "momentum and a rate that changes midway", two, 4, 0.3, mu, rates=RATES
        ),
        optimiser_case(draw, "parameters of one shape", alike, 4, 0.2, momentum=mu),
        optimiser_case(draw, "momentum and weight decay, by place", two, 4, 0.3, mu, wd),
        optimiser_case(draw, "gradients that are zero", two, 4, 0.4, mu, wd, zero=(0, 2)),
        optimiser_case(
            draw,
            "groups with settings of their own, one of which follows a schedule",
            [(2, 3), (4,), (2, 1), (3,)],
            4,
            0.1,
            weight_decay=wd,
            groups=(
                ([3], {"lr": 0.3, "momentum": mu, "weight_decay": 2 * wd}),
                ([0, 2], {"lr": 0.2, "momentum": 0.4, "weight_decay": 0.1}),
                ([1], {"lr": 0.05}),
            ),
            rates=(None, None, [0.25, 0.4, 0.05], [0.15, 0.02, 0.05]),
        ),
        optimiser_case(
            draw,
            "parameters without a gradient",
            [(2,), (3,), (1,)],
            5,
            0.2,
            mu,
            wd,
            missing=((0, 0), (2, 1), (3, 1), *((step, 2) for step in range(5))),
        ),
        optimiser_case(
            draw, "gradients written into the same tensors", two, 4, 0.2, mu, refill=True
        ),
    ]


SGD = Exercise(
    id="training.SGD",
    title="Gradient descent with momentum",
    points=3,
    minutes=9,
    covers=("B08-optim",),
    example=(
        (
            Case(args=([(1,)], torch.tensor([10.0]), torch.tensor([[2.0], [2.0]]), [0.1, 0.9], {})),
            {"state": "fine", "weights": [[9.8], [9.42]]},
        ),
    ),
    cases=_cases,
    through="ask_optimiser",
    reference=PYTORCHS,
    promises=("unchanged",),
    tolerance=1e-5,
    parts=PARTS,
    wrong={
        "rate in the velocity": (
            "Your velocity holds gradients times the rate. As soon as the rate changes, old steps "
            "keep their old rate. The velocity collects gradients; the rate multiplies it in the "
            "step.",
            sgd(velocity=by_rate, moved=lambda self, w, v, settings: w.sub_(v)),
        ),
        "gradient taken down": (
            "Your velocity takes (1 - momentum) times the gradient. Here, as in PyTorch, it takes "
            "all of it: v = momentum * v + g.",
            sgd(velocity=averaged),
            sgd(velocity=dampened),
        ),
        "decay outside the velocity": (
            "Your weight decay goes past the velocity. It is added to the gradient first, and what "
            "comes out goes into the velocity.",
            outside(),
            outside(new=True),
        ),
        "decay without the rate": (
            "Your weight decay is not multiplied by the rate. It is added to the gradient, before "
            "the velocity.",
            outside(by_rate=False),
            outside(by_rate=False, new=True),
        ),
        "decay with momentum only": (
            "Without momentum your weight decay is left out. It is added to the gradient always.",
            decayed_where(momentum=True),
        ),
        "decay without momentum only": (
            "With momentum your weight decay is left out. It is added to the gradient always.",
            decayed_where(momentum=False),
        ),
        "decay twice": (
            "Your weight decay counts twice. weight_decay * w is added to the gradient, once, and "
            "that is all.",
            sgd(decayed=lambda self, w, g, settings: g + 2 * settings["weight_decay"] * w),
            sgd(update=also_outside),
        ),
        "decay by half": (
            "Your weight decay is half as strong as it should be. weight_decay * w is added to the "
            "gradient.",
            sgd(decayed=lambda self, w, g, settings: g + settings["weight_decay"] * w / 2),
        ),
        "rate in the decay": (
            "Your weight decay is multiplied by the rate twice. weight_decay * w is added to the "
            "gradient, without the rate: the step multiplies by it.",
            sgd(
                decayed=lambda self, w, g, settings: (
                    g + settings["lr"] * settings["weight_decay"] * w
                )
            ),
        ),
        "first gradient not decayed": (
            "Your first velocity lacks weight decay. weight_decay * w is added to each gradient, "
            "to the first one, too.",
            sgd(decayed=later_decay),
        ),
        "decay backwards": (
            "Your weight decay makes parameters larger. weight_decay * w is added to the gradient, "
            "which is subtracted.",
            sgd(decayed=lambda self, w, g, settings: g - settings["weight_decay"] * w),
        ),
        "decay left out": (
            "weight_decay is not used. Before all else, g becomes g + weight_decay * w.",
            sgd(decayed=lambda self, w, g, settings: g),
        ),
        "decay by sign": (
            "Your weight decay goes by the sign, or the size, of the parameters. It is "
            "weight_decay * w.",
            sgd(decayed=lambda self, w, g, settings: g + settings["weight_decay"] * w.sign()),
            sgd(decayed=lambda self, w, g, settings: g + settings["weight_decay"] * w.abs()),
        ),
        "velocity not kept": (
            "Your steps have no momentum: each follows its own gradient only. Keep v in "
            "self.state[w], so that the next step finds it there.",
            sgd(velocity=lambda self, g, settings, kept: g),
        ),
        "two gradients": (
            "Your velocity remembers the last gradient only. What is kept is v itself, with all "
            "gradients so far in it.",
            sgd(velocity=two_gradients),
        ),
        "velocity of before": (
            "Your step follows the velocity from before this gradient. Renew v first, then step.",
            sgd(velocity=late),
            sgd(update=late_decay),
        ),
        "first velocity": (
            "Your first velocity is not the gradient. The first v is g itself; momentum has no "
            "part in it.",
            sgd(first=lambda self, g, settings: torch.zeros_like(g)),
            sgd(first=lambda self, g, settings: settings["momentum"] * g),
            sgd(first=lambda self, g, settings: (1 + settings["momentum"]) * g),
        ),
        "nothing forgotten": (
            "Your velocity adds gradients up without forgetting. The old v is multiplied by "
            "momentum.",
            sgd(
                velocity=lambda self, g, s, kept: kept.setdefault("v", torch.zeros_like(g)).add_(g)
            ),
        ),
        "Nesterov": (
            "That is Nesterov's momentum. Here the step is lr * v, with v = momentum * v + g.",
            sgd(velocity=nesterov),
        ),
        "velocity is the gradient": (
            "Your first velocity is the tensor w.grad itself: when the next gradient is written "
            "into that tensor, the velocity changes with it. Make a new one, w.grad.clone().",
            sgd(velocity=alias, decayed=if_any),
            sgd(velocity=alias_in_place, decayed=if_any),
        ),
        "gradient changed": (
            "You write weight decay into w.grad. Leave gradients as they are: g = w.grad + ... "
            "makes something new.",
            sgd(decayed=lambda self, w, g, settings: g.add_(w, alpha=settings["weight_decay"])),
        ),
        **common(Sgd, "a velocity", "lr", "momentum", "weight_decay"),
    },
    right=(Sgd, Attributes, Lists, Data),
    library={lambda *args, **named: torch.optim.SGD(*args, **named): False},
    hints=(
        "Three lines: the gradient with weight decay, the velocity, the step. w.grad is the "
        'gradient, group["lr"] the rate.',
        'state.get("v", 0) is the velocity, or 0 where there is none yet: momentum times 0 plus g '
        "is g.",
        "w -= ... changes the parameter itself; w = w - ... does not.",
    ),
    forbidden=OPTIMISERS,
    stand_in="SGD",
)
