"""Images padded with zeros, of which a window of the old size is cut out by chance."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from course_lib.checks.case import Case
from course_lib.training.augment import random_crop
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.by_chance import itself_where_same, settings_of, shared_mistakes

Pad = Callable[[Tensor, int], Tensor]
Shifts = Callable[[int, int, Generator], Tensor]


def _cases(draw: Draw) -> list[Case]:
    # Two pixels tell whether one side or an end is left out, one tells rounded draws.
    many = settings_of(draw, ((32, 1, 6, 5), "uint8", 24, 2), ((64, 1, 4, 3), "uint8", 16, 1))

    def case(about: str, *settings: tuple[Any, ...]) -> Case:
        return Case(args=settings_of(draw, *settings), kwargs={"many": many}, about=about)

    return [
        case("padding by one pixel, wider than tall", ((12, 2, 5, 7), "uint8", 12, 1)),
        case("padding by two pixels, floats of either sign", ((12, 3, 7, 6), "float", 10, 2)),
        case("padding by more, one channel", ((12, 1, 9, 7), "uint8", 10, 3)),
        case("batches of one image", ((1, 3, 5, 6), "float", 60, 1)),
        case("no padding at all", ((6, 3, 4, 5), "uint8", 3, 0), ((1, 3, 5, 4), "float", 3, 0)),
        case("as many images as channels", ((3, 3, 8, 6), "float", 24, 2)),
    ]


def _zeros(images: Tensor, padding: int) -> Tensor:
    return F.pad(images, (padding,) * 4)


def _by(mode: str) -> Pad:
    def padded(images: Tensor, padding: int) -> Tensor:
        return F.pad(images.double(), (padding,) * 4, mode=mode).to(images.dtype)

    return padded


def _shifts(n: int, padding: int, generator: Generator) -> Tensor:
    return torch.randint(2 * padding + 1, (2, n), generator=generator)


def _between(low: int, more: int) -> Shifts:
    """Draws from `low` up to twice the padding, and so many more; nothing where that is empty."""

    def shifts(n: int, padding: int, generator: Generator) -> Tensor:
        high = 2 * padding + 1 + more
        if high <= low:
            return torch.zeros(2, n, dtype=torch.long)
        return torch.randint(low, high, (2, n), generator=generator)

    return shifts


def _cropping(pad: Pad = _zeros, shifts: Shifts = _shifts) -> Callable[..., Tensor]:
    """The crop with another padding, or other places: (2, n), rows and columns."""

    def crop(images: Tensor, padding: int, generator: Generator) -> Tensor:
        height, width = images.shape[-2:]
        places = shifts(len(images), padding, generator).T.tolist()
        padded = pad(images, padding)
        windows = [
            image[:, y : y + height, x : x + width]
            for image, (y, x) in zip(padded, places, strict=True)
        ]
        return torch.stack(windows)

    return crop


def _one_shift(n: int, padding: int, generator: Generator) -> Tensor:
    return _shifts(n, padding, generator)[:1].repeat(2, 1)


def _opposite(n: int, padding: int, generator: Generator) -> Tensor:
    down = _shifts(n, padding, generator)[0]
    return torch.stack([down, 2 * padding - down])


def _along(axis: int) -> Shifts:
    """Moved along one axis alone."""

    def shifts(n: int, padding: int, generator: Generator) -> Tensor:
        places = _shifts(n, padding, generator)
        places[1 - axis] = padding
        return places

    return shifts


def _one_axis_alike(axis: int) -> Shifts:
    def shifts(n: int, padding: int, generator: Generator) -> Tensor:
        places = _shifts(n, padding, generator)
        places[axis] = places[axis, :1]
        return places

    return shifts


def _rounded(n: int, padding: int, generator: Generator) -> Tensor:
    return (torch.rand(2, n, generator=generator) * 2 * padding).round().long()


def _normal(n: int, padding: int, generator: Generator) -> Tensor:
    drawn = torch.randn(2, n, generator=generator).round().long() + padding
    return drawn.clamp(0, 2 * padding)


def _ends(n: int, padding: int, generator: Generator) -> Tensor:
    return torch.randint(2, (2, n), generator=generator) * 2 * padding


def _in_order(n: int, padding: int, generator: Generator) -> Tensor:
    places = 2 * padding + 1
    first = torch.randint(places**2, (), generator=generator)
    number = (first + torch.arange(n)) % places**2
    return torch.stack([number // places, number % places])


def _larger(images: Tensor, padding: int, generator: Generator) -> Tensor:
    return random_crop(2 * padding)(images, generator)


def _right(images: Tensor, padding: int, generator: Generator) -> Tensor:
    return random_crop(padding)(images, generator)


def _by_masks(images: Tensor, padding: int, generator: Generator) -> Tensor:
    """For each place all images that are cut there."""
    height, width = images.shape[-2:]
    padded, out = F.pad(images, (padding,) * 4), torch.empty_like(images)
    places = torch.randint(-padding, padding + 1, (len(images), 2), generator=generator)
    for y in range(-padding, padding + 1):
        for x in range(-padding, padding + 1):
            here = (places == torch.tensor([y, x])).all(1)
            top, left = padding - y, padding - x
            out[here] = padded[here, :, top : top + height, left : left + width]
    return out


def _one_number(images: Tensor, padding: int, generator: Generator) -> Tensor:
    """One draw of (2 padding + 1)^2 for both axes."""
    places = 2 * padding + 1

    def shifts(n: int, padding: int, generator: Generator) -> Tensor:
        number = torch.randint(places**2, (n,), generator=generator)
        return torch.stack([number // places, number % places])

    return _cropping(shifts=shifts)(images, padding, generator)


def _by_parts(n: int, padding: int, generator: Generator) -> Tensor:
    return (torch.rand(2, n, generator=generator) * (2 * padding + 1)).long()


RANDOM_CROP = Exercise(
    id="training.random_crop",
    title="Cut out by chance",
    points=2,
    minutes=7,
    covers=("E14.22", "L9"),
    cases=_cases,
    through="ask_augment",
    holds="is_cropped",
    promises=("random",),
    wrong={
        **shared_mistakes(
            _right,
            {
                "not one by one": (_cropping(shifts=_in_order),),
                "not new": (
                    itself_where_same(_right),
                    lambda images, padding, g: _right(images, padding, g) if padding else images,
                ),
            },
        ),
        "an end left out": (
            "Your images are never moved by the whole padding, to one side at least. There are "
            "2 * padding + 1 places along an axis, from 0 to 2 * padding, both of them included: "
            "torch.randint(2 * padding + 1, ...) draws them all.",
            _cropping(shifts=_between(0, -1)),
            _cropping(shifts=_between(1, 0)),
        ),
        "one side only": (
            "Along an axis your images move to one side only, by 0 to `padding` pixels. They move "
            "to either side: all four are padded, and a window begins at 0 to 2 * padding.",
            _cropping(shifts=lambda n, p, g: torch.randint(p + 1, (2, n), generator=g)),
            _cropping(shifts=lambda n, p, g: torch.randint(p + 1, (2, n), generator=g) + p),
        ),
        "shifts not alike": (
            "Some places come more often than others, or never. All are alike: "
            "torch.randint(2 * padding + 1, ...) draws so, rounded or normal draws do not.",
            _cropping(shifts=_rounded),
            _cropping(shifts=_normal),
            _cropping(shifts=_ends),
        ),
        "one number for both axes": (
            "How far an image moves down decides how far it moves to the right. Draw a number for "
            "each axis.",
            _cropping(shifts=_one_shift),
            _cropping(shifts=_opposite),
        ),
        "one axis alone": (
            "Your images move along one axis only. They move down or up, and to the left or right.",
            _cropping(shifts=_along(0)),
            _cropping(shifts=_along(1)),
        ),
        "one axis for the batch": (
            "Along one axis all images of a batch move alike. Draw N numbers for each axis.",
            _cropping(shifts=_one_axis_alike(0)),
            _cropping(shifts=_one_axis_alike(1)),
        ),
        "not moved": (
            "Your images come back as they were. Pad them, and cut a window out of each by chance.",
            lambda images, padding, g: images.clone(),
            lambda images, padding, g: F.pad(images, (padding,) * 4)[
                ..., padding : padding + images.shape[2], padding : padding + images.shape[3]
            ],
        ),
        "not cut out": (
            "Your images have grown by the padding. Cut a window of the old size out of each.",
            lambda images, padding, g: F.pad(images, (padding,) * 4),
        ),
        "moved too far": (
            "Some of your images are moved further than by the padding. It is put on each side "
            "once, and a window begins at 0 to 2 * padding of it.",
            _larger,
        ),
        "no zeros outside": (
            "What comes in from outside is not 0: it is the image's own pixels, rolled or "
            "reflected, or another number. Pad with zeros.",
            _cropping(_by("reflect")),
            _cropping(_by("replicate")),
            _cropping(_by("circular")),
            _cropping(lambda images, padding: F.pad(images, (padding,) * 4, value=1)),
        ),
        "no window": (
            "Some of your images are no window of the padded image. A window holds the old number "
            "of rows and columns, one next to the other.",
            lambda images, padding, g: _right(images, padding, g).flip(3),
            lambda images, padding, g: _right(images, padding, g).roll(1, 0),
            lambda images, padding, g: F.interpolate(
                F.pad(images.double(), (padding,) * 4), images.shape[-2:]
            ).to(images.dtype),
        ),
    },
    right=(_cropping(), _by_masks, _one_number, _cropping(shifts=_by_parts)),
    forbidden=("course_lib", "torchvision"),
    stand_in="random_crop",
    hints=(
        "F.pad(images, (padding,) * 4) puts zeros on all four sides of the last two axes.",
        "The window of an image begins in a row and in a column from 0 to 2 * padding: "
        "torch.randint(2 * padding + 1, (N, 2), generator=generator) draws both for all images.",
        "image[:, top : top + H, left : left + W] cuts one window out; torch.stack makes a batch "
        "of them.",
    ),
)
