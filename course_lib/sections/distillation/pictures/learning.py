"""Ways to train a student, trained once and stored."""

from collections.abc import Mapping

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs, columns

_LINES: Mapping[str, tuple[str, str]] = {
    "hard": (VERMILION, ":"),
    "soft": (BLUE, "-"),
    "both": (GREEN, "--"),
    "unlabelled": (ORANGE, "-."),
}
"""Name of a way -> its colour and dashes."""


def learning(runs: Runs) -> None:
    """Accuracy of the lab's students by epoch."""
    _by_epoch(runs, ("hard", "soft", "both"))


def unlabelled(runs: Runs) -> None:
    """The same of the student of all images without labels, beside those of few."""
    _by_epoch(runs, ("hard", "soft", "unlabelled"))


def _by_epoch(runs: Runs, names: tuple[str, ...]) -> None:
    figure, (ax, ends) = new_axes(2, 11, 3.6, widths=(2, 1))
    told = []
    for place, name in enumerate(names):
        colour, dashes = _LINES[name]
        reached = columns(runs.by_net()[name, ""], "accuracy")
        draw_band(ax, reached, dashes, colour, name)
        ends.plot([place] * len(reached[-1]), reached[-1], "o", color=colour, markersize=5)
        told.append(f"{name} {sum(reached[-1]) / len(reached[-1]):.1%}")
    ax.set(title="students of one size", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    ax.legend(fontsize=9, loc="lower right")
    ends.set_xticks(range(len(names)), names)
    ends.set(title="at the end", ylabel="share right", xlim=(-0.5, len(names) - 0.5))
    show_figure(
        figure,
        alt="Accuracy of the students by epoch, means of the seeds with a band from the lowest to "
        f"the highest; and the accuracy of each seed at the end. Their means: {', '.join(told)}.",
    )
