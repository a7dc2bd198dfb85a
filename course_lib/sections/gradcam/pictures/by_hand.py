"""Grad-CAM on paper: two maps of 2 x 2."""

import torch
from torch import Tensor

from course_lib.figures.elements import draw_cells, new_axes, number_text
from course_lib.figures.still import show as show_figure

_MAPS = torch.tensor([[[1.0, 0], [2, 3]], [[0, 4], [1, 1]]])
_GRADIENTS = torch.tensor([[[2.0, 0], [1, 1]], [[0, -1], [-1, 0]]])


def by_hand() -> None:
    """From maps and gradients to the heat map, number by number."""
    figure, axes = new_axes(4, 11, 5.4, rows=2)
    weighted = []
    for channel, (values, slopes) in enumerate(zip(_MAPS, _GRADIENTS, strict=True)):
        weight = float(slopes.sum()) / slopes.numel()
        weighted.append(weight * values)
        left = axes[4 * channel : 4 * channel + 3]
        draw_cells(left[0], values, f"map {channel + 1}")
        draw_cells(left[1], slopes, f"its gradient: mean {number_text(weight)}")
        draw_cells(left[2], _positive_zero(weighted[-1]), f"{number_text(weight)} · map")
    total = weighted[0] + weighted[1]
    draw_cells(axes[3], total, "sum over the channels")
    draw_cells(axes[7], total.clamp(min=0), "after the ReLU: Grad-CAM")
    show_figure(
        figure,
        alt="Two maps of 2 x 2. Map 1, (1, 0; 2, 3), has the gradient (2, 0; 1, 1) with the mean "
        f"1. Map 2, (0, 4; 1, 1), has (0, {number_text(-1)}; {number_text(-1)}, 0) with the mean "
        f"{number_text(-0.5)}. Each times its mean, summed: (1, {number_text(-2)}; 1.5, 2.5). "
        "After the ReLU: (1, 0; 1.5, 2.5).",
    )


def _positive_zero(values: Tensor) -> Tensor:
    """Without −0, which would be drawn with its sign."""
    return values + 0.0
