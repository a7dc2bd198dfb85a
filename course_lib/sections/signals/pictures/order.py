"""Two sounds, one before the other and the other way round."""

from torch import Tensor

from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

_NAMES = ("tone first", "clicks first")
_AROUND = 60
"""Samples shown on either side of the gap."""


def two_orders(rows: Tensor, gap: int, seen: int, logits: Tensor) -> None:
    """Signals (2, 1, L), each above the other, with the logits that a net gives them.

    Args:
        gap: zeros before, between and after two sounds of one length.
        seen: samples that one entry of the last feature map depends on; less than `gap`.
        logits: (2, classes).
    """
    figure, axes = new_axes(2, 11, 4, widths=(2.2, 1), rows=2)
    middle = rows.shape[-1] / 2
    first, last = int(middle - gap / 2 - _AROUND), int(middle + gap / 2 + _AROUND)
    for place, (row, name) in enumerate(zip(rows[:, 0], _NAMES, strict=True)):
        whole, near = axes[2 * place : 2 * place + 2]
        whole.plot(row.tolist(), color=BLUE, linewidth=0.7)
        near.plot(range(first, last), row[first:last].tolist(), color=BLUE, linewidth=0.9)
        for ax in (whole, near):
            ax.axvspan(middle - seen / 2, middle + seen / 2, color=VERMILION, alpha=0.35)
            ax.set(xlabel="time (samples)" if place else "")
        told = ", ".join(f"{number:.5f}" for number in logits[place].tolist())
        whole.set(title=f"{name}: logits {told}", ylabel="pressure, scaled", ylim=(-1, 1))
        near.set_title(f"around the gap of {gap} zeros")
    show_figure(
        figure,
        alt="Two rows with the same two sounds, silence around each: a steady tone and then a "
        f"click train, and the other way round. Right, enlarged, the {gap} zeros between them; "
        f"a red band of {seen} samples fits into them.",
    )
