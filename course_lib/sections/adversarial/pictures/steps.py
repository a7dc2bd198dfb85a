"""One large step and several small ones on a loss that bends, over images of two pixels."""

import torch
from torch import Tensor

from course_lib.figures.colours import ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.adversarial.pictures.plane import draw_plane

_IMAGE, _EPS = (0.5, 0.5), 0.3
_START, _STEP, _STEPS = (-0.06, 0.11), 0.09, 6

_HILLS = torch.tensor([[0.62, 0.58], [0.08, 0.67]])
_HEIGHTS, _WIDTHS = torch.tensor([0.9, 2.0]), torch.tensor([0.13, 0.27])


def steps() -> None:
    """Where FGSM lands, and the path of PGD, in the plane of the two pixels."""
    clean = torch.tensor(_IMAGE)
    corner = clean + _EPS * _slopes(clean).sign()
    path = _path(clean)
    figure, (ax,) = new_axes(1, 5.6, 4.4)
    shaded = draw_plane(ax, _loss, _IMAGE, _EPS)
    arrow = {"arrowstyle": "-|>", "color": VERMILION, "linewidth": 2.5}
    there = tuple(corner.tolist())
    ax.annotate("", there, _IMAGE, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
    ax.plot([], [], color=VERMILION, linewidth=2.5, label="FGSM")
    ax.plot(*torch.stack(path).T.tolist(), "o-", color=ORANGE, linewidth=2, label="PGD")
    ax.legend(loc="lower right", fontsize=10)
    figure.colorbar(shaded, ax=ax, shrink=0.85, label="loss")
    ax.set_title("a large step, and small ones", fontsize=11)
    show_figure(
        figure,
        alt="The plane of two pixels, shaded by a loss with a small hill to the upper right of the "
        "image and a large one to the left. FGSM goes to the upper right corner of the square, "
        f"beyond the small hill, where the loss is {float(_loss(corner)):.2f}. PGD goes by small "
        "steps to the left side of the square, and along it, where the loss is "
        f"{float(_loss(path[-1])):.2f}.",
    )


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


def _path(clean: Tensor) -> list[Tensor]:
    """The images that PGD goes through, its start first."""
    path = [clean + torch.tensor(_START)]
    for _ in range(_STEPS):
        moved = path[-1] + _STEP * _slopes(path[-1]).sign()
        path.append((moved - clean).clamp(-_EPS, _EPS) + clean)
    return path
