"""The lab's strategies, trained once and stored."""

from collections.abc import Mapping

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.transfer.strategies import ONE_RATE, SCRATCH
from course_lib.training.stored import Runs

_SMALL, _LARGE = (f"{rate:g}" for rate in ONE_RATE)

Line = tuple[str, str, str]
"""Its label, colour and dashes."""

_STRATEGIES: Mapping[tuple[str, str], Line] = {
    ("features", ""): ("features", BLUE, "-"),
    ("last block", ""): ("last block", GREEN, "--"),
    ("whole net", ""): ("whole net", VERMILION, "-."),
    (SCRATCH, ""): (SCRATCH, ORANGE, ":"),
}
_RATES: Mapping[tuple[str, str], Line] = {
    ("whole net", ""): ("rates of their own", VERMILION, "-."),
    ("whole net", _SMALL): (f"{_SMALL} for all", BLUE, "-"),
    ("whole net", _LARGE): (f"{_LARGE} for all", GREEN, "--"),
}


def learning(runs: Runs) -> None:
    """Training loss and validation accuracy of the strategies, by epoch."""
    _by_epoch(runs, _STRATEGIES)


def rates(runs: Runs) -> None:
    """The same of the whole net: with rates of their own, and with one for all parts."""
    _by_epoch(runs, _RATES)


def _by_epoch(runs: Runs, lines: Mapping[tuple[str, str], Line]) -> None:
    figure, axes = new_axes(2, 11, 3.6)
    told = []
    for which, (label, colour, dashes) in lines.items():
        found = runs.by_net()[which]
        ends = []
        for ax, series in zip(axes, ("loss", "validation"), strict=True):
            columns = list(zip(*(run.series[series] for run in found), strict=True))
            draw_band(ax, columns, dashes, colour, label)
            ends.append(sum(columns[-1]) / len(columns[-1]))
        told.append(f"{label} {ends[0]:.2g} and {ends[1]:.1%}")
    axes[0].set(title="training loss", xlabel="epoch", ylabel="mean cross-entropy", yscale="log")
    axes[1].set(title="validation", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    axes[0].legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, means of the seeds with a band from "
        f"the lowest to the highest. At the end: {'; '.join(told)}.",
    )
