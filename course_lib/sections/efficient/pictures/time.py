"""Work and time of layers, measured on this machine while the picture is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.sections.efficient.timing import milliseconds

SIDE = 56
"""Of the maps. One image of some hundred kilobytes: larger ones measure the memory's management."""


@dataclass(frozen=True)
class Layer:
    """A convolution of maps of SIDE x SIDE that keeps their size."""

    name: str
    channels: int
    kernel: int
    groups: int = 1

    @property
    def colour(self) -> str:
        if self.groups > 1:
            return GREEN
        return ORANGE if self.kernel == 1 else BLUE

    def macs(self) -> int:
        """For one image."""
        return self.channels**2 // self.groups * self.kernel**2 * SIDE**2

    def milliseconds(self, **settings: Any) -> float:
        """For one image."""
        layer = nn.Conv2d(
            *(self.channels, self.channels, self.kernel),
            padding=self.kernel // 2,
            groups=self.groups,
            bias=False,
        )
        return milliseconds(layer, torch.rand(1, self.channels, SIDE, SIDE), **settings)


STANDARD = Layer("standard 3 x 3", 64, 3)
POINTWISE = Layer("pointwise", 64, 1)
DEPTHWISE = Layer("depthwise 3 x 3", 64, 3, 64)


def idea() -> None:
    """Multiply-adds and time of a standard convolution and of the separable one in its place."""
    figure, axes = new_axes(2, 10, 2.3)
    bars = (("standard", [STANDARD]), ("separable", [DEPTHWISE, POINTWISE]))
    sums: dict[str, list[float]] = {name: [0.0, 0.0] for name, _ in bars}
    for name, parts in bars:
        for layer in parts:
            numbers = (layer.macs() / 1e6, layer.milliseconds())
            for ax, number, (place, start) in zip(
                axes, numbers, enumerate(list(sums[name])), strict=True
            ):
                ax.barh(name, number, left=start, color=layer.colour, label=layer.name)
                sums[name][place] += number
    axes[0].set(title="work", xlabel="million multiply-adds")
    axes[1].set(title="time", xlabel="milliseconds, one thread")
    axes[0].legend(fontsize=9)
    for ax in axes:
        ax.invert_yaxis()
    work, time = (sums["separable"][i] / sums["standard"][i] for i in (0, 1))
    show_figure(
        figure,
        alt="Two bar charts for 64 channels of 56 x 56. The separable convolution has "
        f"{work:.0%} of the standard one's multiply-adds and takes {time:.0%} of its time.",
    )


def layers(block: nn.Sequential, channels: int = 64) -> None:
    """Each layer's share of a block's multiply-adds, and of its time.

    Args:
        block: of layers one after the other, for maps of `channels` channels.
    """
    x = torch.rand(1, channels, SIDE, SIDE)
    names, works, times = [], [], []
    with torch.no_grad():
        for layer in block.eval():
            times.append(milliseconds(layer, x))
            x = layer(x)
            weights = layer.weight.numel() if isinstance(layer, nn.Conv2d) else 0
            works.append(weights * SIDE**2)
            names.append(_name(layer))
    figure, (ax,) = new_axes(1, 9, 3.2)
    places = range(len(names))
    for numbers, shift, colour, name in (
        (works, -0.2, SKY, "work"),
        (times, 0.2, VERMILION, "time"),
    ):
        shares = [100 * number / sum(numbers) for number in numbers]
        ax.barh([place + shift for place in places], shares, 0.38, color=colour, label=name)
    ax.set_yticks(places, names)
    ax.invert_yaxis()
    ax.set(title="shares of a separable block", xlabel="per cent of the block")
    ax.legend(fontsize=9)
    told = (
        f"{name} {work / sum(works):.0%} and {time / sum(times):.0%}"
        for name, work, time in zip(names, works, times, strict=True)
    )
    show_figure(figure, alt=f"Share of the multiply-adds and of the time: {'; '.join(told)}.")


def _name(layer: nn.Module) -> str:
    if isinstance(layer, nn.Conv2d):
        return "depthwise" if layer.groups > 1 else "pointwise"
    return {"BatchNorm2d": "batch norm"}.get(type(layer).__name__, type(layer).__name__)


_MEASURED = (
    STANDARD,
    Layer("3 x 3, 32 channels", 32, 3),
    Layer("3 x 3, 16 channels", 16, 3),
    POINTWISE,
    Layer("pointwise, 16 channels", 16, 1),
    DEPTHWISE,
    Layer("depthwise 5 x 5", 64, 5, 64),
    Layer("depthwise 7 x 7", 64, 7, 64),
)


def rates(intensity: Callable[..., Any]) -> None:
    """Multiply-adds a second, by arithmetic intensity.

    Args:
        intensity: (in_channels, out_channels, kernel, size, groups) -> a number.
    """
    from matplotlib.ticker import LogLocator

    try:
        found = [
            float(intensity(layer.channels, layer.channels, layer.kernel, SIDE, layer.groups))
            for layer in _MEASURED
        ]
    except Exception as error:  # whatever a learner's function does
        print(f"Your intensity cannot be drawn. {failure(error)}")
        return
    figure, (ax,) = new_axes(1, 9, 4.2)
    told = []
    for layer, x, marker in zip(_MEASURED, found, "osD^vPX*", strict=True):
        time = layer.milliseconds()
        y = layer.macs() / time / 1e6
        label = f"{layer.name}: {time:.2g} ms"
        ax.plot(x, y, marker, color=layer.colour, markersize=8, label=label)
        told.append(f"{layer.name} {x:.3g} and {y:.0f}")
    ax.set(xscale="log", yscale="log", title="layers of 64 channels, if nothing else is said")
    ax.set(xlabel="arithmetic intensity: multiply-adds for each number moved")
    ax.set_ylabel("billion multiply-adds a second")
    ax.set_xlim(3, 500)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    show_figure(
        figure,
        alt="Arithmetic intensity and billions of multiply-adds a second, one thread: "
        f"{'; '.join(told)}.",
    )


def layouts() -> None:
    """Three layers with one thread and two, by both layouts."""
    figure, (ax,) = new_axes(1, 9, 2.9)
    settings = {
        f"{threads} thread{'s' * (threads > 1)}, {layout}": (threads, layout == "channels_last")
        for threads in (1, 2)
        for layout in ("contiguous", "channels_last")
    }
    told = []
    for layer, marker in ((STANDARD, "o"), (POINTWISE, "s"), (DEPTHWISE, "^")):
        times = [layer.milliseconds(threads=n, channels_last=last) for n, last in settings.values()]
        places = range(len(times))
        ax.plot(times, places, marker, color=layer.colour, label=layer.name, markersize=8)
        told.append(f"{layer.name} {', '.join(f'{time:.2g}' for time in times)}")
    ax.set_yticks(places, list(settings))
    ax.set_ylim(len(settings) - 0.5, -0.5)
    ax.set(title="64 channels of 56 x 56, one image", xlabel="milliseconds", xscale="log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.grid(axis="x", alpha=0.4)
    figure.legend(loc="outside right upper", fontsize=9)
    show_figure(figure, alt=f"Milliseconds with {'; '.join(settings)}: {'. '.join(told)}.")
