"""Stored trainings of the labs: by epoch, and against the number of parameters."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import columns

if TYPE_CHECKING:
    from course_lib.training.stored import Run, Runs

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, "black")
_LINES = ("o-", "s--", "D-.", "^:", "v-", "P--")


def by_epoch(runs: "Runs", title: str) -> None:
    """Training loss and validation accuracy by epoch: a line for each net, a band of seeds.

    Where rates were varied, a row of panels for each rate.
    """
    from matplotlib.ticker import MaxNLocator

    variants = list(dict.fromkeys(variant for _, variant in runs.by_net()))
    figure, axes = new_axes(2, 11, 3.6 * len(variants), rows=len(variants))
    told = []
    for row, variant in enumerate(variants):
        losses, right = axes[2 * row : 2 * row + 2]
        where = f", largest rate {variant}" if variant else ""
        nets = {net: found for (net, other), found in runs.by_net().items() if other == variant}
        for place, (net, found) in enumerate(nets.items()):
            style = _LINES[place], _COLOURS[place], net
            draw_band(losses, columns(found, "loss"), *style)
            draw_band(right, columns(found, "validation"), *style)
            told.append(f"{net}{where} {_mean(_ends(found)):.1%}")
        losses.set(title=f"{title}: training loss{where}", ylabel="mean cross-entropy")
        right.set(title=f"{title}: validation{where}", ylabel="share right")
        right.legend(fontsize=8)
        for ax in (losses, right):
            ax.set_xlabel("epoch")
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, means of the seeds with a band from "
        f"the lowest to the highest. Accuracy at the end: {'; '.join(told)}.",
    )


def by_size(
    labs: Mapping[str, "Runs"], parameters: Callable[[str], Mapping[tuple[str, str], int]]
) -> None:
    """Validation accuracy at the end against the number of parameters, a panel for each lab.

    Args:
        parameters: of a lab's name, the numbers of its nets by name and variant.
    """
    figure, axes = new_axes(len(labs), 5.5 * max(len(labs), 1.6), 3.6)
    told = []
    for ax, (title, runs) in zip(axes, labs.items(), strict=True):
        counts = parameters(title)
        for place, (names, found) in enumerate(runs.by_net().items()):
            ends, size = _ends(found), counts[names]
            mean = _mean(ends)
            ranges = [[mean - min(ends)], [max(ends) - mean]]
            colour, marker = _COLOURS[place], _LINES[place][0]
            # Nets of equal size stand beside each other.
            beside = size + 0.005 * max(counts.values()) * list(counts.values())[:place].count(size)
            ax.errorbar(
                [beside], [mean], ranges, fmt=marker, color=colour, capsize=3, label=names[0]
            )
            told.append(f"{names[0]} {size:,} and {mean:.1%}")
        ax.set(title=title, xlabel="parameters", ylabel="share right on validation")
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.legend(fontsize=8)
    low = min(ax.get_ylim()[0] for ax in axes)
    high = max(ax.get_ylim()[1] for ax in axes)
    for ax in axes:
        ax.set_ylim(low, high)
    show_figure(figure, alt=f"Parameters, and accuracy at the end: {'; '.join(told)}.")


def _ends(found: "Sequence[Run]") -> list[float]:
    return [run.series["validation"][-1] for run in found]


def _mean(values: "Sequence[float]") -> float:
    return sum(values) / len(values)
