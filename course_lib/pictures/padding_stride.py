"""The figures of section 02, padding and stride."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figure import BLUE, GREEN, ORANGE, SKY, VERMILION, Choice, Explorer, Slider
from course_lib.figure import show as show_figure
from course_lib.pictures.drawing import draw_cells, draw_frame, draw_map, new_axes, photograph

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY = "#8a8a8a"
_PALE = "#e8e8e8"

# Learners' functions, as the figures call them.
SizeOf = Callable[[int, int, int, int, int], Any]
FieldOf = Callable[[list[tuple[int, int, int]]], Any]
InfluenceOf = Callable[[list[tuple[int, int, int]], int, int, int], Any]


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

    def draw(n: int, k: int, p: int, s: int, d: int, window: int) -> "Figure":
        found = places(n, k, p, s, d)
        current = min(window, len(found) - 1)
        taps = found[current] if found else list(range(0, d * k, d))
        figure, axes = new_axes(3, 12, 4.2, widths=(6.4, 4.2, 2.6))
        _line(axes[0], n, p, found or [taps], current)
        _padded_image(axes[1], n, p, taps, "the same in two directions")
        if found:
            size = len(found)
            _grid(axes[2], torch.zeros(size, size), f"output {size} x {size}")
            draw_frame(axes[2], current, current, 1, 1)
        else:
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
        draw,
        {
            "n": Slider("input size n", 1, 12, value=8),
            "k": Slider("kernel k", 1, 6, value=3),
            "p": Slider("padding p", 0, 3, value=2),
            "s": Slider("stride s", 1, 4, value=2),
            "d": Slider("dilation d", 1, 3, value=2),
            "window": Slider("window", 0, 17, value=1, play=True),
        },
        alt,
    )


def _line(ax: "Axes", n: int, p: int, windows: list[list[int]], current: int) -> None:
    """A padded row of pixels, and below it a row for each window."""
    from matplotlib.patches import Rectangle

    last = max(n + 2 * p, *(taps[-1] + 1 for taps in windows))
    for x in range(n + 2 * p):
        inside = p <= x < p + n
        ground = "white" if inside else _PALE
        ax.add_patch(Rectangle((x - 0.5, -0.5), 1, 1, facecolor=ground, edgecolor=_GREY))
        ax.text(x, 0, str(x - p) if inside else "", ha="center", va="center", fontsize=9)
    for row, taps in enumerate(windows, start=1):
        chosen = row == current + 1
        colour = VERMILION if chosen else BLUE
        ax.plot([taps[0], taps[-1]], [row, row], color=colour, linewidth=1.5, zorder=1)
        ax.scatter(taps, [row] * len(taps), s=70, marker="s", color=colour, zorder=2)
    ax.set_xlim(-0.7, last - 0.3)
    ax.set_ylim(max(len(windows), 6) + 0.7, -0.7)
    ax.set_yticks([0, *range(1, len(windows) + 1)], ["input", *map(str, range(len(windows)))])
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
        edges, edges, grey.numpy(), cmap="gray_r", vmin=0, vmax=10, edgecolors=_GREY, linewidth=0.5
    )
    ax.set_aspect("equal")
    ax.set_xlim(edges[0] - 0.1, edges[-1] + 0.1)
    ax.set_ylim(edges[-1] + 0.1, edges[0] - 0.1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True))
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

    def draw(p: int, s: int, d: int) -> "Figure":
        from matplotlib.patches import Rectangle

        figure, (ax,) = new_axes(1, 9.5, 4)
        for (k, n), (answer, same) in compared(p, s, d).items():
            ground = ORANGE if not same else _PALE if answer is None else "white"
            corner = (n - 0.5, k - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, facecolor=ground, edgecolor=_GREY))
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
        draw,
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


_MODES = {
    "zeros": "constant",
    "mirror": "reflect",
    "border copied": "replicate",
    "wrapped": "circular",
}


def paddings() -> Explorer:
    """Four ways to fill the padding, on a small image of numbers and on a photograph."""
    numbers = torch.arange(1.0, 21).reshape(4, 5)
    patch = photograph()[40:140, 60:180]

    def padded(image: Tensor, mode: str, p: int) -> Tensor:
        return F.pad(image[None, None], (p,) * 4, mode=_MODES[mode])[0, 0]

    def draw(mode: str, p: int) -> "Figure":
        figure, axes = new_axes(2, 11, 4, widths=(5, 5.6))
        draw_cells(axes[0], padded(numbers, mode, p), f"{mode}, p = {p}")
        draw_frame(axes[0], p, p, 4, 5)
        draw_map(axes[1], padded(patch, mode, 20 * p), f"{mode}, p = {20 * p}", signed=False, top=1)
        draw_frame(axes[1], 20 * p, 20 * p, *patch.shape)
        return figure

    return Explorer(
        draw,
        {
            "mode": Choice("outside stands", tuple(_MODES), "mirror"),
            "p": Slider("padding p", 0, 3, value=2),
        },
        alt=lambda mode, p: (
            f"An image of the numbers 1 to 20, four rows of five, padded by {p} with “{mode}”, its "
            "rows: "
            + "; ".join(
                " ".join(f"{value:g}" for value in row) for row in padded(numbers, mode, p).tolist()
            )
            + f". Beside it a photograph padded likewise by {20 * p} pixels."
        ),
    )


def stack() -> Explorer:
    """Which pixels an output sees through several layers, in one direction."""

    def draw(k: int, s: int, d: int, more: int) -> "Figure":
        layers = [(k, s, d), *([(3, 1, 1)] * more)]
        figure, (ax,) = new_axes(1, 11, 1.6 + 0.8 * len(layers))
        # From the output down: the places that one output reads, layer by layer.
        read = [[0]]
        for kernel, stride, dilation in reversed(layers):
            height = len(layers) - len(read) + 1
            taps = {
                (place, place * stride + tap * dilation)
                for place in read[-1]
                for tap in range(kernel)
            }
            below = sorted({tap for _, tap in taps})
            for place, tap in taps:
                ends = (_centred(place, read[-1]), _centred(tap, below))
                scale = _spacing(layers, height), _spacing(layers, height - 1)
                xs = (ends[0] * scale[0], ends[1] * scale[1])
                ax.plot(xs, [height, height - 1], color=SKY, linewidth=1.2, zorder=1)
            read.append(below)
        for level, places in enumerate(reversed(read)):
            apart = _spacing(layers, level)
            span = range(places[0], places[-1] + 1)
            used = BLUE if level else VERMILION
            ax.scatter(
                [_centred(place, places) * apart for place in span],
                [level] * len(span),
                s=70,
                color=[used if place in places else "white" for place in span],
                edgecolors="black",
                zorder=2,
            )
        ax.set_yticks(
            range(len(layers) + 1), ["pixels", *(f"layer {i + 1}" for i in range(len(layers)))]
        )
        ax.set_xlabel("position (pixels from the middle)")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title(f"first layer: k = {k}, s = {s}, d = {d}; then {more} of k = 3")
        ax.set_xlim(-16.5, 16.5)
        return figure

    return Explorer(
        draw,
        {
            "k": Slider("first layer: kernel k", 1, 5, value=3),
            "s": Slider("its stride s", 1, 3, value=2),
            "d": Slider("its dilation d", 1, 3, value=1),
            "more": Slider("layers of k = 3 after it", 0, 3, value=2),
        },
        alt=lambda k, s, d, more: (
            f"A tree. At the top one output of {more + 1} layers, below it what each layer reads, "
            "at the bottom the pixels of the input that it depends on. The first layer has kernel "
            f"size {k}, stride {s} and dilation {d}, the other {more} have kernel size 3."
        ),
    )


def _centred(place: int, places: list[int]) -> float:
    return place - (places[0] + places[-1]) / 2


def _spacing(layers: list[tuple[int, int, int]], level: int) -> int:
    """How many pixels apart neighbours lie: only the first layer here may have a stride."""
    return layers[0][1] if level else 1


def fields(
    stacks: dict[str, Any], receptive_field: FieldOf, influence: InfluenceOf, size: int = 20
) -> Explorer:
    """The receptive field by your formula, and by your gradient of one output pixel."""

    def found(stack: str) -> tuple[int, int, Tensor]:
        """Where the field of a middle output begins; your formula; your gradient."""
        layers = list(stacks[stack])
        side, jump = int(receptive_field(layers)), 1
        for _, stride, _ in layers:
            jump *= stride
        place = max((size - side) // (2 * jump), 0)
        return place * jump, side, influence(layers, size, place, place).detach()

    def measured(gradient: Tensor) -> str:
        seen = gradient.nonzero()
        if not len(seen):
            return "nothing"
        height, width = (seen.amax(0) - seen.amin(0) + 1).tolist()
        return f"{height} x {width}"

    def draw(stack: str) -> "Figure":
        start, side, gradient = found(stack)
        figure, axes = new_axes(2, 10, 4.4)
        axes[0].imshow(torch.zeros(size, size).numpy(), "gray_r", vmin=0, vmax=1)
        axes[0].set_title(f"by formula: {side} x {side}", fontsize=11)
        axes[0].set_xlabel("column (pixels)")
        axes[0].set_ylabel("row (pixels)")
        draw_map(axes[1], gradient, f"by gradient: {measured(gradient)}", signed=False)
        for ax in axes:
            draw_frame(ax, start, start, side, side)
            ax.set_xticks(range(0, size, 5))
            ax.set_yticks(range(0, size, 5))
        figure.suptitle(stack, fontsize=13)
        return figure

    def alt(stack: str) -> str:
        _, side, gradient = found(stack)
        return (
            f"Stack {stack}. On the left a frame of {side} x {side} pixels, from the formula. On "
            f"the right the gradient of one output pixel: {measured(gradient)} pixels are not "
            "zero, brightest in the middle, in the same frame."
        )

    return Explorer(draw, {"stack": Choice("stack", tuple(stacks), next(iter(stacks)))}, alt)


def stamps() -> Explorer:
    """A transposed convolution: each number stamps the kernel onto the output."""
    Y = torch.tensor([[1.0, 2, 3], [4, 5, 6]])
    K = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])

    def output(numbers: Tensor, kernel: Tensor, s: int) -> Tensor:
        return F.conv_transpose2d(numbers[None, None], kernel[None, None], stride=s)[0, 0]

    def draw(position: int, s: int) -> "Figure":
        i, j = divmod(position, Y.shape[1])
        done = (torch.arange(Y.numel()).reshape(Y.shape) <= position).float()
        reached = output(done, torch.ones_like(K), s) > 0
        figure, axes = new_axes(3, 11, 4.2, widths=(3, 3, 6))
        draw_cells(axes[0], Y, "input Y (2, 3)")
        draw_frame(axes[0], i, j, 1, 1)
        draw_cells(axes[1], K, "kernel K (3, 3)")
        stamped = output(Y * done, K, s).masked_fill(~reached, torch.nan)
        draw_cells(axes[2], stamped, f"output, stride {s} {tuple(stamped.shape)}")
        draw_frame(axes[2], i * s, j * s, 3, 3)
        return figure

    return Explorer(
        draw,
        {
            "position": Slider("numbers stamped", 0, Y.numel() - 1, value=4, play=True),
            "s": Slider("stride s", 1, 3, value=2),
        },
        alt=lambda position, s: (
            f"The input has two rows, 1 2 3 and 4 5 6. Each number up to {position + 1} has added "
            f"the kernel, times itself, to the output, {s} pixels further each time; the latest "
            "stamp is framed."
        ),
    )


def aliasing() -> Explorer:
    """A tone, the samples that a stride keeps, and the tone that one hears in them."""
    from course_lib.sections.padding_stride.stride import measured_pitch

    rate = 16_000

    def draw(f: int, s: int) -> "Figure":
        heard = measured_pitch(1000 * f, rate, s)
        time = torch.linspace(0, 0.001, 500)
        kept = torch.arange(0, 17, s) / rate
        figure, axes = new_axes(2, 11, 3.2, widths=(6.5, 4))
        ax = axes[0]
        ax.plot(1000 * time, _tone(1000 * f, time), color=_GREY, label=f"the tone, {f} kHz")
        ax.plot(
            1000 * time,
            _tone(heard, time),
            color=ORANGE,
            linewidth=2.5,
            label=f"through the samples, {heard / 1000:g} kHz",
        )
        ax.plot(1000 * kept, _tone(1000 * f, kept), "o", color=BLUE, label="samples kept")
        ax.set_ylim(-1.2, 2.2)
        ax.set_title(f"samples at 16 kHz, stride {s}")
        ax.set_xlabel("time (ms)")
        ax.set_ylabel("pressure (relative)")
        ax.legend(loc="upper right", fontsize=8, ncols=3)
        samples = _tone(1000 * f, torch.arange(0, rate, s) / rate)
        spectrum = torch.fft.rfft(samples).abs() / len(samples)
        axes[1].axvspan(rate / s / 2000, 8.4, color=_PALE, label="above half of the new rate")
        axes[1].plot(torch.arange(len(spectrum)) / 1000, spectrum, color=ORANGE, linewidth=2.5)
        axes[1].axvline(f, color=_GREY, linestyle=":", label="the tone")
        axes[1].set_xlim(-0.2, 8.4)
        axes[1].set_ylim(0, 1.35)
        axes[1].set_title(f"spectrum of the samples, {rate / s / 1000:.3g} kHz")
        axes[1].set_xlabel("frequency (kHz)")
        axes[1].set_ylabel("strength (relative)")
        axes[1].legend(loc="upper right", fontsize=8)
        return figure

    return Explorer(
        draw,
        {
            "f": Slider("tone (kHz)", 1, 7, value=5, play=True),
            "s": Slider("stride s", 1, 4, value=2),
        },
        alt=lambda f, s: (
            f"A tone of {f} kHz, sampled at 16 kHz, of which stride {s} keeps every sample number "
            f"{s}. The slowest wave through these has "
            f"{measured_pitch(1000 * f, rate, s) / 1000:g} kHz, and so says their spectrum."
        ),
    )


def _tone(f: float, time: Tensor) -> Tensor:
    return torch.cos(2 * torch.pi * f * time.double())


def zone_plate(size: int = 160) -> Tensor:
    """Rings that get finer outwards, (size, size), in [0, 1]: from broad to two pixels a ring."""
    steps = torch.arange(size) - size / 2
    squared = steps[:, None] ** 2 + steps[None, :] ** 2
    return 0.5 + 0.5 * torch.cos(torch.pi * squared / size)


def places() -> None:
    """Where three rules read a row of eight pixels."""
    root = 2**0.5
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)

    def read(aligned: bool) -> Tensor:
        """Reading a ramp between its pixels gives the places that were read."""
        return F.interpolate(ramp, scale_factor=1 / root, mode="bilinear", align_corners=aligned)[
            0, 0, 0
        ]

    rows = (
        ("stride 2", torch.arange(0, 8, 2.0), BLUE),
        ("stride √2: 0, √2, 2√2, ...", torch.arange(0, 7, root), VERMILION),
        ("F.interpolate, align_corners=True", read(True), GREEN),
        ("F.interpolate, align_corners=False", read(False), ORANGE),
    )
    figure, (ax,) = new_axes(1, 9.5, 2.6)
    for row, (_, where, colour) in enumerate(rows):
        ax.plot([-0.5, 7.5], [row, row], color=_PALE, zorder=0)
        ax.scatter(range(8), [row] * 8, s=150, marker="s", color="white", edgecolors=_GREY)
        ax.scatter(where, [row] * len(where), s=55, color=colour, zorder=2)
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.set_xticks(range(8))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("position (pixels)")
    ax.set_title("where eight pixels are read")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    show_figure(
        figure,
        alt="Four rows of eight pixels with dots where they are read. Stride 2: at pixels 0, 2, 4 "
        "and 6. Stride √2: five places from pixel 0 on, the last between pixels 5 and 6. "
        "align_corners=True: five places, the first on the first pixel, the last on the last. "
        "align_corners=False: five places that begin and end between pixels.",
    )
