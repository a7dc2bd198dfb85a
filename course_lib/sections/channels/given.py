"""The notebook's corr2d, and what later cells run on where a learner's own does not pass.

The latter are made of PyTorch's operators.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.models.configs import Layer, modules


def corr2d(x: Tensor, k: Tensor) -> Tensor:
    """Section 01's, for one channel: (H, W), (h, w) -> (H - h + 1, W - w + 1).

    It runs no convolution of PyTorch, which the exercises forbid, and keeps gradients.
    """
    windows = x.unfold(0, k.shape[0], 1).unfold(1, k.shape[1], 1)
    return (windows * k).sum((2, 3))


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """One filter: (c, H, W), (c, h, w) -> (H - h + 1, W - w + 1)."""
    return F.conv2d(X[None], K[None])[0, 0]


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """All filters: (c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)."""
    return F.conv2d(X[None], K)[0]


def conv1x1(X: Tensor, K: Tensor) -> Tensor:
    """1 x 1 convolution: (c_i, H, W), (c_o, c_i, 1, 1) -> (c_o, H, W)."""
    return F.conv2d(X[None], K)[0]


def group_conv2d(X: Tensor, K: Tensor, groups: int) -> Tensor:
    """Group convolution: (c_i, H, W), (c_o, c_i / groups, h, w) -> (c_o, rows, columns)."""
    return F.conv2d(X[None], K, groups=groups)[0]


def channel_shuffle(X: Tensor, groups: int) -> Tensor:
    """One channel of each group in turn: (c, H, W) -> (c, H, W)."""
    return F.channel_shuffle(X[None], groups)[0]


def merge_kernels(K1: Tensor, K2: Tensor) -> Tensor:
    """Kernel of two cross-correlations in a row: -> (h1 + h2 - 1, w1 + w2 - 1)."""
    return F.conv_transpose2d(K1[None, None], K2[None, None])[0, 0]


def conv2d_matmul(X: Tensor, K: Tensor) -> Tensor:
    """The layer, all channels and filters: -> (c_o, H - h + 1, W - w + 1)."""
    return F.conv2d(X[None], K)[0]


def count_params(config: Sequence[Layer]) -> int:
    """Weights and biases that the modules of a config really hold."""
    return sum(p.numel() for p in modules(config, device="meta").parameters())


def count_macs(config: Sequence[Layer], height: int, width: int) -> int:
    """Multiply-adds of a forward pass, as PyTorch's own counter sees them; nothing is computed.

    Args:
        config: begins with a convolution, or has none.
        height, width: of the image, a batch of one.
    """
    from torch.utils.flop_counter import FlopCounterMode

    first = next((layer for layer in config if "bias" in layer), None)
    if first is None:
        return 0
    conv = first["layer"] == "conv"
    shape = (first["in_channels"], height, width) if conv else (first["in_features"],)
    with FlopCounterMode(display=False) as counter:
        modules(config, device="meta")(torch.empty(1, *shape, device="meta"))
    return int(counter.get_total_flops()) // 2  # it counts the product and the sum apart
