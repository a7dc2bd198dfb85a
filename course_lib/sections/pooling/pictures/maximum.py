"""What the maximum is made of, and what lies between it and the mean."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import MINUS, new_axes, number_text
from course_lib.figures.explorer import Explorer, Grid, Menu
from course_lib.sections.pooling.pictures.pale import PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def tournament() -> Explorer:
    """The largest of four numbers in two rounds, each max(x, y) = ReLU(x - y) + y."""

    def rounds(window: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
        first, second = (max(row) for row in window)
        return first, second, max(first, second)

    def step(x: float, y: float) -> str:
        relu = number_text(max(x - y, 0.0))
        other = _bracketed(y)
        return f"ReLU({number_text(x)} {MINUS} {other}) + {other}\n= {relu} + {other}"

    def plot(window: tuple[tuple[float, ...], ...]) -> "Figure":
        (a, b), (c, d) = window
        first, second, last = rounds(window)
        figure, (ax,) = new_axes(1, 9.5, 3.4)
        for height, name, value in ((3, "a", a), (2, "b", b), (1, "c", c), (0, "d", d)):
            _bubble(ax, 0, height, f"{name} = {number_text(value)}", "white")
        for y, value, text in ((2.5, first, step(a, b)), (0.5, second, step(c, d))):
            ax.plot([0.09, 0.82], [y + 0.5, y], [0.09, 0.82], [y - 0.5, y], color="#8a8a8a")
            _bubble(ax, 1, y, f"{text} = {number_text(value)}", PALE[0])
            ax.plot([1.2, 1.85], [y, 1.5], color="#8a8a8a", zorder=1)
        _bubble(ax, 2, 1.5, f"{step(first, second)} = {number_text(last)}", PALE[1])
        ax.set_xlim(-0.25, 2.35)
        ax.set_ylim(-0.6, 3.6)
        ax.set_xticks([0, 1, 2], ["window", "round 1", "round 2"])
        ax.set_yticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title("the larger of two, three times")
        return figure

    return Explorer(
        plot,
        {"window": Grid("window [[a, b], [c, d]]", ((2, 5), (-1, 3)))},
        alt=lambda window: (
            f"The window {window}. Round 1: the larger of each row, {rounds(window)[0]:g} and "
            f"{rounds(window)[1]:g}, each written as ReLU(x - y) + y. Round 2: the larger of "
            f"these two, {rounds(window)[2]:g}."
        ),
    )


def temperature() -> Explorer:
    """The softmax weights of one window, and the pooled number, from cold to hot."""
    temperatures = (0.1, 0.3, 1.0, 3.0, 10.0, 100.0)

    def weighted(window: Tensor, T: float) -> tuple[Tensor, float]:
        weights = (window / T).softmax(0)
        return weights, float(weights @ window)

    def flat(window: tuple[tuple[float, ...], ...]) -> Tensor:
        return torch.tensor(window, dtype=torch.float64).flatten()

    def plot(T: float, window: tuple[tuple[float, ...], ...]) -> "Figure":
        numbers = flat(window)
        weights, value = weighted(numbers, T)
        figure, axes = new_axes(2, 10, 3.3, widths=(4, 5))
        places = range(len(numbers))
        axes[0].bar(places, weights.numpy(), color=SKY, edgecolor="black")
        axes[0].set_xticks(places, [number_text(n) for n in numbers.tolist()])
        axes[0].set_xlabel("number in the window")
        axes[0].set_ylabel("weight")
        axes[0].set_ylim(0, 1.05)
        axes[0].set_title(f"weights at temperature {T:g}")
        scale = torch.logspace(-1.3, 2.3, 100).tolist()
        axes[1].semilogx(scale, [weighted(numbers, t)[1] for t in scale], color=BLUE)
        axes[1].axhline(float(numbers.max()), color=VERMILION, linestyle="--", label="maximum")
        axes[1].axhline(float(numbers.mean()), color=GREEN, linestyle=":", label="mean")
        axes[1].plot([T], [value], "o", color=ORANGE, markersize=10, markeredgecolor="black")
        axes[1].set_xlabel("temperature")
        axes[1].set_ylabel("pooled number")
        axes[1].set_title(f"pooled number {value:.3f}".replace("-", MINUS))
        axes[1].legend(loc="center right")
        return figure

    return Explorer(
        plot,
        {
            "T": Menu("temperature", temperatures, 1.0),
            "window": Grid("window", ((1, 4), (2, 3))),
        },
        alt=lambda T, window: (
            f"The window {window} at temperature {T:g}: the weights are "
            f"{', '.join(f'{w:.2f}' for w in weighted(flat(window), T)[0].tolist())}; the pooled "
            f"number is {weighted(flat(window), T)[1]:.3f}. Over all temperatures it falls from "
            "the maximum, when cold, to the mean, when hot."
        ),
    )


def _bubble(ax: "Axes", x: float, y: float, text: str, colour: str) -> None:
    box = {"boxstyle": "round,pad=0.4", "facecolor": colour, "edgecolor": "black"}
    ax.text(x, y, text, ha="center", va="center", fontsize=10, bbox=box, zorder=3)


def _bracketed(value: float) -> str:
    return f"({number_text(value)})" if value < 0 else number_text(value)
