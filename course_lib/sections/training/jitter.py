"""What is wrong with the factors by which `colour_jitter` has changed brightness."""

import torch
from torch import Tensor

from course_lib.sections.training.chance import dependent, drawn_together, fits

_BINS = 8
_CLOSE = 1e-4
_EXACT = 1e-6
_DARK = (..., -1, -1)
"""The pixel that no factor makes too bright."""
_BRIGHT = (..., 0, 0)
"""The pixel that is 1."""


def wrong_factors(calls: Tensor, images: Tensor, strength: float) -> str | None:
    """What is wrong with images (calls, N, C, H, W) that were jittered."""
    factors = calls[_DARK] / images[_DARK]
    wanted = images * factors[..., None, None]
    if not _close(calls, wanted.clamp(0, 1)):
        return _no_factor(calls, images, wanted, strength)
    if not strength:
        return None if _close(factors, torch.ones(())) else "changed by strength 0"
    if _close(factors, torch.ones(())):
        return "nothing changed"
    if images.shape[1] > 1 and _close(factors, factors[..., :1]):
        return "one factor for all channels"
    where = (factors - (1 - strength)) / (2 * strength)
    if where.min() < -_CLOSE or where.max() > 1 + _CLOSE:
        return _wrong_range(factors)
    bins = (where * _BINS).long().clamp(0, _BINS - 1)
    even = range(_BINS)
    for channel in bins.unbind(-1):
        if name := drawn_together(channel, even):
            return name
    if not fits(bins.flatten().tolist(), even):
        return _wrong_range(factors)
    apart = any(dependent(channel, even) for channel in bins.unbind(-1))
    return "not one by one" if apart else None


def _wrong_range(factors: Tensor) -> str:
    """What is wrong with factors that do not fill the range: (calls, N, C)."""
    ones = ((factors - 1).abs() < _EXACT).flatten(1).sum(1).float().mean()
    # Divided by the batch's greatest number, one channel of each call is as it was.
    return "divided" if factors.max() < 1 + _EXACT and 0.75 <= ones <= 1.25 else "another range"


def _no_factor(calls: Tensor, images: Tensor, wanted: Tensor, strength: float) -> str:
    if _close(calls, wanted):
        return "not cut"
    dark, bright = calls[_DARK] - images[_DARK], calls[_BRIGHT] - images[_BRIGHT]
    added = torch.where(dark > 0, dark, bright)
    if _close(calls, (images + added[..., None, None]).clamp(0, 1)):
        return "added"
    if _close(calls, images + dark[..., None, None]):
        return "added"
    ratios = (calls / images)[calls < 1 - _CLOSE]
    possible = (ratios - 1).abs() <= strength + _CLOSE
    return "each pixel by itself" if possible.all() else "no factor"


def _close(a: Tensor, b: Tensor) -> bool:
    return bool(((a - b).abs() < _CLOSE).all())
