"""Three strategies, one rate for all, and a network from scratch: once trained and stored.

runs = stored()
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.optim import Adam

from course_lib.data import Part
from course_lib.models.pretrained import Pretrained, embedded_net, pretrained
from course_lib.sections.transfer.coloured import NAMES, coloured
from course_lib.sections.transfer.given import freeze, param_groups, prepare, replace_head
from course_lib.sections.transfer.strategies import (
    BATCH,
    EPOCHS,
    ONE_RATE,
    RATES,
    SCRATCH,
    SCRATCH_RATE,
    STRATEGIES,
    TRAIN,
    VALIDATION,
)
from course_lib.training.fit import fit
from course_lib.training.stored import Run, Runs, read
from course_lib.training.trials import SEEDS

STORED = Path(__file__).with_name("curves.csv")


def stored() -> Runs:
    """The trainings that come with the course."""
    return read(STORED)


def train(epochs: int = EPOCHS) -> Runs:
    """Trains each of them, three seeds each: same data, same budget, same order of images.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.
    """
    known = pretrained("resnet18", weights="embedded")
    digits, others = _digits(known, *TRAIN), _digits(known, *VALIDATION)
    runs = []
    for seed in SEEDS:
        for name, variant, net, groups in _starts(seed):
            history = fit(
                net,
                digits,
                others,
                epochs=epochs,
                batch_size=BATCH,
                optimiser=partial(_adam, groups),
                seed=seed,
                precision="float32",
            )
            if history.interrupted or not len(history):
                return stored()
            series = {
                "loss": [row.loss for row in history.rows],
                "validation": [row.validation_accuracy or 0.0 for row in history.rows],
                "seconds": [row.seconds for row in history.rows],
            }
            runs.append(Run(name, variant, seed, series))
    about = {
        "data": f"{TRAIN[0]:,} digits in colour, of {known.size} × {known.size}, and "
        f"{VALIDATION[0]:,} others to validate with",
        "settings": f"{known.about['net']}, trained on coloured shapes; Adam, batches of {BATCH}, "
        f"{epochs} epochs, falling rates; of the whole net with one rate for all it is named; from "
        f"scratch {SCRATCH_RATE:g}",
        "trained": "here and now",
    }
    return Runs(about, "epoch", runs)


def _digits(known: Pretrained, count: int, seed: int) -> Part:
    images, labels = coloured(count, seed)
    return Part(prepare(images, known.size, known.mean, known.std), labels)


_Groups = list[dict[str, object]]


def _starts(seed: int) -> Iterator[tuple[str, str, nn.Module, _Groups]]:
    """What a training begins with: name, variant, network and its parameters' groups."""
    one_rate = [("whole net", f"{rate:g}", dict.fromkeys(RATES, rate)) for rate in ONE_RATE]
    for name, variant, rates in [*((name, "", RATES) for name in STRATEGIES), *one_rate]:
        torch.manual_seed(seed)
        net = pretrained("resnet18", weights="embedded").model
        freeze(replace_head(net, len(NAMES)), STRATEGIES[name])
        yield name, variant, net, param_groups(net, rates)
    torch.manual_seed(seed)
    net = embedded_net()
    yield SCRATCH, "", net, [{"params": list(net.parameters()), "lr": SCRATCH_RATE}]


def _adam(groups: _Groups, parameters: list[nn.Parameter], lr: float) -> Adam:
    """Called as `fit` calls an optimiser; parameters and rates are those of the groups."""
    return Adam(groups, fused=True)
