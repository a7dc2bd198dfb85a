"""Part F: an epoch of training on attacked images."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import CLASSES
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way
from grader.sections.adversarial.steps import softmax_twice

Batches = Sequence[tuple[Tensor, Tensor]]


def by_gradients(model: nn.Module, batches: Batches, attack: Any, optimizer: Any) -> float:
    """The reference: it sets each weight's gradient itself, and adds up the losses of images."""
    losses: list[float] = []
    for x, y in batches:
        attacked = attack(model, x, y)
        model.train()
        each = torch.logsumexp(logits := model(attacked), 1) - logits[range(len(y)), y]
        weights = list(model.parameters())
        gradients = torch.autograd.grad(each.sum() / len(y), weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()
        losses += each.tolist()
    return sum(losses) / len(losses)


def _of_attacked(attacked: Tensor, x: Tensor) -> Tensor:
    return attacked


def trainer(
    *,
    shown: Callable[[Tensor, Tensor], Tensor] = _of_attacked,
    clear: str = "before",
    loss_of: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    factor: Callable[[int], float] = lambda n: 1,
    mode: Callable[[Any], Any] = lambda model: model.train(),
    steps: str = "each",
    labels: Callable[[Any, Tensor, Tensor], Tensor] = lambda model, x, y: y,
    result: Callable[[list[Any], list[int]], Any] | None = None,
    told: Callable[[Tensor], Any] = lambda loss: loss.item(),
) -> Way:
    """An answer.

    Args:
        shown: (attacked, x) -> what the model is trained on.
        clear: where the gradients are cleared: "before" backward(), "early" (before the attack),
            "after" the step, "never".
        factor: number of images -> what the loss is multiplied with.
        steps: "each" batch, "never", or "once", after the last.
        labels: which classes the attack is given.
        result: (losses, sizes of the batches) -> what is returned.
        told: what is kept of a batch's loss.
    """

    def answer(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
        losses, sizes = [], []
        for x, y in batches:
            if clear == "early":
                optimizer.zero_grad()
            given = labels(model, x, y)
            attacked = attack(model, x, given)
            mode(model)
            images = shown(attacked, x)
            classes = y.repeat(len(images) // len(y))
            loss = loss_of(model(images), classes) * factor(len(y))
            if clear == "before":
                optimizer.zero_grad()
            loss.backward()
            if steps == "each":
                optimizer.step()
            if clear == "after":
                optimizer.zero_grad()
            losses.append(told(loss))
            sizes.append(len(y))
        if steps == "once":
            optimizer.step()
        return (result or _mean)(losses, sizes)

    return answer


def _mean(losses: list[Any], sizes: list[int]) -> Any:
    return sum(loss * n for loss, n in zip(losses, sizes, strict=True)) / sum(sizes)


def frozen_attacks(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """All attacks are made before the first step."""
    made = [(attack(model, x, y), y) for x, y in batches]
    return trainer()(model, made, lambda model, x, y: x, optimizer)


def then_clean(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """Two steps a batch: on the attacked images, and on the clean ones."""
    losses, sizes = [], []
    for x, y in batches:
        for images in (attack(model, x, y), x):
            model.train()
            loss = F.cross_entropy(model(images), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(y))
    return _mean(losses, sizes)


def losses_added(*, clean_first: bool) -> Way:
    """One step on the mean of two losses."""

    def answer(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
        losses, sizes = [], []
        for x, y in batches:
            attacked = attack(model, x, y)
            model.train()
            both = (x, attacked) if clean_first else (attacked, x)
            loss = torch.stack([F.cross_entropy(model(images), y) for images in both]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(y))
        return _mean(losses, sizes)

    return answer


def not_attacked(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    return trainer()(model, batches, lambda model, x, y: x, optimizer)


def without_gradients(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    return trainer()(model, batches, torch.no_grad()(attack), optimizer)


def first_alone(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """It returns nothing: the first batch's loss after all batches is another mistake."""
    return trainer(result=lambda losses, sizes: None)(model, batches[:1], attack, optimizer)


def cleared_at_the_start(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """One step, of the sum of all gradients."""
    optimizer.zero_grad()
    return trainer(clear="never", steps="once")(model, batches, attack, optimizer)


def of_predicted(model: Any, x: Tensor, y: Tensor) -> Tensor:
    classes: Tensor = copy.deepcopy(model).eval()(x).argmax(1)
    return classes


def losses_summed(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """Right: gradients cleared by the model, a mean made of images' losses."""
    losses = []
    for x, y in batches:
        attacked = attack(model, x, y)
        model.train()
        model.zero_grad()
        each = F.cross_entropy(model(attacked), y, reduction="none")
        each.mean().backward()
        optimizer.step()
        losses.append(each.detach())
    return torch.cat(losses).mean()


def train_mode_first(model: Any, batches: Batches, attack: Any, optimizer: Any) -> Any:
    """The attack comes last, and leaves the model in eval mode."""
    model.train()
    return trainer(mode=lambda model: None)(model, batches, attack, optimizer)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *sizes: int) -> Case:
        def batch(n: int) -> tuple[Tensor, Tensor]:
            y = torch.tensor([draw.integer(0, CLASSES - 1) for _ in range(n)])
            return draw.uniform(n, 1, 3, 4), y

        kind = ("small", draw.integer(1, 10**6))
        return Case(args=(kind, [batch(n) for n in sizes], draw.integer(20, 40) / 100), about=about)

    return [
        case("a smaller last batch", 3, 3, 2),
        case("batches of one size", 2, 2),
        case("a last batch of one image", 3, 1),
        case("one batch", 3),
    ]


ADVERSARIAL_EPOCH = Exercise(
    id="adversarial.adversarial_epoch",
    title="Training against an attack",
    points=4,
    minutes=12,
    covers=("E14.30",),
    cases=_cases,
    reference=by_gradients,
    through="ask_epoch",
    promises=("unchanged",),
    parts={
        "attacked": "Attack the images of each batch, once, with its own classes.",
        "shown": "The model is to be shown what the attack returns, once a batch, and nothing "
        "else.",
        "modes": "The model is to be in train mode where it is shown the attacked images.",
        "weights": "A step is not the one of the mean cross-entropy of a batch's attacked images.",
        "loss": "The number that you return is not the mean loss of an image.",
    },
    wrong={
        "clean images": (
            "You train on the images as they were. Train on what the attack returns.",
            trainer(shown=lambda attacked, x: x),
            not_attacked,
        ),
        "half of them clean": (
            "You train on the clean images, too. Here all images are attacked.",
            trainer(shown=lambda attacked, x: torch.cat([x, attacked])),
            trainer(shown=lambda attacked, x: torch.cat([attacked, x])),
            then_clean,
            losses_added(clean_first=True),
            losses_added(clean_first=False),
        ),
        "attacks of old weights": (
            "Your attacks are made before the first step, against weights that are gone. Attack "
            "each batch just before its step.",
            frozen_attacks,
        ),
        "the attack's gradients": (
            "Your step follows gradients that the attack has left in the weights. Clear them after "
            "the attack, before backward().",
            trainer(clear="early"),
            trainer(clear="after"),
        ),
        "gradients not cleared": (
            "You never clear the gradients: each step follows the sum of all before it, and of the "
            "attacks'. Clear them before backward().",
            trainer(clear="never"),
        ),
        "predicted classes": (
            "You take the classes that the model predicts, for the attack or for the loss. Take y.",
            trainer(labels=of_predicted),
            trainer(labels=lambda model, x, y: copy.deepcopy(model)(x).argmax(1)),
            trainer(loss_of=lambda logits, y: F.cross_entropy(logits, logits.argmax(1))),
        ),
        "not in train mode": (
            "The model is in eval mode where it is shown the attacked images. Call model.train() "
            "after the attack, which may leave another mode.",
            trainer(mode=lambda model: None),
            train_mode_first,
            trainer(mode=lambda model: model.eval()),
        ),
        "no step": (
            "The weights stay as they were. For each batch: zero_grad(), backward(), step(), in "
            "this order, with a loss that hangs on the weights.",
            trainer(steps="never"),
        ),
        "uphill": (
            "Your steps make the loss rise. That is the attack's work: backward() is called on the "
            "loss itself.",
            trainer(factor=lambda n: -1, told=lambda loss: -loss.item()),
        ),
        "attack without gradients": (
            "You call the attack within no_grad(), where it finds no gradient. Call it outside.",
            without_gradients,
        ),
        "one batch alone": (
            "You train on the first batch alone: return stands after the loop, not in it.",
            first_alone,
        ),
        "one step in all": (
            "You take one step, after the last batch. Take one for each batch.",
            trainer(steps="once"),
            cleared_at_the_start,
        ),
        "softmax twice": (
            "You apply softmax before the cross-entropy, which applies it itself: give it logits.",
            trainer(loss_of=softmax_twice),
        ),
        "step of the sum": (
            "Your steps are too long by the number of images: they follow the sum of the losses. "
            "F.cross_entropy gives the mean.",
            trainer(factor=lambda n: n, result=lambda losses, sizes: sum(losses) / sum(sizes)),
        ),
        "mean of the batches": (
            "You return the mean of the batches' losses, and a smaller batch counts as much as the "
            "others. Weigh each by its number of images.",
            trainer(result=lambda losses, sizes: sum(losses) / len(losses)),
        ),
        "divided twice": (
            "loss is the mean over a batch already. Multiply it by the number of images before you "
            "add it up, then divide by all images.",
            trainer(result=lambda losses, sizes: sum(losses) / sum(sizes)),
        ),
        "the last loss, or the sum": (
            "You return the loss of one batch, the sum, or all of them. Return the mean loss of an "
            "image, one number.",
            trainer(result=lambda losses, sizes: losses[-1]),
            trainer(result=lambda losses, sizes: losses[0]),
            trainer(result=lambda losses, sizes: sum(losses)),
            trainer(
                result=lambda losses, sizes: sum(a * n for a, n in zip(losses, sizes, strict=True))
            ),
            trainer(result=lambda losses, sizes: losses),
        ),
    },
    right=(trainer(), losses_summed),
    hints=(
        "The order: attack, model.train(), loss of the attacked images, zero_grad(), backward(), "
        "step().",
        "The attack may leave gradients in the weights: that is why zero_grad() comes after it.",
    ),
)
