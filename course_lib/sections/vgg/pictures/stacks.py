"""What a stack of small kernels sees, and what it costs."""

from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Slider

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 5


def stacks() -> Explorer:
    """One row of pixels through n convolutions 3 x 3, and the weights against one kernel."""

    def plot(n: int) -> "Figure":
        figure, (left, right) = new_axes(2, 11, 3.8, widths=(3, 2))
        _draw_cone(left, n)
        side = 2 * n + 1
        names = [f"{n} of 3 x 3", f"one {side} x {side}"]
        weights = [9 * n, side**2]
        bars = right.bar(names, weights, color=(BLUE, GREEN), width=0.6)
        right.bar_label(bars, [f"{count} C²" for count in weights])
        right.set_ylim(0, 1.15 * max(weights))
        right.set_ylabel("weights (in C²)")
        right.set_title(f"{weights[0] / weights[1]:.0%} of the weights")
        return figure

    return Explorer(
        plot,
        {"n": Slider("convolutions 3 x 3", 1, _MOST, value=2, play=True)},
        alt=lambda n: (
            f"One unit after {n} convolutions 3 x 3 sees {2 * n + 1} pixels in a row of the image: "
            f"each layer adds two. The stack has {9 * n} C² weights, one kernel of "
            f"{2 * n + 1} x {2 * n + 1} has {(2 * n + 1) ** 2} C²."
        ),
    )


def _draw_cone(ax: "Axes", n: int) -> None:
    """Rows of units, the image at the bottom; those that the last unit sees are coloured."""
    from matplotlib.patches import Rectangle

    reach = n + 1
    for row in range(n + 1):
        seen = n - row
        for x in range(-reach, reach + 1):
            colour = "white" if abs(x) > seen else ORANGE if row == n else SKY
            corner = (x - 0.45, row - 0.2)
            ax.add_patch(Rectangle(corner, 0.9, 0.4, facecolor=colour, edgecolor="#8a8a8a"))
        if row < n:
            for sign in (-1, 1):  # what the outermost unit of the layer above reads
                ax.plot([sign * (seen - 0.55), sign * (seen + 0.45)], [row + 0.8, row + 0.2], "k-")
        name = "image" if row == 0 else f"after {row}"
        ax.text(-reach - 0.8, row, f"{name}: {2 * seen + 1} wide", ha="right", va="center")
    ax.set_xlim(-reach - 4.6, reach + 0.6)
    ax.set_ylim(-0.6, n + 0.6)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_title(f"{n} convolution{'s' * (n > 1)} 3 x 3, stride 1: one row of units each")
