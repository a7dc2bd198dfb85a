"""ResNet-18 as a row of blocks."""

from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.resnet.pictures.flow import bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STAGES = (("layer1", 64, 56), ("layer2", 128, 28), ("layer3", 256, 14), ("layer4", 512, 7))
_BLOCKS = 2
_GAP = 5.0
_FIRST_GAP = 24.0
"""So that the captions of the stem find their place."""


def stages() -> None:
    """Height for the size of the maps, width for their number; skips as arcs below."""
    figure, (ax,) = new_axes(1, 11, 3.9)
    left = 0.0
    for name, channels, side, colour in (
        ("image", 3, 224, "white"),
        ("conv1", 64, 112, SKY),
        ("maxpool", 64, 56, ORANGE),
    ):
        left = _draw_box(ax, left, channels, side, colour)
        _write(ax, left, channels, f"{name}\n({channels}, {side}, {side})")
        left += _FIRST_GAP
    left += _GAP - _FIRST_GAP / 2
    for number, (name, channels, side) in enumerate(_STAGES):
        start = left - _GAP
        for place in range(_BLOCKS):
            begin = left - _GAP / 2
            left = _draw_box(ax, left, channels, side, SKY)
            left = _draw_box(ax, left + 1, channels, side, SKY)
            _draw_skip(ax, begin, left + _GAP / 2, dashed=number > 0 and place == 0)
            left += _GAP
        centre = (start + left - _GAP) / 2
        text = f"{name}\n{_BLOCKS} blocks\n({channels}, {side}, {side})"
        ax.text(centre, 122, text, ha="center", va="bottom", fontsize=9)
    left = _draw_box(ax, left, 512, 1, ORANGE)
    ax.text(left - _width(512) / 2, 122, "mean\n\n(512)", ha="center", va="bottom", fontsize=9)
    left = _draw_box(ax, left + _GAP, 16, 60, GREEN)
    ax.text(left, 122, "fc\n\n(1000)", ha="center", va="bottom", fontsize=9)
    bare(ax, "ResNet-18", (-4, left + 5), (-125, 175))
    shapes = "; ".join(f"{name} ({channels}, {side}, {side})" for name, channels, side in _STAGES)
    show_figure(
        figure,
        alt="ResNet-18 as a row of boxes: image (3, 224, 224); conv1 (64, 112, 112); maxpool "
        f"(64, 56, 56); four stages of two blocks with two convolutions each: {shapes}; the mean "
        "of each map, 512 numbers; a dense layer with 1000. Below, each block has its skip; those "
        "of the first blocks of layer2, layer3 and layer4 are dashed: they have a projection.",
    )


def _width(channels: int) -> float:
    return 2 + channels / 64


def _draw_box(ax: "Axes", left: float, channels: int, side: int, colour: str) -> float:
    """Returns its right edge."""
    from matplotlib.patches import Rectangle

    width = _width(channels)
    ax.add_patch(
        Rectangle(
            (left, -side / 2), width, side, facecolor=colour, edgecolor="black", linewidth=0.8
        )
    )
    return left + width


def _write(ax: "Axes", right: float, channels: int, text: str) -> None:
    ax.text(right - _width(channels) / 2, 122, text, ha="center", va="bottom", fontsize=9)


def _draw_skip(ax: "Axes", begin: float, end: float, *, dashed: bool) -> None:
    style = {
        "arrowstyle": "-|>",
        "color": BLUE,
        "linestyle": "--" if dashed else "-",
        "connectionstyle": "arc3,rad=0.5",
    }
    ax.annotate("", (end, -40), (begin, -40), arrowprops=style)
