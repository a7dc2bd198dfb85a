"""Part D, the training loop: what a small watched model has to say about it."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.lenet.networks import Watched, Weights

Batches = list[tuple[Tensor, Tensor]]


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
        "calls": len(model.calls),
    }


def _said(text: str) -> Mistake:
    """A sentence told as it stands: not beside the record in which the answer lies."""
    return Mistake("property", text)


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
            "last batch dropped",
            "Not every image was shown: the last, smaller batch is missing.",
        ),
        Mistake(
            "no step",
            "The weights are as they were. After loss.backward() comes a step, for each batch.",
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
            "uphill",
            "Your steps go uphill. The weights move against the gradient.",
        ),
        Mistake(
            "means averaged",
            "You took the mean of the batches' means. The last batch is smaller, so its images "
            "count for more. Weigh each batch by its number of images.",
        ),
        Mistake(
            "sum of losses",
            "You returned the sum of the batches' losses. Divide by the number of images, having "
            "multiplied each batch's mean by its size.",
        ),
    )
}


def is_epoch(case: Case) -> Callable[[Any], Mistake | None]:
    """What must hold of a training epoch, batch by batch, by what the model wrote down."""
    _, images, labels, batch_size, lr = case.args
    batches = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))

    def verify(answer: Any) -> Mistake | None:
        calls = answer["calls"]
        if not calls:
            return _said("The model was never called: model(x) gives the logits of a batch.")
        if not all(call["train"] for call in calls):
            return TRAIN_MISTAKES["train mode forgotten"]
        sizes = [call["images"] for call in calls]
        if sizes == [len(x) for x, _ in batches][:-1]:
            return TRAIN_MISTAKES["last batch dropped"]
        if sizes != [len(x) for x, _ in batches]:
            return _said("Show the images in the order given, once each, batch_size at a time.")
        states = [*(call["weights"] for call in calls), answer["weights"]]
        wrong = _wrong_step(states, batches, lr)
        return wrong or _wrong_mean(answer["returned"], states, batches)

    return verify


def _logits(state: Weights, x: Tensor) -> Tensor:
    model = Watched(state)
    logits: Tensor = functional_call(model.layers, dict(state), (x,))
    return logits


def _gradient(state: Weights, x: Tensor, y: Tensor, softmax: bool) -> dict[str, Tensor]:
    """PyTorch's own gradient of the loss of one batch."""
    names = [name for name in state if "running" not in name]
    with torch.enable_grad():
        leaves = {name: state[name].clone().requires_grad_() for name in names}
        logits = _logits_of(state, leaves, x)
        loss = F.cross_entropy(logits.softmax(1) if softmax else logits, y)
        found = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(names, found, strict=True))


def _logits_of(state: Weights, leaves: dict[str, Tensor], x: Tensor) -> Tensor:
    model = Watched(state)
    logits: Tensor = functional_call(model.layers, leaves, (x,))
    return logits


def _wrong_step(states: list[Weights], batches: Batches, lr: float) -> Mistake | None:
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
        if along(gradient, lr):
            return TRAIN_MISTAKES["uphill"]
        if along(_gradient(before, x, y, softmax=True), -lr):
            return TRAIN_MISTAKES["softmax twice"]
        return _said(
            "A step is not the one of plain SGD: each weight minus lr times the gradient of this "
            "batch's mean cross-entropy."
        )
    return None


def _wrong_mean(returned: Any, states: list[Weights], batches: Batches) -> Mistake | None:
    if as_tensor(returned) is None or as_tensor(returned).shape != (2,):  # type: ignore[union-attr]
        return _said("Return two numbers: the mean loss and the accuracy.")
    loss, accuracy = (float(number) for number in returned)
    sizes = torch.tensor([float(len(x)) for x, _ in batches])
    logits = [_logits(state, x) for state, (x, _) in zip(states, batches, strict=False)]
    means = torch.stack(
        [F.cross_entropy(out, y) for out, (_, y) in zip(logits, batches, strict=True)]
    )
    right = sum(
        int((out.argmax(1) == y).sum()) for out, (_, y) in zip(logits, batches, strict=True)
    )
    if abs(loss - float(means @ sizes / sizes.sum())) > 1e-4:
        if abs(loss - float(means.mean())) < 1e-4:
            return TRAIN_MISTAKES["means averaged"]
        if abs(loss - float(means.sum())) < 1e-4:
            return TRAIN_MISTAKES["sum of losses"]
        return _said("The loss is not the mean over all images of what was met on the way.")
    if abs(accuracy - right / float(sizes.sum())) > 1e-4:
        return _said(
            "The accuracy is not the share of images classified right on the way, in [0, 1]."
        )
    return None


def _train_cases(draw: Draw) -> list[Case]:
    cases = [
        loop_case(draw, 10, 4, "10 images in batches of 4", 0.5),
        loop_case(draw, 7, 5, "7 images in batches of 5", 0.2),
    ]
    return [Case(args=c.args, about=c.about, verify=is_epoch(c)) for c in cases]


TRAIN_EPOCH = Exercise(
    id="lenet.train_epoch",
    title="An epoch of training",
    points=5,
    covers=("L7-loop",),
    cases=_train_cases,
    through=ask_train,
    mistakes=tuple(TRAIN_MISTAKES.values()),
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

EVALUATE_MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "eval forgotten",
            "The model was called in train mode. Call model.eval() first: else batch norm takes "
            "the statistics of each batch, and an image's answer depends on its neighbours.",
        ),
        Mistake(
            "no_grad forgotten",
            "The numbers are right, but gradients were recorded all the while, which costs memory "
            "and time for nothing. Compute inside `with torch.no_grad():`.",
        ),
        Mistake(
            "means averaged",
            "You took the mean of the batches' means. The last batch is smaller, so its images "
            "count for more. Weigh each batch by its number of images.",
        ),
        Mistake(
            "divided by batches",
            "You divided the number of right answers by the number of batches. An accuracy is "
            "their share of the images: divide by len(images).",
        ),
        Mistake(
            "last batch dropped",
            "The last, smaller batch was left out. Every image counts.",
        ),
        Mistake(
            "softmax twice",
            "The loss is that of a softmax before the cross-entropy. F.cross_entropy takes logits.",
        ),
        Mistake(
            "in percent",
            "The accuracy is in percent. Return the share, in [0, 1].",
        ),
    )
}


def _whole(case: Case, train: bool = False, softmax: bool = False) -> list[float]:
    """Loss and accuracy of all images at once."""
    weights, images, labels, _ = case.args
    with torch.no_grad():
        logits = Watched(weights).train(train)(images)
        loss = F.cross_entropy(logits.softmax(1) if softmax else logits, labels)
    return [float(loss), float((logits.argmax(1) == labels).double().mean())]


def is_evaluation(case: Case) -> Callable[[Any], Mistake | None]:
    """What must hold of an evaluation."""
    _, _images, _labels, _batch_size = case.args

    def verify(answer: Any) -> Mistake | None:
        returned = answer["returned"]
        if not answer["calls"]:
            return _said("The model was never called: model(x) gives the logits of a batch.")
        if answer["train mode"]:
            return EVALUATE_MISTAKES["eval forgotten"]
        if as_tensor(returned) is None or as_tensor(returned).shape != (2,):  # type: ignore[union-attr]
            return _said("Return two numbers: the mean loss and the accuracy.")
        loss, accuracy = (float(number) for number in returned)
        wanted = _whole(case)

        def near(name: str) -> bool:
            others = _mistaken(case, name)
            return abs(loss - others[0]) < 1e-4 and abs(accuracy - others[1]) < 1e-4

        if abs(loss - wanted[0]) > 1e-4 or abs(accuracy - wanted[1]) > 1e-4:
            named = ("means averaged", "divided by batches", "last batch dropped")
            for name in (*named, "softmax twice", "in percent"):
                if near(name):
                    return EVALUATE_MISTAKES[name]
            return _said(
                "The numbers are not the mean loss and the share of right answers of all images."
            )
        return EVALUATE_MISTAKES["no_grad forgotten"] if answer["gradients"] else None

    return verify


def _mistaken(case: Case, name: str) -> list[float]:
    """Loss and accuracy as a mistake has them."""
    weights, images, labels, size = case.args
    loss, accuracy = _whole(case)
    if name == "softmax twice":
        return [_whole(case, softmax=True)[0], accuracy]
    if name == "in percent":
        return [loss, 100 * accuracy]
    count = -(-len(images) // size)
    if name == "divided by batches":
        return [loss, accuracy * len(images) / count]
    if name == "last batch dropped":
        kept = (count - 1) * size
        return _whole(Case(args=(weights, images[:kept], labels[:kept], size)))
    parts = zip(images.split(size), labels.split(size), strict=True)
    each = torch.tensor([_whole(Case(args=(weights, x, y, size))) for x, y in parts])
    return [float(number) for number in each.mean(0)]


def _evaluate_cases(draw: Draw) -> list[Case]:
    cases = [
        loop_case(draw, 10, 4, "10 images in batches of 4"),
        loop_case(draw, 11, 7, "11 images in batches of 7"),
    ]
    return [Case(args=c.args, about=c.about, verify=is_evaluation(c)) for c in cases]


EVALUATE = Exercise(
    id="lenet.evaluate",
    title="Evaluating",
    points=3,
    covers=("L7-loop", "D7.6.2"),
    cases=_evaluate_cases,
    through=ask_evaluate,
    mistakes=tuple(EVALUATE_MISTAKES.values()),
    hints=(
        "It is the loop of train_epoch without the optimiser: what else is different about the "
        "mode of the model and about gradients?",
        "model.eval() first, and everything else inside `with torch.no_grad():`.",
    ),
    forbidden=("course_lib",),
)
