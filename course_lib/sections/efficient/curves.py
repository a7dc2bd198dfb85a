"""A net of standard layers and nets of separable ones: trained here, or once and stored.

runs = stored()
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from torch import nn

from course_lib.data import DataSet
from course_lib.models.mobilenet import Layer, separable, small, standard
from course_lib.training.stored import Runs, read
from course_lib.training.trials import Trial, settings, train_all

STORED = Path(__file__).with_name("curves.csv")

WIDTH, WIDER = 8, 22
"""Channels of the stem; the wider separable net does as many multiply-adds as the standard one."""
RATE, EPOCHS = 0.05, 10


def nets(layer: Layer = separable) -> dict[str, Callable[[], nn.Module]]:
    """What makes the three nets, by their names.

    Args:
        layer: what makes a separable block of channels in, channels out and the stride.
    """
    return {
        "standard": partial(small, standard, WIDTH),
        "separable": partial(small, layer, WIDTH),
        "separable, wider": partial(small, layer, WIDER),
    }


def stored() -> Runs:
    """The trainings that come with the course."""
    return read(STORED)


def train(data: DataSet, layer: Layer = separable, *, epochs: int = EPOCHS) -> Runs:
    """Trains the three nets, three seeds each.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Args:
        data: images of one channel, ten classes.
        layer: as in `nets`.
    """
    trials = [Trial(name, "", make, RATE) for name, make in nets(layer).items()]
    runs = train_all(trials, data.train, data.validation, epochs=epochs)
    if not runs:
        return stored()
    about = {
        "data": data.source,
        "settings": f"{WIDTH} channels in the stem, {WIDER} in the wider net, four layers with 2 "
        f"and 4 times as many; {settings(epochs)} from {RATE}",
        "trained": "here and now",
    }
    return Runs(about, "epoch", runs)
