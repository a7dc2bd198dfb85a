"""Windows: who reads whom, and a kernel that slides over an image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import draw_cells, draw_frame, new_axes, number_text
from course_lib.figures.explorer import Explorer, Slider
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def connections() -> None:
    """Who reads whom: a dense layer, local windows, local windows with shared weights."""
    figure, axes = new_axes(3, 10.5, 2.9)
    local = [(i, i + k, k) for i in range(4) for k in range(3)]
    everything = [(i, j, 0) for i in range(4) for j in range(6)]
    plans: list[tuple[str, list[tuple[int, int, int]], Sequence[str]]] = [
        ("dense: 24 weights", everything, ("#8a8a8a",)),
        ("local windows: 12 weights", local, ("#8a8a8a",) * 3),
        ("local and shared: 3 weights", local, (BLUE, ORANGE, VERMILION)),
    ]
    for ax, (title, lines, colours) in zip(axes, plans, strict=True):
        for i, j, k in lines:
            ax.plot([j, i + 1], [0, 1], color=colours[k], linewidth=1.8, zorder=1)
        ax.scatter(range(6), [0] * 6, s=130, color="white", edgecolors="black", zorder=2)
        ax.scatter(range(1, 5), [1] * 4, s=130, color="#dddddd", edgecolors="black", zorder=2)
        ax.set_title(title)
        ax.set_yticks([0, 1], ["inputs", "outputs"])
        ax.set_xticks(range(6))
        ax.set_xlabel("position (pixels)")
        ax.set_ylim(-0.25, 1.25)
        ax.spines[:].set_visible(False)
    show_figure(
        figure,
        alt="Three drawings of six inputs and four outputs. Dense: every output is joined to every "
        "input, 24 weights. Local windows: each output is joined to three neighbouring inputs, 12 "
        "weights. Local and shared: the same lines in three colours, the same three weights at "
        "every position.",
    )


def sliding_window() -> Explorer:
    """A 2 x 2 kernel on a 4 x 5 image; the slider moves the window, the output fills up."""
    X = torch.tensor([[2, 1, 0, 3, 1], [0, 3, 1, 2, 0], [1, 2, 4, 0, 1], [3, 0, 1, 1, 2.0]])
    K = torch.tensor([[1, 2], [0, -1.0]])
    Y = cross_correlation(X, K)
    columns = Y.shape[1]

    def sum_written_out(position: int) -> str:
        i, j = divmod(position, columns)
        terms = [
            f"{x:g}·{_signed(k)}"
            for x, k in zip(
                X[i : i + 2, j : j + 2].flatten().tolist(), K.flatten().tolist(), strict=True
            )
        ]
        return f"Y[{i}, {j}] = {' + '.join(terms)} = {number_text(float(Y[i, j]))}"

    def plot(position: int) -> "Figure":
        i, j = divmod(position, columns)
        figure, axes = new_axes(3, 10, 3.8, widths=(5, 2, 4))
        draw_cells(axes[0], X, "image X (4, 5)")
        draw_frame(axes[0], i, j, 2, 2)
        draw_cells(axes[1], K, "kernel K (2, 2)")
        seen = torch.arange(Y.numel()).reshape(Y.shape) <= position
        draw_cells(axes[2], Y.masked_fill(~seen, torch.nan), "output Y (3, 4)")
        draw_frame(axes[2], i, j, 1, 1)
        figure.supxlabel(sum_written_out(position), fontsize=13)
        return figure

    return Explorer(
        plot,
        {"position": Slider("position of the window", 0, Y.numel() - 1, value=6, play=True)},
        alt=lambda position: (
            "A 4 x 5 image with a 2 x 2 window framed, the kernel, and the output filled up to "
            f"this window. {sum_written_out(position)}"
        ),
    )


def cross_correlation(X: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """PyTorch's own operator: (H, W), (h, w) -> the output of all windows."""
    return F.conv2d(X[None, None], K[None, None], stride=stride)[0, 0]


def _signed(value: float) -> str:
    return f"({number_text(value)})" if value < 0 else number_text(value)
