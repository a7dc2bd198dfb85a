"""The plane of images of two pixels: how large a loss is there, and how far eps reaches."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Pixels = tuple[float, float]
_FINE = 101


def draw_plane(ax: "Axes", loss: Callable[[Tensor], Tensor], image: Pixels, eps: float) -> Any:
    """Shades the plane, darker where the loss is greater; draws an image and its square.

    Args:
        loss: (..., 2) -> (...).

    Returns:
        What a colour bar is made of.
    """
    from matplotlib.patches import Rectangle

    line = torch.linspace(0, 1, _FINE)
    second, first = torch.meshgrid(line, line, indexing="ij")
    values = loss(torch.stack([first, second], -1))
    extent = (0, 1, 0, 1)
    shaded = ax.imshow(values.numpy(), "Greys", origin="lower", extent=extent, alpha=0.8)
    corner = (image[0] - eps, image[1] - eps)
    ax.add_patch(Rectangle(corner, 2 * eps, 2 * eps, fill=False, edgecolor=BLUE, linewidth=2))
    ax.plot(*image, "*", color=BLUE, markersize=13, zorder=4)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="pixel a", ylabel="pixel b")
    return shaded
