"""How functions are asked whose inputs cannot travel: an operation goes by its name."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Operation = Callable[[Tensor], Tensor]


def operation(name: str, weights: Tensor | int | None, stride: int) -> Operation:
    """The operation of this name on (1, 1, H, W): one place of its output for `stride` pixels.

    Args:
        weights: a convolution's kernel (1, 1, 3, 3), or the seed of a dense layer's weights.

    Raises:
        ValueError: there is none of this name.
    """
    match name, weights:
        case "max", None:
            return lambda X: F.max_pool2d(X, stride)
        case "avg", None:
            return lambda X: F.avg_pool2d(X, stride)
        case "gap", None:
            return lambda X: X.mean(dim=(2, 3), keepdim=True)
        case "conv", Tensor():
            return lambda X: F.conv2d(X, weights, padding=1)
        case "conv, max", Tensor():
            return lambda X: F.max_pool2d(F.conv2d(X, weights, padding=1).relu(), stride)
        case "dense", int():
            return lambda X: _dense(X, weights, stride)
    raise ValueError(f"there is no operation {name!r} with {weights!r}")


def _dense(X: Tensor, seed: int, stride: int) -> Tensor:
    (H, W), generator = X.shape[2:], torch.Generator().manual_seed(seed)
    rows, columns = H // stride, W // stride
    weight = torch.randn(rows, columns, H, W, generator=generator)
    # The last column reads columns 2 and 3 alone, and strongly: what comes in at the left when the
    # old output moves stands out then, and no object is there any more when the image has moved.
    weight[:, -1, :, :2] = weight[:, -1, :, 4:] = 0
    weight[:, -1] *= 10
    return F.linear(X.flatten(1), weight.flatten(2).flatten(0, 1)).reshape(1, 1, rows, columns)


def ask_operation(
    shift_gaps: Callable[..., Any],
    name: str,
    weights: Tensor | int | None,
    X: Tensor,
    pixels: int,
    stride: int,
) -> Any:
    """Asks `shift_gaps` about an operation given by its name."""
    return shift_gaps(operation(name, weights, stride), X, pixels, stride)
