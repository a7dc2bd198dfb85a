"""Sounds as waves, and as images with their axes."""

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure


def waves(drawn: Tensor, names: Sequence[str], rate: int) -> None:
    """The waves (N, L) of sounds, one beside the other."""
    figure, axes = new_axes(len(names), 12, 2.2)
    seconds = [sample / rate for sample in range(drawn.shape[1])]
    for ax, wave, name in zip(axes, drawn, names, strict=True):
        ax.plot(seconds, wave.tolist(), color=BLUE, linewidth=0.5)
        ax.set(title=name, xlabel="time (s)", ylim=(-1, 1))
        if ax is not axes[0]:
            ax.set_yticks([])
    axes[0].set_ylabel("pressure, scaled")
    show_figure(
        figure,
        alt=f"Waves of {', '.join(names)}: of the tones and chirps hardly more than when they "
        "begin and end can be seen.",
    )


def frame(wave: Tensor, size: int, rate: int) -> None:
    """A frame around the loudest sample of a wave (L,), the same windowed, and its frequencies."""
    start = min(max(0, int(wave.abs().argmax()) - size // 2), len(wave) - size)
    piece, window = wave[start : start + size], torch.hann_window(size)
    strengths = torch.fft.rfft(piece * window).abs().square()
    figure, (whole, faded, bins) = new_axes(3, 12, 2.6, widths=(1.4, 1, 1))
    whole.plot([i / rate for i in range(len(wave))], wave.tolist(), color=BLUE, linewidth=0.5)
    whole.axvspan(start / rate, (start + size) / rate, color=VERMILION, alpha=0.4)
    whole.set(title="the wave, one frame marked", xlabel="time (s)", ylabel="pressure, scaled")
    faded.plot(piece.tolist(), color="#888888", linewidth=0.8, label="frame")
    faded.plot(window.tolist(), "--", color=ORANGE, label="window")
    faded.plot((piece * window).tolist(), color=BLUE, label="product")
    faded.set(title="the frame, faded", xlabel="sample of the frame", ylim=(-1.9, 1.1))
    faded.legend(loc="lower center", ncols=3, fontsize=8, handlelength=1, columnspacing=1)
    bins.bar([rate / size * i for i in range(len(strengths))], strengths.tolist(), rate / size / 2)
    bins.set(title="its frequencies", xlabel="frequency (Hz)", ylabel="power")
    strongest = int(strengths.argmax()) * rate / size
    show_figure(
        figure,
        alt=f"Left a wave with a band over {size} samples. In the middle these samples, a window "
        "that rises from zero to one and falls again, and their product. Right a bar for each "
        f"frequency, high only around {strongest:.0f} Hz.",
    )


def sounds(images: Tensor, names: Sequence[str], rate: int, seconds: float) -> None:
    """Spectrograms as images (N, 1, F, T), low frequencies in their last rows, with axes.

    Args:
        seconds: how long each sound is.
    """
    figure, axes = new_axes(len(names), 12, 2.6)
    for ax, image, name in zip(axes, images[:, 0], names, strict=True):
        ax.imshow(
            image.detach().numpy(),
            "gray",
            vmin=0,
            vmax=1,
            extent=(0, seconds, 0, rate / 2),
            aspect="auto",
            interpolation="nearest",
        )
        ax.set(title=name, xlabel="time (s)")
        if ax is not axes[0]:
            ax.set_yticks([])
    axes[0].set_ylabel("frequency (Hz)")
    show_figure(
        figure,
        alt="Spectrograms, light where there is much power: a rising chirp is a line that goes up "
        "to the right, a falling one goes down, a steady tone is one level line, two tones are "
        "two, a click train is many upright strokes, a noise burst a light area.",
    )
