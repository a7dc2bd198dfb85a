"""Which channels are read by which: sums, groups, and what mixes them."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import draw_cells, draw_frame, new_axes, number_text
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure
from course_lib.sections.channels.facts import PICTURED_FILTER, PICTURED_IMAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lines = list[tuple[int, int]]
"""Connections (input channel, output channel)."""

_SIZES = (1, 3, 5)
_GREY = "#8a8a8a"
_GROUP_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, "#cc79a7", "black", _GREY)


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

    def plot(groups: int, kernel_size: int) -> "Figure":
        figure, axes = new_axes(2, 11, 3.4, widths=(7, 3))
        _channels(axes[0], 8, 8, groups, kernel_size)
        axes[0].set_title(said(groups, kernel_size), fontsize=11)
        heights = [weights(groups, size) for size in _SIZES]
        bars = axes[1].bar(
            [f"{size} x {size}" for size in _SIZES],
            heights,
            color=[VERMILION if size == kernel_size else SKY for size in _SIZES],
        )
        axes[1].bar_label(bars, fontsize=9)
        axes[1].set_ylim(0, 1800)
        axes[1].set_xlabel("kernel (pixels)")
        axes[1].set_ylabel("weights")
        axes[1].set_title(f"groups={groups}", fontsize=11)
        return figure

    return Explorer(
        plot,
        {
            "groups": Menu("groups", (1, 2, 4, 8), 2),
            "kernel_size": Menu("kernel_size", _SIZES, 3),
        },
        alt=lambda groups, kernel_size: (
            f"Eight input and eight output channels, groups={groups}: "
            f"{said(groups, kernel_size)}. Weights for each size of the kernel: "
            f"{', '.join(f'{weights(groups, size)} for {size} x {size}' for size in _SIZES)}."
        ),
    )


def _channels(ax: "Axes", c_i: int, c_o: int, groups: int, kernel_size: int) -> None:
    """Inputs below with the pixels that are read, outputs above, a line for each kernel."""
    for o in range(c_o):
        group = o * groups // c_o
        for i in range(group * c_i // groups, (group + 1) * c_i // groups):
            colour = _GROUP_COLOURS[group] if groups > 1 else _GREY
            ax.plot([i, o], [0.12, 0.9], color=colour, linewidth=1.6, zorder=1)
    for i in range(c_i):
        group = i * groups // c_i
        _window(ax, i, kernel_size, _GROUP_COLOURS[group] if groups > 1 else _GREY)
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
    X, K = PICTURED_IMAGE, PICTURED_FILTER
    parts = F.conv2d(X[None], K[:, None], groups=2)[0]

    def sum_written_out(position: int) -> str:
        i, j = divmod(position, 2)
        first, second = (number_text(float(part[i, j])) for part in parts)
        return f"Y[{i}, {j}] = {first} + {second} = {number_text(float(parts.sum(0)[i, j]))}"

    def plot(position: int) -> "Figure":
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
        plot,
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

    def plot(kind: str, groups: int, channel: int) -> "Figure":
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
        plot,
        {
            "kind": Menu("between", ("nothing", "channel shuffle", "1 x 1 convolution"), "nothing"),
            "groups": Menu("groups", (2, 3), 2),
            "channel": Slider("input channel", 0, c - 1, value=0),
        },
        alt=lambda kind, groups, channel: (
            f"Two convolutions with {groups} groups on six channels, between them {kind}. Input "
            f"channel {channel} reaches {len(plan(kind, groups, channel)[-1][1])} of 6 outputs."
        ),
    )
