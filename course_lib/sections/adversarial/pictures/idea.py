"""An attack on an image of two pixels: a step along the gradient, and one along its sign."""

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.figures.colours import VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.adversarial.pictures.plane import draw_plane

_WEIGHTS = torch.tensor([2.0, -1.0])
"""Of class 0; those of class 1 are 0."""
_IMAGE, _EPS = (0.6, 0.5), 0.3


def idea() -> None:
    """Both steps in the plane of the two pixels, over the loss of class 0."""
    slopes = _slopes()
    moves = {"0.3 times the gradient": slopes, "0.3 times its sign": slopes.sign()}
    figure, axes = new_axes(2, 9.4, 4.2)
    ends = []
    for ax, (title, move) in zip(axes, moves.items(), strict=True):
        shaded = draw_plane(ax, _loss, _IMAGE, _EPS)
        ax.plot([0, 0.5], [0, 1], "k--", linewidth=1)
        ax.text(0.8, 0.07, "class 0", ha="center", fontsize=11)
        ax.text(0.12, 0.9, "class 1", ha="center", fontsize=11, color="white")
        end = tuple((torch.tensor(_IMAGE) + _EPS * move).tolist())
        arrow = {"arrowstyle": "-|>", "color": VERMILION, "linewidth": 2.5}
        ax.annotate("", end, _IMAGE, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
        ax.set_title(title, fontsize=11)
        ends.append(f"({end[0]:.2f}, {end[1]:.2f})")
    figure.colorbar(shaded, ax=axes, shrink=0.8, label="loss of class 0")
    show_figure(
        figure,
        alt="Twice the plane of two pixels, shaded by the loss of class 0, which grows to the top "
        "left; a dashed line parts class 0, to the right, from class 1. From the image (0.6, 0.5) "
        f"the gradient's step ends at {ends[0]}, on the side of class 0; that of the sign ends at "
        f"{ends[1]}, a corner of the square around the image, on the side of class 1.",
    )


def _loss(images: Tensor) -> Tensor:
    """Cross-entropy of class 0: (..., 2) -> (...)."""
    return F.softplus(-(images @ _WEIGHTS))


def _slopes() -> Tensor:
    """The gradient of the loss at the image, (2,): minus class 1's probability, by each weight."""
    return -torch.sigmoid(-(torch.tensor(_IMAGE) @ _WEIGHTS)) * _WEIGHTS
