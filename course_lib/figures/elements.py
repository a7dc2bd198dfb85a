"""What the figures of all sections are drawn with: squares, maps, frames, a photograph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import GREEN, ORANGE, SKY, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MINUS = "−"

ENTRY_COLOURS = {"a": SKY, "b": ORANGE, "c": GREEN, "d": "#cc79a7"}


def photograph() -> Tensor:
    """A grey photograph, (213, 320), in [0, 1]: scikit-learn's "china.jpg" at half its size."""
    from sklearn.datasets import load_sample_image

    colour = torch.tensor(load_sample_image("china.jpg")) / 255
    grey = colour @ torch.tensor([0.299, 0.587, 0.114])
    return F.avg_pool2d(grey[None, None], 2)[0, 0]


def new_axes(
    columns: int, width: float, height: float, widths: Sequence[float] | None = None, rows: int = 1
) -> tuple["Figure", "list[Axes]"]:
    """A figure that pyplot knows nothing of, so that none stays open."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    grid = {"width_ratios": widths} if widths else {}
    axes: Any = figure.subplots(rows, columns, squeeze=False, gridspec_kw=grid)
    return figure, list(axes.flat)


def draw_band(
    ax: "Axes",
    columns: Sequence[Sequence[float]],
    line: str,
    colour: str,
    label: str,
    places: Sequence[float] | None = None,
) -> None:
    """The mean of each column as a line, and a band from its least to its greatest.

    Args:
        columns: of each place, the numbers of all seeds.
        line: a format of matplotlib's `plot`: "o-".
        places: if left out, 1, 2, …: epochs.
    """
    places = range(1, len(columns) + 1) if places is None else places
    means = [sum(column) / len(column) for column in columns]
    ax.plot(places, means, line, color=colour, label=label, markersize=4)
    lows, highs = [min(column) for column in columns], [max(column) for column in columns]
    ax.fill_between(places, lows, highs, color=colour, alpha=0.2)


def draw_cells(ax: "Axes", values: Tensor, title: str) -> None:
    """A matrix as squares with their numbers; NaN is an empty square."""
    rows, columns = values.shape
    for i in range(rows):
        for j in range(columns):
            value = float(values[i, j])
            empty = value != value
            draw_letter(
                ax, i, j, "" if empty else number_text(round(value, 2)), "." if empty else ""
            )
    draw_square(ax, rows, columns, title)


def draw_letter(ax: "Axes", row: int, column: int, text: str, entry: str) -> None:
    """One square with a text; `entry` names its colour, "." an empty one."""
    from matplotlib.patches import Rectangle

    colour = ENTRY_COLOURS.get(entry, "#f0f0f0" if entry == "." else "white")
    corner = (column - 0.5, row - 0.5)
    ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="#8a8a8a", linewidth=0.8))
    ax.text(column, row, text, ha="center", va="center", fontsize=12)


def draw_square(ax: "Axes", rows: int, columns: int, title: str) -> None:
    """Axes of a matrix: rows downwards, columns to the right, a square each."""
    ax.set_xlim(-0.6, columns - 0.4)
    ax.set_ylim(rows - 0.4, -0.6)
    ax.set_aspect("equal")
    ax.set_xticks(range(columns))
    ax.set_yticks(range(rows))
    ax.set_xlabel("column")
    ax.set_ylabel("row")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=11)


def draw_frame(ax: "Axes", row: int, column: int, rows: int, columns: int) -> None:
    """A frame around a window whose first square is at (row, column)."""
    from matplotlib.patches import Rectangle

    corner = (column - 0.5, row - 0.5)
    ax.add_patch(
        Rectangle(corner, columns, rows, fill=False, edgecolor=VERMILION, linewidth=3.5, zorder=5)
    )


def draw_map(
    ax: "Axes", values: Tensor, title: str, *, signed: bool, top: float | None = None
) -> None:
    """A feature map: grey, or orange to purple with white at zero where numbers have signs.

    Args:
        top: the number shown lightest (signed: strongest); None takes it from the values.
    """
    if signed:
        # A photograph's few strongest edges would leave all others pale.
        share = 0.99 if values.numel() > 1000 else 1.0
        top = top or max(float(values.abs().quantile(share)), 1e-6)
        image = ax.imshow(values.numpy(), "PuOr_r", vmin=-top, vmax=top, interpolation="nearest")
    else:
        image = ax.imshow(values.numpy(), "gray", vmin=0, vmax=top, interpolation="nearest")
    assert ax.figure is not None
    extend = "both" if signed and values.numel() > 1000 else "neither"
    ax.figure.colorbar(image, ax=ax, shrink=0.75, extend=extend)
    ax.set_title(title, fontsize=11)
    ax.set_xlabel("column (pixels)")
    ax.set_ylabel("row (pixels)")


def number_text(value: float) -> str:
    """A number as figures show it, with a true minus sign."""
    return f"{value:g}".replace("-", MINUS)
