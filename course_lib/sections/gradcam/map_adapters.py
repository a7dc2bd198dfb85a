"""How functions of maps are asked that easily answer NaN.

NaN equals nothing, so that no mistake could be told by it: where it is that of whole maps, as of
those whose range or sum is zero, a sentence stands in its place.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor


def ask_scale(scale: Callable[[Tensor], Any], maps: Tensor) -> Any:
    """The scaled maps, or in which of them everything is NaN."""
    came = scale(maps)
    if not isinstance(came, Tensor) or came.shape != maps.shape:
        return came
    return _lost(came.detach().isnan().flatten(1)) or came


def ask_energy(energy_inside: Callable[[Tensor, Tensor], Any], heat: Tensor, masks: Tensor) -> Any:
    """The shares, or which of them are NaN."""
    came = energy_inside(heat, masks)
    if not isinstance(came, Tensor) or came.shape != heat.shape[:1]:
        return came
    return _lost(came.detach().isnan()[:, None]) or came


def ask_grid(grid: Callable[..., Any], maps: Tensor, *columns: int, **named: int) -> Any:
    """The grid, or which maps in it are NaN; empty places are no maps."""
    came = grid(maps, *columns, **named)
    h, w = maps.shape[1:]
    if not isinstance(came, Tensor) or came.dim() != 2 or came.shape[0] % h or came.shape[1] % w:
        return came
    rows, across = came.shape[0] // h, came.shape[1] // w
    places = came.detach().isnan().view(rows, h, across, w).transpose(1, 2).reshape(-1, h * w)
    if len(places) < len(maps) or places[len(maps) :].any():
        return came
    return _lost(places[: len(maps)]) or came


def ask_statistics(map_statistics: Callable[[Tensor], Any], maps: Tensor) -> Any:
    """The three answers; a sentence for a mean that is NaN, and for correlations that are.

    Those are NaN in the rows and columns of channels that never change.
    """
    came = map_statistics(maps)
    if not isinstance(came, Sequence) or len(came) != 3:
        return came
    mean, sparsity, correlation = came
    if isinstance(mean, (float, Tensor)) and torch.as_tensor(mean).isnan().any():
        return "NaN for the mean", sparsity, correlation
    flat = maps.movedim(1, 0).flatten(1)
    steady = flat.amax(1) == flat.amin(1)
    if not isinstance(correlation, Tensor) or correlation.numel() != len(steady) ** 2:
        return came
    lost = correlation.detach().isnan().flatten()
    crossing = steady[:, None] | steady
    if steady.any() and torch.equal(lost, crossing.flatten()):
        return mean, sparsity, _said(steady)
    return came


def _lost(nan: Tensor) -> str:
    """Which maps are NaN all over, if no other number is; else ""."""
    whole = nan.all(1)
    return _said(whole) if whole.any() and not nan[~whole].any() else ""


def _said(which: Tensor) -> str:
    return f"NaN for {', '.join(f'[{i}]' for i in which.nonzero()[:, 0].tolist())}"
