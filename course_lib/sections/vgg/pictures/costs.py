"""Where parameters, work and memory of VGG-16 are."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_lib.figures.colours import GREEN, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.vgg import VGG, VGG16

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLACES = ("block 1", "block 2", "block 3", "block 4", "block 5", "dense")


def vgg16_costs() -> list[tuple[int, int, int]]:
    """Of each block and of the dense layers: parameters, multiply-adds, activations.

    Counted while an image goes through, on the meta device.
    """
    found = [[0, 0, 0]]

    def note(layer: nn.Module, inputs: Any, output: Tensor) -> None:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            places = output[0].numel() // output.shape[1]
            found[-1][0] += sum(p.numel() for p in layer.parameters())
            found[-1][1] += layer.weight.numel() * places
            found[-1][2] += output.numel()
        elif isinstance(layer, nn.MaxPool2d):
            found[-1][2] += output.numel()
            found.append([0, 0, 0])  # what comes next belongs to the next block

    with torch.device("meta"):
        net = VGG(VGG16)
        for layer in net.modules():
            layer.register_forward_hook(note)
        net(torch.zeros(1, 3, 224, 224))
    return [(parameters, macs, activations) for parameters, macs, activations in found]


def costs() -> None:
    """Three bar charts, a bar for each block and one for the dense layers."""
    columns = list(zip(*vgg16_costs(), strict=True))
    figure, axes = new_axes(3, 11, 3.4)
    titles = ("parameters", "multiply-adds", "activations")
    units = ((1e6, "million"), (1e9, "billion"), (1e6, "million"))
    texts = []
    for ax, column, title, (unit, word) in zip(axes, columns, titles, units, strict=True):
        _draw_bars(ax, [count / unit for count in column])
        ax.set_title(f"{title}: {sum(column) / unit:.4g} {word}")
        ax.set_xlabel(f"{title} ({word})")
        largest = max(range(len(column)), key=column.__getitem__)
        texts.append(
            f"{title}: {sum(column):,}, most in {_PLACES[largest]} "
            f"({column[largest] / sum(column):.0%})"
        )
    show_figure(
        figure,
        alt="Where VGG-16's costs are, by block and for the dense layers. "
        + "; ".join(texts)
        + ".",
    )


def _draw_bars(ax: "Axes", values: list[float]) -> None:
    colours = [SKY] * (len(values) - 1) + [GREEN]
    bars = ax.barh(_PLACES, values, color=colours, edgecolor="black", linewidth=0.5)
    whole = sum(values)
    ax.bar_label(bars, [f"{value / whole:.1%}" for value in values], padding=2, fontsize=9)
    ax.set_xlim(0, 1.25 * max(values))
    ax.invert_yaxis()
