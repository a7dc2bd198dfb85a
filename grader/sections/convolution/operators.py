"""PyTorch's own operators on images of one channel: what the exercises are compared with."""

import torch.nn.functional as F
from torch import Tensor


def cross_correlation_1d(x: Tensor, w: Tensor) -> Tensor:
    """(n,), (k,) -> (n - k + 1,)."""
    return F.conv1d(x[None, None], w[None, None])[0, 0]


def cross_correlation(X: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """(H, W), (h, w) -> (H - h + 1, W - w + 1) at stride 1."""
    return F.conv2d(X[None, None], K[None, None], stride=stride)[0, 0]


def full_convolution(A: Tensor, B: Tensor) -> Tensor:
    """True convolution wherever the two overlap: (H, W), (h, w) -> (H + h - 1, W + w - 1)."""
    return F.conv_transpose2d(A[None, None], B[None, None])[0, 0]


def full_correlation(A: Tensor, B: Tensor) -> Tensor:
    """Cross-correlation wherever the two overlap: (H, W), (h, w) -> (H + h - 1, W + w - 1)."""
    return full_convolution(A, B.flip(0, 1))


def valid_convolution(X: Tensor, K: Tensor) -> Tensor:
    """The part of it where the kernel lies wholly on the image."""
    h, w = K.shape
    return full_convolution(X, K)[h - 1 : X.shape[0], w - 1 : X.shape[1]]


def same_padded(X: Tensor, K: Tensor) -> Tensor:
    """The image with zeros around it, so that "valid" output has its size; more below and right."""
    h, w = K.shape
    return F.pad(X, ((w - 1) // 2, w // 2, (h - 1) // 2, h // 2))
