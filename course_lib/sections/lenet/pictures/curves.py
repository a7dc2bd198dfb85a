"""Curves of trainings."""

import math

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.lenet.variants import Runs


def four_variants(runs: Runs) -> None:
    """Loss and validation accuracy of variants, several seeds each; LeNet's first batches."""
    figure, axes = new_axes(3, 12, 3.6)
    styles = zip((BLUE, ORANGE, GREEN, VERMILION), ("o-", "s--", "^-.", "D:"), strict=True)
    ends = []
    for (name, found), (colour, style) in zip(runs.by_variant().items(), styles, strict=False):
        for ax, rows in zip(
            axes, ([r.losses for r in found], [r.validation for r in found]), strict=False
        ):
            columns = list(zip(*rows, strict=True))
            draw_band(ax, columns, style, colour, name)
            ax.set_xticks(range(1, len(columns) + 1))
            ax.set_xlabel("epoch")
        first, *_, last = (sum(column) / len(column) for column in columns)
        ends.append(f"{name} {first:.1%} and {last:.1%}")
    axes[0].set(title="four variants: training loss", ylabel="mean cross-entropy", yscale="log")
    axes[1].set(title="four variants: validation", ylabel="share right")
    axes[1].legend(fontsize=9)
    # As in the other two panels, ReLU with average pooling is orange.
    for (name, losses), colour in zip(runs.first.items(), (ORANGE, SKY), strict=True):
        axes[2].plot(range(1, len(losses) + 1), losses, color=colour, linewidth=0.8, label=name)
    axes[2].legend(fontsize=9)
    axes[2].axhline(math.log(10), color="black", linestyle=":")
    axes[2].set(title="first batches, another set", xlabel="batch", ylabel="mean cross-entropy")
    begins = [f"{name} {row[0]:.2f}, {row[49]:.2f} after fifty" for name, row in runs.first.items()]
    show_figure(
        figure,
        alt="Training loss and validation accuracy by epoch, four variants; the mean accuracy "
        f"after the first and the last epoch: {'; '.join(ends)}. Right the loss of the first "
        f"batches on another set: {'; '.join(begins)}.",
    )
