"""What a stride keeps of a tone, of rings and of a row of pixels."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Slider
from course_lib.figures.still import show as show_figure
from course_lib.sections.padding_stride.pictures.greys import GREY, PALE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _loudest(f: int, rate: int, stride: int) -> int:
    """The loudest frequency (Hz) in every stride-th sample of a second of a tone, by FFT."""
    samples = _tone(f, torch.arange(0, rate, stride) / rate)
    return int(torch.fft.rfft(samples).abs().argmax())


def aliasing() -> Explorer:
    """A tone, the samples that a stride keeps, and the tone that one hears in them."""
    rate = 16_000

    def plot(f: int, s: int) -> "Figure":
        heard = _loudest(1000 * f, rate, s)
        time = torch.linspace(0, 0.001, 500)
        kept = torch.arange(0, 17, s) / rate
        figure, axes = new_axes(2, 11, 3.2, widths=(6.5, 4))
        ax = axes[0]
        ax.plot(1000 * time, _tone(1000 * f, time), color=GREY, label=f"the tone, {f} kHz")
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
        axes[1].axvspan(rate / s / 2000, 8.4, color=PALE, label="above half of the new rate")
        axes[1].plot(torch.arange(len(spectrum)) / 1000, spectrum, color=ORANGE, linewidth=2.5)
        axes[1].axvline(f, color=GREY, linestyle=":", label="the tone")
        axes[1].set_xlim(-0.2, 8.4)
        axes[1].set_ylim(0, 1.35)
        axes[1].set_title(f"spectrum of the samples, {rate / s / 1000:.3g} kHz")
        axes[1].set_xlabel("frequency (kHz)")
        axes[1].set_ylabel("strength (relative)")
        axes[1].legend(loc="upper right", fontsize=8)
        return figure

    return Explorer(
        plot,
        {
            "f": Slider("tone (kHz)", 1, 7, value=5, play=True),
            "s": Slider("stride s", 1, 4, value=2),
        },
        alt=lambda f, s: (
            f"A tone of {f} kHz, sampled at 16 kHz, of which stride {s} keeps every sample number "
            f"{s}. The slowest wave through these has "
            f"{_loudest(1000 * f, rate, s) / 1000:g} kHz, and so says their spectrum."
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
        ax.plot([-0.5, 7.5], [row, row], color=PALE, zorder=0)
        ax.scatter(range(8), [row] * 8, s=150, marker="s", color="white", edgecolors=GREY)
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
