"""Ways to train a student, trained once and stored."""

from collections.abc import Mapping

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs, columns

_LINES: Mapping[str, tuple[str, str]] = {
    "hard": (VERMILION, ":"),
    "soft": (BLUE, "-"),
    "both": (GREEN, "--"),
    "unlabelled": (ORANGE, "-."),
}
"""Name of a way -> its colour and dashes."""
_ENDS = (0.7, 0.95)
"""The accuracies that the axis of the end shows."""


def learning(runs: Runs) -> None:
    """Accuracy of the lab's students by epoch."""
    _by_epoch(runs, ("hard", "soft", "both"))


def unlabelled(runs: Runs) -> None:
    """The same with the student of all images without labels, beside those of few."""
    _by_epoch(runs, tuple(_LINES))


def _by_epoch(runs: Runs, names: tuple[str, ...]) -> None:
    figure, (ax, ends) = new_axes(2, 11, 3.6, widths=(2, 1))
    told = []
    for place, name in enumerate(names):
        colour, dashes = _LINES[name]
        reached = columns(runs.by_net()[name, ""], "accuracy")
        means = [sum(seeds) / len(seeds) for seeds in reached]
        ax.plot(range(1, len(means) + 1), means, dashes, color=colour, label=name)
        ends.plot([place] * len(reached[-1]), reached[-1], "o", color=colour, markersize=5)
        told.append(f"{name} {means[-1]:.1%}")
    ax.set(title="mean of the seeds", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    ax.legend(fontsize=9, loc="lower right")
    ends.set_xticks(range(len(names)), names)
    ends.set(title="each seed at the end", ylabel="share right", xlim=(-0.5, len(names) - 0.5))
    ends.set_ylim(*_ENDS)
    show_figure(
        figure,
        alt="Accuracy of the students by epoch, means of the seeds; and the accuracy of each seed "
        f"at the end, on an axis from {_ENDS[0]:.0%} to {_ENDS[1]:.0%}. "
        f"Their means: {', '.join(told)}.",
    )
