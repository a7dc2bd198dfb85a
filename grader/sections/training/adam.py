"""Adam, by hand."""

from typing import Any

import torch

from course_lib.checks.case import Case
from course_lib.sections.training.given import Adam as PYTORCHS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.adam_slips import slips_of_adam
from grader.sections.training.adam_ways import (
    AdamByHand,
    InPlace,
    OwnLists,
    adam,
)
from grader.sections.training.optimiser_ways import (
    OPTIMISERS,
    PARTS,
    common,
    optimiser_case,
)


def adam_cases(draw: Draw, **named: Any) -> list[Case]:
    """What is asked of Adam and AdamW.

    Args:
        named: settings in all cases but the first.
    """
    betas = 0.5 + 0.2 * float(draw.uniform()), 0.8 + 0.1 * float(draw.uniform())
    two = [(2, 3), (4,)]
    return [
        # So many steps that a mistake shows in spite of the small rate and the small decay.
        optimiser_case(
            *(draw, "as it is made, many steps", [(1,)], 30),
            sizes=(0.4, 0.7),
            scale=lambda g: 0.03 * g,
        ),
        optimiser_case(draw, "a rate alone, many steps", two, 6, 0.1, **named),
        optimiser_case(
            draw,
            "a rate that changes midway",
            two,
            4,
            lr=0.1,
            rates=(None, [0.02], [0.2], [0.1]),
            **named,
        ),
        optimiser_case(draw, "betas and an eps of their own", two, 4, 0.1, betas, 0.1, **named),
        optimiser_case(
            draw, "a large eps, and a second beta of zero", two, 3, 0.2, (0.3, 0.0), 0.3, **named
        ),
        optimiser_case(draw, "parameters of one shape", [(3,), (3,)], 4, lr=0.1, **named),
        optimiser_case(
            draw,
            "gradients of very different sizes",
            [(2, 3)],
            4,
            0.1,
            scale=lambda g: g * 10.0 ** torch.arange(3),
            **named,
        ),
        optimiser_case(
            draw, "gradients that are zero, the first ones too", two, 4, 0.1, zero=(0, 2), **named
        ),
        optimiser_case(
            draw,
            "groups with settings of their own, one of which follows a schedule",
            [(2, 3), (4,), (2, 1), (3,)],
            4,
            0.1,
            groups=(
                ([3], {"lr": 0.02, **dict.fromkeys(named, 0.6)}),
                ([0, 2], {"lr": 0.2, "betas": betas, **dict.fromkeys(named, 0.8)}),
                ([1], {}),
            ),
            rates=(None, None, [0.02, 0.3, 0.1], [0.2, 0.05, 0.1]),
            **named,
        ),
        optimiser_case(
            draw,
            "parameters without a gradient",
            [(2,), (3,), (1,)],
            5,
            0.1,
            missing=((0, 0), (1, 0), (2, 1), (3, 1), *((step, 2) for step in range(5))),
            **named,
        ),
    ]


ADAM = Exercise(
    id="training.Adam",
    title="Adam",
    points=3,
    minutes=11,
    covers=("B08-optim",),
    example=(
        (
            Case(args=([(1,)], torch.tensor([1.0]), torch.tensor([[-5.0]]), [0.1], {})),
            {"state": "fine", "weights": [[1.1]]},
        ),
    ),
    cases=adam_cases,
    through="ask_optimiser",
    reference=PYTORCHS,
    promises=("unchanged",),
    tolerance=1e-5,
    parts=PARTS,
    wrong={
        **slips_of_adam(AdamByHand),
        **common(AdamByHand, "t, m and v", "lr"),
        "gradient changed": (
            "You square w.grad in place. Leave gradients as they are: w.grad**2 makes something "
            "new.",
            adam(
                square=lambda self, g, beta, kept: beta * kept["v"] + (1 - beta) * g.mul_(g),
            ),
        ),
    },
    right=(AdamByHand, InPlace, OwnLists),
    library={lambda *args, **named: torch.optim.Adam(*args, **named): False},
    hints=(
        "In this order: raise t, renew m, renew v, correct both, step.",
        'state["m"] = beta1 * state["m"] + (1 - beta1) * w.grad; v likewise, with w.grad**2 and '
        "beta2. The state keeps them as they are, uncorrected.",
        'm = state["m"] / (1 - beta1 ** state["t"]), v likewise; then w -= group["lr"] * m / '
        '(v.sqrt() + group["eps"]).',
    ),
    forbidden=OPTIMISERS,
    stand_in="Adam",
)
