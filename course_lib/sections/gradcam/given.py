"""What the section gives: colours for heat, and what later cells run on where an answer fails."""

import torch
import torch.nn.functional as F
from torch import Tensor


def colours(heat: Tensor) -> Tensor:
    """Heat as colours, red, green, blue: (N, H, W) -> (N, 3, H, W), all in [0, 1].

    0 is dark blue; then come cyan, green (at 0.5) and yellow; 1 is red.
    """
    green = 2 - (4 * heat - 2).abs()
    blue = torch.minimum(0.5 + 4 * heat, 2 - 4 * heat)
    return torch.stack([4 * heat - 2, green, blue], dim=1).clamp(0, 1)


def scale(maps: Tensor) -> Tensor:
    """PyTorch's, by the greatest absolute value; what is zero it leaves alone."""
    return F.normalize(maps.flatten(1), p=torch.inf).view_as(maps)


def resize(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """PyTorch's, of maps with one channel each."""
    return F.interpolate(maps[:, None], tuple(size), mode="bilinear")[:, 0]


def overlay(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Tensor:
    """PyTorch's way from one colour to another."""
    return torch.lerp(images, colours(heat), opacity)
