"""Digits in colour on coloured ground: images of another kind than the embedded net has seen."""

import torch
from torch import Tensor

from course_lib.data import glyphs
from course_lib.data.glyphs import DIGITS as NAMES

__all__ = ["NAMES", "coloured"]

SIZE = 64
_CONTRAST = 0.25
"""Least distance of the two colours, as a mean over the channels, each in [0, 1]."""
_NOISE = 0.1


def coloured(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draws digits, each in one colour on ground of another one, with some noise.

    Returns:
        images: (count, 3, 64, 64), uint8.
        labels: (count,), int64: places in NAMES.
    """
    grey, labels = glyphs.draw(count, seed, SIZE)
    generator = torch.Generator().manual_seed(seed)
    ground, ink = torch.rand(2, count, 3, 1, 1, generator=generator)
    close = (ink - ground).abs().mean(1, keepdim=True) < _CONTRAST
    ink = torch.where(close, 1 - ground.round(), ink)
    images = torch.lerp(ground, ink, grey / 255)
    images += _NOISE * (torch.rand(images.shape, generator=generator) - 0.5)
    return (images.clamp(0, 1) * 255).round().to(torch.uint8), labels
