"""The lab's networks, trained once and stored."""

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs, columns

_STYLES = {
    "standard": (BLUE, "-"),
    "separable": (GREEN, "--"),
    "separable, wider": (VERMILION, "-."),
}


def accuracy(runs: Runs) -> None:
    """Training loss and validation accuracy by epoch."""
    figure, axes = new_axes(2, 11, 3.6)
    told = []
    for name, (colour, line) in _STYLES.items():
        found = [run for run in runs.runs if run.net == name]
        ends = []
        for ax, series in zip(axes, ("loss", "validation"), strict=True):
            draw_band(ax, columns(found, series), line, colour, name)
            last = columns(found, series)[-1]
            ends.append(sum(last) / len(last))
        told.append(f"{name} {ends[0]:.2g} and {ends[1]:.1%}")
    axes[0].set(title="training loss", xlabel="epoch", ylabel="mean cross-entropy", yscale="log")
    axes[1].set(title="validation", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    axes[1].legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, means of the seeds with a band from "
        f"the lowest to the highest. At the end: {'; '.join(told)}.",
    )
