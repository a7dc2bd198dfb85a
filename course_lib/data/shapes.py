"""Ten coloured shapes on busy backgrounds, drawn by formula, with the true mask of each object.

Every shape is a signed distance: negative inside, zero on the outline, in units of its radius.
Size, place, angle, colours, shading, background and clutter are drawn by chance; the class can be
told from the outline alone, never from a colour or a place.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.data.parts import Raw

SIZE = 32
_TRAIN, _TEST = 8_000, 2_000
_TRAIN_SEED, _TEST_SEED = 101, 202

Distance = Callable[[Tensor, Tensor], Tensor]


def shapes(train: int = _TRAIN, test: int = _TEST) -> Raw:
    """The set, always the same one: uint8 images (N, 3, 32, 32), as many of each class."""
    train_images, train_labels, train_masks = draw(train, _TRAIN_SEED)
    test_images, test_labels, test_masks = draw(test, _TEST_SEED)
    return Raw(
        "coloured shapes, drawn by the course (embedded)",
        NAMES,
        train_images,
        train_labels,
        test_images,
        test_labels,
        train_masks,
        test_masks,
    )


def draw(count: int, seed: int, size: int = SIZE) -> tuple[Tensor, Tensor, Tensor]:
    """Draws images.

    Returns:
        images: (count, 3, size, size), uint8.
        labels: (count,), int64, classes in turn.
        masks: (count, size, size), bool: the pixels whose middle the object covers.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(_SHAPES)
    drawn = [_drawn(some, generator, size) for some in labels.split(1000)]
    return torch.cat([image for image, _ in drawn]), labels, torch.cat([mask for _, mask in drawn])


def _drawn(labels: Tensor, generator: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    n = len(labels)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=generator)

    # The middle of each pixel, in units of half the image: [-1, 1].
    middle = (torch.arange(size) + 0.5) * (2 / size) - 1
    y, x = middle[:, None], middle[None, :]

    radius = uniform(0.32, 0.62, 1, 1)
    reach = 0.95 - radius
    dx, dy = (uniform(-1, 1, 1, 1) * reach for _ in range(2))
    angle = uniform(0, 2 * math.pi, 1, 1)
    u = ((x - dx) * angle.cos() + (y - dy) * angle.sin()) / radius
    v = ((y - dy) * angle.cos() - (x - dx) * angle.sin()) / radius
    distance = torch.empty(n, size, size)
    for label, shape in enumerate(_SHAPES.values()):
        own = labels == label
        distance[own] = shape(u[own], v[own])
    # A pixel on the outline is covered in part; this is its share, to first order.
    cover = (0.5 - distance * radius * size / 2).clamp(0, 1)[:, None]

    background = _ground(n, generator, size)
    for _ in range(3):  # clutter: spots of any colour, behind the object
        cx, cy, r = uniform(-1, 1, 1, 1), uniform(-1, 1, 1, 1), uniform(0.05, 0.16, 1, 1)
        spot = (0.5 - (torch.hypot(x - cx, y - cy) - r) * size / 2).clamp(0, 1)[:, None]
        background = torch.lerp(background, uniform(0, 1, 3, 1, 1), spot)

    # The colour: by chance, but at some distance from the mean of what lies behind the object.
    behind = (background * cover).sum((2, 3), keepdim=True) / cover.sum((2, 3), keepdim=True)
    colour = uniform(0, 1, 3, 1, 1)
    away = torch.where(behind < 0.5, 1.0, 0.0)
    contrast = (colour - behind).abs().mean(1, keepdim=True)
    colour = torch.where(contrast < 0.25, torch.lerp(colour, away, 0.6), colour)
    shading = 1 + uniform(-0.25, 0.25, 1, 1) * u + uniform(-0.25, 0.25, 1, 1) * v
    image = torch.lerp(background, (colour * shading[:, None]).clamp(0, 1), cover)
    image = image + 0.12 * (torch.rand(image.shape, generator=generator) - 0.5)
    return (image.clamp(0, 1) * 255).round().to(torch.uint8), distance < 0


def _ground(n: int, generator: torch.Generator, size: int) -> Tensor:
    """Backgrounds: two colours that melt into each other in clouds, (n, 3, size, size)."""
    coarse = torch.rand(n, 1, 4, 4, generator=generator)
    clouds = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=True)
    first, second = (torch.rand(n, 3, 1, 1, generator=generator) for _ in range(2))
    return torch.lerp(first, second, clouds)


def _disc(u: Tensor, v: Tensor) -> Tensor:
    return torch.hypot(u, v) - 0.85


def _ring(u: Tensor, v: Tensor) -> Tensor:
    return (torch.hypot(u, v) - 0.75).abs() - 0.22


def _half_disc(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(torch.hypot(u, v + 0.4) - 0.95, -(v + 0.4))


def _crescent(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(torch.hypot(u, v) - 0.95, 0.75 - torch.hypot(u - 0.5, v))


def _regular(corners: int, u: Tensor, v: Tensor, inradius: float) -> Tensor:
    """The largest distance to one of the sides of a regular polygon."""
    turns = [2 * math.pi * k / corners for k in range(corners)]
    sides = torch.stack([u * math.cos(turn) + v * math.sin(turn) for turn in turns])
    return sides.amax(0) - inradius


def _triangle(u: Tensor, v: Tensor) -> Tensor:
    return _regular(3, u, v, 0.5)


def _box(u: Tensor, v: Tensor, half_width: float, half_height: float) -> Tensor:
    return torch.maximum(u.abs() - half_width, v.abs() - half_height)


def _square(u: Tensor, v: Tensor) -> Tensor:
    return _box(u, v, 0.7, 0.7)


def _bar(u: Tensor, v: Tensor) -> Tensor:
    return _box(u, v, 0.95, 0.28)


def _cross(u: Tensor, v: Tensor) -> Tensor:
    return torch.minimum(_box(u, v, 0.95, 0.28), _box(u, v, 0.28, 0.95))


def _star(u: Tensor, v: Tensor) -> Tensor:
    # Five points: fold the plane into one tenth of the turn, there the outline is one line.
    sector = 2 * math.pi / 5
    angle = torch.atan2(v, u).remainder(sector)
    angle = torch.minimum(angle, sector - angle)
    r = torch.hypot(u, v)
    # From the tip (1, 0) to the notch, 0.4 away from the middle.
    nx, ny = 0.4 * math.cos(sector / 2), 0.4 * math.sin(sector / 2)
    length = math.hypot(nx - 1, ny)
    return ((r * angle.cos() - 1) * ny - r * angle.sin() * (nx - 1)) / length


def _heart(u: Tensor, v: Tensor) -> Tensor:
    # A square on its corner, and a disc on each of its two upper sides.
    half = 0.48
    a, b = (u + v - 0.15) / math.sqrt(2), (v - u - 0.15) / math.sqrt(2)
    square = _box(a, b, half, half)
    discs = torch.minimum(torch.hypot(a, b + half), torch.hypot(a + half, b)) - half
    return torch.minimum(square, discs)


_SHAPES: dict[str, Distance] = {
    "disc": _disc,
    "ring": _ring,
    "half disc": _half_disc,
    "crescent": _crescent,
    "triangle": _triangle,
    "square": _square,
    "bar": _bar,
    "cross": _cross,
    "star": _star,
    "heart": _heart,
}

NAMES = tuple(_SHAPES)
"""Of the classes: label i is NAMES[i]."""
