"""One large step and several small ones on a loss that bends, over images of two pixels."""

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.adversarial.pictures.plane import draw_plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_IMAGE, _EPS = (0.5, 0.5), 0.3
_STEP, _STEPS = 0.04, 9
_START = (-0.1, -0.12)
"""Drawn by chance, once."""

_HILLS = torch.tensor([[0.62, 0.58], [0.08, 0.67]])
_HEIGHTS, _WIDTHS = torch.tensor([0.9, 2.0]), torch.tensor([0.13, 0.27])


def steps() -> None:
    """Where FGSM lands, and where small steps do from the image and from another start."""
    clean = torch.tensor(_IMAGE)
    paths = {
        "one large step (FGSM)": ([clean, clean + _EPS * _slopes(clean).sign()], VERMILION),
        "small steps from the image": (_path(clean, clean), GREEN),
        "small steps from a start by chance": (_path(clean, clean + torch.tensor(_START)), ORANGE),
    }
    figure, (ax,) = new_axes(1, 6.4, 6)
    shaded = draw_plane(ax, _loss, _IMAGE, _EPS)
    told = []
    for name, (path, colour) in paths.items():
        _draw(ax, path, colour, name)
        told.append(f"{name}: from {_at(path[0])} to {_at(path[-1])}")
    figure.colorbar(shaded, ax=ax, shrink=0.85, label="loss")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=10)
    ax.set_title("a large step, and small ones", fontsize=11)
    show_figure(
        figure,
        alt="The plane of two pixels, shaded by a loss with a small hill to the upper right of the "
        "image and a large one to the left. Paths within the square around the image, with the "
        f"loss at both ends; {'; '.join(told)}. The large step ends in the upper right corner, "
        "beyond the small hill; small steps from the image end on that hill, those from the other "
        "start, at the lower left, on the left side of the square, on the large hill.",
    )


def _draw(ax: "Axes", path: list[Tensor], colour: str, name: str) -> None:
    """A path: a ring where it begins beside the image, arrows, and the loss at its end."""
    if tuple(path[0].tolist()) != _IMAGE:
        ax.plot(*path[0].tolist(), "o", color=colour, mfc="white", markersize=9, zorder=5)
    for begin, end in pairwise(path):
        head = "-|>,head_width=0.25,head_length=0.4"
        arrow = {"arrowstyle": head, "color": colour, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tuple(end.tolist()), tuple(begin.tolist()), arrowprops=arrow)
    x, y = path[-1].tolist()
    ax.plot([x], [y], "o-", color=colour, markersize=8, linewidth=2, label=name, zorder=5)
    ax.annotate(
        f"{float(_loss(path[-1])):.2f}",
        (x, y),
        (0, 9),
        textcoords="offset points",
        ha="center",
        fontsize=11,
        bbox={"facecolor": "white", "edgecolor": colour, "pad": 2},
    )


def _at(image: Tensor) -> str:
    return f"{float(_loss(image)):.2f}"


def _loss(images: Tensor) -> Tensor:
    """Two hills: (..., 2) -> (...)."""
    return _each(images).sum(-1)


def _each(images: Tensor) -> Tensor:
    """The hills' heights at images of two pixels: (..., 2) -> (..., hills)."""
    away = (images[..., None, :] - _HILLS).square().sum(-1)
    return _HEIGHTS * torch.exp(-away / (2 * _WIDTHS**2))


def _slopes(image: Tensor) -> Tensor:
    """The loss's gradient at one image: (2,)."""
    return (_each(image)[:, None] * (_HILLS - image) / _WIDTHS[:, None] ** 2).sum(0)


def _path(clean: Tensor, start: Tensor) -> list[Tensor]:
    """The images that PGD goes through, its start first."""
    path = [start]
    for _ in range(_STEPS):
        moved = path[-1] + _STEP * _slopes(path[-1]).sign()
        path.append((moved - clean).clamp(-_EPS, _EPS) + clean)
    return path
