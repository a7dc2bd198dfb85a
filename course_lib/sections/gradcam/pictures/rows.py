"""Rows of small colour pictures, an image of the section in each column."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_HEAT = "Heat is red where it is strongest, blue where there is none."


_WIDEST = 11.0
"""Inches: wider figures are scrolled sideways."""


def rows(pictures: Mapping[str, Tensor], titles: Sequence[str], about: str = _HEAT) -> None:
    """One row for each name, one column for each title.

    Args:
        pictures: name of a row -> (columns, 3, H, W), in [0, 1].
        titles: of the columns.
        about: a sentence for those who do not see the pictures, besides rows and columns.
    """
    columns = len(titles)
    side = min(1.75, _WIDEST / columns)
    figure, axes = new_axes(columns, side * columns, side * len(pictures), rows=len(pictures))
    for row, (name, shown) in enumerate(pictures.items()):
        for column in range(columns):
            draw_picture(axes[columns * row + column], shown[column])
        axes[columns * row].set_ylabel(name, fontsize=10)
    for ax, title in zip(axes, titles, strict=False):
        ax.set_title(title, fontsize=10)
    show_figure(
        figure,
        alt=f"Columns: {', '.join(titles)}. Rows from the top: {'; '.join(pictures)}. {about}",
    )


def draw_picture(ax: "Axes", picture: Tensor, title: str = "") -> None:
    """A colour image (3, H, W), without numbers at its sides."""
    ax.imshow(picture.detach().permute(1, 2, 0).clamp(0, 1).numpy(), interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    if title:
        ax.set_title(title, fontsize=10)
