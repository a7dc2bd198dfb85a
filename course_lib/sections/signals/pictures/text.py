"""A sentence as a signal with a channel for each number of a word."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import draw_frame, draw_letter, new_axes, number_text
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sentence(
    words: Sequence[str], embedded: Tensor, weight: Tensor, bias: float, rows: Sequence[str]
) -> None:
    """The numbers of the words, a window of two words, and what a filter makes of each window.

    Args:
        embedded: (words, E).
        weight: (E, k), one filter.
        rows: what each of the E numbers says.
    """
    width = weight.shape[1]
    found = F.conv1d(embedded.T[None], weight[None])[0] + bias
    windows = [" ".join(words[i : i + width]) for i in range(len(words) - width + 1)]
    figure, axes = new_axes(3, 12, 2.7, widths=(len(words), width + 0.6, len(windows)))
    _numbers(axes[0], embedded.T, words, "sentence")
    axes[0].set_yticks(range(len(rows)), rows, fontsize=9)
    best = int(found[0].argmax())
    draw_frame(axes[0], 0, best, len(weight), width)
    _numbers(axes[1], weight, ["first", "second"][:width], f"filter, bias {number_text(bias)}")
    _numbers(axes[2], found.relu(), windows, "after ReLU, each window")
    told = ", ".join(f"{w} {float(a):g}" for w, a in zip(windows, found.relu()[0], strict=True))
    show_figure(
        figure,
        alt=f"The sentence {' '.join(words)}, two numbers for each word; a filter two words wide; "
        f"and its activation for each window: {told}.",
    )


def _numbers(ax: "Axes", values: Tensor, columns: Sequence[str], title: str) -> None:
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            draw_letter(ax, i, j, number_text(value), "")
    ax.set(xlim=(-0.6, len(columns) - 0.4), ylim=(len(values) - 0.4, -0.6), yticks=[])
    ax.set_aspect("equal")
    ax.set_xticks(range(len(columns)), columns, fontsize=9, rotation=30, ha="right")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=11)
