"""What each class is mistaken for, as a square of shares."""

from collections.abc import Sequence

from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure


def wrong_classes(rows: Tensor, classes: Sequence[str]) -> None:
    """A square for each pair: true class downwards, class that the teacher thinks of to the right.

    Args:
        rows: (C, C), each row with sum 1 and 0 on the diagonal.
    """
    figure, (ax,) = new_axes(1, 6.4, 5.2)
    image = ax.imshow(rows.numpy(), "Blues", vmin=0, interpolation="nearest")
    figure.colorbar(image, ax=ax, shrink=0.8, label="share of the row")
    dark = 0.6 * float(rows.max())
    told = []
    for row, name in enumerate(classes):
        for column in range(len(classes)):
            share = float(rows[row, column])
            if row != column:
                ink = "white" if share > dark else "black"
                text = f"{share:.2f}".removeprefix("0")
                ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=9)
        told.append(f"{name} for {classes[int(rows[row].argmax())]}")
    places = range(len(classes))
    ax.set_xticks(places, classes)
    ax.set_yticks(places, classes)
    ax.set(xlabel="wrong letter", ylabel="true letter", title="what the wrong letters carry")
    show_figure(
        figure,
        alt=f"A matrix of shares. The teacher takes most readily {', '.join(told)}.",
    )
