"""The receptive field, as a tree and as a gradient."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, SKY, VERMILION
from course_lib.figures.elements import draw_frame, draw_map, new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.sections.padding_stride.pictures.greys import GREY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The learner's functions, as the figure calls them.
FieldOf = Callable[[list[tuple[int, int, int]]], Any]
InfluenceOf = Callable[[list[tuple[int, int, int]], int, int, int], Any]


_WIDTH = 16
"""Pixels shown on either side of the middle."""


def stack() -> Explorer:
    """Which pixels an output sees through several layers, in one direction."""

    def plot(k: int, s: int, d: int, more: int) -> "Figure":
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
            around = [n for n in range(-_WIDTH, _WIDTH + 1) if abs(n * apart) <= _WIDTH]
            shift = _centred(places[0], places) % 1
            ax.scatter(
                [(n + shift) * apart for n in around],
                [level] * len(around),
                s=14,
                color=GREY,
                zorder=0,
            )
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
        ax.set_title(f"first layer: k = {k}, s = {s}, d = {d}; after it {more or 'none'} of k = 3")
        ax.set_xlim(-_WIDTH - 0.5, _WIDTH + 0.5)
        return figure

    return Explorer(
        plot,
        {
            "k": Slider("first layer: kernel k", 1, 5, value=3),
            "s": Slider("its stride s", 1, 3, value=2),
            "d": Slider("its dilation d", 1, 3, value=1),
            "more": Slider("layers of k = 3 after it", 0, 3, value=2),
        },
        alt=lambda k, s, d, more: (
            "A tree. At the top one output, below it what each layer reads, at the bottom the "
            "pixels of the input that it depends on, and small dots for all that it does not. The "
            f"first layer has kernel size {k}, stride {s} and dilation {d}; layers of kernel size "
            f"3 after it: {more}."
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

    def plot(stack: str) -> "Figure":
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
            f"the right the gradient of one output pixel, in the same frame: it reaches over "
            f"{measured(gradient)} pixels and is strongest around the middle."
        )

    return Explorer(plot, {"stack": Menu("stack", tuple(stacks), next(iter(stacks)))}, alt)
