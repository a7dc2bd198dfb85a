"""What a teacher says of single letters, as it is and at several temperatures."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from course_lib.data.glyphs import LETTERS
from course_lib.data.parts import Part
from course_lib.figures.colours import BLUE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = ("AB", "EF", "CG", "IJ")
"""Whose images are shown, and which wrong letter they are chosen by."""
_WANTED = (0.0, 0.2, 0.2, 0.2)
"""About what the teacher gives to that wrong letter: the first image is one that it is sure of."""
_PAIR, _LITTLE = "EF", 0.02
"""Those of the figure on temperature."""
_TEMPERATURES = (1, 2, 4, 8)


def idea(teacher: nn.Module, part: Part) -> None:
    """Four letters, and the teacher's probability for each class.

    Args:
        teacher: in eval mode.
        part: letters that it has not seen.
    """
    logits = _logits(teacher, part)
    figure, axes = new_axes(len(_SHOWN), 11, 4.2, rows=2)
    told = []
    for column, (pair, wanted) in enumerate(zip(_SHOWN, _WANTED, strict=True)):
        letter = pair[0]
        index = _nearest(logits, part.labels, pair, wanted)
        shares = logits[index].softmax(0)
        _draw_image(axes[column], part.images[index, 0], f"label: {letter}")
        _draw_shares(axes[len(_SHOWN) + column], shares, letter, "")
        told.append(f"{letter}: {_first_two(shares)}")
    axes[len(_SHOWN)].set_ylabel("teacher's probability")
    show_figure(
        figure,
        alt=f"Four images of letters with the teacher's probabilities. {'; '.join(told)}.",
    )


def temperatures(teacher: nn.Module, part: Part) -> None:
    """One letter, and the teacher's probabilities at four temperatures."""
    logits = _logits(teacher, part)
    index, letter = _nearest(logits, part.labels, _PAIR, _LITTLE), _PAIR[0]
    figure, axes = new_axes(1 + len(_TEMPERATURES), 12, 2.6)
    _draw_image(axes[0], part.images[index, 0], f"label: {letter}")
    told = []
    for ax, T in zip(axes[1:], _TEMPERATURES, strict=True):
        shares = (logits[index] / T).softmax(0)
        _draw_shares(ax, shares, letter, f"T = {T}")
        told.append(f"T = {T}: {_first_two(shares)}")
    axes[1].set_ylabel("probability")
    show_figure(
        figure,
        alt=f"An image of {letter} and the teacher's probabilities, more even the higher the "
        f"temperature. {'; '.join(told)}.",
    )


def _logits(teacher: nn.Module, part: Part) -> Tensor:
    with torch.no_grad():
        logits: Tensor = teacher(part.inputs())
    return logits


def _nearest(logits: Tensor, labels: Tensor, pair: str, wanted: float) -> int:
    """Of the first letter's images that are named rightly: whose share of the second is nearest."""
    label, wrong = map(LETTERS.index, pair)
    eligible = (labels == label) & (logits.argmax(1) == labels)
    apart = (logits.softmax(1)[:, wrong] - wanted).abs()
    return int(apart.where(eligible, torch.inf).argmin())


def _draw_image(ax: "Axes", image: Tensor, title: str) -> None:
    ax.imshow(image.numpy(), "gray")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=11)


def _draw_shares(ax: "Axes", shares: Tensor, label: str, title: str) -> None:
    colours = [BLUE if letter == label else VERMILION for letter in LETTERS]
    ax.bar(list(LETTERS), shares.tolist(), color=colours)
    ax.set(ylim=(0, 1), xlabel="letter")
    ax.set_title(title, fontsize=11)


def _first_two(shares: Tensor) -> str:
    found = shares.topk(2)
    pairs = zip(found.indices.tolist(), found.values.tolist(), strict=True)
    return ", ".join(f"{LETTERS[place]} {share:.1%}" for place, share in pairs)
