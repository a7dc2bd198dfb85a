"""Part D: the training loop."""

from dataclasses import replace
from functools import partial

import torch

from course_lib.checks.case import Case
from course_lib.sections.lenet.adapters import ask_train
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.lenet.averages import AVERAGES, PARTS
from grader.sections.lenet.epochs import (
    all_at_once,
    by_hand,
    by_loader,
    first_only,
    graph_kept,
    loop_case,
    over_images,
    softmax_twice,
    then_evaluated,
    train_epoch,
    trainer,
)


def _cases(draw: Draw) -> list[Case]:
    few, case = draw.integer(4, 5), partial(loop_case, draw, ask=partial(ask_train, train_epoch))
    return [
        case("a smaller last batch", 3 * few - 1, few, 0.4),
        case("batches that are all full", 9, 3, 0.3),
        case("a last batch of one image", 7, draw.choice((2, 3)), 0.5, single=True),
        replace(
            case("a larger batch than there are images, and plain numbers returned", 6, 8, 0.2),
            kwargs={"plain": True},
        ),
    ]


_SGD = torch.optim.SGD

TRAIN_EPOCH = Exercise(
    id="lenet.train_epoch",
    title="An epoch of training",
    points=5,
    minutes=20,
    covers=("L7-loop",),
    cases=_cases,
    telling=True,
    through="ask_train",
    reference=train_epoch,
    promises=("unchanged",),
    tolerance=1e-5,
    parts={
        "mode": "Call the model, and only in train mode: model.train() comes first, with its "
        "brackets, and model(x) gives the logits of a batch.",
        "sizes": "Call the model once for each batch: batch_size images at a time, and in the last "
        "batch those that are left.",
        "strange": "The model was shown something else than the images as they were given: they "
        "are normalised already, and of the shape that the model takes.",
        "order": "The images came in another order than they were given in. They are shuffled "
        "already: take them as they come.",
        "weights": "A step is not the one of plain SGD: each weight minus lr times the gradient of "
        "this batch's mean cross-entropy.",
        **PARTS,
        "tracked": "The numbers are right, but one of them still hangs on what led to it, and "
        "holds that in memory: add up loss.item().",
    },
    wrong={
        "train mode forgotten": (
            "The model was handed over in eval mode and stayed there. Call model.train() first: "
            "batch norm and dropout behave differently while training.",
            trainer(mode=False),
        ),
        "evaluated afterwards": (
            "You called the model once more, in eval mode. Return what was met on the way, from "
            "the logits that the steps were made with; evaluating is the next exercise.",
            then_evaluated,
        ),
        "last batch dropped": (
            "Not every image was shown: the last, smaller batch is missing.",
            trainer(drop_last=True),
        ),
        "return inside the loop": (
            "Only the first batch was shown. Does `return` stand inside the loop? It belongs after "
            "it, as far to the left as `for`.",
            first_only,
        ),
        "all at once": (
            "You gave the model all images at once. Take batch_size images at a time, with a step "
            "after each batch.",
            all_at_once,
        ),
        "called twice": (
            "You called the model twice for each batch. Keep the logits of the first call: the "
            "loss and the accuracy both come from them.",
            trainer(again=True),
        ),
        "shuffled": (
            "The images came in another order than they were given in. They are shuffled already: "
            "take them as they come.",
            trainer(order=lambda n: torch.arange(n).flip(0)),
        ),
        "no step": (
            "The weights are as they were. For each batch there is a step after loss.backward(), "
            "and the gradients are not cleared between the two.",
            trainer(steps="never"),
        ),
        "step after the loop": (
            "You took one step, when all batches had been seen. optimiser.step() belongs into the "
            "loop, after backward(): a step for each batch.",
            trainer(steps="once"),
            trainer(steps="once", clear="once"),
        ),
        "gradients not cleared": (
            "From the second batch on, your steps follow the gradients of all batches so far, "
            "added up. backward() adds to .grad: clear it for each batch, with zero_grad().",
            trainer(clear="once"),
            trainer(clear="never"),
        ),
        "cleared too late": (
            "Your first step follows gradients that the weights held before. Clear them before "
            "backward(), not only after the step.",
            trainer(clear="after"),
        ),
        "softmax twice": (
            "The steps are those of a softmax before the cross-entropy. F.cross_entropy takes "
            "logits and applies log-softmax itself; twice makes the gradients small.",
            trainer(loss_of=softmax_twice),
        ),
        "softmax over the images": (
            "Your log-softmax runs along the batch. The classes lie along axis 1, dim=1; "
            "F.cross_entropy applies it itself.",
            trainer(loss_of=over_images),
        ),
        "graph kept": (
            "The numbers are right, but the loss still hangs on the steps that led to it, and "
            "holds them in memory: add up loss.item().",
            graph_kept,
        ),
        "gradient of the sum": (
            "Your steps are too long by the number of images in the batch: they follow the sum of "
            "the losses. Call backward() on their mean, which F.cross_entropy gives.",
            trainer(factor=lambda images: images),
        ),
        "divided once more": (
            "Your steps are too short by the number of images in the batch. F.cross_entropy gives "
            "the mean already: do not divide it again.",
            trainer(factor=lambda images: 1 / images),
        ),
        "uphill": (
            "Your steps go uphill. The weights move against the gradient.",
            trainer(factor=lambda images: -1),
        ),
        "momentum": (
            "Your SGD has momentum: each step follows the steps before it, too. Give it lr alone.",
            trainer(optimiser_of=partial(_SGD, momentum=0.9)),
            trainer(optimiser_of=partial(_SGD, momentum=0.5)),
            trainer(optimiser_of=partial(_SGD, momentum=0.9, nesterov=True)),
        ),
        "Adam": (
            "Your optimiser scales the steps (Adam and its like do). Here the steps are plain "
            "gradient descent: torch.optim.SGD.",
            *(
                trainer(optimiser_of=kind)
                for kind in (
                    torch.optim.Adam,
                    torch.optim.AdamW,
                    torch.optim.RMSprop,
                    torch.optim.Adagrad,
                )
            ),
        ),
        "weight decay": (
            "Your SGD has weight decay: each step makes the weights smaller as well. Give it lr "
            "alone.",
            *(
                trainer(optimiser_of=partial(_SGD, weight_decay=decay))
                for decay in (1e-2, 1e-3, 5e-4)
            ),
        ),
        "another learning rate": (
            "Your steps are in the right direction, and not of the length of lr: pass lr on to the "
            "optimiser.",
            *(trainer(rate=rate) for rate in (0.1, 0.01, 0.001)),
        ),
        **{
            name: (says, *(trainer(average=average) for average in averages))
            for name, (says, averages) in AVERAGES.items()
        },
    },
    right=(by_hand, by_loader),
    hints=(
        "Outline: model.train(); an optimiser; for each batch: clear the gradients, logits, loss, "
        "backward, step; meanwhile add up loss and right answers.",
        "images.split(batch_size) and labels.split(batch_size) give the batches in order; the last "
        "one may be smaller. zip goes through both.",
        "total_loss += loss.item() * len(x); right += (logits.argmax(1) == y).sum().item(); at the "
        "end divide both by len(images).",
    ),
    forbidden=("course_lib",),
)
