"""Images, the maps that a network makes of them, and its kernels."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.data import DataSet


def some_images(sets: Mapping[str, "DataSet"]) -> None:
    """Two training images of each of ten classes of each set, with the name of the class."""
    figure, axes = new_axes(10, 11, 2.5 * len(sets) + 0.2, rows=2 * len(sets))
    for row, (title, data) in enumerate(sets.items()):
        for label in range(10):
            for place in (0, 1):
                ax = axes[10 * (2 * row + place) + label]
                index = int((data.train.labels == label).nonzero()[place])
                name = "" if place else data.classes[label]
                _bare(ax, data.train.images[index, 0].float(), name)
        axes[20 * row].set_ylabel(title)
    names = "; ".join(f"{title}: {', '.join(data.classes)}" for title, data in sets.items())
    show_figure(figure, alt=f"Two training images of each class of each set. {names}.")


def activations(feature_maps: Callable[..., Any], model: Any, inputs: Mapping[str, Tensor]) -> None:
    """Some maps of both layers, by the learner's function, for some inputs.

    Args:
        inputs: name -> one image as the model is given it, (1, 1, H, W).
    """
    found = {name: feature_maps(model, image) for name, image in inputs.items()}
    strongest = [max(float(maps[i].max()) for maps in found.values()) for i in (0, 1)]
    figure, axes = new_axes(11, 11, 1.25 * len(found), rows=len(found))
    for row, (name, maps) in enumerate(found.items()):
        line = axes[11 * row : 11 * row + 11]
        _bare(line[0], inputs[name][0, 0], name)
        for place in range(10):
            layer, channel = (0, place) if place < 5 else (1, place - 5)
            picture = maps[layer][0, channel].detach()
            line[place + 1].imshow(picture.numpy(), "magma", vmin=0, vmax=strongest[layer])
            line[place + 1].set_title(
                f"layer {layer + 1}, {channel}" if not row else "", fontsize=8
            )
            line[place + 1].set_xticks([])
            line[place + 1].set_yticks([])
    show_figure(
        figure,
        alt="For each of these inputs five feature maps of the first and five of the second "
        f"layer: {', '.join(inputs)}. One scale of brightness for each layer.",
    )


def first_filters(model: Any, title: str) -> None:
    """The kernels of the first convolution."""
    kernels = model.net[0].weight.detach()[:, 0]
    figure, axes = new_axes(len(kernels), 11, 1.9)
    top = float(kernels.abs().max())
    for number, (ax, kernel) in enumerate(zip(axes, kernels, strict=True)):
        image = ax.imshow(kernel.numpy(), "PuOr_r", vmin=-top, vmax=top)
        ax.set_title(f"{title} {number}", fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])
    figure.colorbar(image, ax=axes[-1], label="weight")
    show_figure(figure, alt=f"The {len(kernels)} kernels of the first convolution, 5 x 5 each.")


def _bare(ax: "Axes", image: Tensor, title: str) -> None:
    ax.imshow(image.numpy(), "gray", interpolation="nearest")
    ax.set_title(title, fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])
