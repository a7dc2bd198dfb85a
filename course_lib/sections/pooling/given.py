"""What later cells run on where a learner's own does not pass: made of PyTorch's operators."""

import torch
import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, int]


def max_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Max pooling: (N, C, H, W) -> (N, C, rows, columns)."""
    pooled: Tensor = F.max_pool2d(X, tuple(kernel_size), tuple(stride), tuple(padding))
    return pooled


def avg_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Average pooling, zeros of the padding included: (N, C, H, W) -> (N, C, rows, columns)."""
    return F.avg_pool2d(X, tuple(kernel_size), tuple(stride), tuple(padding))


def min_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Min pooling: (N, C, H, W) -> (N, C, rows, columns)."""
    return F.max_pool2d(X.neg(), tuple(kernel_size), tuple(stride), tuple(padding)).neg()


def pool_gradient(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """Gradient of pooling with windows side by side: (H, W), (H / h, W / w) -> (H, W)."""
    pool = max_pool2d if mode == "max" else avg_pool2d
    with torch.enable_grad():
        X = X.detach().clone().requires_grad_()
        Y = pool(X[None, None], kernel_size, kernel_size, (0, 0))[0, 0]
        (gradient,) = torch.autograd.grad(Y, X, upstream)
    return gradient


def relu_max(a: Tensor, b: Tensor) -> Tensor:
    """The larger of a and b, number by number."""
    return torch.maximum(a, b)
