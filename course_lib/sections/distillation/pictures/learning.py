"""The lab's ways to train a student, trained once and stored."""

from collections.abc import Mapping

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs, columns

_LINES: Mapping[str, tuple[str, str]] = {
    "hard": (VERMILION, ":"),
    "soft": (BLUE, "-"),
    "both": (GREEN, "--"),
}
"""Name of a way -> its colour and dashes."""


def learning(runs: Runs) -> None:
    """Accuracy of the students by epoch, a line for each way."""
    figure, (ax,) = new_axes(1, 8, 3.6)
    told = []
    for name, (colour, dashes) in _LINES.items():
        reached = columns(runs.by_net()[name, ""], "accuracy")
        draw_band(ax, reached, dashes, colour, name)
        told.append(f"{name} {sum(reached[-1]) / len(reached[-1]):.1%}")
    ax.set(title="students of one size", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    ax.legend(fontsize=9, loc="lower right")
    show_figure(
        figure,
        alt="Accuracy of the students by epoch, means of the seeds with a band from the lowest to "
        f"the highest. At the end: {', '.join(told)}.",
    )
