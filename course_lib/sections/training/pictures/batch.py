"""One batch learned by heart: a sound network, and three that cannot."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim import Adam, Optimizer

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from course_lib.data import Part

_IMAGES, _STEPS = 32, 60


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 8 * 8, 10),
    )


def _sound() -> tuple[nn.Module, Optimizer]:
    net = _network()
    return net, Adam(net.parameters(), lr=3e-3)


def _anothers_parameters() -> tuple[nn.Module, Optimizer]:
    return _network(), Adam(_network().parameters(), lr=3e-3)


def _cleared_too_late() -> tuple[nn.Module, Optimizer]:
    net, optimiser = _sound()
    optimiser.register_step_pre_hook(lambda *_: optimiser.zero_grad())
    return net, optimiser


def _doubled() -> tuple[nn.Module, Optimizer]:
    net = nn.Sequential(_network(), nn.Softmax(dim=1))
    return net, Adam(net.parameters(), lr=3e-3)


_CASES = (
    ("sound", _sound, BLUE, "-"),
    ("optimiser of another network", _anothers_parameters, ORANGE, "-"),
    ("gradients cleared before the step", _cleared_too_late, VERMILION, ":"),
    ("softmax before the loss", _doubled, GREEN, "--"),
)


def one_batch(overfit: Callable[..., Any], part: "Part") -> None:
    """The loss by step, by the learner's function, for a sound network and three with a bug."""
    batch = part.take(_IMAGES)
    figure, (ax,) = new_axes(1, 9, 3.4)
    told = []
    for name, make, colour, line in _CASES:
        net, optimiser = make()
        try:
            found = overfit(net, batch.inputs(), batch.labels, optimiser, _STEPS)
            losses = [float(loss) for loss in found]
        except Exception as error:  # whatever a learner's function does
            print(f"Your overfit cannot be drawn. {failure(error)}")
            return
        ax.plot(range(len(losses)), losses, line, color=colour, label=name)
        told.append(f"{name}: from {losses[0]:.2f} to {losses[-1]:.2f}")
    ax.axhline(math.log(10), color="black", linestyle=":", linewidth=0.8)
    ax.text(_STEPS, math.log(10) + 0.04, "ln 10", ha="right")
    ax.set(xlabel="step", ylabel="mean cross-entropy", ylim=(0, 2.6))
    ax.set_title(f"one batch of {_IMAGES} images")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.06))
    show_figure(figure, alt=f"Loss by step on one batch, by your overfit. {'; '.join(told)}.")
