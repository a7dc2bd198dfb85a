"""What pooling keeps of each window."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import MINUS, draw_cells, draw_frame, new_axes, number_text
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure
from course_lib.sections.pooling.pictures.pale import PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def idea() -> None:
    """A map in four windows, and what three kinds of pooling keep of it."""
    X = torch.tensor([[6, 1, 0, 2], [3, 2, 4, 2], [0, 0, 7, 5], [8, 0, 3, 5.0]])
    figure, axes = new_axes(4, 11, 3.2, widths=(4, 2.4, 2.4, 1.8))
    draw_windows(axes[0], X, "map (4, 4)", 2)
    draw_windows(axes[1], F.max_pool2d(X[None], 2)[0], "maximum (2, 2)", 1)
    draw_windows(axes[2], F.avg_pool2d(X[None], 2)[0], "mean (2, 2)", 1)
    draw_cells(axes[3], X.mean().reshape(1, 1), "mean of all (1, 1)")
    show_figure(
        figure,
        alt="A map of 4 x 4 numbers in four coloured windows of 2 x 2. Beside it the largest "
        "number of each window, 6, 4, 8 and 7; the mean of each, 3, 2, 2 and 5; and the mean of "
        "the whole map, 3.",
    )


def sliding_pool() -> Explorer:
    """A window on a 5 x 5 map with any size, stride and padding; the output fills up."""
    X = torch.tensor(
        [
            [1, -2, 0, 3, -1],
            [4, 0, -3, 1, 2],
            [-1, 2, 5, 0, -2],
            [3, -4, 1, 2, 0],
            [0, 1, -1, 4, -3],
        ]
    ).float()

    def padded(kind: str, padding: int) -> Tensor:
        return F.pad(X, (padding,) * 4, value=-torch.inf if kind == "maximum" else 0.0)

    def output(kind: str, kernel_size: int, stride: int, padding: int) -> Tensor:
        pool = F.max_pool2d if kind == "maximum" else F.avg_pool2d
        pooled: Tensor = pool(X[None, None], kernel_size, stride, padding)[0, 0]
        return pooled

    def said(kind: str, kernel_size: int, stride: int, padding: int, window: int) -> str:
        Y = output(kind, kernel_size, stride, padding)
        window = min(window, Y.numel() - 1)
        i, j = divmod(window, Y.shape[1])
        return (
            f"{Y.shape[0]} x {Y.shape[1]} windows; "
            f"Y[{i}, {j}] = {kind} of the frame = {number_text(round(float(Y[i, j]), 2))}"
        )

    def plot(kind: str, kernel_size: int, stride: int, padding: int, window: int) -> "Figure":
        Y, P = output(kind, kernel_size, stride, padding), padded(kind, padding)
        window = min(window, Y.numel() - 1)
        i, j = divmod(window, Y.shape[1])
        figure, axes = new_axes(2, 9, 4.2, widths=(5, 4))
        draw_cells(
            axes[0], P.nan_to_num(neginf=torch.nan), "map (5, 5)" + " and padding" * (padding > 0)
        )
        if padding:
            _ring(axes[0], P.shape[0], f"{MINUS}∞" if kind == "maximum" else "")
        draw_frame(axes[0], i * stride, j * stride, kernel_size, kernel_size)
        seen = torch.arange(Y.numel()).reshape(Y.shape) <= window
        draw_cells(axes[1], Y.masked_fill(~seen, torch.nan), f"output {tuple(Y.shape)}")
        draw_frame(axes[1], i, j, 1, 1)
        figure.supxlabel(said(kind, kernel_size, stride, padding, window), fontsize=12)
        return figure

    return Explorer(
        plot,
        {
            "kind": Menu("take the", ("maximum", "mean"), "maximum"),
            "kernel_size": Slider("kernel_size", 2, 3, value=3),
            "stride": Slider("stride", 1, 3, value=2),
            "padding": Menu("padding", (0, 1), 1),
            "window": Slider("window", 0, 35, value=3, play=True),
        },
        alt=lambda kind, kernel_size, stride, padding, window: (
            f"A 5 x 5 map, padding {padding}, with a window of {kernel_size} x {kernel_size} "
            f"framed that moves by {stride}, and the output filled up to this window. "
            f"{said(kind, kernel_size, stride, padding, window)}."
        ),
    )


def draw_windows(ax: "Axes", X: Tensor, title: str, side: int) -> None:
    """A map of numbers whose four windows, `side` pixels wide, have colours of their own."""
    draw_cells(ax, X, title)
    for patch, (i, j) in zip(
        ax.patches, torch.cartesian_prod(*map(torch.arange, X.shape)), strict=True
    ):
        patch.set_facecolor(PALE[int(i) // side * 2 + int(j) // side])


def _ring(ax: "Axes", size: int, text: str) -> None:
    """Marks the outer ring of a map as padding."""
    for number, patch in enumerate(ax.patches):
        i, j = divmod(number, size)
        if {i, j} & {0, size - 1}:
            patch.set_facecolor("#e8e8e8")
            if text:
                ax.text(j, i, text, ha="center", va="center", fontsize=10, color="#555555")
