"""Nets compared on the same data, trained once and stored."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, ORANGE
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.signals.curves import LATER, MOVED
from course_lib.training.stored import Run, Runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TESTS = {
    "": ("as the beats come", BLUE, "o", -0.16),
    MOVED: (f"{LATER} samples later", ORANGE, "s", 0.16),
}
"""By the end of a variant's name: its label, colour, mark, how far below its net's line it is."""
_APART = 0.07
"""Seeds with equal results would lie on each other."""


def compared(runs: Runs, sets: Sequence[str]) -> None:
    """A mark for each training: its accuracy on test beats as they come, and when they are moved.

    Args:
        sets: an axis each.
    """
    found = runs.by_net()
    nets = list(dict.fromkeys(net for net, of in found if of in sets))
    figure, axes = new_axes(len(sets), 11, 1.5 + 0.6 * len(nets))
    told = []
    for ax, name in zip(axes, sets, strict=True):
        for place, net in enumerate(nets):
            means = [_marks(ax, found[net, name + end], end, place) for end in _TESTS]
            told.append(f"{name}, {net}: {' and '.join(f'{mean:.1%}' for mean in means)}")
        ax.set(title=name, xlabel="accuracy on the test part", ylim=(len(nets) - 0.5, -0.5))
        ax.set_xlim(0.35, 1.03)
        ax.set_yticks(range(len(nets)), nets if ax is axes[0] else [])
        ax.grid(axis="x", color="#dddddd")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    names = " and ".join(label for label, *_ in _TESTS.values())
    show_figure(figure, alt=f"A mark for each seed. Mean accuracies {names}: {'; '.join(told)}.")


def _marks(ax: "Axes", runs: Sequence[Run], end: str, place: int) -> float:
    label, colour, mark, below = _TESTS[end]
    shares = [run.series["accuracy"][-1] for run in runs]
    lines = [place + below + _APART * (one - (len(shares) - 1) / 2) for one in range(len(shares))]
    ax.plot(shares, lines, mark, color=colour, label=None if place else label, markersize=5)
    return sum(shares) / len(shares)
