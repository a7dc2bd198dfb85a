"""Section 05: marking of the training loop and of evaluation."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.lenet.evaluation import evaluate_case
from course_lib.sections.lenet.loop import ask_train, met_on_the_way, train_case
from grader.former.marking import Marking, Mutant

Loss = Callable[[Tensor, Tensor], Tensor]
Average = Callable[[list[float], list[int], list[int]], Any]
"""Mean losses, right answers and images, batch by batch -> what is returned."""


def _weighted(losses: list[float], right: list[int], sizes: list[int]) -> tuple[float, float]:
    total = sum(loss * n for loss, n in zip(losses, sizes, strict=True))
    return total / sum(sizes), sum(right) / sum(sizes)


def _with_loss(loss: Callable[[list[float], list[int]], float]) -> Average:
    return lambda losses, right, sizes: (loss(losses, sizes), sum(right) / sum(sizes))


def _with_accuracy(accuracy: Callable[[list[int], list[int]], float]) -> Average:
    return lambda losses, right, sizes: (
        _weighted(losses, right, sizes)[0],
        accuracy(right, sizes),
    )


def _nothing(losses: list[float], right: list[int], sizes: list[int]) -> None:
    return None


_AVERAGES: dict[str, Average] = {
    "means averaged": _with_loss(lambda losses, sizes: sum(losses) / len(losses)),
    "sum of losses": _with_loss(lambda losses, sizes: sum(losses)),
    "means by images": _with_loss(lambda losses, sizes: sum(losses) / sum(sizes)),
    "last batch only": lambda losses, right, sizes: (losses[-1], right[-1] / sizes[-1]),
    "swapped": lambda *met: _weighted(*met)[::-1],
    "in percent": _with_accuracy(lambda right, sizes: 100 * sum(right) / sum(sizes)),
    "divided by batches": _with_accuracy(lambda right, sizes: sum(right) / len(right)),
    "counted": _with_accuracy(lambda right, sizes: float(sum(right))),
}


def _cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits, y)


def _double_softmax(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits.softmax(1), y)


def _trainer(
    *,
    mode: bool = True,
    clear: bool = True,
    loss_of: Loss = _cross_entropy,
    drop_last: bool = False,
    stepping: bool = True,
    factor: Callable[[int], float] = lambda images: 1,
    again: bool = False,
    shuffled: bool = False,
    average: Average = _weighted,
) -> Callable[..., Any]:
    """A training epoch; the settings say what is done wrong."""

    def train_epoch(
        model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
    ) -> Any:
        if mode:
            model.train()
        if shuffled:
            images, labels = images.flip(0), labels.flip(0)
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        losses, sizes, right = [], [], []
        for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            if drop_last and len(x) < batch_size:
                continue
            if clear:
                optimiser.zero_grad()
            logits = model(x)
            loss = loss_of(logits, y)
            (factor(len(x)) * loss).backward()
            if stepping:
                optimiser.step()
            losses.append(loss.item())
            sizes.append(len(x))
            right.append(int(((model(x) if again else logits).argmax(1) == y).sum()))
        return average(losses, right, sizes)

    return train_epoch


train_epoch = _trainer()


def _by_hand(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> list[Tensor]:
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
    return [total / len(images), right / len(images)]


def _first_only(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> Any:
    return train_epoch(model, images[:batch_size], labels[:batch_size], batch_size, lr)


def _all_at_once(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> Any:
    return train_epoch(model, images, labels, len(images), lr)


def _then_evaluated(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
) -> Any:
    train_epoch(model, images, labels, batch_size, lr)
    return evaluate(model, images, labels, batch_size)


_TRAIN_WRONGS: dict[str, Callable[..., Any]] = {
    "train mode forgotten": _trainer(mode=False),
    "evaluated afterwards": _then_evaluated,
    "last batch dropped": _trainer(drop_last=True),
    "first batch only": _first_only,
    "all at once": _all_at_once,
    "called twice": _trainer(again=True),
    "shuffled": _trainer(shuffled=True),
    "no step": _trainer(stepping=False),
    "zero_grad forgotten": _trainer(clear=False),
    "softmax twice": _trainer(loss_of=_double_softmax),
    "gradient of the sum": _trainer(factor=lambda images: images),
    "uphill": _trainer(factor=lambda images: -1),
    **{name: _trainer(average=average) for name, average in _AVERAGES.items()},
}


def _train_cases(draw: Draw) -> list[Case]:
    """Images that the model classifies right now and then, so that each wrong average shows."""
    cases = []
    for size, lr, about in ((4, 0.4, "small batches"), (6, 0.25, "larger batches")):
        case = train_case(draw, 3 * size + draw.integer(2, size - 1), size, about, lr)
        while not _tells_apart(case):
            case = train_case(draw, 3 * size + draw.integer(2, size - 1), size, about, lr)
        cases.append(case)
    return cases


def _tells_apart(case: Case) -> bool:
    _, images, labels, size, _ = case.args
    calls = ask_train(train_epoch, *case.args)["calls"]
    batches = list(zip(images.split(size), labels.split(size), strict=True))
    return met_on_the_way([call["weights"] for call in calls], batches).tell_apart()


def _evaluator(
    *,
    mode: bool = True,
    quiet: bool = True,
    loss_of: Loss = _cross_entropy,
    drop_last: bool = False,
    average: Average = _weighted,
) -> Callable[..., Any]:
    """An evaluation; the settings say what is done wrong."""

    def evaluate(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> Any:
        if mode:
            model.eval()
        losses, right, sizes = [], [], []
        with torch.set_grad_enabled(not quiet):
            for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
                if drop_last and len(x) < batch_size:
                    continue
                logits = model(x)
                losses.append(loss_of(logits, y).item())
                right.append(int((logits.argmax(1) == y).sum()))
                sizes.append(len(x))
        return average(losses, right, sizes)

    return evaluate


evaluate = _evaluator()


@torch.no_grad()
def _summed(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> list[Tensor]:
    """All logits first, then one loss of all."""
    model.train(False)
    logits = torch.cat([model(x) for x in images.split(batch_size)])
    right = (logits.argmax(1) == labels).float().mean()
    return [F.cross_entropy(logits, labels, reduction="sum") / len(labels), right]


_EVALUATE_WRONGS: dict[str, Callable[..., Any]] = {
    "eval forgotten": _evaluator(mode=False),
    "no_grad forgotten": _evaluator(quiet=False),
    "all at once": lambda model, x, y, size: evaluate(model, x, y, len(x)),
    "last batch dropped": _evaluator(drop_last=True),
    "softmax twice": _evaluator(loss_of=_double_softmax),
    **{name: _evaluator(average=average) for name, average in _AVERAGES.items()},
}


def _evaluate_cases(draw: Draw) -> list[Case]:
    return [
        evaluate_case(draw, 3 * size + draw.integer(2, size - 1), size, about)
        for size, about in ((4, "small batches"), (7, "larger batches"))
    ]


MARKINGS = (
    Marking(
        exercise="lenet.train_epoch",
        cases=_train_cases,
        solution=train_epoch,
        mutants=(
            *(Mutant(name, wrong, mistake=name) for name, wrong in _TRAIN_WRONGS.items()),
            Mutant("nothing returned", _trainer(average=_nothing), mistake="property"),
            Mutant("by hand", _by_hand, state="right"),
        ),
    ),
    Marking(
        exercise="lenet.evaluate",
        cases=_evaluate_cases,
        solution=evaluate,
        mutants=(
            *(Mutant(name, wrong, mistake=name) for name, wrong in _EVALUATE_WRONGS.items()),
            Mutant("nothing returned", _evaluator(average=_nothing), mistake="property"),
            Mutant("one loss of all", _summed, state="right"),
        ),
    ),
)
