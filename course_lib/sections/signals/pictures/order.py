"""Two sounds, one before the other and the other way round."""

from torch import Tensor

from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure


def two_orders(rows: Tensor, seen: int, logits: Tensor) -> None:
    """Signals (2, 1, L), each above the other, with the logits that a net gives them.

    Args:
        seen: samples that one number of the last feature map reads.
        logits: (2, classes).
    """
    figure, axes = new_axes(1, 10, 3.6, rows=2)
    for ax, row, numbers in zip(axes, rows[:, 0], logits, strict=True):
        ax.plot(row.tolist(), color=BLUE, linewidth=0.7)
        ax.axvspan(0, seen, color=VERMILION, alpha=0.4)
        told = ", ".join(f"{number:.5f}" for number in numbers.tolist())
        ax.set(title=f"logits {told}", ylabel="pressure, scaled", ylim=(-1, 1))
    axes[1].set_xlabel("time (samples)")
    show_figure(
        figure,
        alt="Two rows with the same two sounds, silence around each: a steady tone and then a "
        f"click train, and the other way round. A bar at the left is {seen} samples wide, "
        "narrower than the silence.",
    )
