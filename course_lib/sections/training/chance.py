"""Whether draws can be what they shall be: a right answer fails less than once in a million times.

What an augmentation did to an image is a label, a whole number; labels are (calls, N).
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import torch
from torch import Tensor

_RARE = 22
"""Of exp(-22) is the chance that one comparison fails: some hundred make an exercise."""

_NEVER = 1e-9


def plausible(count: int, of: int, share: float) -> bool:
    """Whether `count` of so many draws can have hit what has this share (Chernoff's bound)."""
    if of == 0 or share in (0, 1):
        return count == of * share
    came = count / of
    distance = sum(p * math.log(p / q) for p, q in ((came, share), (1 - came, 1 - share)) if p)
    return of * distance <= _RARE


def fits(draws: Sequence[Hashable], likely: Sequence[Hashable]) -> bool:
    """Whether draws can be out of these, each equally likely as it stands there."""
    counts, model = Counter(draws), Counter(likely)
    return counts.keys() <= model.keys() and all(
        plausible(counts[label], len(draws), times / len(likely)) for label, times in model.items()
    )


def drawn_together(labels: Tensor, likely: Sequence[int]) -> str | None:
    """What shows that images, or calls, have one draw in common: the name of a mistake, or None.

    Args:
        labels: (calls, N), each of which is one of `likely`.
    """
    calls, images = labels.shape
    most = max(Counter(likely).values()) / len(likely)
    if _surely(most, calls * (images - 1)) and (labels == labels[:, :1]).all():
        return "one draw for the batch"
    if _surely(most, (calls - 1) * images) and (labels == labels[:1]).all():
        return "the same at every call"
    if _surely(most, calls - 1, images) and (labels == labels[:1]).all(0).any():
        return "an image left out"
    return None


def dependent(labels: Tensor, likely: Sequence[int]) -> bool:
    """Whether draws depend on the one before, or on the last call's; asked of even draws alone."""
    if len(set(likely)) < len(likely) or len(likely) == 1:
        return False
    flat = labels.flatten()
    pairs = (flat[1:] == flat[:-1], (labels[1:] == labels[:-1]).flatten())
    return not all(plausible(int(p.sum()), len(p), 1 / len(likely)) for p in pairs)


def _surely(most: float, times: int, ways: int = 1) -> bool:
    """Whether so many draws cannot all be alike by chance."""
    return times > 0 and ways * most**times < _NEVER


def exactly_half(labels: Tensor) -> bool:
    """Whether every call hits just half of an even number of images, which chance does not."""
    calls, images = labels.shape
    if images % 2:
        return False
    share = math.comb(images, images // 2) * 2.0**-images
    return share**calls < _NEVER and bool(torch.all(labels.sum(1) == images // 2))
