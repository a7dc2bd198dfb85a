"""Variants of LeNet, trained: here, or once and stored."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import DataSet
from course_lib.training.fit import accuracy, fit
from course_lib.training.schedule import constant

STORED = Path(__file__).with_name("variants.json")

SEEDS = (0, 1, 2)
FIRST_BATCHES = 400
"""So many batches of LeNet as it is by default are kept: by then it has begun to learn."""


@dataclass(frozen=True)
class Run:
    """One training: loss and validation accuracy of each epoch, test accuracy at its end."""

    variant: str
    seed: int
    losses: Sequence[float]
    validation: Sequence[float]
    test: float


@dataclass(frozen=True)
class Runs:
    """All of them.

    Attributes:
        about: where they come from: data, date, device, versions, command.
        runs: four variants, each from several seeds.
        first: on another set, LeNet by default and with ReLU: losses of the first batches.
        first_test: of LeNet by default, its accuracy at the end.
    """

    about: Mapping[str, str]
    runs: Sequence[Run]
    first: Mapping[str, Sequence[float]]
    first_test: float

    def by_variant(self) -> dict[str, list[Run]]:
        names = dict.fromkeys(run.variant for run in self.runs)
        return {name: [run for run in self.runs if run.variant == name] for name in names}

    def __str__(self) -> str:
        lines = [f"{name}: {text}" for name, text in self.about.items()]
        lines.append("variant     validation, after one epoch   test, at the end")
        for name, runs in self.by_variant().items():
            early, late = [run.validation[0] for run in runs], [run.test for run in runs]
            lines.append(f"{name:12}{_spread(early):30}{_spread(late)}")
        return "\n".join(
            [*lines, f"LeNet by default, on the other set: test {self.first_test:.1%}"]
        )


def _spread(shares: Sequence[float]) -> str:
    """The mean, and from the worst to the best."""
    mean = sum(shares) / len(shares)
    return f"{mean:.1%} ({min(shares):.1%} to {max(shares):.1%})"


def stored() -> Runs:
    """The trainings that come with the course."""
    plain = json.loads(STORED.read_text("utf-8"))
    return Runs(**{**plain, "runs": [Run(**run) for run in plain["runs"]]})


def store(runs: Runs) -> None:
    """Writes them to where `stored` finds them."""
    STORED.write_text(json.dumps(asdict(runs), indent=1) + "\n", "utf-8")


def train(
    make_lenet: Callable[..., nn.Module], digits: DataSet, others: DataSet, *, epochs: int
) -> Runs:
    """Trains four variants on digits and LeNet by default on the others.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Args:
        make_lenet: makes a network from the names of an activation and a pooling.
        epochs: of each variant; twice as many of LeNet by default.
    """
    runs = []
    for seed, pooling, activation in product(SEEDS, ("avg", "max"), ("tanh", "relu")):
        torch.manual_seed(seed)
        net = make_lenet(activation, pooling)
        history = fit(net, digits.train, digits.validation, epochs=epochs)
        if history.interrupted or not len(history):
            return stored()
        losses = [round(row.loss, 4) for row in history.rows]
        validation = [round(row.validation_accuracy or 0.0, 4) for row in history.rows]
        test = round(accuracy(net, digits.test), 4)
        runs.append(Run(f"{activation}, {pooling}", seed, losses, validation, test))
    first, first_test = first_batches(make_lenet, others, epochs=2 * epochs)
    if not first:
        return stored()
    about = {"data": f"{digits.source}; {others.source}", "trained": "here and now"}
    return Runs(about, runs, first, first_test)


def first_batches(
    make_lenet: Callable[..., nn.Module], others: DataSet, *, epochs: int
) -> tuple[dict[str, list[float]], float]:
    """LeNet by default and with ReLU, with Xavier's weights: the losses of the first batches.

    Args:
        epochs: of LeNet by default; its test accuracy at the end is returned, too. The other one
            is trained for these batches only.

    Returns:
        No losses where it was stopped.
    """
    found: dict[str, list[float]] = {}
    settings: dict[str, Any] = {"lr": 5e-3, "batch_size": 32}
    torch.manual_seed(0)
    net, found["relu, avg"] = make_lenet("relu", "avg").apply(_xavier), []
    few = others.train.take(32 * FIRST_BATCHES)
    noted = _Noted(found["relu, avg"])
    history = fit(net, few, epochs=1, schedule=constant, loss=noted, **settings)
    if history.interrupted:
        return {}, 0.0
    torch.manual_seed(0)
    net, found["sigmoid, avg"] = make_lenet("sigmoid", "avg").apply(_xavier), []
    noted = _Noted(found["sigmoid, avg"])
    history = fit(net, others.train, others.validation, epochs=epochs, loss=noted, **settings)
    return ({}, 0.0) if history.interrupted else (found, round(accuracy(net, others.test), 4))


class _Noted:
    """Cross-entropy that keeps its first values while training."""

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        loss = F.cross_entropy(logits, labels)
        if loss.requires_grad and len(self.losses) < FIRST_BATCHES:
            self.losses.append(round(loss.item(), 3))
        return loss


def _xavier(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
