"""Channels that become brighter or darker by chance."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.by_chance import settings_of, shared_mistakes

_KIND = "bright and dark"

Uniform = Callable[[tuple[int, ...], Generator], Tensor]


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *settings: tuple[Any, ...]) -> Case:
        return Case(args=settings_of(draw, *settings), about=about)

    return [
        case("colour images", ((64, 3, 3, 4), _KIND, 20, 0.5)),
        case("four channels, a small strength", ((20, 4, 4, 3), _KIND, 24, 0.2)),
        case("one channel, the whole strength", ((20, 1, 2, 5), _KIND, 24, 1.0)),
        case(
            "batches of one image, and strength zero",
            ((1, 3, 4, 3), _KIND, 100, 0.4),
            ((5, 2, 3, 4), _KIND, 2, 0.0),
        ),
        case("as many images as channels", ((3, 3, 2, 3), _KIND, 60, 0.6)),
    ]


def _even(size: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.rand(size, generator=generator)


def _jittering(
    factors: Callable[[Tensor, float], Tensor] = lambda u, s: 1 - s + 2 * s * u,
    *,
    size: Callable[[Tensor], tuple[int, ...]] = lambda images: (*images.shape[:2], 1, 1),
    uniform: Uniform = _even,
    apply: Callable[[Tensor, Tensor], Tensor] = lambda images, f: (images * f).clamp(0, 1),
) -> Callable[..., Tensor]:
    """The jitter with other factors (of a uniform draw and the strength), or use of them."""
    return lambda images, strength, g: apply(images, factors(uniform(size(images), g), strength))


def _in_a_loop(images: Tensor, strength: float, generator: Generator) -> Tensor:
    out = images.clone()
    for image in out:
        for channel in image:
            channel *= 1 + strength * (2 * float(torch.rand((), generator=generator)) - 1)
    return out.clamp(max=1)


def _by_uniform(images: Tensor, strength: float, generator: Generator) -> Tensor:
    n, channels = images.shape[:2]
    factors = torch.empty(n, channels).uniform_(1 - strength, 1 + strength, generator=generator)
    return torch.minimum(images * factors[:, :, None, None], torch.ones(()))


COLOUR_JITTER = Exercise(
    id="training.colour_jitter",
    title="Brighter and darker by chance",
    points=1,
    minutes=5,
    core=False,
    covers=("E14.22", "L9"),
    cases=_cases,
    through="ask_augment",
    holds="is_jittered",
    promises=("random",),
    wrong={
        **shared_mistakes(_jittering(), by_channel=True),
        "one factor for all channels": (
            "All channels of an image have the same factor: it becomes brighter or darker, and "
            "keeps its hue. Each channel has a factor of its own.",
            _jittering(size=lambda images: (len(images), 1, 1, 1)),
        ),
        "each pixel by itself": (
            "The pixels of a channel have different factors: that is noise. One factor for a "
            "channel of an image: draw (N, C, 1, 1) numbers.",
            _jittering(size=lambda images: tuple(images.shape)),
            _jittering(size=lambda images: (len(images), 1, *images.shape[2:])),
        ),
        "not cut": (
            "Some of your numbers are above 1. What is brighter than that becomes 1.",
            _jittering(apply=lambda images, f: images * f),
        ),
        "divided": (
            "You divide all images by their greatest number, so that all become darker. What is "
            "above 1 becomes 1, and nothing else changes.",
            _jittering(apply=lambda images, f: images * f / (images * f).amax().clamp(min=1)),
        ),
        "added": (
            "You add a number to each channel. It is multiplied by a factor, so that black stays "
            "black.",
            _jittering(apply=lambda images, f: (images + f - 1).clamp(0, 1)),
            _jittering(apply=lambda images, f: images + f - 1),
        ),
        "another range": (
            "Your factors do not fill the range from 1 - strength to 1 + strength evenly. For u "
            "from torch.rand, 2 * u - 1 fills that from -1 to 1, and 1 + strength * (2 * u - 1) is "
            "a factor.",
            _jittering(lambda u, s: 1 + s * u),
            _jittering(lambda u, s: 1 - s * u),
            _jittering(lambda u, s: 1 - s / 2 + s * u),
            _jittering(lambda u, s: s * (2 * u - 1)),
            _jittering(lambda u, s: s * u),
            _jittering(lambda u, s: 1 - s + 2 * s * u.round()),
            _jittering(
                lambda u, s: 1 + s * u, uniform=lambda size, g: torch.randn(size, generator=g)
            ),
        ),
        "nothing changed": (
            "Your images come back as they were. Each channel is multiplied by a factor.",
            lambda images, strength, g: images.clone(),
        ),
        "changed by strength 0": (
            "With strength 0 every factor is 1, and the images come back as they are.",
        ),
        "no factor": (
            "Some of your channels are not the old ones times a factor, and cut to at most 1.",
            _jittering(apply=lambda images, f: (1 - images * f).clamp(0, 1)),
            _jittering(apply=lambda images, f: (images.flip(3) * f).clamp(0, 1)),
        ),
    },
    right=(_jittering(), _in_a_loop, _by_uniform),
    forbidden=("course_lib", "torchvision"),
    hints=(
        "torch.rand(N, C, 1, 1, generator=generator) is a number in [0, 1) for each channel of "
        "each image, and fits to images by broadcasting.",
        "1 + strength * (2 * u - 1) lies between 1 - strength and 1 + strength; clamp(0, 1) comes "
        "last.",
    ),
)
