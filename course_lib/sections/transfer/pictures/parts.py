"""Boxes and squares: which parts are trained, and who is in which part."""

import random

from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.transfer.strategies import STRATEGIES

_FROZEN = "#c9c9c9"
_BOXES = {"stem": "conv1", **{f"layer{n}": f"layer{n}" for n in range(1, 5)}, "head": "fc"}
"""What a box is called -> the part it stands for."""


def idea() -> None:
    """Three strategies: what is frozen, and what is trained in small and in large steps."""
    from matplotlib.patches import Patch, Rectangle

    figure, (ax,) = new_axes(1, 9.5, 2.9)
    for row, (strategy, trained) in enumerate(STRATEGIES.items()):
        ax.text(-0.15, -row, strategy, ha="right", va="center", fontsize=11)
        for column, (name, part) in enumerate(_BOXES.items()):
            colour = VERMILION if part == "fc" else BLUE if part in trained else _FROZEN
            ax.add_patch(Rectangle((column, -row - 0.35), 0.9, 0.7, facecolor=colour))
            ink = "black" if colour == _FROZEN else "white"
            ax.text(column + 0.45, -row, name, ha="center", va="center", color=ink, fontsize=10)
    kinds = {"frozen": _FROZEN, "small steps": BLUE, "large steps": VERMILION}
    patches = [Patch(facecolor=colour, label=name) for name, colour in kinds.items()]
    ax.legend(handles=patches, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 0), frameon=False)
    ax.set(xlim=(-1.4, 6), ylim=(-2.5, 0.5), xticks=[], yticks=[], title="what is trained")
    ax.spines[:].set_visible(False)
    show_figure(
        figure,
        alt="Three rows of six boxes: stem, four stages, head. Features: all grey, that is frozen, "
        "but the head, which is trained in large steps. Last block: the fourth stage is trained as "
        "well, in small steps. Whole net: all are trained, only the head in large steps.",
    )


_IMAGES_OF = (4, 2, 5, 3, 1, 4, 2, 3)
"""How many images each patient has."""


def patients() -> None:
    """Images of eight patients, a quarter for validation: split by image, and by patient."""
    from matplotlib.patches import Patch, Rectangle

    figure, axes = new_axes(2, 9.5, 3.4)
    chance = random.Random(0)
    images = [(p, i) for p, count in enumerate(_IMAGES_OF) for i in range(count)]
    by_image = set(chance.sample(images, len(images) // 4))
    chosen = set(chance.sample(range(len(_IMAGES_OF)), len(_IMAGES_OF) // 4))
    by_patient = {(patient, image) for patient, image in images if patient in chosen}
    mixed = []
    for ax, title, held_out in zip(axes, ("image", "patient"), (by_image, by_patient), strict=True):
        for patient, image in images:
            colour = ORANGE if (patient, image) in held_out else BLUE
            ax.add_patch(Rectangle((image - 0.4, patient - 0.4), 0.8, 0.8, facecolor=colour))
        sides = [{(p, i) in held_out for p, i in images if p == patient} for patient in range(8)]
        mixed.append(sum(len(side) == 2 for side in sides))
        ax.set(xlim=(-0.6, 4.6), ylim=(7.6, -0.6), xticks=[], yticks=range(8))
        ax.set(title=f"split by {title}: {mixed[-1]} patients on both sides", xlabel="images")
        ax.set_yticklabels([str(number) for number in range(1, 9)])
        ax.set_ylabel("patient")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    sides_of = {"train": BLUE, "validation": ORANGE}
    patches = [Patch(facecolor=colour, label=name) for name, colour in sides_of.items()]
    axes[1].legend(handles=patches, loc="lower right", fontsize=9)
    show_figure(
        figure,
        alt=f"Images of eight patients, a row each. Split by image, {mixed[0]} patients have "
        f"images to train with and to validate with; split by patient, {mixed[1]}.",
    )
