"""Boxes and arrows, of which blocks are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 0.62
"""Of a box; the boxes of a path stand 1 apart."""


@dataclass(frozen=True)
class Box:
    """A layer: its text, which begins with what it is, and its width.

    Attributes:
        optional: drawn with a dotted frame.
    """

    text: str
    width: float = 2.2
    optional: bool = False

    @property
    def colour(self) -> str:
        kind = self.text.split()[0]
        return {"norm": "#f4d58a", "ReLU": "#a8ddc9", "max": ORANGE, "joined:": "white"}.get(
            kind, SKY
        )


def draw_path(ax: "Axes", x: float, boxes: Sequence[Box], first: float) -> None:
    """Boxes from top to bottom, the first at height `first`, with arrows between them."""
    from matplotlib.patches import Rectangle

    for place, box in enumerate(boxes):
        y = first - place
        corner = (x - box.width / 2, y - HEIGHT / 2)
        style = ":" if box.optional else "-"
        ax.add_patch(
            Rectangle(
                corner, box.width, HEIGHT, facecolor=box.colour, edgecolor="black", linestyle=style
            )
        )
        ax.text(x, y, box.text, ha="center", va="center", fontsize=9)
        if place:
            draw_arrow(ax, (x, y + 1 - HEIGHT / 2), (x, y + HEIGHT / 2))


def draw_arrow(
    ax: "Axes", start: tuple[float, float], end: tuple[float, float], colour: str = "black"
) -> None:
    """A straight arrow."""
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style)


def draw_residual(
    ax: "Axes",
    title: str,
    branch: Sequence[Box],
    *,
    shared: Sequence[Box] = (),
    projection: Sequence[Box] = (),
    after: Sequence[Box] = (),
    rows: float,
) -> None:
    """A block: x comes from above and goes down on the left; F is the path on the right.

    Args:
        shared: what stands before the way splits.
        projection: what stands on the way on the left.
        after: what follows the sum.
        rows: of the largest block beside it, for an equal scale.
    """
    from matplotlib.patches import Ellipse

    right = 3.4
    top = -0.4
    ax.text(0, 0.3, "x", ha="center", va="center", fontsize=12, style="italic")
    if shared:
        draw_arrow(ax, (0, 0.1), (0, top - 0.6 + HEIGHT / 2))
        draw_path(ax, 0, shared, top - 0.6)
        top -= len(shared) + 0.2
    else:
        ax.plot((0, 0), (0.1, top), color="black", linewidth=1.4)
    first = top - 0.7
    ax.plot((0, right), (top, top), color="black", linewidth=1.4)
    draw_arrow(ax, (right, top), (right, first + HEIGHT / 2))
    draw_path(ax, right, branch, first)
    total = first - len(branch) + 0.1
    ax.plot((right, right), (total + 0.9 - HEIGHT / 2, total), color="black", linewidth=1.4)
    draw_arrow(ax, (right, total), (0.25, total))
    start = top
    if projection:
        middle = (top + total) / 2 + (len(projection) - 1) / 2
        draw_arrow(ax, (0, top), (0, middle + HEIGHT / 2), BLUE)
        draw_path(ax, 0, projection, middle)
        start = middle - len(projection) + 1 - HEIGHT / 2
    draw_arrow(ax, (0, start), (0, total + 0.25), BLUE)
    ax.text(0, total, "+", ha="center", va="center", fontsize=13, color=GREEN, weight="bold")
    ax.add_patch(Ellipse((0, total), 0.5, 0.5, facecolor="none", edgecolor=GREEN, linewidth=1.6))
    ax.text(right + 1.3, top + 0.15, "F", fontsize=12, style="italic")
    y = total - 0.25
    if after:
        draw_arrow(ax, (0, y), (0, total - 1 + HEIGHT / 2))
        draw_path(ax, 0, after, total - 1)
        y = total - len(after) - HEIGHT / 2
    draw_arrow(ax, (0, y), (0, y - 0.5))
    ax.text(0, y - 0.75, "y", ha="center", va="center", fontsize=12, style="italic")
    bare(ax, title, (-2.2, 5.8), (-rows, 0.7))


def bare(ax: "Axes", title: str, across: tuple[float, float], upwards: tuple[float, float]) -> None:
    """No ticks, no frame, a title, and these limits."""
    ax.set(xlim=across, ylim=upwards, xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
