"""Nets compared on the same data, trained once and stored."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, ORANGE
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Run, Runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = {
    "accuracy": ("accuracy", BLUE, "o", -0.12),
    "balanced": ("balanced accuracy", ORANGE, "s", 0.12),
}
"""Of each series its name, its colour, its mark, and how far below its net's line it stands."""


def compared(runs: Runs, sets: Sequence[str], measures: Sequence[str] = tuple(_MEASURES)) -> None:
    """A dot for each training: its accuracy, and beside it the balanced one.

    Args:
        sets: an axis each.
        measures: which of the two are drawn.
    """
    found = runs.by_net()
    nets = {name: [net for net, of in found if of == name] for name in sets}
    most = max(map(len, nets.values()))
    figure, axes = new_axes(len(sets), 11, 1.3 + 0.4 * most)
    least = min(run.series[one][-1] for one in measures for run in runs.runs if run.variant in sets)
    told = []
    for ax, name in zip(axes, sets, strict=True):
        for place, net in enumerate(nets[name]):
            means = [_dots(ax, found[net, name], one, place) for one in measures]
            told.append(f"{name}, {net}: {' and '.join(f'{mean:.1%}' for mean in means)}")
        ax.set(title=name, xlabel="share on the test part", ylim=(most - 0.5, -0.5))
        ax.set_xlim(least - 0.01, 1.01)
        ax.set_yticks(range(len(nets[name])), nets[name] if name == sets[0] else [])
        ax.grid(axis="x", color="#dddddd")
    if len(measures) > 1:
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    names = " and ".join(_MEASURES[one][0] for one in measures)
    show_figure(figure, alt=f"Dots for each seed. Means of {names}: {'; '.join(told)}.")


def _dots(ax: "Axes", runs: Sequence[Run], measure: str, place: int) -> float:
    name, colour, mark, below = _MEASURES[measure]
    shares = [run.series[measure][-1] for run in runs]
    ax.plot(
        shares,
        [place + below] * len(shares),
        mark,
        color=colour,
        label=name if place == 0 else None,
        alpha=0.8,
    )
    return sum(shares) / len(shares)
