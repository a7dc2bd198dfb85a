"""What becomes of accuracy when the beats come later than in training."""

from collections.abc import Mapping

from torch import nn

from course_lib.data import Part
from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.fit import accuracy

_SHIFTS = range(0, 41, 4)
_STYLES = ((BLUE, "o-"), (VERMILION, "s--"))


def moved(nets: Mapping[str, nn.Module], part: Part) -> None:
    """The accuracy of two nets on series that are moved to the right; what leaves comes in again.

    Args:
        nets: by what they are called.
    """
    figure, (ax,) = new_axes(1, 7.5, 3.4)
    told = []
    for (name, net), (colour, line) in zip(nets.items(), _STYLES, strict=True):
        found = [accuracy(net, Part(part.images.roll(shift, 2), part.labels)) for shift in _SHIFTS]
        ax.plot(_SHIFTS, found, line, color=colour, label=name, markersize=4)
        told.append(f"{name} from {found[0]:.0%} to {found[-1]:.0%}")
    ax.set(title="test beats, moved", xlabel="moved by (samples)", ylabel="accuracy", ylim=(0, 1))
    ax.legend(loc="lower left")
    show_figure(
        figure,
        alt=f"Accuracy by how far the beats are moved, up to {_SHIFTS[-1]} samples: "
        f"{'; '.join(told)}.",
    )
