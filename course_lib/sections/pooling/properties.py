"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor

_SMALL = 1e-4


def breaks_additivity(answer: Any, A: Tensor, kernel_size: Sequence[int]) -> str | None:
    """A map B (H, W) such that max pooling of A + B is not the sum of both, in every window.

    Args:
        A: (H, W), filled by windows of `kernel_size` side by side.

    Returns:
        The name of a mistake of `not_additive`, a sentence, or None where it is right.
    """
    B = as_tensor(answer)
    if B is None or B.shape != A.shape:
        return "B must be a tensor of the same shape as A: the two are added."
    if not B.isfinite().all():
        return "not finite"

    def pool(x: Tensor) -> Tensor:
        return F.max_pool2d(x[None], tuple(kernel_size))[0]

    A, B = A.double(), B.double()
    small = _SMALL * max(1.0, float(A.abs().max()))
    is_constant = bool((pool(B) + pool(-B)).max() <= small)
    if pool(A + B).abs().max() <= small:
        if (pool(A) + pool(B)).min() > small:
            return None
        return "constant in each window" if is_constant else "same place"
    if any((B - wrong).abs().max() <= small for wrong in (-A.abs(), -A.relu())):
        return "negative numbers left"
    if is_constant:
        return "constant, not zero"
    return _why_not_zero(A, B, pool(A), pool(A + B), small)


def _why_not_zero(A: Tensor, B: Tensor, largest: Tensor, pooled: Tensor, small: float) -> str:
    """What is wrong with B (H, W), by the pooled A and the pooled sum, which is not zero.

    Args:
        small: what counts as zero.
    """
    total = A + B
    if total.max() - total.min() <= small:
        return "a constant too much"
    if (A - B).abs().max() <= small:
        return "sign"
    if total.abs().max() < 1 and torch.equal(B, B.round()):
        return "whole numbers"
    h, w = (side // windows for side, windows in zip(A.shape, largest.shape, strict=True))
    is_largest = largest.repeat_interleave(h, 0).repeat_interleave(w, 1) == A
    if torch.equal(B != 0, is_largest) and total[is_largest].abs().max() <= small:
        return "largest only"
    return "some windows" if pooled.abs().min() <= small else "not zero"
