"""What later cells run on where a learner's own does not pass: made of PyTorch's operators."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def corr1d(x: Tensor, w: Tensor) -> Tensor:
    """Valid cross-correlation: (n,), (k,) -> (n - k + 1,)."""
    return F.conv1d(x[None, None], w[None, None])[0, 0]


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Valid cross-correlation: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    return F.conv2d(X[None, None], K[None, None])[0, 0]


class Conv2D(nn.Module):
    """A convolution layer for one channel: (H, W) -> (H - h + 1, W - w + 1)."""

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(tuple(kernel_size)))
        self.bias = nn.Parameter(0.1 * torch.randn(1))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x[None, None], self.weight[None, None], self.bias)[0, 0]


def true_conv2d(X: Tensor, K: Tensor) -> Tensor:
    """Valid true convolution: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    h, w = K.shape
    return full_conv2d(X, K)[h - 1 : X.shape[0], w - 1 : X.shape[1]]


def full_conv2d(A: Tensor, B: Tensor) -> Tensor:
    """Full true convolution: (H, W), (h, w) -> (H + h - 1, W + w - 1)."""
    return F.conv_transpose2d(A[None, None], B[None, None])[0, 0]


def im2col(X: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """All windows as columns: (H, W) -> (h * w, windows)."""
    return F.unfold(X[None, None], tuple(kernel_size))[0]


def circular_conv2d(X: Tensor, K: Tensor) -> Tensor:
    """Circular true convolution: (H, W), (h, w) -> (H, W)."""
    around = F.pad(X[None, None], (K.shape[1] - 1, 0, K.shape[0] - 1, 0), mode="circular")
    return F.conv2d(around, K.flip(0, 1)[None, None])[0, 0]
