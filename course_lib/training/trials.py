"""The same training of several networks, each from several seeds: stored curves are made so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn
from torch.optim import SGD

from course_lib.data.parts import Part
from course_lib.training.augment import Augment
from course_lib.training.fit import fit
from course_lib.training.schedule import Schedule, linear
from course_lib.training.stored import Run

SEEDS = (0, 1, 2)
MOMENTUM, BATCH = 0.9, 64


@dataclass(frozen=True)
class Trial:
    """A network, what is varied of it, how to make it, and how it is trained.

    Attributes:
        lr: the largest rate.
        augment: makes the augmentation of one training, which may change on the way, from the
            number of images that it will see in all epochs.
        share: of the epochs of the others.
        precision: fit's; one that is the same on every machine.
    """

    net: str
    variant: str
    make: Callable[[], nn.Module]
    lr: float
    schedule: Schedule = linear
    augment: Callable[[int], Augment] | None = None
    share: float = 1
    precision: str = "float32"


def settings(epochs: int, rate: str = "falling rate") -> str:
    """How `train_all` trains, in words."""
    budget = f"{epochs} epochs" if epochs > 1 else "one epoch"
    return f"SGD with momentum {MOMENTUM}, batches of {BATCH}, {budget}, {rate}"


def train_all(
    trials: Sequence[Trial],
    train: Part,
    validation: Part,
    *,
    epochs: int,
    seeds: Sequence[int] = SEEDS,
    timed: bool = False,
) -> list[Run]:
    """Trains each network from each seed: same data, same budget, same order of images.

    Returns:
        Series `loss`, while training, and `validation`, the accuracy in [0, 1], by epoch; `seconds`
        as well where asked for. No runs where somebody stopped it, or while a notebook is graded.
    """
    runs = []
    for trial in trials:
        own = max(1, round(epochs * trial.share))
        for seed in seeds:
            torch.manual_seed(seed)
            history = fit(
                trial.make(),
                train,
                validation,
                epochs=own,
                lr=trial.lr,
                batch_size=BATCH,
                optimiser=partial(SGD, momentum=MOMENTUM),
                schedule=trial.schedule,
                augment=trial.augment(own * len(train)) if trial.augment else None,
                seed=seed,
                precision=trial.precision,
            )
            if history.interrupted or not len(history):
                return []
            series = {
                "loss": [row.loss for row in history.rows],
                "validation": [row.validation_accuracy or 0.0 for row in history.rows],
            }
            if timed:
                series["seconds"] = [row.seconds for row in history.rows]
            runs.append(Run(trial.net, trial.variant, seed, series))
    return runs
