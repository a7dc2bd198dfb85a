"""What kernels make of a photograph."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.figures.elements import draw_cells, draw_map, new_axes, number_text, photograph
from course_lib.figures.explorer import Explorer, Grid, Menu
from course_lib.figures.still import show as show_figure
from course_lib.sections.convolution.pictures.windows import cross_correlation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OWN = "my own numbers"
_KERNELS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "nothing changes": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "move by one pixel": ((0, 0, 0), (1, 0, 0), (0, 0, 0)),
    "Sobel": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "Sobel, transposed": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
}


def kernel_explorer() -> Explorer:
    """A photograph and what a 3 x 3 kernel makes of it."""
    photo = photograph()

    def entries(kernel: str, own: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
        return own if kernel == _OWN else _KERNELS[kernel]

    def plot(kernel: str, own: tuple[tuple[float, ...], ...]) -> "Figure":
        K = torch.tensor(entries(kernel, own), dtype=torch.float32)
        figure, axes = new_axes(3, 11, 3.3, widths=(5, 2.2, 5))
        draw_map(axes[0], photo, "photograph", signed=False, top=1)
        draw_cells(axes[1], K, f"kernel, sum {number_text(round(float(K.sum()), 4))}")
        signed = bool(K.sum().abs() < 0.01)
        draw_map(
            axes[2],
            cross_correlation(photo, K),
            "output",
            signed=signed,
            top=None if signed else 1,
        )
        return figure

    return Explorer(
        plot,
        {
            "kernel": Menu("kernel", (*_KERNELS, _OWN), "Sobel"),
            "own": Grid(_OWN, ((0, 1, 0), (1, -4, 1), (0, 1, 0)), chooses=("kernel", _OWN)),
        },
        alt=lambda kernel, own: (
            "Left a grey photograph of a temple roof, in the middle the kernel "
            f"{entries(kernel, own)}, on the right the output of the cross-correlation."
        ),
    )


def gallery(maps: Mapping[str, Callable[[], Tensor]], alt: str) -> None:
    """Feature maps side by side; one that is not written yet is left out, and said so.

    Args:
        maps: title -> function that gives a map (H, W): brightness in [0, 1], or numbers about 0.
    """
    found: dict[str, Tensor] = {}
    for title, make in maps.items():
        try:
            found[title] = make().detach()
        except Exception as error:  # whatever a learner's function does
            print(f"“{title}” cannot be drawn. {failure(error)}")
    if not found:
        return
    columns = min(len(found), 3)
    rows = -(-len(found) // columns)
    figure, axes = new_axes(columns, 11, 2.9 * rows, rows=rows)
    for ax in axes:
        ax.set_visible(False)
    for ax, (title, values) in zip(axes, found.items(), strict=False):
        ax.set_visible(True)
        signed = bool(values.mean().abs() < 0.05)
        draw_map(ax, values, title, signed=signed, top=None if signed else 1)
        ax.title.set_fontsize(15)
    show_figure(figure, alt if len(found) == len(maps) else f"Feature maps: {', '.join(found)}.")
