"""Images of which a square by chance is black."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from course_lib.checks.case import Case
from course_lib.training.augment import cutout
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.by_chance import settings_of, shared_mistakes

Bounds = Callable[[Tensor, int, int], tuple[Tensor, Tensor]]
"""(uniform draws (n,), length, size) -> the first row, and the one after the last."""


def _cases(draw: Draw) -> list[Case]:
    many = settings_of(draw, ((64, 1, 4, 6), "uint8", 24, 3))

    def case(about: str, *settings: tuple[Any, ...]) -> Case:
        return Case(args=settings_of(draw, *settings), kwargs={"many": many}, about=about)

    return [
        case("an odd size, wider than tall", ((20, 2, 6, 9), "uint8", 12, 3)),
        case("an even size, taller than wide", ((20, 3, 9, 7), "float", 12, 4)),
        case("a single pixel, one channel", ((20, 1, 4, 5), "uint8", 10, 1)),
        case(
            "batches of one image, and squares larger than it",
            ((1, 3, 5, 7), "float", 80, 2),
            ((6, 2, 5, 4), "uint8", 12, 7),
            ((3, 2, 4, 5), "float", 3, 12),
        ),
        case("as many images as channels", ((3, 3, 7, 8), "float", 40, 5)),
    ]


def _about_centre(draws: Tensor, length: int, size: int) -> tuple[Tensor, Tensor]:
    start = (draws * length).long() - size // 2
    return start, start + size


def _around(change: Callable[[Tensor, int], Tensor]) -> Bounds:
    """The square is right, its centre (in [0, length)) another one."""
    return lambda draws, length, size: _about_centre(change(draws, length), length, size)


def _from_clamped(draws: Tensor, length: int, size: int) -> tuple[Tensor, Tensor]:
    start = _about_centre(draws, length, size)[0].clamp(min=0)
    return start, start + size


def _inside(draws: Tensor, length: int, size: int) -> tuple[Tensor, Tensor]:
    start = (draws * max(length - size + 1, 1)).long()
    return start, start + size


def _cutting(
    bounds: Bounds = _about_centre,
    *,
    other: Bounds | None = None,
    draws: Callable[[int, Generator], Tensor] = lambda n, g: torch.rand(2, n, generator=g),
    cut: Callable[[Tensor, Tensor], Tensor] = lambda images, hole: images.masked_fill(hole, 0),
) -> Callable[..., Tensor]:
    """Another cutout.

    Args:
        bounds: of the rows, and of the columns where `other` is None.
        draws: (n, generator) -> (2, n) in [0, 1).
        cut: images and the hole, (N, 1, H, W).
    """

    def answer(images: Tensor, size: int, generator: Generator) -> Tensor:
        drawn = draws(len(images), generator)
        covered = []
        for how, numbers, length in zip(
            (bounds, other or bounds), drawn, images.shape[-2:], strict=True
        ):
            first, after = (b[:, None] for b in how(numbers, length, size))
            place = torch.arange(length)
            covered.append((place >= first) & (place < after))
        rows, columns = covered
        return cut(images, (rows[:, :, None] & columns[:, None, :])[:, None])

    return answer


def _one_number(n: int, generator: Generator) -> Tensor:
    return torch.rand(1, n, generator=generator).repeat(2, 1)


def _one_axis_alike(axis: int) -> Callable[[int, Generator], Tensor]:
    def draws(n: int, generator: Generator) -> Tensor:
        drawn = torch.rand(2, n, generator=generator)
        drawn[axis] = drawn[axis, :1]
        return drawn

    return draws


def _bound_of_rows(images: Tensor, size: int, generator: Generator) -> Tensor:
    """Both centres are drawn among the rows' numbers."""
    height = images.shape[-2]
    same = _around(lambda draws, length: draws * height / length)
    return _cutting(other=same)(images, size, generator)


def _right(images: Tensor, size: int, generator: Generator) -> Tensor:
    return cutout(size)(images, generator)


def _inverted(images: Tensor, size: int, generator: Generator) -> Tensor:
    return _cutting(cut=lambda images, hole: images.masked_fill(~hole, 0))(images, size, generator)


def _one_by_one(images: Tensor, size: int, generator: Generator) -> Tensor:
    out = images.clone()
    _, _, height, width = images.shape
    for image in out:
        y = int(torch.randint(height, (1,), generator=generator))
        x = int(torch.randint(width, (1,), generator=generator))
        top, left = y - (size - 1) // 2, x - (size - 1) // 2
        image[:, max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = 0
    return out


def _by_product(images: Tensor, size: int, generator: Generator) -> Tensor:
    return _cutting(cut=lambda images, hole: images * ~hole)(images, size, generator)


def _bits(images: Tensor, size: int, generator: Generator) -> Tensor:
    """Some pixels of the square are kept."""
    kept = torch.rand(images.shape[-2:], generator=generator) < 0.5
    kept[::2, ::2] = False
    return _cutting(cut=lambda images, hole: images.masked_fill(hole & ~kept, 0))(
        images, size, generator
    )


def _cross(images: Tensor, size: int, generator: Generator) -> Tensor:
    """Rows or columns, instead of rows and columns."""
    rows = _cutting(other=lambda d, length, size: (0 * d, 0 * d + length))
    columns = _cutting(lambda d, length, size: (0 * d, 0 * d + length), other=_about_centre)
    return columns(rows(images, size, generator), size, generator)


def _number_of_pixel(images: Tensor, size: int, generator: Generator) -> Tensor:
    """One draw of a pixel's number."""
    height, width = images.shape[-2:]

    def draws(n: int, generator: Generator) -> Tensor:
        number = torch.randint(height * width, (n,), generator=generator)
        half = 0.5  # against rounding
        return torch.stack([(number // width + half) / height, (number % width + half) / width])

    return _cutting(draws=draws)(images, size, generator)


CUTOUT = Exercise(
    id="training.cutout",
    title="A hole by chance",
    points=2,
    minutes=11,
    covers=("E14.22", "L9"),
    cases=_cases,
    through="ask_augment",
    holds="is_cut_out",
    promises=("random",),
    wrong={
        **shared_mistakes(_right),
        "kept inside": (
            "Your square always lies inside of the image as a whole, so pixels at the border are "
            "rarely hidden. Its centre is any pixel; what lies outside is cut off.",
            _cutting(_inside),
            _cutting(
                lambda d, length, size: (
                    (start := _from_clamped(d, length, size)[0].clamp(max=max(length - size, 0))),
                    start + size,
                )
            ),
            _cutting(
                lambda d, length, size: _about_centre(
                    (size // 2 + (d * max(length - size, 1)).long() + 0.5) / length, length, size
                )
            ),
        ),
        "end after clamping": (
            "A square that begins before the image keeps its whole length: you set its beginning "
            "to 0 before you compute its end. The end is `size` after where it would begin.",
            _cutting(_from_clamped),
        ),
        "half the size": (
            "Your square is twice as long as it should be: `size` is its whole side, not what lies "
            "on each side of the centre.",
            _cutting(
                lambda d, length, size: ((d * length).long() - size, (d * length).long() + size)
            ),
            _cutting(
                lambda d, length, size: ((d * length).long() - size, (d * length).long() + size + 1)
            ),
        ),
        "one pixel less": (
            "Your square is one pixel too short, for some sizes at least: size // 2 twice is less "
            "than an odd size. It ends `size` after its beginning.",
            _cutting(
                lambda d, length, size: (
                    (d * length).long() - size // 2,
                    (d * length).long() + size // 2,
                )
            ),
            _cutting(
                lambda d, length, size: (
                    (d * length).long() - size // 2,
                    (d * length).long() - size // 2 + size - 1,
                )
            ),
        ),
        "one pixel more": (
            "Your square is one pixel too long, for some sizes at least. It ends `size` after its "
            "beginning.",
            _cutting(
                lambda d, length, size: (
                    (d * length).long() - size // 2,
                    (d * length).long() + size // 2 + 1,
                )
            ),
            _cutting(
                lambda d, length, size: (
                    (d * length).long() - size // 2,
                    (d * length).long() - size // 2 + size + 1,
                )
            ),
        ),
        "a corner for the centre": (
            "The pixel that you draw is a corner of your square. It is its centre: the square "
            "begins size // 2 before it.",
            _cutting(lambda d, length, size: ((d * length).long(), (d * length).long() + size)),
        ),
        "sides swapped": (
            "Your centres are never in some columns, or rows: they are drawn up to the other "
            "side's length. Rows go up to H, columns up to W.",
            _bound_of_rows,
        ),
        "an end left out": (
            "Your centre never is in the first row or column, or never in the last one. randint "
            "never draws its upper bound, so that is H for the rows and W for the columns.",
            _cutting(_around(lambda d, length: d * (length - 1) / length)),
            _cutting(_around(lambda d, length: (d * (length - 1) + 1) / length)),
        ),
        "one number for both axes": (
            "The row of your centre decides its column. Draw a number for each axis.",
            _cutting(draws=_one_number),
        ),
        "one axis for the batch": (
            "Along one axis the squares of all images lie alike. Draw N numbers for each axis.",
            _cutting(draws=_one_axis_alike(0)),
            _cutting(draws=_one_axis_alike(1)),
        ),
        "nothing cut": (
            "Your images come back as they were. A square of each becomes 0.",
            lambda images, size, g: images.clone(),
        ),
        "no hole in some": (
            "Some of your images have no hole. Its centre is a pixel of the image, rows drawn up "
            "to H and columns up to W, so at least that one is 0. A slice that begins before 0 "
            "counts from the end and is empty: begin at max(top, 0).",
            lambda images, size, g: torch.where(
                (torch.rand(len(images), 1, 1, 1, generator=g) < 0.5),
                images,
                _right(images, size, g),
            ),
        ),
        "no zeros": (
            "Your square is not 0: all its pixels become 0, whatever the image's mean is.",
            _cutting(cut=lambda images, hole: torch.where(hole, images.flip(0) // 2 + 3, images)),
            _cutting(cut=lambda images, hole: images.masked_fill(hole, 1)),
            _cutting(
                cut=lambda images, hole: torch.where(
                    hole, images.double().mean().to(images.dtype), images
                )
            ),
        ),
        "all but the square": (
            "You keep the square and blacken all the rest. It is the square that becomes 0.",
            _inverted,
        ),
        "no square": (
            "What you cut out is no square: all pixels between its first and its last row, and "
            "between its first and its last column, become 0, and no others.",
            _bits,
            _cross,
        ),
        "squares elsewhere": (
            "Your squares do not lie as they should: a centre that is any pixel, each alike, and "
            "`size` rows and columns about it, so far as they are in the image.",
            _cutting(_around(lambda d, length: d**2)),
            _cutting(_around(lambda d, length: d / 2)),
        ),
    },
    right=(_cutting(), _one_by_one, _by_product, _number_of_pixel),
    forbidden=("course_lib", "torchvision"),
    stand_in="cutout",
    hints=(
        "Draw a row in 0 to H - 1 and a column in 0 to W - 1 for each image; the square begins "
        "size // 2 before them.",
        "Where it begins may be less than 0, and a slice from -1 would count from the end: "
        "max(top, 0) : max(top + size, 0).",
        "Clone the images first; then `image[:, ..., ...] = 0` for each one of them.",
    ),
)
