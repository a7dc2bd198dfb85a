"""What the embedded network was trained on, and what it shall learn."""

from course_lib.data import shapes
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.transfer.coloured import NAMES, SIZE, coloured

_DRAWN = 60
"""So many that each class is among them."""


def kinds() -> None:
    """One image of each shape, and one of each digit."""
    figure, axes = new_axes(10, 11, 2.7, rows=2)
    drawn = shapes.draw(_DRAWN, 1, SIZE)[:2], coloured(_DRAWN, 1)
    for row, ((images, labels), names) in enumerate(zip(drawn, (shapes.NAMES, NAMES), strict=True)):
        for label, name in enumerate(names):
            ax = axes[10 * row + label]
            ax.imshow(images[int((labels == label).nonzero()[0])].permute(1, 2, 0).numpy())
            ax.set(xticks=[], yticks=[])
            ax.set_title(name, fontsize=10)
    show_figure(
        figure,
        alt=f"Above ten coloured shapes on busy backgrounds: {', '.join(shapes.NAMES)}. Below the "
        "digits 0 to 9, each in one colour on ground of another one.",
    )
