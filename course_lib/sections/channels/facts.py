"""What the exercises of section 03 are compared with: PyTorch's operators, modules, counter."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.models.configs import Layer, modules

PICTURED_IMAGE = torch.stack([torch.arange(9.0).reshape(3, 3), torch.arange(1.0, 10).reshape(3, 3)])
PICTURED_FILTER = torch.stack([torch.arange(4.0).reshape(2, 2), torch.arange(1.0, 5).reshape(2, 2)])
"""The image and the filter of the first figures, with two channels; worked out by hand."""


def convolution(X: Tensor, K: Tensor, groups: int = 1) -> Tensor:
    """PyTorch's own operator: (c_i, H, W), (c_o, c_i/groups, h, w) -> (c_o, H-h+1, W-w+1)."""
    return F.conv2d(X[None], K, groups=groups)[0]


def image_and_filters(
    draw: Draw, channels: tuple[int, int], size: tuple[int, int], kernel: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """An image (c_i, H, W) and filters (c_o, c_i, h, w) whose sums are exact and readable."""
    c_i, c_o = channels
    return draw.integers(-4, 5, c_i, *size), draw.integers(-3, 3, c_o, c_i, *kernel) + 0.5


def held(config: Sequence[Layer]) -> int:
    """Parameters that the modules of a config really hold."""
    return sum(p.numel() for p in modules(config, device="meta").parameters())


def macs(config: Sequence[Layer], height: int, width: int) -> int:
    """Multiply-adds of a forward pass, as PyTorch's own counter sees them; nothing is computed.

    Args:
        config: begins with a convolution.
        height, width: of the image, a batch of one.
    """
    from torch.utils.flop_counter import FlopCounterMode

    image = torch.empty(1, config[0]["in_channels"], height, width, device="meta")
    with FlopCounterMode(display=False) as counter:
        modules(config, device="meta")(image)
    return int(counter.get_total_flops()) // 2  # it counts the product and the sum apart
