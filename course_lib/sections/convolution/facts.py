"""What the exercises of section 01 are compared with: PyTorch's own operators and fixed images."""

import torch
import torch.nn.functional as F
from torch import Tensor


def cross_correlation(X: Tensor, K: Tensor) -> Tensor:
    """PyTorch's own operator on single-channel images: (H, W), (h, w) -> (H-h+1, W-w+1)."""
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def full_convolution(A: Tensor, B: Tensor) -> Tensor:
    """PyTorch's own transposed convolution: (H, W), (h, w) -> (H+h-1, W+w-1)."""
    return F.conv_transpose2d(A[None, None], B[None, None])[0, 0]


def valid_convolution(X: Tensor, K: Tensor) -> Tensor:
    """The part of the full convolution where the kernel lies wholly on the image."""
    h, w = K.shape
    return full_convolution(X, K)[h - 1 : X.shape[0], w - 1 : X.shape[1]]


def same_padded(X: Tensor, K: Tensor) -> Tensor:
    """The image with zeros around it, so that "valid" output has its size; more below and right."""
    h, w = K.shape
    return F.pad(X, ((w - 1) // 2, w // 2, (h - 1) // 2, h // 2))


def striped_image() -> Tensor:
    """The 6x8 image of ones with zeros in columns 2 to 5."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X
