"""Images of numbers: what stands outside of one, and stamps that add up."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import draw_cells, draw_frame, draw_map, new_axes, photograph
from course_lib.figures.explorer import Explorer, Menu, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MODES = {
    "zeros": "constant",
    "mirror": "reflect",
    "border copied": "replicate",
    "wrapped": "circular",
}


def paddings() -> Explorer:
    """Four ways to fill the padding, on a small image of numbers and on a photograph."""
    numbers = torch.arange(1.0, 21).reshape(4, 5)
    patch = photograph()[40:140, 60:180]

    def padded(image: Tensor, mode: str, p: int) -> Tensor:
        return F.pad(image[None, None], (p,) * 4, mode=_MODES[mode])[0, 0]

    def plot(mode: str, p: int) -> "Figure":
        figure, axes = new_axes(2, 11, 4, widths=(5, 5.6))
        draw_cells(axes[0], padded(numbers, mode, p), f"{mode}, p = {p}")
        draw_frame(axes[0], p, p, 4, 5)
        draw_map(axes[1], padded(patch, mode, 20 * p), f"{mode}, p = {20 * p}", signed=False, top=1)
        draw_frame(axes[1], 20 * p, 20 * p, *patch.shape)
        return figure

    return Explorer(
        plot,
        {
            "mode": Menu("outside stands", tuple(_MODES), "mirror"),
            "p": Slider("padding p", 0, 3, value=2),
        },
        alt=lambda mode, p: (
            f"An image of the numbers 1 to 20, four rows of five, padded by {p} with “{mode}”, its "
            "rows: "
            + "; ".join(
                " ".join(f"{value:g}" for value in row) for row in padded(numbers, mode, p).tolist()
            )
            + f". Beside it a photograph padded likewise by {20 * p} pixels."
        ),
    )


def stamps() -> Explorer:
    """A transposed convolution: each number stamps the kernel onto the output."""
    Y = torch.tensor([[1.0, 2, 3], [4, 5, 6]])
    K = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])

    def output(numbers: Tensor, kernel: Tensor, s: int) -> Tensor:
        return F.conv_transpose2d(numbers[None, None], kernel[None, None], stride=s)[0, 0]

    def plot(position: int, s: int) -> "Figure":
        i, j = divmod(position, Y.shape[1])
        done = (torch.arange(Y.numel()).reshape(Y.shape) <= position).float()
        reached = output(done, torch.ones_like(K), s) > 0
        figure, axes = new_axes(3, 11, 4.2, widths=(3, 3, 6))
        draw_cells(axes[0], Y, "input Y (2, 3)")
        draw_frame(axes[0], i, j, 1, 1)
        draw_cells(axes[1], K, "kernel K (3, 3)")
        stamped = output(Y * done, K, s).masked_fill(~reached, torch.nan)
        draw_cells(axes[2], stamped, f"output, stride {s} {tuple(stamped.shape)}")
        draw_frame(axes[2], i * s, j * s, 3, 3)
        return figure

    return Explorer(
        plot,
        {
            "position": Slider("numbers stamped", 0, Y.numel() - 1, value=4, play=True),
            "s": Slider("stride s", 1, 3, value=2),
        },
        alt=lambda position, s: (
            f"The input has two rows, 1 2 3 and 4 5 6. Each number up to {position + 1} has added "
            f"the kernel, times itself, to the output, at stride {s}; the latest stamp is framed."
        ),
    )
