"""The figures of section 03, channels."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figure import BLUE, GREEN, ORANGE, SKY, VERMILION, Choice, Explorer, Slider
from course_lib.figure import show as show_figure
from course_lib.pictures.drawing import draw_cells, draw_frame, draw_map, new_axes, number_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.sections.channels.configs import Layer

Lines = list[tuple[int, int]]
"""Connections (input channel, output channel)."""

GREY = "#8a8a8a"
_PURPLE = "#cc79a7"
_GROUP_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, _PURPLE, "black", GREY)


def connections() -> None:
    """Who reads whom: standard, grouped, depthwise and pointwise convolution, 4 channels to 4."""
    figure, axes = new_axes(4, 12.5, 3.4)
    plans = (
        ("standard", 1, 3, "4 · 4 · 9 = 144 weights"),
        ("groups=2", 2, 3, "4 · 2 · 9 = 72 weights"),
        ("depthwise: groups=4", 4, 3, "4 · 1 · 9 = 36 weights"),
        ("pointwise: 1 x 1", 1, 1, "4 · 4 · 1 = 16 weights"),
    )
    for ax, (name, groups, kernel_size, count) in zip(axes, plans, strict=True):
        _channels(ax, 4, 4, groups, kernel_size)
        ax.set_title(f"{name}\n{count}", fontsize=11)
    show_figure(
        figure,
        alt="Four drawings of four input channels, each with a window of nine pixels, and four "
        "output channels. Standard: every output reads the windows of all inputs, 144 weights. Two "
        "groups: the first two outputs read the first two inputs, the others the others, 72 "
        "weights. Depthwise: every output reads one input, 36 weights. Pointwise: every output "
        "reads all inputs, but only the middle pixel of each, 16 weights.",
    )


def who_reads_whom() -> Explorer:
    """The connections of 8 channels to 8 for any number of groups and size of the kernel."""

    def weights(groups: int, kernel_size: int) -> int:
        return torch.empty(8, 8 // groups, kernel_size, kernel_size).numel()

    def said(groups: int, kernel_size: int) -> str:
        lines = 64 // groups
        return (
            f"{lines} connections of {kernel_size} x {kernel_size} weights: "
            f"{weights(groups, kernel_size)} weights"
        )

    def draw(groups: int, kernel_size: int) -> "Figure":
        figure, axes = new_axes(2, 11, 3.4, widths=(7, 3))
        _channels(axes[0], 8, 8, groups, kernel_size)
        axes[0].set_title(said(groups, kernel_size), fontsize=11)
        sizes = (1, 3, 5)
        heights = [weights(groups, size) for size in sizes]
        bars = axes[1].bar(
            [f"{size} x {size}" for size in sizes],
            heights,
            color=[VERMILION if size == kernel_size else SKY for size in sizes],
        )
        axes[1].bar_label(bars, fontsize=9)
        axes[1].set_ylim(0, 1800)
        axes[1].set_xlabel("kernel (pixels)")
        axes[1].set_ylabel("weights")
        axes[1].set_title(f"groups={groups}", fontsize=11)
        return figure

    return Explorer(
        draw,
        {
            "groups": Choice("groups", (1, 2, 4, 8), 2),
            "kernel_size": Choice("kernel_size", (1, 3, 5), 3),
        },
        alt=lambda groups, kernel_size: (
            f"Eight input and eight output channels in {groups} groups: "
            f"{said(groups, kernel_size)}."
        ),
    )


def _channels(ax: "Axes", c_i: int, c_o: int, groups: int, kernel_size: int) -> None:
    """Inputs below with the pixels that are read, outputs above, a line for each kernel."""
    for o in range(c_o):
        group = o * groups // c_o
        for i in range(group * c_i // groups, (group + 1) * c_i // groups):
            colour = _GROUP_COLOURS[group] if groups > 1 else GREY
            ax.plot([i, o], [0.12, 0.9], color=colour, linewidth=1.6, zorder=1)
    for i in range(c_i):
        group = i * groups // c_i
        _window(ax, i, kernel_size, _GROUP_COLOURS[group] if groups > 1 else GREY)
    ax.scatter(range(c_o), [1] * c_o, s=180, color="#dddddd", edgecolors="black", zorder=2)
    ax.set_xlim(-0.6, max(c_i, c_o) - 0.4)
    ax.set_ylim(-0.3, 1.18)
    ax.set_xticks(range(c_i))
    ax.set_xlabel("channel")
    ax.set_yticks([-0.06, 1], ["pixels\nread", "output"])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _window(ax: "Axes", channel: int, kernel_size: int, colour: str) -> None:
    """A channel's 5 x 5 (or 3 x 3) pixels; those that the kernel covers are filled."""
    from matplotlib.patches import Rectangle

    size = max(kernel_size, 3)
    reach = kernel_size // 2
    for row in range(size):
        for column in range(size):
            away = max(abs(row - size // 2), abs(column - size // 2))
            corner = (channel + 0.7 * (column / size - 0.5), -0.24 + 0.36 * row / size)
            ax.add_patch(
                Rectangle(
                    corner,
                    0.7 / size,
                    0.36 / size,
                    facecolor=colour if away <= reach else "white",
                    edgecolor="black",
                    linewidth=0.5,
                    alpha=0.8,
                    zorder=2,
                )
            )


def channel_sum() -> Explorer:
    """Two channels, two slices of a kernel, one output: the slider moves the window."""
    X = torch.stack([torch.arange(9.0).reshape(3, 3), torch.arange(9.0).reshape(3, 3) + 1])
    K = torch.stack([torch.arange(4.0).reshape(2, 2), torch.arange(4.0).reshape(2, 2) + 1])
    parts = F.conv2d(X[None], K[:, None], groups=2)[0]

    def sum_written_out(position: int) -> str:
        i, j = divmod(position, 2)
        first, second = (number_text(float(part[i, j])) for part in parts)
        return f"Y[{i}, {j}] = {first} + {second} = {number_text(float(parts.sum(0)[i, j]))}"

    def draw(position: int) -> "Figure":
        i, j = divmod(position, 2)
        figure, axes = new_axes(5, 11.5, 3.3, widths=(3, 2, 3, 2, 2))
        for channel in range(2):
            draw_cells(axes[2 * channel], X[channel], f"X[{channel}]")
            draw_frame(axes[2 * channel], i, j, 2, 2)
            draw_cells(axes[2 * channel + 1], K[channel], f"K[{channel}]")
        seen = torch.arange(4).reshape(2, 2) <= position
        draw_cells(axes[4], parts.sum(0).masked_fill(~seen, torch.nan), "Y: the sum")
        draw_frame(axes[4], i, j, 1, 1)
        figure.supxlabel(sum_written_out(position), fontsize=13)
        return figure

    return Explorer(
        draw,
        {"position": Slider("position of the window", 0, 3, value=0, play=True)},
        alt=lambda position: (
            "Two channels of 3 x 3 pixels with the same window framed in both, the kernel's two "
            f"slices, and the output filled up to this window. {sum_written_out(position)}"
        ),
    )


def mixing() -> Explorer:
    """Two group convolutions in a row: which outputs does one input channel reach?"""
    c = 6

    def within(groups: int) -> Lines:
        return [(i, o) for i in range(c) for o in range(c) if i * groups // c == o * groups // c]

    def between(kind: str, groups: int) -> Lines:
        if kind == "1 x 1 convolution":
            return [(i, o) for i in range(c) for o in range(c)]
        order = torch.arange(c)
        if kind == "channel shuffle":
            order = F.channel_shuffle(order.float()[None, :, None, None], groups).flatten().long()
        return [(int(i), o) for o, i in enumerate(order)]

    def plan(kind: str, groups: int, channel: int) -> list[tuple[Lines, set[int]]]:
        """The three layers' lines, and the channels that each reads which know of `channel`."""
        layers, known = [], {channel}
        for lines in (within(groups), between(kind, groups), within(groups)):
            layers.append((lines, known))
            known = {o for i, o in lines if i in known}
        return [*layers, ([], known)]

    def draw(kind: str, groups: int, channel: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.9)
        layers = plan(kind, groups, channel)
        for level, (lines, known) in enumerate(layers):
            for i, o in lines:
                on = i in known
                colour, width = (VERMILION, 2.2) if on else ("#cfcfcf", 1.0)
                ax.plot([i, o], [level, level + 1], color=colour, linewidth=width, zorder=1 + on)
            colours = [VERMILION if i in known else "white" for i in range(c)]
            ax.scatter(range(c), [level] * c, s=150, color=colours, edgecolors="black", zorder=3)
        reached = len(layers[-1][1])
        ax.set_title(f"channel {channel} reaches {reached} of {c} outputs", fontsize=11)
        ax.set_yticks(
            range(4),
            ["input", f"after groups={groups}", f"{kind}\nbetween", f"after groups={groups}"],
        )
        ax.set_xlabel("channel")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return figure

    return Explorer(
        draw,
        {
            "kind": Choice(
                "between", ("nothing", "channel shuffle", "1 x 1 convolution"), "nothing"
            ),
            "groups": Choice("groups", (2, 3), 2),
            "channel": Slider("input channel", 0, c - 1, value=0),
        },
        alt=lambda kind, groups, channel: (
            f"Two convolutions with {groups} groups on six channels, between them {kind}. Input "
            f"channel {channel} reaches {len(plan(kind, groups, channel)[-1][1])} of 6 outputs."
        ),
    )


def saving() -> Explorer:
    """What is left of the work when a convolution is separated, against the channels out."""
    channels = [2**power for power in range(2, 11)]

    def parts(kernel_size: int) -> tuple[list[float], float]:
        """Shares of the depthwise part, one for each number of channels, and of the pointwise."""
        return [1 / c for c in channels], 1 / kernel_size**2

    def draw(kernel_size: int) -> "Figure":
        figure, (ax,) = new_axes(1, 8, 3.6)
        depthwise, pointwise = parts(kernel_size)
        whole = [share + pointwise for share in depthwise]
        ax.fill_between(channels, [pointwise] * len(channels), color=SKY, label="pointwise")
        ax.fill_between(
            channels, [pointwise] * len(channels), whole, color=ORANGE, label="depthwise"
        )
        ax.plot(channels, whole, "o-", color="black", markersize=4)
        ax.set_xscale("log", base=2)
        ax.set_xticks(channels, [str(c) for c in channels])
        ax.set_ylim(0, 0.5)
        ax.set_xlabel("channels out")
        ax.set_ylabel("share of the work left")
        ax.set_title(
            f"kernels of {kernel_size} x {kernel_size}: {1 / whole[6]:.2f} times less work "
            f"at {channels[6]} channels out",
            fontsize=11,
        )
        ax.legend()
        return figure

    def alt(kernel_size: int) -> str:
        depthwise, pointwise = parts(kernel_size)
        return (
            f"Share of the work that is left with kernels of {kernel_size} x {kernel_size}: the "
            f"pointwise part is {pointwise:.3f} for any number of channels; the depthwise part "
            f"falls from {depthwise[0]:.3f} at 4 channels out to {depthwise[-1]:.3f} at 1024."
        )

    return Explorer(draw, {"kernel_size": Choice("kernel_size", (3, 5, 7), 3)}, alt)


_COPIES = ((3, 6, 0, 0), (0, 4, 8, 0), (0, 0, 1, 2))
"""The kernel [1, 2], once for each entry of [3, 4, 1], times that entry, where that entry looks."""


def copies() -> Explorer:
    """In one dimension: every entry of the second kernel lays a copy of the first one."""

    def draw(laid: int) -> "Figure":
        figure, axes = new_axes(3, 10.5, 3.2, widths=(2, 3, 5))
        draw_cells(axes[0], torch.tensor([[1.0, 2]]), "first kernel K1")
        draw_cells(axes[1], torch.tensor([[3.0, 4, 1]]), "second kernel K2")
        if laid:
            draw_frame(axes[1], 0, laid - 1, 1, 1)
        rows = torch.tensor(_COPIES).float()
        shown = torch.full((4, 4), torch.nan)
        shown[:laid] = rows[:laid]
        shown[3] = rows[:laid].sum(0)
        draw_cells(axes[2], shown, "copies of K1, and their sum")
        for row in range(laid):
            draw_frame(axes[2], row, row, 1, 2)
        axes[2].set_yticks(range(4), ["3 · K1", "4 · K1", "1 · K1", "sum"])
        axes[2].set_xticks(range(4), [f"x{pixel}" for pixel in range(4)])
        axes[2].set_xlabel("pixel of the image")
        axes[2].set_ylabel("")
        for ax in axes[:2]:
            ax.set_yticks([])
            ax.set_ylabel("")
        return figure

    return Explorer(
        draw,
        {"laid": Slider("copies laid", 0, 3, value=3, play=True)},
        alt=lambda laid: (
            "The kernels [1, 2] and [3, 4, 1]. Each entry of the second lays a copy of the first, "
            f"times that entry, one pixel further on. After {laid} copies the sum is "
            f"{torch.tensor(_COPIES)[:laid].sum(0).tolist()}."
        ),
    )


def border() -> Explorer:
    """Two layers in a row minus the merged one: where does padding make a difference?"""
    generator = torch.Generator().manual_seed(3)
    X = torch.randint(-4, 5, (1, 1, 12, 14), generator=generator).float()
    K2 = torch.tensor([[1.0, 2, -1], [0, 1, 1], [2, -1, 1]])[None, None]
    firsts = {
        3: torch.tensor([[1.0, 0, 2], [-1, 1, 1], [1, 1, -2]])[None, None],
        5: torch.randint(-2, 3, (1, 1, 5, 5), generator=generator).float(),
    }

    def difference(padding: str, first: int) -> Tensor:
        K1, reach = firsts[first], first // 2 if padding != "none" else 0
        around = reach + 1 if reach else 0
        two = F.conv2d(F.conv2d(X, K1, padding=reach), K2, padding=around - reach)
        # The merged layer sees each window of the image by itself, zeros around the image only.
        windows = F.unfold(X, first + 2, padding=around)[0].T.reshape(-1, 1, first + 2, first + 2)
        one = F.conv2d(F.conv2d(windows, K1), K2).reshape(two.shape)
        return (two - one)[0, 0]

    def said(padding: str, first: int) -> str:
        differs = int((difference(padding, first) != 0).sum())
        return f"{differs} of {difference(padding, first).numel()} outputs differ"

    def draw(padding: str, first: int) -> "Figure":
        figure, axes = new_axes(2, 10, 3.5, widths=(1, 1))
        draw_map(axes[0], X[0, 0], "image", signed=True)
        draw_map(axes[1], difference(padding, first), said(padding, first), signed=True)
        return figure

    return Explorer(
        draw,
        {
            "padding": Choice("padding", ("none", "zeros, sizes kept"), "zeros, sizes kept"),
            "first": Choice("size of the first kernel", (3, 5), 3),
        },
        alt=lambda padding, first: (
            f"An image, and the output of a {first} x {first} and a 3 x 3 layer in a row minus "
            f"that of the merged layer, padding: {padding}. {said(padding, first)}."
        ),
    )


def columns() -> Explorer:
    """Two channels of 3 x 4 pixels, and their windows of 2 x 2 as columns of a matrix."""
    X = torch.arange(24.0).reshape(2, 3, 4)
    matrix = F.unfold(X[None], 2)[0]

    def draw(window: int) -> "Figure":
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
        draw,
        {"window": Slider("window", 0, 5, value=1, play=True)},
        alt=lambda window: (
            "Two channels of 3 x 4 pixels with the same 2 x 2 window framed in both, and the "
            f"matrix of 8 rows and 6 columns. Column {window} holds the window of the first "
            f"channel, then that of the second: {[int(n) for n in matrix[:, window]]}."
        ),
    )


def strip() -> Explorer:
    """A strip of an image, read once for several outputs."""

    def loads(k: int, delta: int) -> float:
        return (k + delta) / delta

    def draw(k: int, delta: int) -> "Figure":
        figure, axes = new_axes(2, 11, 3.4, widths=(6, 5))
        held = torch.full((k, k + delta), torch.nan)
        draw_cells(axes[0], held, f"strip of {k} x {k + delta} = {k * (k + delta)} numbers")
        draw_frame(axes[0], 0, 0, k, k)
        axes[0].set_xticks(range(0, k + delta, 4))
        deltas = range(1, 33)
        axes[1].plot(deltas, [loads(k, d) for d in deltas], color=GREY)
        axes[1].plot([delta], [loads(k, delta)], "o", color=VERMILION, markersize=9)
        axes[1].axhline(1, color="black", linestyle=":")
        axes[1].set_ylim(0, k + 1.5)
        axes[1].set_xlabel("outputs at once, delta")
        axes[1].set_ylabel("columns read per output")
        axes[1].set_title(f"{k + delta} columns for {delta} outputs: {loads(k, delta):.2f} each")
        return figure

    return Explorer(
        draw,
        {
            "k": Choice("kernel_size k", (3, 5), 3),
            "delta": Slider("outputs at once, delta", 1, 32, value=8, play=True),
        },
        alt=lambda k, delta: (
            f"A strip of {k} rows and {k + delta} columns, {k * (k + delta)} numbers, gives "
            f"{delta} outputs: {loads(k, delta):.2f} columns read per output. More outputs at "
            "once come nearer to one column each."
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
        except NotImplementedError:
            print(f"“{name}” needs a function that you have not written yet.")
        except Exception as error:  # whatever a learner's function does
            print(f"“{name}” cannot be timed: {type(error).__name__}: {error}")
    if not times:
        return
    figure, (ax,) = new_axes(1, 8.5, 3.8)
    for (name, spent), colour, marker in zip(
        times.items(), (VERMILION, ORANGE, BLUE, GREEN, "black"), "osD^v", strict=False
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


def attempt(make: Callable[[], object]) -> None:
    """Prints what `make` gives; if it uses a function that is not written yet, says so."""
    try:
        print(make())
    except NotImplementedError:
        print("This needs a function of yours that is not written yet.")
    except Exception as error:  # whatever a learner's function does
        print(f"One of your functions raised {type(error).__name__}: {error}")


def count_table(
    configs: "Mapping[str, Sequence[Layer]]",
    yours: "Callable[[Sequence[Layer]], object]",
    theirs: "Callable[[Sequence[Layer]], int]",
) -> None:
    """Prints a learner's counts beside those of PyTorch's modules."""
    print(f"{'network':32}{'you':>16}{'PyTorch':>16}")
    for name, config in configs.items():
        try:
            answer = yours(config)
            mine = f"{answer:,}" if isinstance(answer, int) else repr(answer)[:16]
        except NotImplementedError:
            mine = "not written yet"
        except Exception as error:  # whatever a learner's function does
            mine = type(error).__name__
        print(f"{name:32}{mine:>16}{theirs(config):>16,}")
