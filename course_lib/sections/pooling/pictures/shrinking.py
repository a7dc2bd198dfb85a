"""Maps that get smaller: a photograph, and the maps of a network."""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import GREEN, ORANGE, SKY
from course_lib.figures.elements import draw_map, new_axes, photograph
from course_lib.figures.explorer import Explorer, Menu

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pooled_photograph() -> Explorer:
    """A photograph, and what is left of it after pooling with large windows."""
    photo = photograph()

    def pooled(kind: str, kernel_size: int) -> Tensor:
        if kind == "mean":
            return F.avg_pool2d(photo[None], kernel_size)[0]
        sign = 1 if kind == "maximum" else -1
        return sign * F.max_pool2d(sign * photo[None], kernel_size)[0]

    def plot(kind: str, kernel_size: int) -> "Figure":
        Y = pooled(kind, kernel_size)
        figure, axes = new_axes(2, 11, 3.9)
        height, width = photo.shape
        draw_map(axes[0], photo, f"photograph, {height} x {width}", signed=False, top=1)
        title = f"{kind} of {kernel_size} x {kernel_size}: {Y.shape[0]} x {Y.shape[1]}"
        draw_map(axes[1], Y, title, signed=False, top=1)
        return figure

    return Explorer(
        plot,
        {
            "kind": Menu("take the", ("maximum", "mean", "minimum"), "maximum"),
            "kernel_size": Menu("window", (2, 4, 8, 16), 8),
        },
        alt=lambda kind, kernel_size: (
            "Left a grey photograph of a temple roof, right its map after pooling: the "
            f"{kind} of each {kernel_size} x {kernel_size} window, with mean brightness "
            f"{float(pooled(kind, kernel_size).mean()):.2f} instead of {float(photo.mean()):.2f}."
        ),
    )


def sizes() -> Explorer:
    """Three convolutions and two poolings as blocks, for images of different sizes."""
    stages = (("image", 3, 1), ("conv", 16, 1), ("pool", 16, 2), ("conv", 48, 2), ("pool", 48, 4))

    def shapes(size: int) -> list[tuple[str, int, int]]:
        return [(name, channels, size // divisor) for name, channels, divisor in stages]

    def plot(size: int) -> "Figure":
        from matplotlib.patches import Rectangle

        figure, (ax,) = new_axes(1, 11, 3.6)
        left, labels = 0.0, {}
        for name, channels, side in [*shapes(size), ("GAP", 48, 1)]:
            width = 2 + channels / 4
            colour = {"image": "white", "conv": SKY, "pool": ORANGE, "GAP": GREEN}[name]
            corner = (left, 0)
            ax.add_patch(Rectangle(corner, width, side, facecolor=colour, edgecolor="black"))
            labels[left + width / 2] = f"{name}\n({channels}, {side}, {side})"
            left += width + 9
        ax.text(left, 1, "flatten:\n48 numbers, whatever\nthe image", va="bottom", fontsize=10)
        ax.set_xlim(-5, left + 18)
        ax.set_ylim(0, 66)
        ax.set_xticks(list(labels), list(labels.values()))
        ax.tick_params("x", length=0)
        ax.set_ylabel("height (pixels)")
        ax.set_yticks([0, 16, 32, 48, 64])
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_title(
            f"an image of {size} x {size}; without GAP, flatten would give "
            f"{48 * (size // 4) ** 2:,} numbers"
        )
        return figure

    return Explorer(
        plot,
        {"size": Menu("image size", (16, 32, 48, 64), 32)},
        alt=lambda size: (
            "Blocks in a row, as high as the maps: "
            + ", ".join(f"{name} ({c}, {s}, {s})" for name, c, s in shapes(size))
            + ", GAP (48, 1, 1). After GAP there are 48 numbers; without it there would be "
            f"{48 * (size // 4) ** 2:,}."
        ),
    )
