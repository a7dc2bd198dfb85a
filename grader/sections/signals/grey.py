"""Core: decibels as grey images."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import as_images
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, sizes: tuple[int, ...], low: float, high: float, reach: float) -> Case:
        """reach: how far beyond low and high the numbers go, or how far they stay within."""
        numbers = low - reach + (high - low + 2 * reach) * draw.uniform(*sizes)
        return Case(args=(numbers, low, high), about=about)

    low, high = -float(draw.integer(70, 90)), -float(draw.integer(10, 30))
    ends = torch.tensor([[[low, high, low - 1], [high + 1, high - 2, low + 2]]])
    below, above = (1 + 2 * draw.uniform(1, 2, 2) for _ in range(2))
    return [
        case("numbers below and above", (2, 3, 5), low, high, 30),
        case("numbers between low and high", (2, 4, 3), low, high, -5),
        case("as many frequencies as frames", (3, 4, 4), -100.0, 0.0, 20),
        case("as many waves as frequencies", (3, 3, 2), low, 20.0, 10),
        case("one wave", (1, 5, 2), low, high, 12),
        case("one frame", (2, 4, 1), 10.0, 30.0, 5),
        case("a positive range", (2, 2, 4), 20.0, float(draw.integer(40, 60)), 6),
        case("a small range", (1, 2, 3), -0.5, 0.25, 0.2),
        Case(args=(ends, int(low), int(high)), about="numbers at the ends with low and high whole"),
        Case(
            each=(
                (low - below, low, high),
                (high + above, low, high),
                (low + (high - low) * draw.uniform(2, 1, 1), low, high),
                (low + (high - low) * draw.uniform(1, 1, 3), low, high),
            ),
            about="all below or all above or one number or frequency each",
        ),
    ]


def _way(
    scale: Callable[[Tensor, float, float], Tensor] = lambda x, low, high: (x - low) / (high - low),
    clamp: Callable[[Tensor], Tensor] = lambda y: y.clamp(0, 1),
    turn: Callable[[Tensor], Any] = lambda y: y.flip(1)[:, None],
) -> Callable[[Tensor, float, float], Any]:
    return lambda x, low, high: turn(clamp(scale(x, low, high)))


def _own_range(x: Tensor, low: float, high: float) -> Tensor:
    return (x - x.min()) / (x.max() - x.min()).clamp(min=1e-9)


def _own_range_of_each(x: Tensor, low: float, high: float) -> Tensor:
    least, most = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
    return (x - least) / (most - least).clamp(min=1e-9)


def _by_numpy(x: Tensor, low: float, high: float) -> Tensor:
    grey = np.interp(x.numpy()[:, None, ::-1], (low, high), (0, 1))
    return torch.tensor(grey, dtype=torch.float32)


def _clamped_first(x: Tensor, low: float, high: float) -> Tensor:
    rows = torch.arange(x.shape[1] - 1, -1, -1)
    return ((x.clamp(low, high) - low) / (high - low))[:, rows].unsqueeze(-3)


AS_IMAGES = Exercise(
    id="signals.as_images",
    title="Spectrograms as images",
    points=2,
    minutes=8,
    covers=("D7.1.4",),
    example=(
        (
            Case(args=(torch.tensor([[[-60.0, -20], [0, -40]]]), -40.0, 0.0)),
            [[[[1, 0], [0, 0.5]]]],
        ),
    ),
    cases=_cases,
    reference=as_images,
    promises=("unchanged", "tensor"),
    wrong={
        "low notes above": (
            "Your low frequencies stand in the first row. An image is drawn from above, so the "
            "lowest frequency belongs into the last row.",
            _way(turn=lambda y: y[:, None]),
        ),
        "time backward": (
            "You turned the wrong axis, or both: time still runs to the right. The frequencies "
            "are axis 1 of (N, F, T).",
            _way(turn=lambda y: y.flip(2)[:, None]),
            _way(turn=lambda y: y.flip(1, 2)[:, None]),
        ),
        "waves turned over": (
            "You turned the order of the waves over. The frequencies are axis 1 of (N, F, T).",
            _way(turn=lambda y: y.flip(0)[:, None]),
            _way(turn=lambda y: y.flip(0, 1)[:, None]),
        ),
        "not clamped": (
            "Numbers outside of low and high leave the range from 0 to 1. They become 0 or 1.",
            _way(clamp=lambda y: y),
            _way(clamp=lambda y: y.clamp(min=0)),
            _way(clamp=lambda y: y.clamp(max=1)),
        ),
        "clamped too early": (
            "You clamp decibels to the range from 0 to 1. Scale them first, or clamp them to low "
            "and high.",
            _way(lambda x, low, high: (x.clamp(0, 1) - low) / (high - low), lambda y: y),
            _way(lambda x, low, high: x),
        ),
        "own range": (
            "You scale by the least and the greatest number that there are. `low` and `high` are "
            "given, so that loud waves stay brighter than quiet ones.",
            _way(_own_range),
            _way(_own_range_of_each),
        ),
        "another divisor": (
            "low becomes 0, but you do not divide by high - low.",
            _way(lambda x, low, high: (x - low) / abs(low)),
            _way(lambda x, low, high: (x - low) / -low),
            _way(lambda x, low, high: (x - low) / (high + low)),
            _way(lambda x, low, high: x - low),
        ),
        "not from low": (
            "You divide by high - low, but low does not become 0.",
            _way(lambda x, low, high: x / (high - low)),
            _way(lambda x, low, high: (x + low) / (high - low)),
            _way(lambda x, low, high: x.clamp(low, high) / (high - low), lambda y: y),
        ),
        "sign of low": (
            "You take low without its sign, which is right only where it is negative: subtract it "
            "as it is.",
            _way(lambda x, low, high: (x + abs(low)) / (high + abs(low))),
        ),
        "the example's range": (
            "You scale by the numbers of the example. `low` and `high` are others in each call.",
            _way(lambda x, low, high: (x + 40) / 40),
        ),
        "outside black": (
            "What is above high becomes 0. It becomes 1; only what is below low becomes 0.",
            _way(clamp=lambda y: y.where((y >= 0) & (y <= 1), 0.0)),
        ),
        "from -1": (
            "Your numbers run from -1 to 1. Here an image holds numbers from 0 to 1.",
            _way(clamp=lambda y: 2 * y.clamp(0, 1) - 1),
        ),
        "sigmoid": (
            "You bring the numbers into range by the sigmoid, which bends the scale. What lies "
            "outside is clamped, the rest stays as it is.",
            _way(clamp=torch.sigmoid),
        ),
        "reversed": (
            "Loud is dark in your images: low becomes 0 and high becomes 1.",
            _way(lambda x, low, high: (high - x) / (high - low)),
        ),
        "bytes": (
            "Your numbers are those of bytes. Here an image holds numbers from 0 to 1.",
            _way(clamp=lambda y: y.clamp(0, 1) * 255),
        ),
        "no channel": (
            "The axis of the channel is missing or stands elsewhere, or one that is needed is "
            "lost. The images have the shape (N, 1, F, T).",
            _way(turn=lambda y: y.flip(1)),
            _way(turn=lambda y: y.flip(1)[..., None]),
            _way(turn=lambda y: y.flip(1)[None]),
            _way(turn=lambda y: y.flip(1).squeeze()[:, None]),
        ),
        "axes exchanged": (
            "Frequencies and frames are exchanged: rows are frequencies, columns are frames.",
            _way(turn=lambda y: y.flip(1).mT[:, None]),
            _way(turn=lambda y: y.mT.flip(1)[:, None]),
            _way(turn=lambda y: y.mT[:, None]),
        ),
        "three channels": (
            "Your images have three channels. They have one: (N, 1, F, T).",
            _way(turn=lambda y: y.flip(1)[:, None].repeat(1, 3, 1, 1)),
        ),
    },
    right=(_clamped_first, _by_numpy),
    hints=(
        "What must be taken away so that low becomes 0? What must the rest be divided by so that "
        "high becomes 1?",
        "clamp(0, 1) after that; flip(1) turns the frequencies over.",
        "[:, None] puts an axis of size 1 in for the channel.",
    ),
    forbidden=("course_lib",),
    stand_in="as_images",
)
