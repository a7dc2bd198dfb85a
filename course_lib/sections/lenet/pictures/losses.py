"""Losses: their gradients and their means."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.colours import BLUE, ORANGE, SKY, VERMILION
from course_lib.figures.elements import new_axes, number_text
from course_lib.figures.explorer import Explorer, Grid, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def double_softmax() -> Explorer:
    """The gradient of the loss for three logits, with and without a softmax before it."""

    def gradients(logits: tuple[tuple[float, ...], ...], label: int) -> list[Tensor]:
        found = []
        for twice in (False, True):
            x = torch.tensor(logits, dtype=torch.float64).requires_grad_()
            out = x.softmax(1) if twice else x
            F.cross_entropy(out, torch.tensor([label])).backward()
            assert x.grad is not None
            found.append(x.grad[0])
        return found

    def plot(logits: tuple[tuple[float, ...], ...], label: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.4)
        names = ("cross-entropy of the logits", "softmax before it")
        for shift, values, name, colour in zip(
            (-0.2, 0.2), gradients(logits, label), names, (BLUE, ORANGE), strict=True
        ):
            places = [i + shift for i in range(3)]
            ax.bar(places, values.numpy(), 0.38, color=colour, label=name)
        ax.axhline(0, color="black", linewidth=0.8)
        ticks = [f"class {i}\nlogit {number_text(v)}" for i, v in enumerate(logits[0])]
        ax.set_xticks(range(3), ticks)
        ax.set_ylim(-1.1, 1.1)
        ax.set_xlabel("output")
        ax.set_ylabel("gradient of the loss")
        ax.set_title(f"the right class is {label}")
        ax.legend(loc="upper right")
        return figure

    return Explorer(
        plot,
        {
            "logits": Grid("logits", ((4.0, 0.0, -2.0),)),
            "label": Slider("right class", 0, 2, value=1),
        },
        alt=lambda logits, label: (
            f"Bars: gradients of the loss for logits {logits[0]} and right class {label}. Without "
            "a softmax they are "
            f"{', '.join(f'{g:.2f}' for g in gradients(logits, label)[0].tolist())}, with one "
            f"before it {', '.join(f'{g:.2f}' for g in gradients(logits, label)[1].tolist())}."
        ),
    )


def averages() -> Explorer:
    """100 images in batches: the mean of the batches' means beside the mean of the images."""
    losses = torch.cat([torch.linspace(0.2, 0.4, 88), torch.linspace(1.6, 2.0, 12)])

    def means(size: int) -> tuple[list[float], float, float]:
        each = [float(batch.mean()) for batch in losses.split(size)]
        return each, float(losses.mean()), sum(each) / len(each)

    def plot(size: int) -> "Figure":
        each, weighted, plain = means(size)
        figure, (ax,) = new_axes(1, 9, 3.2)
        starts = range(0, len(losses), size)
        widths = [len(batch) for batch in losses.split(size)]
        ax.bar(starts, each, widths, align="edge", color=SKY, edgecolor="black")
        ax.axhline(weighted, color=BLUE, label=f"mean of the images: {weighted:.3f}")
        ax.axhline(
            plain, color=VERMILION, linestyle="--", label=f"mean of the batches' means: {plain:.3f}"
        )
        ax.set_xlabel("images, in batches")
        ax.set_ylabel("mean loss of the batch")
        ax.set_title(f"batches of {size}; the last one has {widths[-1]}")
        ax.legend(loc="upper left")
        return figure

    return Explorer(
        plot,
        {"size": Slider("batch_size", 5, 60, value=48)},
        alt=lambda size: (
            f"100 images in batches of {size}, a bar for each batch, as wide as it has images. The "
            f"mean loss of all images is {means(size)[1]:.3f}, the mean of the batches' means "
            f"{means(size)[2]:.3f}."
        ),
    )
