"""What training on attacked images brings, and what it costs."""

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import draw_band, new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs, columns

_MEASURES = {
    "clean": ("clean", BLUE, "o"),
    "fgsm": ("FGSM", GREEN, "s"),
    "pgd": ("PGD", VERMILION, "^"),
}
"""A series -> its name, colour and mark."""


def price(runs: Runs) -> None:
    """Accuracy of each network at its end, clean and attacked: all seeds, and their mean."""
    figure, (ax,) = new_axes(1, 7.6, 3.6)
    told = []
    for place, ((net, _), found) in enumerate(runs.by_net().items()):
        means = []
        for shift, (series, (name, colour, marker)) in enumerate(_MEASURES.items()):
            ends = [run.series[series][-1] for run in found]
            at = place + 0.22 * (shift - 1)
            mean = sum(ends) / len(ends)
            ax.bar(at, mean, 0.2, color=colour, alpha=0.35)
            label = name if place == 0 else None
            ax.plot([at] * len(ends), ends, marker, color=colour, markersize=6, label=label)
            means.append(f"{name} {mean:.0%}")
        told.append(f"{net}: {', '.join(means)}")
    ax.set_xticks(range(len(told)), [net for net, _ in runs.by_net()])
    ax.set(xlabel="trained on", ylabel="share right", ylim=(0, 1))
    ax.set_title("the same networks, clean and attacked", fontsize=11)
    ax.legend(fontsize=9, title="images shown", loc="upper left", bbox_to_anchor=(1, 1))
    show_figure(
        figure,
        alt="Bars: accuracy on clean images and on those attacked by FGSM and PGD, for three ways "
        f"of training; a mark for each seed. Means: {'; '.join(told)}.",
    )


def epochs(runs: Runs) -> None:
    """Accuracy by epoch of the networks trained on attacked images."""
    trained = [item for item in runs.by_net().items() if item[0][0] in ("FGSM", "PGD")]
    figure, axes = new_axes(len(trained), 10.5, 3.4)
    told = []
    for ax, ((net, _), found) in zip(axes, trained, strict=True):
        for series, (name, colour, marker) in _MEASURES.items():
            steps = columns(found, series)
            draw_band(ax, steps, f"{marker}-", colour, name)
            first, last = (sum(steps[at]) / len(steps[at]) for at in (0, -1))
            told.append(f"trained on {net}, {name} {first:.0%} to {last:.0%}")
        ax.set(title=f"trained on {net}", xlabel="epoch", ylabel="share right", ylim=(0, 1))
    axes[-1].legend(fontsize=9, title="images shown", loc="upper left", bbox_to_anchor=(1, 1))
    show_figure(
        figure,
        alt="Accuracy by epoch, means of the seeds with a band from the lowest to the highest; "
        f"first epoch to last: {'; '.join(told)}.",
    )
