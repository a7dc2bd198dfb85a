"""Augmentations of whole batches, on the device where the images are, from one generator.

fit(..., augment=chain(random_crop(4), flip(), cutout(8)))

Each takes images (N, C, H, W) of any dtype and gives as many of the same size; the ones it was
given stay as they are. Images are augmented before they are normalised, so 0 is black.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

Augment = Callable[[Tensor, Generator], Tensor]


def chain(*steps: Augment) -> Augment:
    """One augmentation after the other."""

    def augment(images: Tensor, generator: Generator) -> Tensor:
        for step in steps:
            images = step(images, generator)
        return images

    return augment


def random_crop(padding: int) -> Augment:
    """Pads with 0 on all sides, and cuts out the old size anywhere: shifts by up to `padding`."""

    def augment(images: Tensor, generator: Generator) -> Tensor:
        n, _, height, width = images.shape
        padded = F.pad(images, (padding,) * 4)
        # Every window there is, as a view: (N, C, 2 padding + 1, 2 padding + 1, H, W).
        windows = padded.unfold(2, height, 1).unfold(3, width, 1)
        down, right = torch.randint(
            2 * padding + 1, (2, n), generator=generator, device=images.device
        )
        return windows[torch.arange(n, device=images.device), :, down, right]

    return augment


def flip(probability: float = 0.5) -> Augment:
    """Mirrors left and right. Not for digits: a mirrored 2 is no digit."""

    def augment(images: Tensor, generator: Generator) -> Tensor:
        coins = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
        return torch.where(coins < probability, images.flip(3), images)

    return augment


def cutout(size: int, value: float = 0) -> Augment:
    """Fills a square of each image, centred on any of its pixels (DeVries and Taylor, 2017)."""

    def augment(images: Tensor, generator: Generator) -> Tensor:
        def inside(length: int) -> Tensor:
            start = torch.randint(
                length, (len(images), 1), generator=generator, device=images.device
            )
            offset = torch.arange(length, device=images.device) - (start - size // 2)
            return (offset >= 0) & (offset < size)

        rows, columns = inside(images.shape[2]), inside(images.shape[3])
        square = rows[:, None, :, None] & columns[:, None, None, :]
        return images.masked_fill(square, value)

    return augment


def colour_jitter(strength: float) -> Augment:
    """Each channel of each image, uint8, times its own factor in [1 - strength, 1 + strength]."""

    def augment(images: Tensor, generator: Generator) -> Tensor:
        places = torch.rand(*images.shape[:2], 1, 1, generator=generator, device=images.device)
        bright = images * (1 + strength * (2 * places - 1))
        return bright.round().clamp(0, 255).to(torch.uint8)

    return augment
