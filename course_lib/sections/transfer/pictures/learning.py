"""The lab's strategies, trained once and stored."""

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs

_STYLES = {
    "features": (BLUE, "-"),
    "last block": (GREEN, "--"),
    "whole net": (VERMILION, "-."),
    "from scratch": (ORANGE, ":"),
}


def learning(runs: Runs) -> None:
    """Training loss and validation accuracy by epoch."""
    figure, axes = new_axes(2, 11, 3.6)
    told = []
    for name, (colour, line) in _STYLES.items():
        found = [run for run in runs.runs if run.net == name]
        ends = []
        for ax, series in zip(axes, ("loss", "validation"), strict=True):
            columns = list(zip(*(run.series[series] for run in found), strict=True))
            epochs = range(1, len(columns) + 1)
            means = [sum(column) / len(column) for column in columns]
            ax.plot(epochs, means, line, color=colour, label=name)
            lows, highs = [min(c) for c in columns], [max(c) for c in columns]
            ax.fill_between(epochs, lows, highs, color=colour, alpha=0.2)
            ends.append(means[-1])
        told.append(f"{name} {ends[0]:.2g} and {ends[1]:.1%}")
    axes[0].set(title="training loss", xlabel="epoch", ylabel="mean cross-entropy", yscale="log")
    axes[1].set(title="validation", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    axes[1].legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, means of the seeds with a band from "
        f"the lowest to the highest. At the end: {'; '.join(told)}.",
    )
