"""Windows and output sizes, for any setting."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import draw_frame, new_axes
from course_lib.figures.explorer import Explorer, Slider
from course_lib.sections.padding_stride.pictures.greys import GREY, PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The learner's function, as the figure calls it.
SizeOf = Callable[[int, int, int, int, int], Any]


def windows() -> Explorer:
    """All windows in one direction, and one of them in two, for any setting."""

    def places(n: int, k: int, p: int, s: int, d: int) -> list[list[int]]:
        """The pixels of the padded line in each window, as PyTorch's own unfold gives them."""
        line = torch.arange(float(n + 2 * p)).reshape(1, 1, 1, -1)
        try:
            found = F.unfold(line, (1, k), dilation=(1, d), stride=(1, s))[0].T
        except RuntimeError:  # PyTorch refuses: the kernel is larger than the padded input
            return []
        return [[int(place) for place in window] for window in found.tolist()]

    def says(n: int, k: int, p: int, s: int, d: int) -> str:
        setting = f"n = {n}, k = {k}, p = {p}, s = {s}, d = {d}"
        count = len(places(n, k, p, s, d))
        if not count:
            return f"{setting}: impossible, the kernel is larger than the padded input"
        return f"{setting}: the output has size {count}"

    def plot(n: int, k: int, p: int, s: int, d: int, window: int) -> "Figure":
        found = places(n, k, p, s, d)
        current = min(window, len(found) - 1)
        taps = found[current] if found else list(range(0, d * k, d))
        figure, axes = new_axes(3, 12, 4.2, widths=(6.4, 4.2, 2.6))
        _line(axes[0], n, p, found, taps)
        _padded_image(axes[1], n, p, taps, "the same in two directions")
        if found:
            size = len(found)
            _grid(axes[2], torch.zeros(size, size), f"output {size} x {size}")
            draw_frame(axes[2], current, current, 1, 1)
        else:
            axes[2].text(0.5, 0.5, "no output", ha="center", va="center", fontsize=12)
            axes[2].set_axis_off()
        axes[0].set_title(f"window by window, one direction{'' if found else ': no window fits'}")
        figure.suptitle(says(n, k, p, s, d), fontsize=13)
        return figure

    def alt(n: int, k: int, p: int, s: int, d: int, window: int) -> str:
        return (
            f"{says(n, k, p, s, d)}. On the left a row of pixels with padding on both sides, and "
            "below it every window, its pixels filled; in the middle one window on the padded "
            "image; on the right the output."
        )

    return Explorer(
        plot,
        {
            "n": Slider("input size n", 1, 12, value=11),
            "k": Slider("kernel k", 1, 6, value=3),
            "p": Slider("padding p", 0, 3, value=2),
            "s": Slider("stride s", 1, 4, value=2),
            "d": Slider("dilation d", 1, 3, value=2),
            "window": Slider("window", 0, 17, value=1, play=True),
        },
        alt,
    )


def _line(ax: "Axes", n: int, p: int, found: list[list[int]], chosen: list[int]) -> None:
    """A padded row of pixels, and below it a row for each window; where none fits, the kernel."""
    from matplotlib.patches import Rectangle

    windows = found or [chosen]
    last = max(n + 2 * p, *(taps[-1] + 1 for taps in windows))
    for x in range(n + 2 * p):
        inside = p <= x < p + n
        ground = "white" if inside else PALE
        ax.add_patch(Rectangle((x - 0.5, -0.5), 1, 1, facecolor=ground, edgecolor=GREY))
        ax.text(x, 0, str(x - p) if inside else "", ha="center", va="center", fontsize=9)
    for row, taps in enumerate(windows, start=1):
        colour = VERMILION if taps == chosen else BLUE
        ax.plot([taps[0], taps[-1]], [row, row], color=colour, linewidth=1.5, zorder=1)
        ax.scatter(taps, [row] * len(taps), s=70, marker="s", color=colour, zorder=2)
    ax.set_xlim(-0.7, last - 0.3)
    ax.set_ylim(max(len(windows), 3) + 0.7, -0.7)
    names = [str(row) for row in range(len(found))] or ["kernel"]
    ax.set_yticks(range(len(windows) + 1), ["input", *names])
    ax.tick_params(length=0, labelsize=8)
    ax.set_xticks([])
    ax.set_xlabel("pixel of the padded line (grey: padding)")
    ax.set_ylabel("window")
    ax.spines[:].set_visible(False)


def _padded_image(ax: "Axes", n: int, p: int, taps: list[int], title: str) -> None:
    """A padded image with the pixels of one window filled."""
    inside = torch.zeros(n, n)
    _grid(ax, F.pad(inside, (p,) * 4, value=1), title, first=-p)
    places = [place - p for place in taps]
    rows = [row for row in places for _ in places]
    ax.scatter(places * len(places), rows, s=34, marker="s", color=VERMILION, zorder=2)
    high = max(n + p, places[-1] + 1) - 0.2
    ax.set_xlim(-p - 0.8, high)
    ax.set_ylim(high, -p - 0.8)


def _grid(ax: "Axes", grey: Tensor, title: str, first: int = 0) -> None:
    """Empty squares, white where `grey` is 0, with rows and columns counted from `first`."""
    from matplotlib.ticker import MaxNLocator

    edges = torch.arange(first, first + len(grey) + 1).numpy() - 0.5
    ax.pcolormesh(
        edges, edges, grey.numpy(), cmap="gray_r", vmin=0, vmax=10, edgecolors=GREY, linewidth=0.5
    )
    ax.set_aspect("equal")
    ax.set_xlim(edges[0] - 0.1, edges[-1] + 0.1)
    ax.set_ylim(edges[-1] + 0.1, edges[0] - 0.1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.set_xlabel("column")
    ax.set_ylabel("row")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=11)


_SIZES, _KERNELS = range(1, 15), range(1, 8)


def sizes_table(conv_output_size: SizeOf) -> Explorer:
    """Your sizes beside PyTorch's, for 98 pairs of an input and a kernel at a time."""

    def theirs(n: int, k: int, p: int, s: int, d: int) -> int | None:
        signal, kernel = (torch.empty(1, 1, size, device="meta") for size in (n, k))
        try:
            return F.conv1d(signal, kernel, padding=p, stride=s, dilation=d).shape[-1]
        except RuntimeError:
            return None

    def yours(n: int, k: int, p: int, s: int, d: int) -> Any:
        answer = None
        with suppress(ValueError):  # impossible, you say
            answer = conv_output_size(n, k, p, s, d)
        return answer

    def compared(p: int, s: int, d: int) -> dict[tuple[int, int], tuple[Any, bool]]:
        """Your answer for each kernel and input, and whether it is PyTorch's."""
        table = {}
        for k in _KERNELS:
            for n in _SIZES:
                answer = yours(n, k, p, s, d)
                table[k, n] = (answer, answer == theirs(n, k, p, s, d))
        return table

    def says(p: int, s: int, d: int) -> str:
        agree = [same for _, same in compared(p, s, d).values()]
        return f"p = {p}, s = {s}, d = {d}: you agree with PyTorch in {sum(agree)} of {len(agree)}"

    def plot(p: int, s: int, d: int) -> "Figure":
        from matplotlib.patches import Rectangle

        figure, (ax,) = new_axes(1, 9.5, 4)
        for (k, n), (answer, same) in compared(p, s, d).items():
            ground = ORANGE if not same else PALE if answer is None else "white"
            corner = (n - 0.5, k - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, facecolor=ground, edgecolor=GREY))
            text = "×" if answer is None else str(answer)[:5]
            ax.text(n, k, text, ha="center", va="center", fontsize=11)
        ax.set_xlim(0.4, _SIZES[-1] + 0.6)
        ax.set_ylim(_KERNELS[-1] + 0.6, 0.4)
        ax.set_xticks(_SIZES)
        ax.set_yticks(_KERNELS)
        ax.set_xlabel("input size n (pixels)")
        ax.set_ylabel("kernel size k")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title(says(p, s, d))
        return figure

    return Explorer(
        plot,
        {
            "p": Slider("padding p", 0, 3, value=1),
            "s": Slider("stride s", 1, 4, value=2),
            "d": Slider("dilation d", 1, 3, value=2),
        },
        alt=lambda p, s, d: (
            "A table of your output sizes, a row for each kernel size from 1 to 7 and a column for "
            "each input size from 1 to 14, with a cross where you raise ValueError. "
            f"{says(p, s, d)}."
        ),
    )
