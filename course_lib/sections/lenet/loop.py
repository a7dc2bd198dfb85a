"""Part D, the training loop: what a small watched model has to say about it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.lenet.averages import AVERAGE_MISTAKES, Batches, said, wrong_average
from course_lib.sections.lenet.networks import Watched, Weights

Pairs = list[tuple[Tensor, Tensor]]
"""The batches: images and their labels."""


def ask_train(
    train_epoch: Callable[..., Any],
    weights: Weights,
    images: Tensor,
    labels: Tensor,
    batch_size: int,
    lr: float,
) -> dict[str, Any]:
    """Lets the function train a model that is handed over in eval mode, as after evaluating."""
    model = Watched(weights).eval()
    returned = train_epoch(model, images, labels, batch_size, lr)
    return {"returned": returned, "calls": model.calls, "weights": model.weights()}


def loop_case(draw: Draw, n: int, batch_size: int, about: str, lr: float | None = None) -> Case:
    """A model of 9 pixels, 5 units and 3 classes, with batch norm that has seen other images."""
    weights = {
        "1.weight": draw.normal(5, 9),
        "1.bias": draw.normal(5),
        "2.weight": 1 + draw.uniform(5),
        "2.bias": 0.5 * draw.normal(5),
        "2.running_mean": 1.5 * draw.normal(5),
        "2.running_var": 0.5 + 2 * draw.uniform(5),
        "4.weight": draw.normal(3, 5),
        "4.bias": draw.normal(3),
    }
    labels = draw.integers(0, 2, n).long()
    # Of its three classes the last batch has another mixture than the others.
    labels[-(n % batch_size or 1) :] = 1
    args = (weights, draw.normal(n, 1, 3, 3), labels, batch_size)
    return Case(args=args if lr is None else (*args, lr), about=about)


TRAIN_MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "train mode forgotten",
            "The model was handed over in eval mode and stayed there. Call model.train() first: "
            "batch norm and dropout behave differently while training.",
        ),
        Mistake(
            "evaluated afterwards",
            "After training you called the model again, in eval mode. Return what was met on the "
            "way, from the logits that the steps were made with; evaluating is the next exercise.",
        ),
        Mistake(
            "last batch dropped",
            "Not every image was shown: the last, smaller batch is missing.",
        ),
        Mistake(
            "first batch only",
            "Only the first batch was shown. Does `return` stand inside the loop?",
        ),
        Mistake(
            "all at once",
            "You gave the model all images at once. Take batch_size images at a time, with a step "
            "after each batch.",
        ),
        Mistake(
            "called twice",
            "You called the model twice for each batch. Keep the logits of the first call: the "
            "loss and the accuracy both come from them.",
        ),
        Mistake(
            "shuffled",
            "The images came in another order than they were given in. They are shuffled already: "
            "take them as they come.",
        ),
        Mistake(
            "no step",
            "The weights are as they were. For each batch there is a step behind loss.backward(), "
            "and the gradients are not cleared between the two.",
        ),
        Mistake(
            "zero_grad forgotten",
            "From the second batch on, your steps follow the gradients of all batches so far, "
            "added up. backward() adds to .grad: clear it for each batch, with zero_grad().",
        ),
        Mistake(
            "softmax twice",
            "The steps are those of a softmax before the cross-entropy. F.cross_entropy takes "
            "logits and applies log-softmax itself; twice makes the gradients small.",
        ),
        Mistake(
            "gradient of the sum",
            "Your steps are too long by the number of images in the batch: they follow the sum of "
            "the losses. Call backward() on their mean, which F.cross_entropy gives.",
        ),
        Mistake(
            "uphill",
            "Your steps go uphill. The weights move against the gradient.",
        ),
    )
}


def is_epoch(case: Case) -> Callable[[Any], Mistake | None]:
    """What must hold of a training epoch, batch by batch, by what the model wrote down."""
    weights, images, labels, batch_size, lr = case.args
    batches = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))

    def verify(answer: Any) -> Mistake | None:
        calls = answer["calls"]
        if not calls:
            return said("The model was never called: model(x) gives the logits of a batch.")
        if not any(call["train"] for call in calls):
            return TRAIN_MISTAKES["train mode forgotten"]
        if not all(call["train"] for call in calls):
            return TRAIN_MISTAKES["evaluated afterwards"]
        if wrong := _wrong_images([call["images"] for call in calls], [x for x, _ in batches]):
            return wrong
        states = [*(call["weights"] for call in calls), answer["weights"]]
        if any(not torch.equal(states[0][name], weight) for name, weight in weights.items()):
            return said("The weights were changed before the first batch.")
        wrong = _wrong_step(states, batches, lr)
        return wrong or wrong_average(answer["returned"], met_on_the_way(states, batches))

    return verify


def _wrong_images(shown: list[Tensor], batches: list[Tensor]) -> Mistake | None:
    """Whether anything else was shown than the batches, one after the other."""
    sizes, wanted = [len(x) for x in shown], [len(x) for x in batches]
    if sizes == wanted:
        same = zip(shown, batches, strict=True)
        return None if all(torch.equal(x, y) for x, y in same) else TRAIN_MISTAKES["shuffled"]
    named = {
        "last batch dropped": wanted[:-1],
        "all at once": [sum(wanted)],
        "called twice": [n for n in wanted for _ in range(2)],
        "first batch only": wanted[:1],
    }
    if name := next((name for name, wrong in named.items() if sizes == wrong), ""):
        return TRAIN_MISTAKES[name]
    return said("Show the images in the order given, once each, batch_size at a time.")


def _gradient(state: Weights, x: Tensor, y: Tensor, softmax: bool) -> dict[str, Tensor]:
    """PyTorch's own gradient of the loss of one batch."""
    with torch.enable_grad():
        leaves = {name: w.clone().requires_grad_() for name, w in _trained(state).items()}
        logits = _logits(state, leaves, x)
        loss = F.cross_entropy(logits.softmax(1) if softmax else logits, y)
        found = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, found, strict=True))


def _trained(state: Weights) -> dict[str, Tensor]:
    """Without batch norm's running statistics, which train mode does not read."""
    return {name: weight for name, weight in state.items() if "running" not in name}


def _logits(state: Weights, weights: Weights, x: Tensor) -> Tensor:
    """What the model answers in train mode with these weights."""
    logits: Tensor = functional_call(Watched(state).layers, dict(weights), (x,))
    return logits


def _wrong_step(states: list[Weights], batches: Pairs, lr: float) -> Mistake | None:
    sums: dict[str, Tensor] = {}
    for before, after, (x, y) in zip(states[:-1], states[1:], batches, strict=True):
        gradient = _gradient(before, x, y, softmax=False)
        moved = {name: after[name] - before[name] for name in gradient}
        sums = {name: sums.get(name, 0) + g for name, g in gradient.items()}

        def along(direction: dict[str, Tensor], factor: float, moved: Any = moved) -> bool:
            return all(
                torch.allclose(moved[name], factor * d, atol=1e-4 * lr + 1e-6, rtol=1e-2)
                for name, d in direction.items()
            )

        if along(gradient, -lr):
            continue
        if along(gradient, 0):
            return TRAIN_MISTAKES["no step"]
        if along(sums, -lr):
            return TRAIN_MISTAKES["zero_grad forgotten"]
        if along(gradient, -lr * len(x)):
            return TRAIN_MISTAKES["gradient of the sum"]
        if along(gradient, lr):
            return TRAIN_MISTAKES["uphill"]
        if along(_gradient(before, x, y, softmax=True), -lr):
            return TRAIN_MISTAKES["softmax twice"]
        return said(
            "A step is not the one of plain SGD: each weight minus lr times the gradient of this "
            "batch's mean cross-entropy."
        )
    return None


def met_on_the_way(states: Sequence[Weights], batches: Pairs) -> Batches:
    """Loss and right answers of each batch, by the weights of its moment."""
    losses, right = [], []
    for state, (x, y) in zip(states, batches, strict=False):
        logits = _logits(state, _trained(state), x)
        losses.append(float(F.cross_entropy(logits, y)))
        right.append(int((logits.argmax(1) == y).sum()))
    return Batches(losses, right, [len(x) for x, _ in batches])


def train_case(draw: Draw, n: int, batch_size: int, about: str, lr: float) -> Case:
    case = loop_case(draw, n, batch_size, about, lr)
    return Case(args=case.args, about=about, verify=is_epoch(case))


TRAIN_EPOCH = Exercise(
    id="lenet.train_epoch",
    title="An epoch of training",
    points=5,
    covers=("L7-loop",),
    cases=lambda draw: [
        train_case(draw, 10, 4, "10 images in batches of 4", 0.5),
        train_case(draw, 7, 5, "7 images in batches of 5", 0.2),
    ],
    through=ask_train,
    mistakes=(*TRAIN_MISTAKES.values(), *AVERAGE_MISTAKES.values()),
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
