"""Stored trainings: by epoch, and by learning rate."""

import math
from collections.abc import Mapping, Sequence

from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Run, Runs, columns

Style = tuple[str, str]
"""Colour and line."""


def depths(runs: Runs, *, skips: bool) -> None:
    """Plain networks of 20 and 56 layers; those with skips beside them."""
    styles = {"plain-20": (BLUE, "--"), "plain-56": (VERMILION, "--")}
    if skips:
        styles |= {"ResNet-20": (BLUE, "-"), "ResNet-56": (VERMILION, "-")}
    _by_epoch(runs, styles, "20 and 56 layers")


def eighteen(runs: Runs) -> None:
    """18 layers with and without skips."""
    _by_epoch(runs, {"plain-18": (BLUE, "--"), "ResNet-18": (BLUE, "-")}, "18 layers")


def _by_epoch(runs: Runs, styles: Mapping[str, Style], title: str) -> None:
    figure, axes = new_axes(2, 11, 3.6)
    told = []
    for name, (colour, line) in styles.items():
        found = [run for run in runs.runs if run.net == name]
        for ax, series in zip(axes, ("loss", "validation"), strict=True):
            draw_band(ax, columns(found, series), line, colour, name)
        ends = [_mean([run.series[series][-1] for run in found]) for series in found[0].series]
        told.append(f"{name} {ends[0]:.2g} and {ends[1]:.1%}")
    axes[0].set(title=f"{title}: training loss", xlabel="epoch", ylabel="mean cross-entropy")
    axes[0].set_yscale("log")
    axes[1].set(title=f"{title}: validation", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    axes[1].legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, means of the seeds with a band from "
        f"the lowest to the highest. At the end: {'; '.join(told)}.",
    )


def rates(runs: Runs) -> None:
    """Loss at the end by learning rate, with batch norm and without."""
    figure, (ax,) = new_axes(1, 9, 3.6)
    styles = {"with": ("with batch norm", BLUE, "o-"), "without": ("without", VERMILION, "s--")}
    told = []
    for net, (name, colour, line) in styles.items():
        found = {float(v): group for (n, v), group in runs.by_net().items() if n == net}
        ends = [[_last(run) for run in group] for group in found.values()]
        draw_band(ax, ends, line, colour, name, list(found))
        said = (f"{rate:g}: {_mean(c):.2g}" for rate, c in zip(found, ends, strict=True))
        told.append(f"{name} {', '.join(said)}")
    ax.axhline(math.log(10), color="black", linestyle=":", label="ln 10: guessing")
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="training loss at the end")
    ax.set_title("with batch norm and without")
    ax.legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss at the end by learning rate, means of three seeds. "
        f"{'; '.join(told)}. Guessing has 2.3.",
    )


def _last(run: Run) -> float:
    return run.series["loss"][-1]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
