"""Part D, evaluating: what a small watched model has to say about it."""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.lenet.averages import AVERAGE_MISTAKES, Batches, said, wrong_average
from course_lib.sections.lenet.loop import loop_case
from course_lib.sections.lenet.networks import Watched, Weights

EVALUATE_MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "eval forgotten",
            "The model was called in train mode. Call model.eval() first, with its brackets: else "
            "batch norm takes the statistics of each batch, and an image's answer depends on its "
            "neighbours.",
        ),
        Mistake(
            "no_grad forgotten",
            "The numbers are right, but gradients were recorded all the while, which costs memory "
            "and time for nothing. Compute inside `with torch.no_grad():`.",
        ),
        Mistake(
            "all at once",
            "You gave the model all images at once. A large set does not fit into memory like "
            "that: take batch_size images at a time.",
        ),
        Mistake(
            "last batch dropped",
            "The last, smaller batch was left out. Every image counts.",
        ),
        Mistake(
            "softmax twice",
            "The loss is that of a softmax before the cross-entropy. F.cross_entropy takes logits.",
        ),
    )
}


def ask_evaluate(
    evaluate: Callable[..., Any], weights: Weights, images: Tensor, labels: Tensor, batch_size: int
) -> dict[str, Any]:
    """Lets the function evaluate a model that is handed over in train mode."""
    model = Watched(weights).train()
    returned = evaluate(model, images, labels, batch_size)
    return {
        "returned": returned,
        "train mode": any(call["train"] for call in model.calls),
        "gradients": any(call["gradients"] for call in model.calls),
        "sizes": [len(call["images"]) for call in model.calls],
    }


def is_evaluation(case: Case) -> Callable[[Any], Mistake | None]:
    """What must hold of an evaluation."""

    def verify(answer: Any) -> Mistake | None:
        sizes, batch_size = answer["sizes"], case.args[3]
        if not sizes:
            return said("The model was never called: model(x) gives the logits of a batch.")
        if answer["train mode"]:
            return EVALUATE_MISTAKES["eval forgotten"]
        met = met_by(case)
        if sizes == list(met.sizes)[:-1]:
            return EVALUATE_MISTAKES["last batch dropped"]
        if max(sizes) > batch_size:
            return EVALUATE_MISTAKES["all at once"]
        wrong = wrong_average(answer["returned"], met)
        if wrong and wrong_average(answer["returned"], met_by(case, softmax=True)) is None:
            wrong = EVALUATE_MISTAKES["softmax twice"]
        return wrong or (EVALUATE_MISTAKES["no_grad forgotten"] if answer["gradients"] else None)

    return verify


def met_by(case: Case, *, softmax: bool = False) -> Batches:
    """Loss and right answers in eval mode, from all logits at once, cut into batches."""
    weights, images, labels, size = case.args
    logits = Watched(weights).eval()(images).detach()
    each = F.cross_entropy(logits.softmax(1) if softmax else logits, labels, reduction="none")
    hits = logits.argmax(1) == labels
    return Batches(
        [float(part.mean()) for part in each.split(size)],
        [int(part.sum()) for part in hits.split(size)],
        [len(part) for part in hits.split(size)],
    )


def evaluate_case(draw: Draw, n: int, batch_size: int, about: str) -> Case:
    """Images that the model classifies right now and then, so that each mistake shows."""
    while True:
        case = loop_case(draw, n, batch_size, about)
        if met_by(case).tell_apart():
            return Case(args=case.args, about=about, verify=is_evaluation(case))


EVALUATE = Exercise(
    id="lenet.evaluate",
    title="Evaluating",
    points=3,
    covers=("L7-loop", "D7.6.2"),
    cases=lambda draw: [
        evaluate_case(draw, 10, 4, "10 images in batches of 4"),
        evaluate_case(draw, 11, 7, "11 images in batches of 7"),
    ],
    through=ask_evaluate,
    mistakes=(*EVALUATE_MISTAKES.values(), *AVERAGE_MISTAKES.values()),
    hints=(
        "It is the loop of train_epoch without the optimiser: what else is different about the "
        "mode of the model and about gradients?",
        "model.eval() first, and everything else inside `with torch.no_grad():`.",
    ),
    forbidden=("course_lib",),
)
