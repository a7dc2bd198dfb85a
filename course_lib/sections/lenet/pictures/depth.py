"""What becomes of a signal on its way through layers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, GREEN, ORANGE
from course_lib.figures.elements import new_axes, number_text
from course_lib.figures.explorer import Explorer, Menu, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WEIGHTS: dict[str, Callable[[int, int], float]] = {
    "variance 1": lambda fan_in, fan_out: 1.0,
    "0.01": lambda fan_in, fan_out: 0.01**2,
    "Xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "Xavier, gain 5/3": lambda fan_in, fan_out: (5 / 3) ** 2 * 2 / (fan_in + fan_out),
    "He": lambda fan_in, fan_out: 2 / fan_in,
}
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "ReLU": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def signal() -> Explorer:
    """The variance before each activation, through twelve dense layers."""

    def through(scheme: str, activation: str, depth: int) -> list[tuple[float, float]]:
        """For each layer the variance of all numbers, and that of one unit's between inputs."""
        generator = torch.Generator().manual_seed(0)
        h, found = torch.randn(200, 128, generator=generator), []
        for _ in range(depth):
            W = torch.randn(128, 128, generator=generator) * _WEIGHTS[scheme](128, 128) ** 0.5
            z = h @ W.T
            found.append((float(z.var()), float(z.var(0).mean())))
            h = _ACTIVATIONS[activation](z)
        return found

    def plot(scheme: str, activation: str, depth: int) -> "Figure":
        from matplotlib.ticker import MaxNLocator

        values, between = zip(*through(scheme, activation, depth), strict=True)
        figure, (ax,) = new_axes(1, 9, 3.4)
        layers = range(1, depth + 1)
        ax.semilogy(layers, values, "o-", color=BLUE, label="of all numbers")
        ax.semilogy(
            layers, between, "s--", color=ORANGE, markersize=4, label="of a unit, between inputs"
        )
        ax.axhline(1, color="#8a8a8a", linestyle=":")
        low, high = min(1e-4, *values, *between), max(1e4, *values)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.legend(loc="upper right")
        ax.set_ylim(low / 3, high * 3)
        ax.set_xlabel("layer")
        ax.set_ylabel("variance of z")
        ax.set_title(f"weights: {scheme}; activation: {activation}")
        return figure

    return Explorer(
        plot,
        {
            "scheme": Menu("weights", tuple(_WEIGHTS), "Xavier"),
            "activation": Menu("activation", tuple(_ACTIVATIONS), "ReLU"),
            "depth": Slider("layers", 2, 20, value=12),
        },
        alt=lambda scheme, activation, depth: (
            f"The variance before the activation through {depth} dense layers of 128 units, "
            f"weights: {scheme}, activation: {activation}. It goes from "
            f"{through(scheme, activation, depth)[0][0]:.2g} in the first layer to "
            f"{through(scheme, activation, depth)[-1][0]:.2g} in the last; that of one unit's "
            "numbers between inputs is "
            f"{through(scheme, activation, depth)[-1][1]:.2g} in the last."
        ),
    )


def dead_units() -> Explorer:
    """A ReLU channel whose bias sinks: the share of inputs that it lets pass."""
    z = torch.randn(2000, generator=torch.Generator().manual_seed(0))

    def alive(bias: int) -> float:
        return float((z + bias / 4 > 0).float().mean())

    def plot(bias: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.0)
        values = (z + bias / 4).numpy()
        edges = [step / 5 for step in range(-45, 31)]
        ax.hist(values[values <= 0], bins=edges, color="#b0b0b0", label="cut off: no gradient")
        ax.hist(values[values > 0], bins=edges, color=GREEN, label="passes")
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_xlim(-9, 6)
        ax.set_xlabel("z, before ReLU")
        ax.set_ylabel("inputs")
        ax.set_title(f"bias {number_text(bias / 4)}: {1 - alive(bias):.1%} zeros")
        ax.legend(loc="upper left")
        return figure

    return Explorer(
        plot,
        {"bias": Slider("bias (quarters)", -20, 8, value=-4, play=True)},
        alt=lambda bias: (
            f"How z is distributed over 2000 inputs with bias {bias / 4:g}: ReLU cuts off "
            f"{1 - alive(bias):.1%} of them."
        ),
    )
