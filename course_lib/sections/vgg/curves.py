"""Is deeper better? Narrow VGGs from three starts, trained: here, or once and stored."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from torch import nn
from torch.nn import functional as F

from course_lib.data import DataSet, Part
from course_lib.models.vgg import VGG11, VGG13, VGG16, he
from course_lib.training.stored import Runs, read
from course_lib.training.trials import Trial, settings, train_all

STORED = Path(__file__).with_name("curves.csv")

NETS = {"VGG-11": VGG11, "VGG-13": VGG13, "VGG-16": VGG16}
STARTS = ("default", "He", "batch norm")
WIDTH, HIDDEN, SIZE = 1 / 8, 512, (32, 32)
RATE = 0.01


def stored() -> Runs:
    """The trainings that come with the course."""
    return read(STORED)


def train(make_vgg: Callable[..., nn.Module], data: DataSet, *, epochs: int = 6) -> Runs:
    """Trains VGG-11, 13 and 16 from each start, three seeds each.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Args:
        make_vgg: makes a network from what section 06 gives `VGG`.
        data: images of 28 x 28, one channel, ten classes.
    """

    def make(net: str, start: str) -> nn.Module:
        made = make_vgg(
            NETS[net],
            in_channels=1,
            size=SIZE,
            num_classes=10,
            width=WIDTH,
            hidden=HIDDEN,
            batch_norm=start == "batch norm",
        )
        return made.apply(he) if start == "He" else made

    trials = [
        Trial(net, start, partial(make, net, start), RATE) for start in STARTS for net in NETS
    ]
    runs = train_all(trials, _padded(data.train), _padded(data.validation), epochs=epochs)
    if not runs:
        return stored()
    about = {
        "data": f"{data.source}; padded with zeros to 32 × 32",
        "settings": f"width 1/8, 512 hidden units; {settings(epochs)} from {RATE}",
        "trained": "here and now",
    }
    return Runs(about, "epoch", runs)


def _padded(part: Part) -> Part:
    """28 x 28 with a frame of 2 zeros: five poolings halve 32 down to 1."""
    return replace(part, images=F.pad(part.images, (2, 2, 2, 2)))
