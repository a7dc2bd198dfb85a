"""The opening picture of section 01: digits, and what a network takes them for."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.data import Part
from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 6
_MISREAD = 2


def predictions(part: Part, before: Tensor, after: Tensor) -> None:
    """Twelve digits with the labels predicted for them before and after training.

    The first ten that are right after it, then the first two that are not, if there are so many.

    Args:
        part: N grey images.
        before, after: (N,), the predicted labels.
    """
    shown = _chosen(after == part.labels)
    figure, axes = new_axes(_COLUMNS, 10.5, 5.2, rows=2)
    for ax, index in zip(axes, shown, strict=True):
        label = int(part.labels[index])
        ax.imshow(part.images[index, 0].numpy(), "gray", interpolation="nearest")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(f"label {label}", fontsize=12)
        _write(ax, -0.13, "before", int(before[index]), label)
        _write(ax, -0.29, "after", int(after[index]), label)
    show(figure, alt=_alt(part.labels[shown], before[shown], after[shown]))


def _chosen(right: Tensor) -> list[int]:
    """Indices of twelve images, the misread ones last."""
    read, misread = (mask.nonzero().flatten().tolist() for mask in (right, ~right))
    count = max(min(len(misread), _MISREAD), 2 * _COLUMNS - len(read))
    return read[: 2 * _COLUMNS - count] + misread[:count]


def _write(ax: "Axes", height: float, when: str, predicted: int, label: int) -> None:
    right = predicted == label
    ax.text(
        0.5,
        height,
        f"{when}: {predicted} {'✓' if right else '✗'}",
        transform=ax.transAxes,
        ha="center",
        fontsize=12,
        color=BLUE if right else VERMILION,
    )


def _alt(labels: Tensor, before: Tensor, after: Tensor) -> str:
    def listed(numbers: Tensor) -> str:
        return ", ".join(str(number) for number in numbers.tolist())

    return (
        f"Handwritten digits with the labels {listed(labels)}. Before its training the network "
        f"predicts {listed(before)}; {int(torch.sum(before == labels))} of {len(labels)} are "
        f"right. After it, {listed(after)}; {int(torch.sum(after == labels))} are right."
    )
