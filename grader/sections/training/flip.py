"""Mirrored images, each with probability 1/2."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from course_lib.checks.case import Case
from course_lib.training.augment import flip
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.by_chance import itself_where_same, settings_of, shared_mistakes


def _cases(draw: Draw) -> list[Case]:
    many = settings_of(draw, ((64, 2, 2, 3), "uint8", 40))

    def case(about: str, *settings: tuple[Any, ...]) -> Case:
        return Case(args=settings_of(draw, *settings), kwargs={"many": many}, about=about)

    return [
        case("whole numbers, wider than tall", ((12, 3, 3, 6), "uint8", 40)),
        case("floats of either sign, taller than wide", ((12, 4, 5, 3), "float", 40)),
        case("batches of one image", ((1, 3, 4, 7), "float", 60)),
        case("one channel, an odd width", ((10, 1, 6, 5), "uint8", 40)),
        case("as many images as channels", ((3, 3, 4, 3), "float", 40)),
    ]


def _drawn(images: Tensor, generator: Generator) -> Tensor:
    return torch.rand(len(images), generator=generator) < 0.5


def _where(images: Tensor, which: Tensor, mirrored: Tensor) -> Tensor:
    return torch.where(which[:, None, None, None], mirrored, images)


def _other(mirror: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """Something else than the mirror image, by the same draws."""
    return lambda images, g: _where(images, _drawn(images, g), mirror(images))


def _reversed(images: Tensor, which: Tensor) -> Tensor:
    """Those drawn change places with one another, the last with the first."""
    out = images.clone()
    out[which] = images[which].flip(0)
    return out


def _probability(share: float) -> Callable[..., Tensor]:
    return lambda images, g: flip(share)(images, g)


def _by_normal(images: Tensor, generator: Generator) -> Tensor:
    which = torch.randn(len(images), generator=generator) < 0.5
    return _where(images, which, images.flip(3))


def _half(images: Tensor, generator: Generator) -> Tensor:
    out = images.clone()
    which = torch.randperm(len(images), generator=generator)[: len(images) // 2]
    out[which] = images[which].flip(3)
    return out


def _each_row(images: Tensor, generator: Generator) -> Tensor:
    which = torch.rand(*images.shape[:3], 1, generator=generator) < 0.5
    return torch.where(which, images.flip(3), images)


def _both(images: Tensor, generator: Generator) -> Tensor:
    once = _other(lambda images: images.flip(3))(images, generator)
    return _other(lambda images: images.flip(2))(once, generator)


def _in_turn(images: Tensor, generator: Generator) -> Tensor:
    first = int(torch.randint(2, (), generator=generator))
    out = images.clone()
    out[first::2] = out[first::2].flip(3)
    return out


def _one_by_one(images: Tensor, generator: Generator) -> Tensor:
    return torch.stack(
        [
            image.flip(-1) if torch.randint(2, (1,), generator=generator).item() else image
            for image in images
        ]
    )


def _by_index(images: Tensor, generator: Generator) -> Tensor:
    which = torch.rand(len(images), generator=generator) > 0.5
    out = images.clone()
    out[which] = out[which][..., torch.arange(images.shape[-1] - 1, -1, -1)]
    return out


def _by_bernoulli(images: Tensor, generator: Generator) -> Tensor:
    which = torch.full((len(images), 1, 1, 1), 0.5).bernoulli(generator=generator)
    return torch.where(which.bool(), images.flip(-1), images)


RANDOM_FLIP = Exercise(
    id="training.random_flip",
    title="Mirrored by chance",
    points=1,
    minutes=5,
    covers=("E14.22", "L9", "Q22"),
    cases=_cases,
    through="ask_augment",
    holds="is_flipped",
    promises=("random",),
    wrong={
        **shared_mistakes(
            flip(), {"not one by one": (_in_turn,), "not new": (itself_where_same(flip()),)}
        ),
        "upside down": (
            "You mirror up and down: your images stand on their heads. Left and right are the "
            "last axis.",
            _other(lambda images: images.flip(2)),
        ),
        "both axes": (
            "Your images are mirrored up and down, too. Only left and right change places: the "
            "last axis alone.",
            _other(lambda images: images.flip((2, 3))),
            _both,
        ),
        "channels reversed": (
            "You reverse the order of the channels. The axis of the columns is the last one.",
            _other(lambda images: images.flip(1)),
        ),
        "order of the batch": (
            "You mirror the batch: images change places with one another. Left and right are the "
            "last axis.",
            lambda images, g: _reversed(images, _drawn(images, g)),
            _other(lambda images: images.flip(0)),
        ),
        "each row by itself": (
            "Within an image some rows are mirrored and others are not. One draw for an image.",
            _each_row,
        ),
        "never mirrored": (
            "You return every image as it is. Each is mirrored with probability 1/2.",
            lambda images, g: images.clone(),
            _probability(0),
        ),
        "always mirrored": (
            "You mirror every image. Each is mirrored with probability 1/2: only where its draw "
            "is below 0.5.",
            lambda images, g: images.flip(3),
        ),
        "another probability": (
            "Over many images the share of those mirrored is not 1/2. torch.rand(...) < 0.5 is "
            "true in half of all cases; torch.randn and other bounds give other shares.",
            _probability(0.3),
            _probability(0.7),
            _by_normal,
        ),
        "just half of them": (
            "You always mirror exactly half of a batch. Each image has a draw of its own: now and "
            "then most of them are mirrored.",
            _half,
        ),
        "no mirror image": (
            "Some of your images are neither the old one nor its mirror image, in which the "
            "columns stand in reverse order and nothing else has changed.",
            _other(lambda images: images.roll(1, 3)),
            lambda images, g: _one_by_one(images, g).flip(0),
            _other(lambda images: 255 - images),
        ),
    },
    right=(_one_by_one, _by_index, _by_bernoulli, _probability(0.5)),
    forbidden=("course_lib", "torchvision"),
    stand_in="random_flip",
    hints=(
        "torch.rand(N, 1, 1, 1, generator=generator) < 0.5 says for each image whether it is "
        "mirrored.",
        "images.flip(3) mirrors all of them; torch.where(mirrored, images.flip(3), images) takes "
        "each from one of the two.",
    ),
)
