"""An image that moves, and what its output does."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import SKY, VERMILION
from course_lib.figures.elements import draw_map, new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.sections.convolution.pictures.windows import cross_correlation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shift() -> Explorer:
    """An image that moves to the right, and the output at stride 1 or 2."""
    X = torch.zeros(7, 24)
    X[2:5, 3:9] = torch.tensor([[1, 2, 4, 3, 1, 2], [2, 5, 3, 1, 4, 2], [1, 3, 2, 4, 2, 1.0]])
    K = torch.tensor([[1, 1, -1], [1, 2, -1], [1, 1, -1.0]])

    def outputs(pixels: int, stride: int) -> tuple[Tensor, Tensor]:
        """The output of the moved image, and that of the old one, moved."""
        moved = cross_correlation(torch.roll(X, pixels, -1), K, stride)
        return moved, torch.roll(cross_correlation(X, K, stride), pixels // stride, -1)

    def verdict(pixels: int, stride: int) -> str:
        moved, old = outputs(pixels, stride)
        steps = pixels // stride
        if torch.equal(moved, old):
            return f"the old output, moved by {steps}"
        return "other numbers than the old output, wherever that is moved"

    def plot(pixels: int, stride: int) -> "Figure":
        moved, old = outputs(pixels, stride)
        figure, axes = new_axes(3, 11, 2.9, widths=(5, 5, 5))
        draw_map(axes[0], torch.roll(X, pixels, -1), f"image, moved by {pixels}", signed=False)
        draw_map(axes[1], moved, f"output, stride {stride}", signed=True)
        axes[1].axhline(moved.shape[0] // 2, color="black", linewidth=1, linestyle=":")
        middle = moved.shape[0] // 2
        steps = range(moved.shape[1])
        axes[2].bar(
            steps, old[middle].numpy(), color=SKY, label=f"old output, moved by {pixels // stride}"
        )
        axes[2].plot(
            steps, moved[middle].numpy(), "o", color=VERMILION, label="output of the moved image"
        )
        axes[2].set_title("the dotted row")
        axes[2].set_xlabel("column of the output")
        axes[2].set_ylabel("value")
        axes[2].set_ylim(-26, 36)
        axes[2].legend(fontsize=8, loc="upper left")
        return figure

    return Explorer(
        plot,
        {
            "pixels": Slider("move the image by (pixels)", 0, 12, value=3, play=True),
            "stride": Menu("stride", (1, 2), 2),
        },
        alt=lambda pixels, stride: (
            f"An image moved by {pixels} pixels, its output at stride {stride}, and one row of it "
            f"beside the old output moved by {pixels // stride}: {verdict(pixels, stride)}."
        ),
    )
