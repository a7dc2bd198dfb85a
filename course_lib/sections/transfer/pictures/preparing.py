"""What mistakes in preparing images cost, measured on the embedded network."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.data import shapes
from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.pretrained import Pretrained, pretrained

_COUNT, _SEED = 400, 7

Prepare = Callable[[Tensor, int, tuple[float, ...], tuple[float, ...]], Tensor]


def preparations(prepare: Prepare) -> None:
    """Accuracy on fresh shapes, prepared rightly and in six wrong ways.

    Args:
        prepare: the learner's, (images, size, mean, std).
    """
    net = pretrained("resnet18", weights="embedded")
    images, labels, _ = shapes.draw(_COUNT, _SEED, net.size)
    try:
        ways = _ways(prepare, images, net)
        with torch.no_grad():
            right = {
                name: float((net.model(x).argmax(1) == labels).float().mean())
                for name, x in ways.items()
            }
    except Exception as error:  # whatever a learner's code does
        print(f"This runs on prepare. {failure(error)}")
        return
    figure, (ax,) = new_axes(1, 8.5, 3.2)
    colours = [BLUE, *[VERMILION] * (len(right) - 1)]
    bars = ax.barh(list(right), list(right.values()), color=colours)
    ax.bar_label(bars, [f"{share:.0%}" for share in right.values()], padding=4)
    ax.invert_yaxis()
    ax.set(xlim=(0, 1.12), xlabel="share right", title=f"the same {_COUNT} shapes, prepared")
    told = "; ".join(f"{name} {share:.0%}" for name, share in right.items())
    show_figure(figure, alt=f"Share of shapes named rightly, by how they were prepared: {told}.")


def _ways(prepare: Prepare, images: Tensor, net: Pretrained) -> dict[str, Tensor]:
    zeros, ones = (0.0,) * 3, (1.0,) * 3
    right = prepare(images, net.size, net.mean, net.std)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (net.mean, net.std))
    unit = prepare(images, net.size, zeros, ones)
    return {
        "as in its training": right,
        "left in 0 … 1": unit,
        "left in 0 … 255": 255 * unit,
        "normalised twice": (right - mean) / std,
        "red and blue swapped": right.flip(1),
        "made grey": right.mean(1, keepdim=True).expand(-1, 3, -1, -1),
        "half the size": prepare(images, net.size // 2, net.mean, net.std),
    }
