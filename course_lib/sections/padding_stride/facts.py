"""What the exercises of section 02 are compared with: PyTorch's own operators, and messages."""

import re
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.operations import CONVOLUTION_OPERATORS

WINDOW_OPERATORS = (
    *CONVOLUTION_OPERATORS,
    "aten::im2col",
    "torch.nn.functional.unfold",
    "torch.nn.Unfold",
    "aten::col2im",
    "torch.nn.functional.fold",
    "torch.nn.Fold",
)
"""Forbidden where the learner's own code is to visit the windows."""

Stack = Sequence[tuple[int, int, int]]
"""Layers from the input on: (kernel_size, stride, dilation) each."""


def strided(X: Tensor, K: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1) -> Tensor:
    """PyTorch's own cross-correlation of one channel, with all its settings."""
    return F.conv2d(X[None, None], K[None, None], None, stride, padding, dilation)[0, 0]


def transposed(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    """PyTorch's own transposed convolution of one channel."""
    return F.conv_transpose2d(Y[None, None], K[None, None], None, stride)[0, 0]


def names_both_sizes(sizes: tuple[int, int], which: str) -> Callable[[str], str | None]:
    """Verifies that the message of an error holds both sizes that do not fit together.

    Args:
        which: what these two sizes are, in words.
    """

    def verify(message: str) -> str | None:
        if set(sizes) <= {int(digits) for digits in re.findall(r"\d+", message)}:
            return None
        return (
            "You raise a ValueError, good. Its message should hold the two numbers that do not "
            f"fit: {which}. (An f before the quotes puts in what stands between {{ and }}.)"
        )

    return verify


def smallest_input(stack: Stack) -> int:
    """The smallest size at which PyTorch's own layers, without padding, have an output."""
    size = 0
    while True:
        size += 1
        image = torch.empty(1, 1, size, size, device="meta")
        try:
            for kernel_size, stride, dilation in stack:
                layer = nn.Conv2d(1, 1, kernel_size, stride, dilation=dilation, device="meta")
                image = layer(image)
        except RuntimeError:  # PyTorch: the kernel is larger than its input
            continue
        return size
