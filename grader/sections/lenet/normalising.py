"""Normalising by the statistics of the training part."""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Parts = Callable[..., list[Tensor]]
_CHANNELS = (0, 2, 3)


def _by_batch_norm(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    """PyTorch's batch norm in eval mode, given the statistics of the training part."""
    var, mean = torch.var_mean(train, _CHANNELS, correction=0)
    return [F.batch_norm(part, mean, var, eps=0.0) for part in (train, validation, test)]


def _with(
    *of: int,
    axes: tuple[int, ...] = _CHANNELS,
    correction: int = 0,
    power: float = 1.0,
    centre: bool = True,
) -> _Parts:
    """Statistics of some of the parts, and what is done otherwise by mistake.

    Args:
        of: which parts they come from; none: each part's own.
        power: of the deviation that is divided by.
    """

    def answer(*parts: Tensor) -> list[Tensor]:
        done = []
        for part in parts:
            source = torch.cat([parts[i] for i in of]) if of else part
            mean = source.mean(axes, keepdim=True) if centre else 0.0
            std = source.var(axes, keepdim=True, correction=correction) ** (power / 2)
            done.append((part - mean) / std)
        return done

    return answer


def _by(
    mean: Callable[[Tensor], Tensor], std: Callable[[Tensor], Tensor], eps: float = 0.0
) -> _Parts:
    """Statistics of the training part that are taken in another way."""
    return lambda train, *others: [
        (part - mean(train)) / (std(train) + eps) for part in (train, *others)
    ]


def _mean(train: Tensor) -> Tensor:
    return train.mean(_CHANNELS, keepdim=True)


def _std(train: Tensor) -> Tensor:
    return train.std(_CHANNELS, keepdim=True, correction=0)


def _mean_of_deviations(train: Tensor) -> Tensor:
    """That of each image, averaged over the images."""
    return train.std((2, 3), keepdim=True, correction=0).mean(0, keepdim=True)


def _against(*shape: int) -> _Parts:
    """Statistics of a shape that meets another axis than the channels."""
    return _by(lambda train: _mean(train).view(shape), lambda train: _std(train).view(shape))


def _one_after_the_other(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    """The training part's statistics, taken again when it is normalised already."""
    train = _with(0)(train, train, train)[0]
    return _with(0)(train, validation, test)


def _by_loops(*parts: Tensor) -> tuple[Tensor, ...]:
    done = [part.clone() for part in parts]
    for c in range(parts[0].shape[1]):
        channel = parts[0][:, c]
        mean = channel.sum() / channel.numel()
        std = (((channel - mean) ** 2).sum() / channel.numel()).sqrt()
        for part in done:
            part[:, c] = (part[:, c] - mean) / std
    return tuple(done)


def _parts(draw: Draw, images: tuple[int, int, int], channels: int, size: tuple[int, int]) -> Case:
    """Three parts of different brightness and contrast, in every channel another one."""
    scale = 2 + draw.uniform(1, channels, 1, 1) + 2 * torch.arange(channels).view(1, -1, 1, 1)
    args = (
        scale * draw.normal(n, channels, *size) * (1 + place / 2) + shift * scale
        for place, (n, shift) in enumerate(zip(images, (-1.0, 2.0, 4.0), strict=True))
    )
    return Case(args=tuple(args))


def _cases(draw: Draw) -> list[Case]:
    settings = (
        ("one channel", (3, 2, 4), 1, (2, 5)),
        ("three channels", (5, 2, 4), 3, (4, 2)),
        ("more channels than images", (2, 3, 1), 5, (3, 2)),
        # As many rows, or columns, as channels: statistics along these axes raise no error there.
        ("one training image", (1, 2, 3), 2, (2, 5)),
        ("one image to validate and to test", (4, 1, 1), 2, (5, 2)),
        ("images of one row", (4, 2, 3), 2, (1, 5)),
    )
    return [
        replace(_parts(draw, images, channels, size), about=about)
        for about, images, channels, size in settings
    ]


def _example() -> tuple[Case, list[Tensor]]:
    parts = [[0.0, 2.0], [1.0, 3.0], [4.0, 2.0]]
    right = [[-1.0, 1.0], [0.0, 2.0], [3.0, 1.0]]
    args, answer = (
        [torch.tensor(part).view(1, 1, 1, 2) for part in parts] for parts in (parts, right)
    )
    return Case(args=tuple(args)), answer


NORMALISE_PARTS = Exercise(
    id="lenet.normalise_parts",
    title="Statistics from the training part",
    points=2,
    minutes=7,
    covers=("B05-split",),
    example=(_example(),),
    cases=_cases,
    reference=_by_batch_norm,
    promises=("unchanged",),
    wrong={
        "own statistics": (
            "You normalised each part by its own statistics. Then the same image gets different "
            "numbers depending on its company. All parts take those of the training part.",
            _with(),
        ),
        "statistics of all images": (
            "Your statistics come from all parts together. Validation and test images must not "
            "have any influence on what the network is given: use the training part only.",
            _with(0, 1, 2),
        ),
        "validation used": (
            "Your statistics come from training and validation images together. What the network "
            "learns from are the training images only, and so are the statistics.",
            _with(0, 1),
        ),
        "training part only": (
            "Validation and test images come back as they were. Take mean and deviation before "
            "you change the training part, and use them for all three.",
            _one_after_the_other,
            lambda train, validation, test: [_with(0)(train)[0], validation, test],
        ),
        "channels merged": (
            "You took one mean and one standard deviation for all channels. Each channel has its "
            "own: average over images, rows and columns, axes 0, 2 and 3.",
            _with(0, axes=(0, 1, 2, 3)),
        ),
        "per image": (
            "You took mean and deviation of each image. There is one pair for each channel: "
            "average over images, rows and columns, axes 0, 2 and 3.",
            _with(axes=(1, 2, 3)),
            _with(axes=(2, 3)),
        ),
        "unbiased deviation": (
            "Your standard deviation divides by n - 1, torch.std's default. Here it is that of "
            "the images themselves: unbiased=False.",
            _with(0, correction=1),
        ),
        "variance": (
            "You divided by the variance. Divide by its root, the standard deviation.",
            _with(0, power=2),
            _with(0, power=2, correction=1),
        ),
        "deviation left out": (
            "You subtracted the mean only. Then divide by the standard deviation.",
            _with(0, power=0),
        ),
        "mean left out": (
            "You divided by the deviation only. First subtract the mean.",
            _with(0, centre=False),
        ),
        "brackets left out": (
            "Your division comes before the subtraction: x - mean / std. Put brackets around the "
            "difference, (x - mean) / std.",
            lambda train, *others: [p - _mean(train) / _std(train) for p in (train, *others)],
        ),
        "root mean square": (
            "You divided by the root of the mean square. The standard deviation is taken of the "
            "differences from the mean.",
            _by(_mean, lambda train: (train**2).mean(_CHANNELS, keepdim=True).sqrt()),
        ),
        "mean of the images' deviations": (
            "You averaged the deviations of the images. Take one deviation over images, rows and "
            "columns together: images differ in brightness, and that counts.",
            _by(_mean, _mean_of_deviations),
        ),
        "first channel for all": (
            "You took the statistics of one channel for all of them. Each channel has its own.",
            _by(lambda train: _mean(train[:, :1]), lambda train: _std(train[:, :1])),
        ),
        "something added": (
            "You added a small number to the deviation. It is never 0 here: divide by the "
            "deviation itself.",
            _by(_mean, _std, eps=1e-2),
            _by(_mean, _std, eps=1e-3),
        ),
        "statistics along another axis": (
            "Your statistics do not meet the channels: shapes are compared from the last axis on. "
            "They must be (1, C, 1, 1): keepdim=True, or view(1, -1, 1, 1).",
            _against(-1),
            _against(-1, 1),
        ),
        "parts swapped": (
            "The numbers are right, their order is not: training, validation, test.",
            lambda train, *others: [_with(0)(train, *others)[i] for i in (0, 2, 1)],
        ),
        "one tensor": (
            "You joined the parts into one tensor. Return three tensors.",
            lambda *parts: torch.cat(_with(0)(*parts)),
        ),
    },
    right=(_by_loops, _with(0)),
    hints=(
        "Which axes of (N, C, H, W) must be averaged over, so that one number for each channel "
        "is left? With keepdim=True it can be subtracted at once.",
        "mean = train.mean(dim=(0, 2, 3), keepdim=True), and the same for std with "
        "unbiased=False; both serve for all three parts.",
    ),
)
