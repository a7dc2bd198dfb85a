"""One choice at a time: small nets trained alike but for it, here, or once and stored.

runs = stored("kernels")
print(table("kernels", runs))
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from course_lib.data import DataSet
from course_lib.models.simple import conv_net
from course_lib.training.augment import Augment, chain, colour_jitter, cutout, flip, random_crop
from course_lib.training.schedule import Schedule, constant, cosine, one_cycle, steps
from course_lib.training.stored import Run, Runs, read
from course_lib.training.trials import Trial, settings, train_all

RATE = 0.02


@dataclass(frozen=True)
class Experiment:
    """Trainings that stand in one picture.

    Attributes:
        about: what the nets have in common, in words; optimiser and epochs follow.
        rate: how it moves, in words.
    """

    about: str
    trials: Sequence[Trial]
    epochs: int
    rate: str = f"rate from {RATE:g} evenly to 0"


class Growing:
    """Shrinks images of (N, C, H, W), uint8: to each of the sides in turn, for as many images."""

    def __init__(self, sides: Sequence[int], images: int) -> None:
        self.sides, self.images, self.seen = sides, images, 0

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        place = min(self.seen * len(self.sides) // self.images, len(self.sides) - 1)
        self.seen += len(images)
        side = self.sides[place]
        if side >= images.shape[-1]:
            return images
        smaller = F.interpolate(images.float(), (side, side), mode="bilinear", antialias=True)
        return smaller.round().clamp(0, 255).to(torch.uint8)


_net = partial(conv_net, (8, 16, 32), hidden=64)
_gap = partial(conv_net, (8, 16, 32), head="gap")
GAP_RATE = 0.05


def _trial(name: str, make: Callable[[], nn.Module] = _net, **how: Any) -> Trial:
    return Trial(name, "", make, **{"lr": RATE, **how})


def _always(*steps: Augment) -> Callable[[int], Augment]:
    return lambda _: chain(*steps)


_SIMPLE = "three blocks of 8, 16 and 32 channels with batch norm, 64 hidden units, dropout"
_AUGMENTED: Mapping[str, tuple[Augment, ...]] = {
    "none": (),
    "flip": (flip(),),
    "crop + flip": (random_crop(4), flip()),
    "+ jitter": (random_crop(4), flip(), colour_jitter(0.2)),
    "+ cutout": (random_crop(4), flip(), colour_jitter(0.2), cutout(16)),
}
_SCHEDULES: Mapping[str, Schedule] = {
    "constant": constant,
    "step": steps((0.5, 0.75)),
    "cosine": cosine,
    "one-cycle": one_cycle,
}
_BASE: Mapping[str, Any] = {
    "channels": (8, 16, 32),
    "convs": 2,
    "pooling": "strided",
    "head": "gap",
}
CONFIGS: Mapping[str, Mapping[str, Any]] = {
    "base": _BASE,
    "four blocks": {**_BASE, "channels": (8, 16, 32, 64)},
    "twice the channels": {**_BASE, "channels": (16, 32, 64)},
    "5 × 5": {**_BASE, "kernel": 5},
    "no batch norm": {**_BASE, "norm": False},
    "skips": {**_BASE, "skips": True},
}
"""The base, and five architectures that each change one choice of it: conv_net's arguments."""

EXPERIMENTS = {
    "kernels": Experiment(
        _SIMPLE,
        [_trial(f"{k} × {k}", partial(_net, kernel=k)) for k in (3, 5, 7)],
        epochs=10,
    ),
    "pooling": Experiment(
        f"{_SIMPLE}; kernels of 3 × 3 and max pooling where nothing else is said",
        [
            _trial("max"),
            _trial("average", partial(_net, pooling="average")),
            _trial("strided", partial(_net, pooling="strided")),
            _trial("1 × 1", partial(_net, kernel=1)),
            _trial("SE", partial(_net, se=True)),
        ],
        epochs=10,
    ),
    "augmentation": Experiment(
        f"{_SIMPLE} switched off; crops after padding by 4, colours times 0.8 to "
        "1.2, holes of 16 × 16",
        [
            _trial(name, partial(_net, dropout=0), augment=_always(*used))
            for name, used in _AUGMENTED.items()
        ],
        epochs=20,
    ),
    "schedules": Experiment(
        f"{_SIMPLE}; two largest rates; step: times 0.1 after half and three quarters",
        [
            Trial(name, f"{rate:g}", _net, rate, schedule)
            for rate in (0.01, 0.03)
            for name, schedule in _SCHEDULES.items()
        ],
        epochs=10,
        rate="rate by four schedules",
    ),
    "architectures": Experiment(
        "three blocks of 8, 16 and 32 channels, two 3 × 3 convolutions each, the first with "
        "stride 2, batch norm, global average pooling; one choice of it changed",
        [
            _trial(
                name, partial(conv_net, **config), lr=GAP_RATE if config.get("norm", True) else 0.1
            )
            for name, config in CONFIGS.items()
        ],
        epochs=10,
        rate=f"rate from {GAP_RATE:g} (0.1) evenly to 0",
    ),
    "precision": Experiment(
        _SIMPLE,
        [_trial(precision, precision=precision) for precision in ("float32", "bfloat16")],
        epochs=10,
    ),
    "resizing": Experiment(
        "three blocks of 8, 16 and 32 channels with batch norm, global average pooling; validated "
        "at 32 × 32 throughout",
        [
            _trial("32", _gap, lr=GAP_RATE),
            _trial(
                "16, 24, 32",
                _gap,
                lr=GAP_RATE,
                augment=lambda images: Growing((16, 24, 32), images),
            ),
            _trial("32, fewer epochs", _gap, lr=GAP_RATE, share=0.6),
        ],
        epochs=10,
        rate=f"rate from {GAP_RATE:g} evenly to 0",
    ),
}


def stored(name: str) -> Runs:
    """What comes with the course: one of EXPERIMENTS."""
    return read(path(name))


def path(name: str) -> Path:
    """Where it stands."""
    return Path(__file__).with_name(f"{name}.csv")


def train(name: str, data: DataSet, *, epochs: int | None = None, timed: bool = True) -> Runs:
    """Trains all nets of an experiment, three seeds each.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Args:
        name: one of EXPERIMENTS.
        data: colour images of 32 x 32, ten classes.
        epochs: if left out, those of the stored ones.
        timed: with the seconds of each epoch as a series of their own.
    """
    wanted = EXPERIMENTS[name]
    epochs = epochs or wanted.epochs
    runs = train_all(wanted.trials, data.train, data.validation, epochs=epochs, timed=timed)
    if not runs:
        return stored(name)
    text = f"{wanted.about}; {settings(epochs, wanted.rate)}"
    return Runs({"data": data.source, "settings": text, "trained": "here and now"}, "epoch", runs)


def parameters(name: str) -> dict[tuple[str, str], int]:
    """How many each net of an experiment learns, by net and variant."""
    return {
        (trial.net, trial.variant): sum(p.numel() for p in trial.make().parameters())
        for trial in EXPERIMENTS[name].trials
    }


def table(name: str, runs: Runs) -> str:
    """Of each net: its parameters, and loss and validation accuracy of the last epoch."""
    counts = parameters(name)
    rows = [["net", "rate", "parameters", "training loss", "validation", "lowest to highest"]]
    timed = "seconds" in runs.runs[0].series
    if timed:
        rows[0].append("seconds an epoch")
    for (net, variant), found in runs.by_net().items():
        right = _last(found, "validation")
        cells = [net, variant, f"{counts[net, variant]:,}", f"{_mean(_last(found, 'loss')):.3f}"]
        cells += [f"{_mean(right):.1%}", f"{min(right):.1%} to {max(right):.1%}"]
        if timed:
            cells.append(f"{_mean([s for run in found for s in run.series['seconds']]):.2g}")
        rows.append(cells)
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in zip(*columns, strict=True)]
    return "\n".join([*lines, "(last epoch; means over the seeds)"])


def kept_for_backward(model: nn.Module, inputs: Tensor) -> int:
    """Bytes that a forward pass keeps for the backward pass, apart from the weights themselves.

    Args:
        inputs: (N, C, H, W), as the model takes them.
    """
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        logits = model(inputs)
    for tensor in model.state_dict().values():
        kept.pop(tensor.untyped_storage().data_ptr(), None)
    del logits
    return sum(kept.values())


def _last(runs: Sequence[Run], series: str) -> list[float]:
    return [run.series[series][-1] for run in runs]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
