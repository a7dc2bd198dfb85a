"""The block and the network as boxes."""

from typing import TYPE_CHECKING

from course_lib.figures.colours import GREEN, ORANGE, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.vgg import VGG11

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PALE = "#f0f0f0"

_BLOCK = (
    ("conv 3 x 3\npadding 1", SKY, "(in, H, W)"),
    ("batch norm", "white", "(out, H, W)"),
    ("ReLU", _PALE, ""),
    ("conv 3 x 3\npadding 1", SKY, "(out, H, W)"),
    ("batch norm", "white", "(out, H, W)"),
    ("ReLU", _PALE, ""),
    ("max pooling\n2 x 2", ORANGE, "(out, H, W)"),
)


def block() -> None:
    """A block of two convolutions as a row of boxes, with the shapes between them."""
    from matplotlib.patches import Rectangle

    figure, (ax,) = new_axes(1, 11, 2.0)
    for place, (name, colour, shape) in enumerate(_BLOCK):
        style = "--" if colour == "white" else "-"
        corner = (2.4 * place, 0)
        ax.add_patch(
            Rectangle(corner, 1.6, 1, facecolor=colour, edgecolor="black", linestyle=style)
        )
        ax.text(2.4 * place + 0.8, 0.5, name, ha="center", va="center", fontsize=10)
        _draw_arrow(ax, 2.4 * place, shape)
    _draw_arrow(ax, 2.4 * len(_BLOCK), "(out, H/2, W/2)")
    ax.set_xlim(-1.2, 2.4 * len(_BLOCK) + 0.9)
    ax.set_ylim(-0.25, 1.6)
    _bare(ax)
    ax.set_title("a VGG block with two convolutions")
    show_figure(
        figure,
        alt="A VGG block as a row of boxes: convolution 3 x 3 with padding 1, batch norm (dashed: "
        "only if wanted), ReLU; the same three again; max pooling 2 x 2. Shapes: (in, H, W) before "
        "the block, (out, H, W) after each convolution, (out, H/2, W/2) after the pooling.",
    )


def _draw_arrow(ax: "Axes", x: float, shape: str) -> None:
    ax.annotate("", (x, 0.5), (x - 0.8, 0.5), arrowprops={"arrowstyle": "->"})
    ax.text(x - 0.4, 1.2, shape, ha="center", va="center", fontsize=9)


def idea() -> None:
    """VGG-11 as blocks: height for the size of the maps, width for their number."""
    from matplotlib.patches import Rectangle

    figure, (ax,) = new_axes(1, 11, 3.8)
    left, side = 0.0, 224
    boxes = [("image", 3, side, "white")]
    for number, (convs, channels) in enumerate(VGG11, start=1):
        plural = "s" * (convs > 1)
        boxes.append((f"block {number}\n{convs} conv{plural}", channels, side // 2, SKY))
        side //= 2
    for name, channels, side, colour in boxes:
        width = 4 + channels / 16
        ax.add_patch(Rectangle((left, -side / 2), width, side, facecolor=colour, edgecolor="black"))
        _caption(ax, left + width / 2, f"{name}\n{channels} maps\n{side} x {side}")
        left += width + 34
    for units in (4096, 4096, 1000):
        height = units / 40
        ax.add_patch(Rectangle((left, -height / 2), 5, height, facecolor=GREEN, edgecolor="black"))
        _caption(ax, left + 2.5, f"dense\n{units}\nunits")
        left += 39
    ax.set_xlim(-20, left - 15)
    ax.set_ylim(-185, 120)
    _bare(ax)
    ax.set_title("VGG-11: five blocks, three dense layers; each block ends in a pooling")
    show_figure(
        figure,
        alt="VGG-11 as a row of blocks. After the image of 224 x 224 come five blocks: 64 maps of "
        "112 x 112, 128 of 56 x 56, 256 of 28 x 28, 512 of 14 x 14, 512 of 7 x 7; they have 1, 1, "
        "2, 2 and 2 convolutions. Then three dense layers of 4096, 4096 and 1000 units.",
    )


def _caption(ax: "Axes", x: float, text: str) -> None:
    ax.text(x, -122, text, ha="center", va="top", fontsize=9)


def _bare(ax: "Axes") -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
