"""Networks with and without skips, with and without batch norm: trained here, or once and stored.

runs = stored("depths")
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import resnet  # type: ignore[import-untyped]

from course_lib.data import DataSet, Part
from course_lib.models.resnet import BasicBlock, ResNet, small
from course_lib.training.stored import Run, Runs, read
from course_lib.training.trials import SEEDS, Trial, settings, train_all

WIDTH = 8


class PlainBlock(resnet.BasicBlock):  # type: ignore[misc]
    """torchvision's block without its sum, so without a projection."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Any:
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))


@dataclass(frozen=True)
class Experiment:
    """Trainings that stand in one picture.

    Attributes:
        about: the networks, in words; the rate follows.
        prepare: makes of images of 28 x 28 those that the networks read.
    """

    about: str
    trials: Sequence[Trial]
    prepare: Callable[[Part], Part]
    epochs: int


def _halved(part: Part) -> Part:
    """14 x 14: means of 2 x 2."""
    return replace(part, images=F.avg_pool2d(part.images.float(), 2).round().to(torch.uint8))


def _coloured(part: Part) -> Part:
    """Three equal channels: torchvision's stem reads colours."""
    return replace(part, images=part.images.expand(-1, 3, -1, -1))


def _small(depth: int, skips: bool, norm: bool = True) -> Callable[[], nn.Module]:
    return partial(small, depth, WIDTH, skips=skips, norm=norm)


def _name(depth: int, skips: bool) -> str:
    return f"{'ResNet' if skips else 'plain'}-{depth}"


_DEPTHS = list(product((False, True), (20, 56)))
_RATES = (0.01, 0.03, 0.1, 0.3, 1.0)

EXPERIMENTS = {
    "depths": Experiment(
        "three stages of 8, 16 and 32 channels, batch norm, images of 14 × 14; rate 0.1",
        [Trial(_name(depth, skips), "", _small(depth, skips), 0.1) for skips, depth in _DEPTHS],
        _halved,
        epochs=6,
    ),
    "rates": Experiment(
        "plain-8, 8 to 32 channels, with batch norm and without, images of 14 × 14; five rates",
        [
            Trial("with" if norm else "without", f"{rate:g}", _small(8, False, norm), rate)
            for norm, rate in product((False, True), _RATES)
        ],
        _halved,
        epochs=5,
    ),
    "eighteen": Experiment(
        "four stages of 8 to 64 channels, batch norm, images of 28 × 28; rate 0.05",
        [
            Trial(name, "", partial(ResNet, block, (2, 2, 2, 2), WIDTH, 10), 0.05)
            for name, block in (("plain-18", PlainBlock), ("ResNet-18", BasicBlock))
        ],
        _coloured,
        epochs=12,
    ),
}


def stored(name: str) -> Runs:
    """What comes with the course: "depths", "rates", "eighteen" or "gradients"."""
    return read(path(name))


def path(name: str) -> Path:
    """Where it stands."""
    return Path(__file__).with_name(f"{name}.csv")


def train(name: str, data: DataSet, *, epochs: int | None = None) -> Runs:
    """Trains all networks of an experiment, three seeds each.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Args:
        name: one of EXPERIMENTS.
        data: images of 28 x 28, one channel, ten classes.
        epochs: if left out, those of the stored ones.
    """
    wanted = EXPERIMENTS[name]
    epochs = epochs or wanted.epochs
    parts = wanted.prepare(data.train), wanted.prepare(data.validation)
    runs = train_all(wanted.trials, *parts, epochs=epochs)
    if not runs:
        return stored(name)
    about = {"data": data.source, "settings": f"{wanted.about}; {settings(epochs)}"}
    return Runs({**about, "trained": "here and now"}, "epoch", runs)


def gradients(data: DataSet, *, images: int = 128) -> Runs:
    """Before any training: the mean |gradient| of each convolution's weights, first one first.

    Of the mean loss over one batch, in train mode; with skips and without, with batch norm ("batch
    norm") and without ("none").
    """
    runs = []
    for (skips, depth), norm in product(_DEPTHS, (True, False)):
        for seed in SEEDS:
            torch.manual_seed(seed)
            net = _small(depth, skips, norm)()
            batch = _halved(data.train.take(images, seed))
            F.cross_entropy(net(batch.inputs()), batch.labels).backward()
            weights = [m.weight for m in net.modules() if isinstance(m, nn.Conv2d)]
            sizes = [float(w.grad.abs().mean()) for w in weights if w.grad is not None]
            variant = "batch norm" if norm else "none"
            runs.append(Run(_name(depth, skips), variant, seed, {"gradient": sizes}))
    text = f"8, 16 and 32 channels, images of 14 × 14, one batch of {images}, first weights"
    about = {"data": data.source, "settings": text, "trained": "here and now"}
    return Runs(about, "layer", runs)
