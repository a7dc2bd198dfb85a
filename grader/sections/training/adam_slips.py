"""What goes wrong in Adam, with what to tell."""

from typing import Any

from grader.sections.training.adam_ways import (
    OnePerStep,
    adam,
    begun,
    correcting,
    counted_for_all,
    counted_late,
    counting,
    eps_first,
    forgotten,
    multiplied,
    power_of_all,
    square_of_mean,
    stored_back,
    summed,
    swapped,
    with_betas,
)
from grader.sections.training.optimiser_ways import ByHand


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
        "t too small": (
            "Your t is too small by one after the first step. It counts this step, too: raise it "
            "before it is used.",
            adam(kind, counted=counted_late),
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
        "power of the difference": (
            "You divide by (1 - beta)**t. The power belongs to beta alone: 1 - beta**t.",
            adam(kind, corrected=power_of_all),
        ),
        "averages not kept": (
            "m or v begins with zeros in every step: what you compute is not kept for the next "
            'one. Write it into state: state["m"] = ..., state["v"] = ..., state["t"] += 1.',
            adam(kind, mean=forgotten(1), square=forgotten(2)),
            adam(kind, mean=forgotten(1), square=forgotten(2), counted=lambda self, kept: 1),
            adam(kind, mean=forgotten(1)),
            adam(kind, square=forgotten(2)),
        ),
        "begun with the gradient": (
            "Your averages begin with the first gradient, or with its square. They begin with "
            "zeros, as the correction expects: the first m is (1 - beta1) * g.",
            adam(kind, mean=begun(1)),
            adam(kind, square=begun(2)),
            adam(kind, mean=begun(1), square=begun(2)),
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
        "eps before the correction": (
            "Your eps is added to the root of the uncorrected v. Correct v first: (v / (1 - "
            "beta2**t)).sqrt() + eps.",
            adam(kind, **eps_first()),
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
