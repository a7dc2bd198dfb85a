"""Curves of trainings."""

import math

from course_lib.figures.colours import BLUE, GREEN, ORANGE
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Run, Runs, columns

_BEGINNINGS = {
    "default": "PyTorch's default weights",
    "He": "He's weights",
    "batch norm": "batch norm",
}
_STYLES = {"VGG-11": ("o-", BLUE), "VGG-13": ("s--", ORANGE), "VGG-16": ("^-.", GREEN)}


def deeper(runs: Runs) -> None:
    """Loss and accuracy of three depths, a column for each beginning, several seeds each."""
    figure, axes = new_axes(3, 11, 5.6, rows=2)
    ends = []
    for (net, variant), found in runs.by_net().items():
        column = list(_BEGINNINGS).index(variant)
        draw_band(axes[column], columns(found, "loss"), *_STYLES[net], net)
        draw_band(axes[3 + column], columns(found, "validation"), *_STYLES[net], net)
        ends.append(f"{net}, {_BEGINNINGS[variant]}: {_mean_end(found):.1%}")
    for column, name in enumerate(_BEGINNINGS.values()):
        loss, right = axes[column], axes[3 + column]
        loss.set(title=f"{name}: training loss", ylabel="mean cross-entropy", ylim=(0, 2.6))
        loss.axhline(math.log(10), color="black", linestyle=":")
        right.set(title=f"{name}: validation", ylabel="share right", ylim=(0, 1))
        right.axhline(0.1, color="black", linestyle=":")
        for ax in (loss, right):
            ax.set_xlabel("epoch")
    axes[3].legend(fontsize=9)
    show_figure(
        figure,
        alt="Training loss and share right on the validation part by epoch, for three depths and "
        f"three beginnings; share right at the end, mean of the seeds: {'; '.join(ends)}.",
    )


def _mean_end(found: list[Run]) -> float:
    return sum(run.series["validation"][-1] for run in found) / len(found)
