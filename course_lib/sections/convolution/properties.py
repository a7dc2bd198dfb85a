"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

from typing import Any

import torch

from course_lib.checks.compare import as_tensor


def responds_along(answer: Any, d: tuple[float, float]) -> str | None:
    """A kernel (3, 3) for the direction d = (dy, dx): by its answers to ramps of slope 1.

    Returns:
        The name of a mistake of `directional_kernel`, a sentence, or None where it is right.
    """
    kernel = as_tensor(answer)
    if kernel is None or kernel.shape != (3, 3):
        return "The shape of the answer is three rows by three columns."
    if not kernel.isfinite().all():
        return "not finite"
    if kernel.abs().max() == 0:
        return "zeros only"
    kernel = kernel / kernel.abs().max()
    if abs(kernel.sum()) > _SMALL:
        return "constant offset"
    dy, dx = d
    if _fits(kernel, dy, dx):
        return None
    if _fits(kernel, -dy, -dx):
        return "opposite sign"
    if _fits(kernel, dx, dy):
        return "dy and dx swapped"
    if _fits(kernel, -dy, dx):
        return "sign of dy"
    if _fits(kernel, dy, -dx):
        return "sign of dx"
    if _fits(kernel, -dx, dy) or _fits(kernel, dx, -dy):
        return "turned by a right angle"
    flat = not _fits(kernel, *_slope(kernel))
    return "no slope at all" if flat else "responds across"


_SMALL = 1e-4


def _slope(kernel: torch.Tensor) -> tuple[float, float]:
    """The kernel's answers to the ramps that rise downwards and to the right, one a pixel."""
    steps = torch.arange(3).double()
    return float((kernel * steps[:, None]).sum()), float((kernel * steps).sum())


def _fits(kernel: torch.Tensor, dy: float, dx: float) -> bool:
    """Whether it answers to the ramp along (dy, dx) with more than 0, and not to the one across."""
    length = (dy**2 + dx**2) ** 0.5
    down, right = _slope(kernel)
    along, across = (dy * down + dx * right), (dy * right - dx * down)
    return bool(along > _SMALL * length and abs(across) < _SMALL * length)
