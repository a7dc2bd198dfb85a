"""Schedules: the learning rate by step."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Make = Callable[[SGD, int], LRScheduler]

_SCHEDULES: dict[str, tuple[Make | None, str, str]] = {
    "constant": (None, "black", ":"),
    "step: times 0.1 at two thirds": (lambda o, n: StepLR(o, -(-2 * n // 3)), ORANGE, "-."),
    "cosine": (lambda o, n: CosineAnnealingLR(o, T_max=n), BLUE, "-"),
    "one-cycle": (
        lambda o, n: OneCycleLR(o, 1.0, total_steps=n, cycle_momentum=False),
        VERMILION,
        "--",
    ),
}


def schedules() -> Explorer:
    """Four schedules, as shares of the largest rate, by PyTorch's own."""

    def rates(make: Make | None, total: int) -> list[float]:
        optimiser = SGD([torch.zeros(1)], lr=1.0)
        schedule = make(optimiser, total) if make else None
        found = []
        for step in range(total):
            found.append(float(optimiser.param_groups[0]["lr"]))
            optimiser.step()
            if schedule and step < total - 1:
                schedule.step()
        return found

    def plot(total: int) -> "Figure":
        figure, (ax,) = new_axes(1, 11, 3.4)
        for name, (make, colour, line) in _SCHEDULES.items():
            ax.plot(range(total), rates(make, total), line, color=colour, label=name)
            ax.plot(range(total), rates(make, total), ".", color=colour, markersize=4)
        ax.set(xlabel="step", ylabel="rate / largest rate", ylim=(0, 1.1))
        ax.set_title(f"four schedules over {total} steps")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        return figure

    return Explorer(
        plot,
        {"total": Slider("steps in all", 10, 60, value=30)},
        alt=lambda total: (
            f"Four schedules over {total} steps, as shares of the largest rate. Constant: 1. Step: "
            "0.1 from two thirds on. Cosine: from 1 evenly curved to nearly 0. One-cycle: from "
            f"0.04 up to 1 near step {0.3 * total - 1:g}, then down to nearly 0."
        ),
    )
