"""Which numbers learn through a pooling."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.figures.elements import draw_map, new_axes
from course_lib.figures.still import show as show_figure


def gradients(pool_gradient: Callable[..., Tensor]) -> None:
    """Which pixels of a map learn, through the maximum and through the mean."""
    X = torch.randn(8, 8, generator=torch.Generator().manual_seed(3))
    try:
        maps = [pool_gradient(X, torch.ones(4, 4), (2, 2), mode) for mode in ("max", "avg")]
    except NotImplementedError:
        print("This figure uses pool_gradient, which is not written yet.")
        return
    except Exception as error:  # whatever a learner's function does
        print(f"This cannot be drawn: {type(error).__name__}: {error}")
        return
    figure, axes = new_axes(3, 11, 3.4)
    draw_map(axes[0], X, "map", signed=True)
    for ax, values, mode in zip(axes[1:], maps, ("max", "avg"), strict=True):
        draw_map(ax, values.detach(), f'gradient, mode "{mode}"', signed=False, top=1)
    show_figure(
        figure,
        alt="A map of 8 x 8 random numbers, and your gradients of the pooled map's sum. For the "
        "maximum one pixel in each window of 2 x 2 should have 1 and the others 0; for the mean "
        "all pixels 0.25.",
    )
