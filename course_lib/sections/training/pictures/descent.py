"""Paths of optimisers through a valley, and the averages that Adam keeps."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import MINUS, new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEEP, _START = 20.0, (-9.0, 1.5)
_OPTIMISERS: dict[str, tuple[Callable[[list[Tensor], float], Optimizer], str]] = {
    "SGD": (lambda w, lr: SGD(w, lr), BLUE),
    "SGD, momentum 0.9": (lambda w, lr: SGD(w, lr, momentum=0.9), VERMILION),
    "Adam": (lambda w, lr: Adam(w, lr), GREEN),
}


def _path(name: str, lr: float, count: int) -> Tensor:
    """The places, (count + 1, 2), on the loss (x² + 20 y²) / 2."""
    w = torch.tensor(_START, requires_grad=True)
    optimiser = _OPTIMISERS[name][0]([w], lr)
    places = [w.detach().clone()]
    for _ in range(count):
        optimiser.zero_grad()
        ((w**2 * torch.tensor([1.0, _STEEP])).sum() / 2).backward()
        optimiser.step()
        places.append(w.detach().clone())
    return torch.stack(places)


def valley() -> Explorer:
    """A loss that is steep in one direction and flat in the other, and a path down."""

    def plot(optimiser: str, rate: int, steps: int) -> "Figure":
        path = _path(optimiser, rate / 100, steps)
        figure, (ax,) = new_axes(1, 10, 3.2)
        x, y = torch.linspace(-11, 5, 160), torch.linspace(-3, 3, 120)
        loss = (x[None, :] ** 2 + _STEEP * y[:, None] ** 2) / 2
        ax.contour(x.numpy(), y.numpy(), loss.numpy(), 12, colors="#b0b0b0", linewidths=0.8)
        colour = _OPTIMISERS[optimiser][1]
        ax.plot(path[:, 0], path[:, 1], "o-", color=colour, markersize=3, linewidth=1)
        ax.plot(0, 0, "k*", markersize=10)
        ax.set(xlim=(-11, 5), ylim=(-3, 3), xlabel="x: flat direction", ylabel="y: steep direction")
        ax.set_title(f"{optimiser}, lr = {rate / 100:g}: {steps} steps")
        return figure

    def alt(optimiser: str, rate: int, steps: int) -> str:
        x, y = _path(optimiser, rate / 100, steps)[-1].tolist()
        return (
            f"Contour lines of a valley, and the path of {optimiser} with rate {rate / 100:g} from "
            f"({_START[0]:g}, {_START[1]:g}): after {steps} steps it is at ({x:.2f}, {y:.2f}). The "
            "lowest point is (0, 0)."
        )

    return Explorer(
        plot,
        {
            "optimiser": Menu("optimiser", tuple(_OPTIMISERS), "SGD"),
            "rate": Slider("lr (hundredths)", 1, 40, value=9),
            "steps": Slider("steps", 1, 60, value=20, play=True),
        },
        alt=alt,
    )


def averages() -> Explorer:
    """The running mean of noisy gradients around 1, and the same divided by 1 - beta^t."""

    def means(hundredths: int) -> tuple[Tensor, list[float], list[float]]:
        generator = torch.Generator().manual_seed(0)
        gradients = 1 + 0.3 * torch.randn(60, generator=generator)
        beta, m = hundredths / 100, 0.0
        plain, corrected = [], []
        for t, g in enumerate(gradients.tolist(), start=1):
            m = beta * m + (1 - beta) * g
            plain.append(m)
            corrected.append(m / (1 - beta**t))
        return gradients, plain, corrected

    def plot(beta: int) -> "Figure":
        gradients, plain, corrected = means(beta)
        figure, (ax,) = new_axes(1, 9, 3.2)
        steps = range(1, len(gradients) + 1)
        ax.plot(steps, gradients, "o", color="#a0a0a0", markersize=3, label="gradient g")
        ax.plot(steps, plain, "--", color=ORANGE, label="m, which begins at 0")
        label = f"m / (1 {MINUS} beta^t)"
        ax.plot(steps, corrected, "-", color=BLUE, label=label)
        ax.set(xlabel="step t", ylabel="size", ylim=(0, 2), title=f"beta = {beta / 100:g}")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        return figure

    return Explorer(
        plot,
        {"beta": Slider("beta (hundredths)", 0, 99, value=90)},
        alt=lambda beta: (
            f"Sixty noisy gradients around 1 and their running mean with beta {beta / 100:g}: m is "
            f"{means(beta)[1][0]:.2f} after one step and {means(beta)[1][-1]:.2f} at the end; "
            f"divided by 1 minus beta to the t it is {means(beta)[2][0]:.2f} and "
            f"{means(beta)[2][-1]:.2f}."
        ),
    )
