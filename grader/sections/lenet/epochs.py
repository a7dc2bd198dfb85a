"""Epochs of training and of looking at a model: their cases, and how they are done wrongly."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.sections.lenet.averages import Average, weighted

Loss = Callable[[Tensor, Tensor], Tensor]


def loop_case(
    draw: Draw,
    about: str,
    n: int,
    batch_size: int,
    *lr: float,
    single: bool = False,
    ask: Callable[..., Any],
) -> Case:
    """A case in which some images are classified right, and some wrong, whoever looks.

    Args:
        single: a batch may hold a single image, so there is no batch norm.
        ask: tells what is returned.
    """
    while True:
        case = _drawn(draw, about, n, batch_size, *lr, single=single)
        if all(0 < share < 1 for (share,) in ask(*case.args)["accuracy"]):
            return case


def _drawn(draw: Draw, about: str, n: int, batch_size: int, *lr: float, single: bool) -> Case:
    """A model of 9 pixels, 5 units and 3 classes.

    Args:
        single: without batch norm; else it has seen other images before.
    """
    weights = {
        "1.weight": draw.normal(5, 9),
        "1.bias": draw.normal(5),
        "2.weight": 1 + draw.uniform(5),
        "2.bias": 0.5 * draw.normal(5),
        "4.weight": draw.normal(3, 5),
        "4.bias": draw.normal(3),
    }
    if not single:
        weights["2.running_mean"] = 1.5 * draw.normal(5)
        weights["2.running_var"] = 0.5 + 2 * draw.uniform(5)
    labels = draw.integers(0, 2, n).long()
    # Of its three classes the last batch has another mixture than the others.
    labels[-(n % batch_size or 1) :] = 1
    return Case(args=(weights, draw.normal(n, 1, 3, 3), labels, batch_size, *lr), about=about)


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits, y)


def softmax_twice(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits.softmax(1), y)


def over_images(logits: Tensor, y: Tensor) -> Tensor:
    """The log-softmax runs along the batch."""
    return F.nll_loss(logits.log_softmax(0), y)


def trainer(
    *,
    mode: bool = True,
    clear: str = "before",
    loss_of: Loss = cross_entropy,
    drop_last: bool = False,
    steps: str = "each",
    factor: Callable[[int], float] = lambda images: 1,
    again: bool = False,
    order: Callable[[int], Tensor] = torch.arange,
    optimiser_of: Callable[..., Any] = torch.optim.SGD,
    rate: float | None = None,
    average: Average = weighted,
) -> Callable[..., Any]:
    """A training epoch; the settings say what is done wrong.

    Args:
        clear: when gradients are cleared: "before" backward, "after" the step, "once" at the
            beginning, or "never".
        steps: after "each" batch, "once" after the loop, or "never".
    """

    def train_epoch(
        model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
    ) -> Any:
        if mode:
            model.train()
        images, labels = images[order(len(images))], labels[order(len(images))]
        optimiser = optimiser_of(model.parameters(), lr=lr if rate is None else rate)
        losses, sizes, right = [], [], []
        if clear == "once":
            optimiser.zero_grad()
        for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            if drop_last and len(x) < batch_size:
                continue
            if clear == "before":
                optimiser.zero_grad()
            logits = model(x)
            loss = loss_of(logits, y)
            (factor(len(x)) * loss).backward()
            if steps == "each":
                optimiser.step()
            if clear == "after":
                optimiser.zero_grad()
            losses.append(loss.item())
            sizes.append(len(x))
            right.append(int(((model(x) if again else logits).argmax(1) == y).sum()))
        if steps == "once":
            optimiser.step()
        return average(losses, right, sizes, batch_size) if sizes else [0.0, 0.0]

    return train_epoch


train_epoch = trainer()


def by_hand(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> tuple[Tensor, Tensor]:
    """Without an optimiser, and with indices."""
    model.train()
    total, right = torch.zeros(()), torch.zeros(())
    for start in range(0, len(images), batch_size):
        x, y = images[start : start + batch_size], labels[start : start + batch_size]
        logits = model(x)
        loss = -logits.log_softmax(1)[torch.arange(len(x)), y].sum()
        gradients = torch.autograd.grad(loss / len(x), list(model.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(model.parameters(), gradients, strict=True):
                weight.sub_(lr * gradient)
        total += loss.detach()
        right += (logits.argmax(1) == y).sum()
    return total / len(images), right / len(images)


def by_loader(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> tuple[float, float]:
    """With a DataLoader, which takes the images as they come."""
    from torch.utils.data import DataLoader, TensorDataset

    batches: Iterable[Any] = DataLoader(TensorDataset(images, labels), batch_size)
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    total = hits = 0.0
    for x, y in batches:
        model.zero_grad()
        logits = model(x)
        loss = nn.CrossEntropyLoss(reduction="sum")(logits, y)
        (loss / len(y)).backward()
        optimiser.step()
        total += loss.item()
        hits += float((logits.softmax(1).max(1).indices == y).float().sum())
    return total / len(labels), hits / len(labels)


def graph_kept(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float) -> Any:
    """The mean loss still hangs on the logits."""
    total: Any = 0.0

    def kept(logits: Tensor, y: Tensor) -> Tensor:
        nonlocal total
        loss = F.cross_entropy(logits, y)
        total = total + loss * len(y)
        return loss

    _, accuracy = trainer(loss_of=kept)(model, images, labels, batch_size, lr)
    return total / len(images), accuracy


def first_only(model: nn.Module, images: Tensor, labels: Tensor, size: int, lr: float) -> Any:
    return train_epoch(model, images[:size], labels[:size], size, lr)


def all_at_once(model: nn.Module, images: Tensor, labels: Tensor, size: int, lr: float) -> Any:
    return train_epoch(model, images, labels, len(images), lr)


def then_evaluated(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> Any:
    train_epoch(model, images, labels, batch_size, lr)
    model.eval()
    return weighted(*met(model, images, labels, batch_size), batch_size)


def met(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    batch_size: int,
    loss_of: Loss = cross_entropy,
) -> tuple[list[float], list[int], list[int]]:
    """Mean loss, images classified right, and images, batch by batch."""
    losses, right, sizes = [], [], []
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        logits = model(x)
        losses.append(loss_of(logits, y).item())
        right.append(int((logits.argmax(1) == y).sum()))
        sizes.append(len(x))
    return losses, right, sizes
