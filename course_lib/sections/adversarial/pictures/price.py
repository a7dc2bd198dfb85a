"""What training on attacked images brings, and what it costs."""

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.training.stored import Runs

_MEASURES = {"clean": (BLUE, "o"), "FGSM": (GREEN, "s"), "PGD": (VERMILION, "^")}


def price(runs: Runs) -> None:
    """Accuracy of each network at its end, clean and attacked: all seeds, and their mean."""
    figure, (ax,) = new_axes(1, 7.6, 3.6)
    told = []
    for place, ((net, _), found) in enumerate(runs.by_net().items()):
        means = []
        for shift, (measure, (colour, marker)) in enumerate(_MEASURES.items()):
            ends = [run.series[measure][-1] for run in found]
            at = place + 0.22 * (shift - 1)
            means.append(sum(ends) / len(ends))
            ax.bar(at, means[-1], 0.2, color=colour, alpha=0.35)
            label = measure if place == 0 else None
            ax.plot([at] * len(ends), ends, marker, color=colour, markersize=6, label=label)
        named = zip(_MEASURES, means, strict=True)
        told.append(f"{net}: " + ", ".join(f"{name} {mean:.0%}" for name, mean in named))
    ax.set_xticks(range(len(told)), [net for net, _ in runs.by_net()])
    ax.set(xlabel="trained on", ylabel="share right", ylim=(0, 1))
    ax.set_title("the same networks, clean and attacked", fontsize=11)
    ax.legend(fontsize=9, title="images shown", loc="upper right", bbox_to_anchor=(1.25, 1))
    show_figure(
        figure,
        alt="Bars: accuracy on clean images and on those attacked by FGSM and PGD, for three ways "
        f"of training; a mark for each seed. Means: {'; '.join(told)}.",
    )
