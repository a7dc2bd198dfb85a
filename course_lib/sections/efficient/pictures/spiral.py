"""What a ReLU takes away, in few channels and in many (Sandler and others, 2018, figure 1)."""

import math

import torch
from torch import Generator, Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

_CHANNELS = (2, 3, 5, 15)
_SEED = 1


def spiral() -> None:
    """A spiral, and what comes back of it after a ReLU among so many channels."""
    points = _spiral()
    pictures = {"before": points}
    pictures |= {f"{count} channels": _through(points, count) for count in _CHANNELS}
    figure, axes = new_axes(len(pictures), 11, 2.6)
    colours = torch.linspace(0, 1, len(points))
    for ax, (title, found) in zip(axes, pictures.items(), strict=True):
        ax.scatter(found[:, 0], found[:, 1], c=colours, s=5, cmap="viridis")
        ax.set(title=title, aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
        ax.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        ax.set_xlabel("first number")
    axes[0].set_ylabel("second number")
    lost = {count: (_through(points, count) - points).norm() / points.norm() for count in _CHANNELS}
    show_figure(
        figure,
        alt="A spiral of points in the plane, and what comes back of it through a ReLU. The error, "
        "as a share of its size: "
        + ", ".join(f"{share:.0%} with {count} channels" for count, share in lost.items())
        + ".",
    )


def _spiral(points: int = 300) -> Tensor:
    """(points, 2)"""
    turn = torch.linspace(0, 1, points)
    angle = 4 * math.pi * turn
    return turn[:, None] * torch.stack([angle.cos(), angle.sin()], 1)


def _through(points: Tensor, channels: int) -> Tensor:
    """Spread over the channels by a random matrix, ReLU, and back by the best linear layer."""
    spread = torch.randn(2, channels, generator=Generator().manual_seed(_SEED))
    kept = torch.relu(points @ spread)
    back: Tensor = torch.linalg.lstsq(kept, points, driver="gelsd").solution
    return kept @ back
