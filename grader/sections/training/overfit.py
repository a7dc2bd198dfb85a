"""First of all: one batch, learned by heart."""

from dataclasses import replace

import torch
import torch.nn.functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.overfit_ways import overfit, trainer, with_closure


def _case(
    draw: Draw, about: str, n: int, kind: str, *counts: int, normed: bool = False, **settings: float
) -> Case:
    """A model of 4 inputs, 3 units and 3 classes, with batch norm where it is normed."""
    weights = {
        "1.weight": draw.normal(3, 4),
        "1.bias": draw.normal(3),
        "2.weight": 1 + draw.uniform(3),
        "2.bias": 0.5 * draw.normal(3),
        "4.weight": draw.normal(3, 3),
        "4.bias": draw.normal(3),
    }
    if normed:
        weights["2.running_mean"] = 1.5 * draw.normal(3)
        weights["2.running_var"] = 0.5 + 2 * draw.uniform(3)
    labels = draw.integers(0, 2, n).long()
    args = (weights, draw.normal(n, 1, 2, 2), labels, kind, settings, counts)
    return Case(args=args, about=about)


def _by_heart(draw: Draw) -> Case:
    """One label, and a model that gives nothing else, so that weight decay alone moves it."""
    about = "a batch that the model has by heart already"
    case = _case(draw, about, 4, "SGD", 3, lr=0.1, momentum=0.9, weight_decay=0.2)
    weights, x, y, *rest = case.args
    weights["4.weight"] = 0.3 * weights["4.weight"].clamp(-2, 2)
    weights["4.bias"] = torch.zeros(3)
    label = draw.integer(0, 2)
    weights["4.bias"][label] = 30.0
    return replace(case, args=(weights, x, torch.full_like(y, label), *rest))


def _cases(draw: Draw) -> list[Case]:
    return [
        _case(draw, "plain gradient descent", 4, "SGD", 3, lr=0.3),
        _case(draw, "batch norm and momentum", 5, "SGD", 3, normed=True, lr=0.1, momentum=0.9),
        _case(draw, "Adam", 6, "Adam", 4, lr=0.05),
        _case(draw, "no step, then one, then some", 3, "SGD", 0, 1, 2, lr=0.2, weight_decay=0.1),
        _case(draw, "a batch of one input", 1, "SGD", 3, lr=0.2, momentum=0.5),
        _by_heart(draw),
    ]


OVERFIT = Exercise(
    id="training.overfit",
    title="One batch by heart",
    points=2,
    minutes=10,
    covers=("B08-optim",),
    cases=_cases,
    through="ask_overfit",
    reference=overfit,
    promises=("unchanged",),
    tolerance=1e-5,
    parts={
        "mode": "Call the model only in train mode: model.train() comes first, with its brackets.",
        "sizes": "The model is not called as it should be: once in each step, and there are as "
        "many steps as asked for, none maybe, with the whole batch as it was given.",
        "weights": "A step is not the one of the optimiser that was given, with the gradient of "
        "the batch's mean cross-entropy.",
        "returned": "Return a list with one plain number for each step, loss.item().",
        "losses": "The steps are right, the numbers returned are not: those are the "
        "cross-entropies before each step.",
    },
    wrong={
        "train mode forgotten": (
            "The model is in eval mode while it trains: call model.train() before the first "
            "step, and eval() nowhere.",
            trainer(mode=None),
            trainer(mode=False),
        ),
        "one step more": (
            "You call the model once more than there are steps. Take as many as asked for, and "
            "keep the loss before each of them, none after the last.",
            trainer(extra=1),
        ),
        "ended early": (
            "Where the loss is small, you end before the last step. Take as many as asked for, "
            "however small the loss.",
            trainer(enough=0.01),
        ),
        "one step less": (
            "You take a step less than you are asked for.",
            trainer(extra=-1),
        ),
        "called after the step": (
            "You call the model once more after each step, for the loss. The loss before the step "
            "is the one that backward() starts from: keep that one.",
            trainer(told="after"),
        ),
        "one by one": (
            "You show the model one input at a time. Show it the whole batch, with one step for "
            "all.",
            trainer(size=1),
        ),
        "a part of the batch": (
            "You show the model one input only in each step. Show it the whole batch.",
            trainer(first=1),
        ),
        "no step": (
            "Your steps do not move the weights. After backward() comes optimiser.step(), with the "
            "gradients that backward() has written: neither clear them between the two, nor detach "
            "the logits.",
            trainer(stepping=False),
            trainer(clear="between"),
        ),
        "gradients not cleared": (
            "Your steps follow the gradients of all steps so far, added up. backward() adds to "
            ".grad: clear it at each step.",
            trainer(clear="never"),
            trainer(clear="once"),
        ),
        "cleared too late": (
            "Your first step follows gradients that the model held before. Clear them before "
            "backward(), not only after the step.",
            trainer(clear="after"),
        ),
        "softmax twice": (
            "Your loss applies softmax twice. F.cross_entropy takes logits and applies log-softmax "
            "itself.",
            trainer(loss_of=lambda z, y: F.cross_entropy(z.softmax(1), y)),
        ),
        "sum of the losses": (
            "You take the sum over the batch. F.cross_entropy gives the mean as it is.",
            trainer(loss_of=lambda z, y: F.cross_entropy(z, y, reduction="sum")),
        ),
        "divided once more": (
            "You divide by the number of inputs once more. F.cross_entropy gives the mean already.",
            trainer(loss_of=lambda z, y: F.cross_entropy(z, y) / len(y)),
        ),
        "uphill": (
            "Your steps go uphill: backward() starts from the loss itself, not from its negative.",
            trainer(factor=-1),
        ),
        "optimiser forgets": (
            "Your optimiser begins anew at each step and forgets what it remembers, momentum say. "
            "Use the one that is given.",
            trainer(fresh=True),
        ),
        "tensors": (
            "Your list holds tensors. Keep plain numbers, loss.item(): a tensor may hold in memory "
            "all that led to it.",
            trainer(number=lambda loss: loss),
            trainer(number=lambda loss: loss.detach()),
        ),
        "one number": (
            "You return one number. Return a list with the loss before each step.",
            trainer(answer=lambda losses: losses[-1] if losses else 0.0),
        ),
        "last loss only": (
            "Your list holds one loss. It holds the loss before each step: append to it within the "
            "loop.",
            trainer(answer=lambda losses: losses[-1:]),
        ),
        "rounded": (
            "You rounded the losses. Return them as they are.",
            trainer(number=lambda loss: round(loss.item(), 2)),
            trainer(number=lambda loss: round(loss.item(), 3)),
        ),
    },
    right=(
        with_closure,
        trainer(number=lambda loss: float(loss.detach())),
        trainer(number=lambda loss: loss.detach().numpy()[()], answer=tuple),
    ),
    hints=(
        "The five lines of every training loop: clear the gradients, loss, backward, step, and "
        "keep loss.item().",
        "loss = F.cross_entropy(model(x), y); optimiser.zero_grad() comes before loss.backward().",
        "loss.item() is a number; it belongs to the weights before optimiser.step().",
    ),
    forbidden=("course_lib",),
)
