"""The layer as one matrix product: its columns, its time, and what reading costs."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import draw_cells, draw_frame, new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def columns() -> Explorer:
    """Two channels of 3 x 4 pixels, and their windows of 2 x 2 as columns of a matrix."""
    X = torch.arange(24.0).reshape(2, 3, 4)
    matrix = F.unfold(X[None], 2)[0]

    def plot(window: int) -> "Figure":
        i, j = divmod(window, 3)
        figure, axes = new_axes(3, 11, 4.2, widths=(4, 4, 6))
        for channel in range(2):
            draw_cells(axes[channel], X[channel], f"X[{channel}]")
            draw_frame(axes[channel], i, j, 2, 2)
        draw_cells(axes[2], matrix, "im2col(X, (2, 2)): (8, 6)")
        draw_frame(axes[2], 0, window, 8, 1)
        axes[2].axhline(3.5, color="black", linewidth=2.5)
        axes[2].set_xlabel("window")
        axes[2].set_ylabel("entry of the filter")
        return figure

    return Explorer(
        plot,
        {"window": Slider("window", 0, 5, value=1, play=True)},
        alt=lambda window: (
            "Two channels of 3 x 4 pixels with the same 2 x 2 window framed in both, and the "
            f"matrix of 8 rows and 6 columns. Column {window} holds the window of the first "
            f"channel, then that of the second: {[int(n) for n in matrix[:, window]]}."
        ),
    )


def strip() -> Explorer:
    """A strip of an image, read once for several outputs."""

    def width(k: int, delta: int) -> int:
        return k - 1 + delta

    def loads(k: int, delta: int) -> float:
        return width(k, delta) / delta

    def outputs(delta: int) -> str:
        return "1 output" if delta == 1 else f"{delta} outputs"

    def plot(k: int, delta: int) -> "Figure":
        figure, axes = new_axes(2, 11, 3.4, widths=(6, 5))
        wide = width(k, delta)
        held = torch.full((k, wide), torch.nan)
        draw_cells(axes[0], held, f"strip of {k} x {wide} = {k * wide} numbers")
        draw_frame(axes[0], 0, 0, k, k)
        axes[0].set_xticks(range(0, wide, 4))
        deltas = range(1, 33)
        axes[1].plot(deltas, [loads(k, d) for d in deltas], color="#8a8a8a")
        axes[1].plot([delta], [loads(k, delta)], "o", color=VERMILION, markersize=9)
        axes[1].axhline(1, color="black", linestyle=":")
        axes[1].set_ylim(0, k + 1.5)
        axes[1].set_xlabel("outputs at once, delta")
        axes[1].set_ylabel("columns read per output")
        axes[1].set_title(f"{wide} columns for {outputs(delta)}: {loads(k, delta):.2f} each")
        return figure

    return Explorer(
        plot,
        {
            "k": Menu("kernel_size k", (3, 5), 3),
            "delta": Slider("outputs at once, delta", 1, 32, value=8, play=True),
        },
        alt=lambda k, delta: (
            f"A strip of {k} rows and {width(k, delta)} columns, {k * width(k, delta)} numbers, "
            f"gives {outputs(delta)}: {loads(k, delta):.2f} columns read per output. More outputs "
            "at once come nearer to one column each."
        ),
    )


def timing(layers: Mapping[str, Callable[[Tensor, Tensor], Tensor]]) -> None:
    """Times layers (X, K) -> Y on growing images, 16 channels to 32, kernels of 3 x 3.

    Args:
        layers: name -> function; one that is not written yet is left out, and said so.
    """
    generator = torch.Generator().manual_seed(0)
    K = torch.randn(32, 16, 3, 3, generator=generator)
    sizes = (10, 18, 34, 66)
    images = [torch.randn(16, size, size, generator=generator) for size in sizes]
    times: dict[str, list[float]] = {}
    for name, layer in layers.items():
        try:
            times[name] = [1000 * _seconds(layer, X, K) for X in images]
        except Exception as error:  # whatever a learner's function does
            print(f"“{name}” cannot be timed. {failure(error)}")
    if not times:
        return
    figure, (ax,) = new_axes(1, 8.5, 3.8)
    for (name, spent), colour, marker in zip(
        times.items(), (VERMILION, ORANGE, BLUE), "osD", strict=False
    ):
        windows = [(size - 2) ** 2 for size in sizes]
        ax.loglog(windows, spent, marker + "-", color=colour, label=name)
    ax.set_xlabel("windows")
    ax.set_ylabel("time (milliseconds)")
    ax.set_title("one layer, 16 channels to 32, 3 x 3, one thread")
    ax.legend(fontsize=9)
    said = [f"{name} takes {spent[-1]:.2g} ms" for name, spent in times.items()]
    show_figure(
        figure,
        alt=f"Times of {', '.join(times)} for images of 64 to 4096 windows. For the largest image "
        f"{', '.join(said)}.",
    )


def _seconds(layer: Callable[[Tensor, Tensor], Tensor], X: Tensor, K: Tensor) -> float:
    """The best of three runs: whatever else the machine does can only make a run slower."""
    threads, runs = torch.get_num_threads(), []
    torch.set_num_threads(1)  # several would wait for one another on a busy machine
    try:
        for _ in range(3):
            start = time.perf_counter()
            layer(X, K)
            runs.append(time.perf_counter() - start)
    finally:
        torch.set_num_threads(threads)
    return min(runs)
