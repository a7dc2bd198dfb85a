"""Two convolutions in a row, and the one that does the same."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import draw_cells, draw_frame, draw_map, new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COPIES = ((3, 6, 0, 0), (0, 4, 8, 0), (0, 0, 1, 2))
"""The kernel [1, 2], once for each entry of [3, 4, 1], times that entry, where that entry looks."""


def copies() -> Explorer:
    """In one dimension: every entry of the second kernel lays a copy of the first one."""

    def plot(laid: int) -> "Figure":
        figure, axes = new_axes(3, 10.5, 3.2, widths=(2, 3, 5))
        draw_cells(axes[0], torch.tensor([[1.0, 2]]), "first kernel K1")
        draw_cells(axes[1], torch.tensor([[3.0, 4, 1]]), "second kernel K2")
        if laid:
            draw_frame(axes[1], 0, laid - 1, 1, 1)
        rows = torch.tensor(_COPIES).float()
        shown = torch.full((4, 4), torch.nan)
        shown[:laid] = rows[:laid]
        shown[3] = rows[:laid].sum(0)
        draw_cells(axes[2], shown, "copies of K1, and their sum")
        for row in range(laid):
            draw_frame(axes[2], row, row, 1, 2)
        axes[2].set_yticks(range(4), ["3 · K1", "4 · K1", "1 · K1", "sum"])
        axes[2].set_xticks(range(4), [f"x{pixel}" for pixel in range(4)])
        axes[2].set_xlabel("pixel of the image")
        axes[2].set_ylabel("")
        for ax in axes[:2]:
            ax.set_yticks([])
            ax.set_ylabel("")
        return figure

    return Explorer(
        plot,
        {"laid": Slider("copies laid", 0, 3, value=3, play=True)},
        alt=lambda laid: (
            "The kernels [1, 2] and [3, 4, 1]. Each entry of the second lays a copy of the first, "
            f"times that entry, one pixel further on. After {laid} copies the sum is "
            f"{torch.tensor(_COPIES)[:laid].sum(0).tolist()}."
        ),
    )


def border() -> Explorer:
    """Two layers in a row minus the merged one: where does padding make a difference?"""
    generator = torch.Generator().manual_seed(16)
    X = torch.randint(-4, 5, (1, 1, 12, 14), generator=generator).float()
    K2 = torch.tensor([[1.0, 2, -1], [0, 1, 1], [2, -1, 1]])[None, None]
    firsts = {
        3: torch.tensor([[1.0, 0, 2], [-1, 1, 1], [1, 1, -2]])[None, None],
        5: torch.randint(-2, 3, (1, 1, 5, 5), generator=generator).float(),
    }

    def difference(padding: str, first: int) -> Tensor:
        K1, reach = firsts[first], first // 2 if padding != "none" else 0
        around = reach + 1 if reach else 0
        two = F.conv2d(F.conv2d(X, K1, padding=reach), K2, padding=around - reach)
        # The merged layer sees each window of the image by itself, zeros around the image only.
        windows = F.unfold(X, first + 2, padding=around)[0].T.reshape(-1, 1, first + 2, first + 2)
        one = F.conv2d(F.conv2d(windows, K1), K2).reshape(two.shape)
        return (two - one)[0, 0]

    def said(padding: str, first: int) -> str:
        differs = int((difference(padding, first) != 0).sum())
        return f"{differs} of {difference(padding, first).numel()} outputs differ"

    def plot(padding: str, first: int) -> "Figure":
        figure, axes = new_axes(2, 10, 3.5, widths=(1, 1))
        draw_map(axes[0], X[0, 0], "image", signed=True)
        away = difference(padding, first)
        top = max(float(away.abs().max()), 1.0)  # all zero is white, with an honest scale
        draw_map(axes[1], away, said(padding, first), signed=True, top=top)
        return figure

    return Explorer(
        plot,
        {
            "padding": Menu("padding", ("none", "zeros, sizes kept"), "zeros, sizes kept"),
            "first": Menu("size of the first kernel", (3, 5), 3),
        },
        alt=lambda padding, first: (
            f"An image, and the output of a {first} x {first} and a 3 x 3 layer in a row minus "
            f"that of the merged layer, padding: {padding}. {said(padding, first)}."
        ),
    )
