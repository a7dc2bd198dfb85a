"""The same operation as a matrix product."""

from typing import TYPE_CHECKING

from course_lib.figures.elements import draw_frame, draw_letter, draw_square, new_axes
from course_lib.figures.explorer import Explorer, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = ("ab.cd....", ".ab.cd...", "...ab.cd.", "....ab.cd")
"""Which entry of the kernel [[a, b], [c, d]] meets which of the nine pixels, row by window."""


def matrix_rows() -> Explorer:
    """A 2 x 2 kernel on a 3 x 3 image, beside the matrix that does the same."""

    def plot(position: int) -> "Figure":
        figure, axes = new_axes(2, 9, 3.4, widths=(3, 7))
        top, left = divmod(position, 2)
        for pixel in range(9):
            entry = ROWS[position][pixel]
            draw_letter(axes[0], pixel // 3, pixel % 3, f"x{pixel}", entry)
            if entry != ".":
                axes[0].text(pixel % 3 + 0.3, pixel // 3 + 0.32, entry, ha="center", fontsize=9)
        draw_frame(axes[0], top, left, 2, 2)
        draw_square(axes[0], 3, 3, "image X and window")
        for row, letters in enumerate(ROWS):
            for pixel, entry in enumerate(letters):
                draw_letter(axes[1], row, pixel, "0" if entry == "." else entry, entry)
        draw_frame(axes[1], position, 0, 1, 9)
        draw_square(axes[1], 4, 9, "matrix: a row per window, a column per pixel")
        axes[1].set_xticks(range(9), [f"x{pixel}" for pixel in range(9)])
        axes[1].set_yticks(range(4), [f"y{row}" for row in range(4)])
        axes[1].set_xlabel("pixel of X.flatten()")
        axes[1].set_ylabel("window")
        return figure

    return Explorer(
        plot,
        {"position": Slider("window", 0, 3, value=1, play=True)},
        alt=lambda position: (
            "A 3 x 3 image with a 2 x 2 window framed, and the matrix of four rows and nine "
            f"columns. Row {position} holds a, b, c and d where the window's pixels are, zeros "
            f"elsewhere: {' '.join(ROWS[position].replace('.', '0'))}."
        ),
    )
