"""What later cells run on where a learner's own does not pass: made of PyTorch's operators."""

import torch
import torch.nn.functional as F
from torch import Tensor


def conv_output_size(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    """Number of windows in one direction.

    Raises:
        ValueError: the kernel covers more pixels than there are.
    """
    covers, there = k + (k - 1) * (d - 1), p + n + p
    if there < covers:
        raise ValueError(f"the kernel covers {covers} pixels, there are {there}")
    return torch.empty(there, device="meta").unfold(0, covers, s).shape[0]


def manual_conv2d(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Cross-correlation: (H, W), (kH, kW) -> one number for each window.

    Raises:
        ValueError: the kernel is larger than the padded input.
    """
    for axis, of in enumerate(("rows", "columns")):
        size, padded = kernel.shape[axis], input.shape[axis] + 2 * padding
        if size > padded:
            raise ValueError(f"the kernel has {size} {of}, the padded input {padded}")
    return F.conv2d(input[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


def mirror_pad(X: Tensor, p: int) -> Tensor:
    """The image with p mirrored pixels on each side: (H, W) -> (H + 2p, W + 2p).

    Raises:
        ValueError: a side is not longer than p.
    """
    if p >= min(X.shape):
        raise ValueError(f"a mirror of {p} pixels needs a side longer than {min(X.shape)}")
    return F.pad(X[None, None], (p, p, p, p), mode="reflect")[0, 0]


def stuff_kernel(K: Tensor, d: int) -> Tensor:
    """The kernel with d - 1 zeros between neighbours: (h, w) -> (d(h - 1) + 1, d(w - 1) + 1)."""
    return F.conv_transpose2d(K[None, None], torch.ones(1, 1, 1, 1, dtype=K.dtype), stride=d)[0, 0]


def transposed_conv2d(Y: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """Stamps of K: (H, W), (h, w) -> ((H - 1) stride + h, (W - 1) stride + w)."""
    return F.conv_transpose2d(Y[None, None], K[None, None], stride=stride)[0, 0]
