"""Which numbers the gradient reaches through a pooling."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.pooling.pictures.windows import draw_windows

_X = torch.tensor([[1.0, 5, 0, 3], [2, 4, 7, 1], [6, 0, 2, 4], [3, 1, 9, 8]])
_UPSTREAM = torch.tensor([[8.0, 4], [-4, 12]])


def gradients(pool_gradient: Callable[..., Tensor]) -> None:
    """A map, the gradient that comes in, and what the learner's function makes of both."""
    try:
        found = {
            mode: pool_gradient(_X.clone(), _UPSTREAM.clone(), (2, 2), mode).detach().reshape(4, 4)
            for mode in ("max", "avg")
        }
    except Exception as error:  # whatever a learner's function does
        print(f"Your pool_gradient cannot be drawn. {failure(error)}")
        return
    figure, axes = new_axes(4, 12, 3.3, widths=(4, 2.2, 4, 4))
    draw_windows(axes[0], _X, "map X", 2)
    draw_windows(axes[1], _UPSTREAM, "upstream", 1)
    for ax, (mode, gradient) in zip(axes[2:], found.items(), strict=True):
        draw_windows(ax, gradient + 0.0, f'gradient, "{mode}"', 2)  # a zero without a minus
    show_figure(
        figure,
        alt="A map of 4 x 4 numbers in four coloured windows of 2 x 2; the upstream gradient, one "
        "number for each window: 8, 4, -4 and 12; and your gradients. For the maximum each of "
        "these should stand at the largest number of its window, beside zeros; for the mean all "
        "four numbers of a window should have a quarter of it.",
    )
