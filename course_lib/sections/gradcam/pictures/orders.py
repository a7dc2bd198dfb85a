"""Pooling and weighing exchanged: where a class activation map comes from."""

import torch

from course_lib.figures.elements import MINUS, draw_cells, new_axes, number_text
from course_lib.figures.still import show as show_figure

_MAPS = torch.tensor([[[1.0, 0], [2, 3]], [[0, 4], [1, 1]]])
_WEIGHTS = torch.tensor([3.0, -1])


def orders() -> None:
    """Two maps with their means, and the weighted sum of the maps with its own."""
    figure, axes = new_axes(3, 10, 3.3)
    together = (_WEIGHTS[:, None, None] * _MAPS).sum(0)
    means = [float(values.mean()) for values in (*_MAPS, together)]
    for place, weight in enumerate(_WEIGHTS.tolist()):
        title = f"map {place + 1}, weight {number_text(weight)}: mean {number_text(means[place])}"
        draw_cells(axes[place], _MAPS[place], title)
    title = f"3 · map 1 {MINUS} 1 · map 2: mean {number_text(means[2])}"
    draw_cells(axes[2], together, title)
    show_figure(
        figure,
        alt="Map 1, (1, 0; 2, 3), with weight 3 and map 2, (0, 4; 1, 1), with weight "
        f"{MINUS}1; the mean of each is {means[0]:g}. Their weighted sum is (3, {MINUS}4; 5, 8), "
        f"with the mean {means[2]:g}: also 3 times {means[0]:g} less 1 times {means[1]:g}.",
    )
