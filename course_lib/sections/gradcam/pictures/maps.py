"""Maps of a network's layers as pictures, and how much their channels have in common."""

from collections.abc import Mapping

import torch
from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.gradcam.pictures.rows import draw_picture


def feature_maps(image: Tensor, maps: Mapping[str, Tensor], count: int = 6) -> None:
    """The first maps of each layer for one image, each drawn from its own least number to its own
    greatest.

    Args:
        image: (3, H, W), in [0, 1].
        maps: name of the layer -> (1, C, h, w).
    """
    figure, axes = new_axes(count + 1, 11, 1.6 * len(maps), rows=len(maps))
    for row, (name, found) in enumerate(maps.items()):
        first, *others = axes[(count + 1) * row : (count + 1) * (row + 1)]
        first.set_axis_off()
        if row == 0:
            draw_picture(first, image, "image")
            first.set_axis_on()
        for channel, ax in enumerate(others):
            ax.imshow(found[0, channel].detach().numpy(), "gray", interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            if row == 0:
                ax.set_title(f"channel {channel}", fontsize=10)
        h, w = found.shape[2:]
        others[0].set_ylabel(f"{name}\n{h} x {w}", fontsize=10)
    show_figure(
        figure,
        alt=f"An image, and the first {count} maps of {', '.join(maps)}: edges and areas of the "
        "image in the first rows; in the last ones few large squares.",
    )


def pages(pictures: Mapping[str, Tensor]) -> None:
    """Grids of maps, one layer beside the other.

    Args:
        pictures: name of the layer -> (rows, columns), in [0, 1].
    """
    figure, axes = new_axes(len(pictures), 2.6 * len(pictures), 2.9)
    for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
        ax.imshow(picture.detach().numpy(), "gray", vmin=0, vmax=1, interpolation="nearest")
        ax.set(title=name, xticks=[], yticks=[])
    show_figure(
        figure,
        alt=f"Maps of {', '.join(pictures)} side by side, each from black, its least number, to "
        "white. First the object in grey with its edges, then edges, then few bright squares.",
    )


def correlations(matrices: Mapping[str, Tensor]) -> None:
    """Correlation of channels, a square for each layer.

    Args:
        matrices: name of the layer -> (C, C), in [-1, 1].
    """
    figure, axes = new_axes(len(matrices), 11.5, 2.9)
    means = {}
    for ax, (name, values) in zip(axes, matrices.items(), strict=True):
        drawn = ax.imshow(values.numpy(), "PuOr_r", vmin=-1, vmax=1, interpolation="nearest")
        ax.set(title=name, xlabel="channel")
        means[name] = float(values[~torch.eye(len(values), dtype=torch.bool)].abs().mean())
    axes[0].set_ylabel("channel")
    figure.colorbar(drawn, ax=axes[-1], shrink=0.75)
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())
    show_figure(
        figure,
        alt="The correlation of each channel with each other one, as coloured squares. Mean "
        f"absolute value beside the diagonal: {told}.",
    )
