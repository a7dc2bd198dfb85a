"""Heartbeats: the idea of a convolution over time, and examples of the classes."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data import Part, rhythm
from course_lib.data.series import CLASSES
from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE, _KERNEL = 32, 3
_LENGTH, _SHIFT, _SPAN = 140, 30, 9
"""Samples of the beat, of its shift and of the kernel."""
_COLOURS = (VERMILION, BLUE)
"""Of the classes: abnormal, normal."""


def idea() -> None:
    """A window on an image and on a beat, what each gives, and the same after a shift."""
    figure, axes = new_axes(4, 12, 4.4, widths=(1, 1, 1.7, 1.7), rows=2)
    rows, columns = torch.meshgrid(torch.arange(_SIDE), torch.arange(_SIDE), indexing="ij")
    disc = ((rows - 13) ** 2 + (columns - 11) ** 2 < 49).float()
    beat = rhythm.draw(1, 0, _LENGTH + _SHIFT, normal=1)[0][0, 0]
    turned = torch.tensor([-1.0, 0, 1]).expand(3, 3)
    rise = torch.linspace(-1, 1, _SPAN)
    for column, shift in enumerate((0, 1)):
        image = disc.roll(10 * shift, 1)
        _map(axes[column], image, "an image, moved" if shift else "an image", (4 + 10 * shift, 12))
        found = F.conv2d(image[None, None], turned[None, None], padding=1)[0, 0]
        _map(axes[4 + column], found, "feature map, moved" if shift else "feature map")
        series = beat[_SHIFT * (1 - shift) :][:_LENGTH]
        above, below = axes[2 + column], axes[6 + column]
        above.plot(series.tolist(), color=BLUE)
        start = int(series.argmax()) - _SPAN
        above.axvspan(start, start + _SPAN - 1, color=VERMILION, alpha=0.4)
        above.set(title="a beat, later" if shift else "a beat", ylabel="voltage, scaled")
        along = F.conv1d(series[None, None], rise[None, None], padding=_SPAN // 2)[0, 0]
        below.plot(along.tolist(), color=BLUE)
        below.set(title="activations, later" if shift else "activations", xlabel="time (samples)")
    show_figure(
        figure,
        alt="Left an image of a disc, with a window of three by three pixels, and below its "
        "feature map with the disc's edges; beside it both moved to the right. Right a heartbeat "
        "with a window of nine samples, and below the activations, with a peak where the beat "
        "rises; beside it both later.",
    )


def _map(ax: "Axes", values: Tensor, title: str, corner: tuple[int, int] | None = None) -> None:
    from matplotlib.patches import Rectangle

    ax.imshow(values.numpy(), "gray")
    ax.set(xticks=[], yticks=[], title=title)
    if corner:
        place = (corner[0] - 1.5, corner[1] - 1.5)
        ax.add_patch(
            Rectangle(place, _KERNEL, _KERNEL, fill=False, edgecolor=VERMILION, linewidth=3)
        )


def beats(part: Part, each: int = 4) -> None:
    """Some beats of either class, a row each."""
    figure, axes = new_axes(each, 11, 3.8, rows=2)
    for row, label in enumerate((1, 0)):
        places = (part.labels == label).nonzero()[:each, 0]
        for column, place in enumerate(places.tolist()):
            ax = axes[each * row + column]
            ax.plot(part.images[place, 0].tolist(), color=_COLOURS[label])
            ax.set(title=CLASSES[label])
            ax.set_xlabel("time (samples)" if row else "")
            ax.set_ylabel("" if column else "voltage, scaled")
    show_figure(
        figure,
        alt=f"Above {each} normal beats, each with a high narrow peak; below {each} that are not "
        "normal: some with a wide peak, some with the wave after it turned over.",
    )
