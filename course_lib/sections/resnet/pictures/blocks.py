"""Blocks as boxes and arrows."""

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.resnet.pictures.flow import Box, bare, draw_arrow, draw_path, draw_residual

_TWO = (
    *(Box("conv 3 x 3"), Box("norm"), Box("ReLU")),
    *(Box("conv 3 x 3"), Box("norm")),
)
_RELU = (Box("ReLU", 1.4),)


def block() -> None:
    """The basic block with an identity, and with a projection."""
    figure, axes = new_axes(2, 9.5, 4.9)
    draw_residual(axes[0], "same shape: x itself", _TWO, after=_RELU, rows=9)
    strided = (Box("conv 3 x 3, stride"), *_TWO[1:])
    projection = (Box("conv 1 x 1, stride"), Box("norm", 1.4))
    draw_residual(
        axes[1], "another shape: a projection", strided, projection=projection, after=_RELU, rows=9
    )
    show_figure(
        figure,
        alt="Two blocks. On the right of each the path F: convolution 3 x 3, norm, ReLU, "
        "convolution 3 x 3, norm. On the left the skip, which meets it in a sum; a ReLU follows. "
        "In the second block the first convolution has a stride, and on the skip stand a 1 x 1 "
        "convolution with that stride and a norm.",
    )


def bottleneck() -> None:
    """Two 3 x 3 convolutions of 256 channels beside a bottleneck."""
    figure, axes = new_axes(2, 9.5, 3.3)
    wide, narrow = 3.6, 0.9 * 2
    draw_residual(axes[0], "basic", (Box("3 x 3, 256", wide), Box("3 x 3, 256", wide)), rows=5.4)
    layers = (Box("1 x 1, 64", narrow), Box("3 x 3, 64", narrow), Box("1 x 1, 256", wide))
    draw_residual(axes[1], "bottleneck", layers, rows=5.4)
    show_figure(
        figure,
        alt="Two blocks with a skip for 256 channels. Left two convolutions 3 x 3 with 256 "
        "channels. Right 1 x 1 to 64 channels, 3 x 3 with 64, 1 x 1 to 256.",
    )


def pre_activation() -> None:
    """The basic block beside the one with norm and ReLU first."""
    figure, axes = new_axes(2, 9.5, 5.2)
    draw_residual(axes[0], "basic block", _TWO, after=_RELU, rows=9.4)
    first = (
        *(Box("norm"), Box("ReLU"), Box("conv 3 x 3")),
        *(Box("norm"), Box("ReLU"), Box("conv 3 x 3")),
    )
    draw_residual(axes[1], "pre-activation block", first, rows=9.4)
    show_figure(
        figure,
        alt="Left the basic block: convolution, norm, ReLU, convolution, norm, sum, and a ReLU "
        "after the sum. Right the pre-activation block: norm, ReLU, convolution, norm, ReLU, "
        "convolution, sum, and nothing after it: on the line of the skip stands only the sum.",
    )


def inception() -> None:
    """Four paths side by side, joined along the channels."""
    figure, (ax,) = new_axes(1, 10, 3.6)
    paths = (
        (Box("1 x 1, 64"),),
        (Box("1 x 1, 48", optional=True), Box("3 x 3, 64")),
        (Box("1 x 1, 64", optional=True), Box("5 x 5, 96")),
        (Box("max 3 x 3, stride 1"), Box("1 x 1, 32")),
    )
    middle, bottom = 4.5, -3.6
    ax.text(middle, 0.3, "x", ha="center", va="center", fontsize=12, style="italic")
    for x, boxes in zip((0.0, 3.0, 6.0, 9.0), paths, strict=True):
        first = -1.2 if len(boxes) == 2 else -1.7
        draw_arrow(ax, (middle, 0.1), (x, first + 0.31))
        draw_path(ax, x, boxes, first)
        draw_arrow(ax, (x, first - len(boxes) + 1 - 0.31), (x, bottom + 0.31))
    draw_path(ax, middle, (Box("joined: 64 + 64 + 96 + 32 = 256 channels", 11.5),), bottom)
    bare(ax, "Inception", (-1.8, 10.8), (-4.2, 0.7))
    show_figure(
        figure,
        alt="Four paths from x: 1 x 1 to 64 channels; 1 x 1 to 48, then 3 x 3 to 64; 1 x 1 to 64, "
        "then 5 x 5 to 96; maximum pooling 3 x 3 with stride 1, then 1 x 1 to 32. Their outputs "
        "are joined: 256 channels. The first two of 48 and 64 channels can be left out.",
    )
