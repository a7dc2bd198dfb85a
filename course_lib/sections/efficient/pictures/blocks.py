"""Blocks as the maps between their layers: the wider a bar, the more channels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, GREEN, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = 0.34
"""Height; bars stand 1 apart."""


def separated() -> None:
    """A standard convolution beside the two layers that take its place."""
    figure, axes = new_axes(2, 9.5, 3.0)
    norm = "batch norm, ReLU"
    _draw_block(axes[0], "standard", (64, 128), (f"3 x 3, {norm}",), 2)
    layers = (f"3 x 3 depthwise, {norm}", f"1 x 1, {norm}")
    _draw_block(axes[1], "separable", (64, 64, 128), layers, 2)
    show_figure(
        figure,
        alt="Left one layer from 64 to 128 channels: 3 x 3, batch norm, ReLU. Right two: 3 x 3 "
        "depthwise, which keeps 64 channels, then 1 x 1 to 128; batch norm and ReLU follow each.",
    )


def inverted() -> None:
    """ResNet's bottleneck beside the inverted residual."""
    figure, axes = new_axes(2, 9.5, 4.2)
    relu, relu6 = "norm, ReLU", "norm, ReLU6"
    layers = (f"1 x 1, {relu}", f"3 x 3, {relu}", "1 x 1, norm")
    _draw_block(axes[0], "bottleneck (ResNet-50)", (256, 64, 64, 256), layers, 3, "sum, ReLU")
    layers = (f"1 x 1, {relu6}", f"3 x 3 depthwise, {relu6}", "1 x 1, norm")
    _draw_block(axes[1], "inverted residual", (24, 144, 144, 24), layers, 3, "sum")
    show_figure(
        figure,
        alt="Left a bottleneck: 256 channels, 64, 64, 256; the skip joins the wide ends, a ReLU "
        "follows the sum. Right an inverted residual: 24 channels, 144, 144, 24; the skip joins "
        "the narrow ends, nothing follows the projection's norm and the sum.",
    )


def _draw_block(
    ax: "Axes",
    title: str,
    channels: Sequence[int],
    layers: Sequence[str],
    rows: int,
    sum_text: str = "",
) -> None:
    """Maps from top to bottom, with the layers between them; with `sum_text`, a skip around all."""
    from matplotlib.patches import Rectangle

    for place, count in enumerate(channels):
        width = 4 * count / max(channels)
        colour = BLUE if place in (0, len(channels) - 1) else SKY
        ax.add_patch(Rectangle((-width / 2, -place - _BAR / 2), width, _BAR, facecolor=colour))
        ax.text(width / 2 + 0.12, -place, str(count), va="center", fontsize=10)
    for place, text in enumerate(layers):
        start, end = (0, -place - _BAR / 2), (0, -place - 1 + _BAR / 2)
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0})
        ax.text(0.15, -place - 0.5, text, va="center", fontsize=9)
    last = -len(channels) + 1
    if sum_text:
        first_width = 4 * channels[0] / max(channels)
        edge = -first_width / 2
        left, to = -2.7, last - 0.75
        ax.plot((edge, left, left), (0, 0, to), color=GREEN, linewidth=1.6)
        ax.annotate("", (-0.2, to), (left, to), arrowprops={"arrowstyle": "-|>", "color": GREEN})
        ax.annotate("", (0, to + 0.15), (0, last - _BAR / 2), arrowprops={"arrowstyle": "-|>"})
        ax.text(0, to, "+", ha="center", va="center", color=GREEN, fontsize=14, weight="bold")
        ax.text(0.3, to, sum_text, va="center", fontsize=9)
    bottom = -rows - (1.0 if sum_text else 0.3)
    ax.set(xlim=(-3, 3.4), ylim=(bottom, 0.4), xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
