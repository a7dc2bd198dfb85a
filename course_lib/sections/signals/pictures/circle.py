"""What the network of the learner's own parts sees, looks at and is fooled by."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.signals.circle import CLASSES, EPS, Closed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = 8


def circle(done: Closed) -> None:
    """Some test images with the predicted class; below, where they are there, the heat maps and
    the attacked images.
    """
    if not done.trained_by:
        return
    rows = {"image": done.images, "heat map": done.heat, f"attacked, eps {EPS:g}": done.attacked}
    there = {name: row[:_SHOWN].detach() for name, row in rows.items() if row is not None}
    figure, axes = new_axes(_SHOWN, 11, 0.3 + 1.5 * len(there), rows=len(there))
    told = []
    for place, (name, row) in enumerate(there.items()):
        line = axes[_SHOWN * place : _SHOWN * (place + 1)]
        names = _drawn_heat(line, done.images, row) if row.dim() == 3 else _drawn(line, done, row)
        line[0].set_ylabel(name)
        told.append(f"{name}: {names}")
    show_figure(figure, alt=f"{_SHOWN} test images in columns. {'; '.join(told)}.")


@torch.no_grad()
def _drawn(line: "list[Axes]", done: Closed, images: Tensor) -> str:
    """Draws images with the class that each is given, in brackets where it is wrong."""
    given = done.model.eval()(images).argmax(1).tolist()
    names = [
        CLASSES[guess] if guess == label else f"({CLASSES[guess]})"
        for guess, label in zip(given, done.labels.tolist(), strict=False)
    ]
    for ax, image, name in zip(line, images, names, strict=True):
        ax.imshow(image.clamp(0, 1).permute(1, 2, 0).numpy())
        ax.set(xticks=[], yticks=[])
        ax.set_title(name, fontsize=10)
    return "called " + ", ".join(names)


def _drawn_heat(line: "list[Axes]", images: Tensor, heat: Tensor) -> str:
    """Draws each map over its image in grey, by its own maximum."""
    large = F.interpolate(heat[:, None], images.shape[-2:], mode="bilinear")[:, 0]
    for ax, image, one in zip(line, images, large, strict=False):
        ax.imshow(image.mean(0).numpy(), "gray")
        ax.imshow(one.numpy(), "inferno", alpha=0.6)
        ax.set(xticks=[], yticks=[])
    return "Grad-CAM of the true class, light where it speaks for it"
