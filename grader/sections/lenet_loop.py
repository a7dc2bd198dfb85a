"""Section 05: marking of the training loop and of evaluation."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.draw import Draw
from course_lib.exercise import Case
from course_lib.sections.lenet.loop import ask_evaluate, ask_train, loop_case
from grader.marking import Marking, Mutant, named_wrongs

Loss = Callable[[Tensor, Tensor], Tensor]


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
    sign: float = 1,
    average: str = "weighted",
) -> Callable[..., tuple[float, float]]:
    """A training epoch; the settings say what is done wrong."""

    def train_epoch(
        model: nn.Module, images: Tensor, labels: Tensor, batch_size: int, lr: float
    ) -> tuple[float, float]:
        if mode:
            model.train()
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        losses, sizes, right = [], [], 0
        for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            if drop_last and len(x) < batch_size:
                continue
            if clear:
                optimiser.zero_grad()
            logits = model(x)
            loss = loss_of(logits, y)
            (sign * loss).backward()
            if stepping:
                optimiser.step()
            losses.append(loss.item())
            sizes.append(len(x))
            right += int((logits.argmax(1) == y).sum())
        weighted = sum(a * n for a, n in zip(losses, sizes, strict=True)) / sum(sizes)
        by_name = {"weighted": weighted, "means": sum(losses) / len(losses), "sum": sum(losses)}
        return by_name[average], right / sum(sizes)

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


_TRAIN_MISTAKES, _TRAIN_MUTANTS = named_wrongs(
    "lenet.train_epoch",
    {
        "train mode forgotten": _trainer(mode=False),
        "last batch dropped": _trainer(drop_last=True),
        "no step": _trainer(stepping=False),
        "zero_grad forgotten": _trainer(clear=False),
        "softmax twice": _trainer(loss_of=_double_softmax),
        "uphill": _trainer(sign=-1),
        "means averaged": _trainer(average="means"),
        "sum of losses": _trainer(average="sum"),
    },
)


def _train_cases(draw: Draw) -> list[Case]:
    return [
        loop_case(draw, 3 * size + draw.integer(2, size - 1), size, about, lr)
        for size, lr, about in ((4, 0.4, "small batches"), (6, 0.25, "larger batches"))
    ]


def _evaluator(
    *,
    mode: bool = True,
    quiet: bool = True,
    loss_of: Loss = _cross_entropy,
    drop_last: bool = False,
    average: str = "weighted",
) -> Callable[..., tuple[float, float]]:
    """An evaluation; the settings say what is done wrong."""

    def evaluate(
        model: nn.Module, images: Tensor, labels: Tensor, batch_size: int
    ) -> tuple[float, float]:
        if mode:
            model.eval()
        losses, shares, sizes = [], [], []
        with torch.set_grad_enabled(not quiet):
            for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
                if drop_last and len(x) < batch_size:
                    continue
                logits = model(x)
                losses.append(loss_of(logits, y).item())
                shares.append(float((logits.argmax(1) == y).double().mean()))
                sizes.append(len(x))
        n, count = sum(sizes), len(sizes)
        loss = sum(a * b for a, b in zip(losses, sizes, strict=True)) / n
        accuracy = sum(a * b for a, b in zip(shares, sizes, strict=True)) / n
        return {
            "weighted": (loss, accuracy),
            "means": (sum(losses) / count, sum(shares) / count),
            "batches": (loss, accuracy * n / count),
            "percent": (loss, 100 * accuracy),
        }[average]

    return evaluate


evaluate = _evaluator()


@torch.no_grad()
def _summed(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int) -> list[Tensor]:
    """All logits first, then one loss of all."""
    model.train(False)
    logits = torch.cat([model(x) for x in images.split(batch_size)])
    right = (logits.argmax(1) == labels).float().mean()
    return [F.cross_entropy(logits, labels, reduction="sum") / len(labels), right]


_EVALUATE_MISTAKES, _EVALUATE_MUTANTS = named_wrongs(
    "lenet.evaluate",
    {
        "eval forgotten": _evaluator(mode=False),
        "no_grad forgotten": _evaluator(quiet=False),
        "means averaged": _evaluator(average="means"),
        "divided by batches": _evaluator(average="batches"),
        "last batch dropped": _evaluator(drop_last=True),
        "softmax twice": _evaluator(loss_of=_double_softmax),
        "in percent": _evaluator(average="percent"),
    },
)


def _evaluate_cases(draw: Draw) -> list[Case]:
    """Images that the model classifies right now and then, in every batch."""
    cases = []
    for size, about in ((4, "small batches"), (7, "larger batches")):
        case = loop_case(draw, 3 * size + draw.integer(2, size - 1), size, about)
        while not _tells_apart(case):
            case = loop_case(draw, 3 * size + draw.integer(2, size - 1), size, about)
        cases.append(case)
    return cases


def _tells_apart(case: Case) -> bool:
    """Whether each mistake gives other numbers than the right way."""
    found = [
        ask_evaluate(answer, *case.args)["returned"]
        for answer in (
            evaluate,
            *(_evaluator(average=name) for name in ("means", "batches", "percent")),
            _evaluator(drop_last=True),
        )
    ]
    return all(abs(accuracy - found[0][1]) > 1e-3 for _, accuracy in found[1:])


def _train_reference(case: Case) -> dict[str, Any]:
    return ask_train(train_epoch, *case.args)


MARKINGS = (
    Marking(
        exercise="lenet.train_epoch",
        cases=_train_cases,
        expect=_train_reference,
        mistakes=_TRAIN_MISTAKES,
        solution=train_epoch,
        mutants=(*_TRAIN_MUTANTS, Mutant("by hand", _by_hand, state="right")),
    ),
    Marking(
        exercise="lenet.evaluate",
        cases=_evaluate_cases,
        expect=lambda case: ask_evaluate(evaluate, *case.args),
        mistakes=_EVALUATE_MISTAKES,
        solution=evaluate,
        mutants=(*_EVALUATE_MUTANTS, Mutant("one loss of all", _summed, state="right")),
    ),
)
