"""Sounds as waves, and as images with their axes."""

from collections.abc import Sequence

from torch import Tensor

from course_lib.figures.colours import BLUE
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
