"""The gates of squeeze and excitation in a trained network."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from course_lib.data import Part

_CLASSES = ((0, BLUE), (1, GREEN), (7, VERMILION))


def gates(net: nn.Module, part: "Part") -> None:
    """Each block's gates, channel by channel: over all images, and over three classes."""
    found = _recorded(net, part.inputs())
    figure, axes = new_axes(len(found), 12, 2.9)
    for number, (ax, values) in enumerate(zip(axes, found, strict=True), start=1):
        channels = range(values.shape[1])
        ax.plot(channels, values.mean(0).numpy(), color="black", linewidth=1.6, label="all")
        for label, colour in _CLASSES:
            mean = values[part.labels == label].mean(0).numpy()
            ax.plot(channels, mean, color=colour, linewidth=0.9, label=str(label))
        ax.set(ylim=(0, 1), xlabel="channel", title=f"layer{number}")
    axes[0].set_ylabel("gate")
    axes[0].legend(fontsize=8)
    spread = ", ".join(f"{float(v.mean()):.2f} (deviation {float(v.std()):.2f})" for v in found)
    show_figure(
        figure,
        alt="Gates by channel, a panel for each stage, over all validation images and over those "
        f"of the digits 0, 1 and 7. Their means from stage to stage: {spread}.",
    )


def _recorded(net: nn.Module, images: Tensor) -> list[Tensor]:
    """For each module called `se` its gates, (N, C)."""
    found: list[Tensor] = []
    hooks = [
        module.fc2.register_forward_hook(
            lambda _, __, out: found.append(torch.sigmoid(out).flatten(1))
        )
        for name, module in net.named_modules()
        if name.endswith("se")
    ]
    with torch.no_grad():
        net.eval()(images)
    for hook in hooks:
        hook.remove()
    return found
