"""Part D: evaluating."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.sections.lenet.adapters import ask_evaluate
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.lenet.averages import AVERAGES, PARTS, Average, weighted
from grader.sections.lenet.epochs import (
    Loss,
    cross_entropy,
    loop_case,
    met,
    over_images,
    softmax_twice,
)


def _cases(draw: Draw) -> list[Case]:
    few, case = draw.integer(4, 5), partial(loop_case, draw, ask=partial(ask_evaluate, evaluate))
    return [
        case("a smaller last batch", 3 * few - 1, few),
        case("batches that are all full", 9, 3),
        case("a last batch of one image", 7, draw.choice((2, 3))),
        case("a larger batch than there are images", 6, 8),
    ]


def _evaluator(
    *,
    mode: bool = True,
    quiet: bool = True,
    loss_of: Loss = cross_entropy,
    drop_last: bool = False,
    first_only: bool = False,
    average: Average = weighted,
) -> Callable[..., Any]:
    """An evaluation; the settings say what is done wrong."""

    def evaluate(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> Any:
        if mode:
            model.eval()
        kept = len(images)
        if drop_last:
            kept -= kept % batch_size
        if first_only:
            kept = batch_size
        if not kept:
            return [0.0, 0.0]
        with torch.set_grad_enabled(not quiet):
            found = met(model, images[:kept], labels[:kept], batch_size, loss_of)
        return average(*found, batch_size)

    return evaluate


evaluate = _evaluator()


@torch.inference_mode()
def _summed(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> list[Tensor]:
    """All logits first, then one loss of all."""
    model.train(False)
    logits = torch.cat([model(x) for x in images.split(batch_size)])
    right = (logits.argmax(1) == labels).float().mean()
    return [F.cross_entropy(logits, labels, reduction="sum") / len(labels), right]


def _trained(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> Any:
    """A step after each batch."""
    model.eval()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    losses, right, sizes = [], [], []
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        optimiser.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        right.append(int((logits.argmax(1) == y).sum()))
        sizes.append(len(x))
    return weighted(losses, right, sizes, batch_size)


EVALUATE = Exercise(
    id="lenet.evaluate",
    title="Evaluating",
    points=3,
    minutes=10,
    covers=("L7-loop", "D7.6.2"),
    cases=_cases,
    telling=True,
    through="ask_evaluate",
    reference=evaluate,
    promises=("unchanged",),
    tolerance=1e-5,
    parts={
        "mode": "Call the model, and only in eval mode: model.eval() comes first, with its "
        "brackets, and model(x) gives the logits of a batch.",
        "sizes": "Call the model once for each batch: batch_size images at a time, and in the last "
        "batch those that are left.",
        "strange": "The model was shown something else than the images as they were given: they "
        "are normalised already, and of the shape that the model takes.",
        "order": "Show the model the images as they come, each once.",
        "weights": "The weights have changed, or the running statistics: evaluating trains "
        "nothing.",
        **PARTS,
        "frozen": "The numbers are right, but the weights no longer require gradients: the model "
        "could not be trained any further. Leave requires_grad as it is, and compute inside `with "
        "torch.no_grad():`.",
        "gradients": "The numbers are right, but gradients were recorded. Compute inside `with "
        "torch.no_grad():`.",
    },
    wrong={
        "eval forgotten": (
            "The model was called in train mode. Call model.eval() first, with its brackets: else "
            "batch norm takes the statistics of each batch, and an image's logits depend on its "
            "neighbours.",
            _evaluator(mode=False),
        ),
        "no_grad forgotten": (
            "The numbers are right, but gradients were recorded all the while, which costs memory "
            "and time for nothing. Compute inside `with torch.no_grad():`.",
            _evaluator(quiet=False),
        ),
        "all at once": (
            "You gave the model all images at once. A large set does not fit into memory like "
            "that: take batch_size images at a time.",
            lambda model, x, y, size: evaluate(model, x, y, len(x)),
        ),
        "one at a time": (
            "You gave the model the images one by one. That takes many times as long: take "
            "batch_size images at a time.",
            lambda model, x, y, size: evaluate(model, x, y, 1),
        ),
        "last batch dropped": (
            "The last, smaller batch was left out. Every image counts.",
            _evaluator(drop_last=True),
        ),
        "return inside the loop": (
            "Only the first batch was shown. Does `return` stand inside the loop? It belongs after "
            "it, as far to the left as `for`.",
            _evaluator(first_only=True),
        ),
        "trained": (
            "The weights have changed: evaluating takes no step.",
            _trained,
        ),
        "softmax twice": (
            "The loss is that of a softmax before the cross-entropy. F.cross_entropy takes logits.",
            _evaluator(loss_of=softmax_twice),
        ),
        "softmax over the images": (
            "Your log-softmax runs along the batch. The classes lie along axis 1, dim=1; "
            "F.cross_entropy applies it itself.",
            _evaluator(loss_of=over_images),
        ),
        **{
            name: (says, *(_evaluator(average=average) for average in averages))
            for name, (says, averages) in AVERAGES.items()
        },
    },
    right=(_summed,),
    hints=(
        "It is the loop of train_epoch without the optimiser: what else is different about the "
        "mode of the model and about gradients?",
        "model.eval() first, and everything else inside `with torch.no_grad():`.",
    ),
    forbidden=("course_lib",),
)
