"""The network as blocks."""

from typing import TYPE_CHECKING

from course_lib.figures.colours import GREEN, ORANGE, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLOCKS = (
    ("image", "", 1, 28),
    ("conv 5 x 5, padding 2", "156", 6, 28),
    ("pooling 2 x 2", "0", 6, 14),
    ("conv 5 x 5", "2,416", 16, 10),
    ("pooling 2 x 2", "0", 16, 5),
)
_DENSE = (("dense", "48,120", 120), ("dense", "10,164", 84), ("dense", "850", 10))


def idea() -> None:
    """LeNet as blocks: height for the size of the maps, width for their number."""
    from matplotlib.patches import Rectangle

    figure, (ax,) = new_axes(1, 11, 3.6)
    left = 0.0
    for name, params, channels, side in _BLOCKS:
        colour = {"i": "white", "c": SKY, "p": ORANGE}[name[0]]
        width = 1 + channels / 3
        ax.add_patch(Rectangle((left, -side / 2), width, side, facecolor=colour, edgecolor="black"))
        text = name.replace(" ", "\n", 1) + f"\n({channels}, {side}, {side})"
        _caption(ax, left + width / 2, text, params)
        left += width + 8
    for name, params, units in _DENSE:
        height = units / 5
        ax.add_patch(Rectangle((left, -height / 2), 1, height, facecolor=GREEN, edgecolor="black"))
        _caption(ax, left + 0.5, f"{name}\n\n({units})", params)
        left += 9
    ax.set_xlim(-4, left - 4)
    ax.set_ylim(-34, 18)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_title("LeNet: two convolutions with pooling, three dense layers")
    show_figure(
        figure,
        alt="LeNet as a row of blocks. Image (1, 28, 28); convolution (6, 28, 28); pooling "
        "(6, 14, 14); convolution (16, 10, 10); pooling (16, 5, 5); dense layers with 120, 84 and "
        "10 units. Maps get smaller and more. Below stand the parameters: 156, 2,416, 48,120, "
        "10,164 and 850.",
    )


def _caption(ax: "Axes", x: float, text: str, params: str) -> None:
    below = f"\n{params} parameters" if params not in ("", "0") else ""
    ax.text(x, -16, text + below.replace(" ", "\n"), ha="center", va="top", fontsize=9)
