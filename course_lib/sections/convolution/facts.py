"""What the exercises of section 01 are compared with: PyTorch's own operators and fixed images."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case

CONVOLUTION_OPERATORS = (
    "aten::convolution",
    "aten::convolution_overrideable",
    "aten::mkldnn_convolution",
    "aten::thnn_conv2d",
    "scipy.signal",
    "scipy.ndimage",
    "numpy.convolve",
    "numpy.correlate",
)
"""Forbidden where the learner is to write the operation itself."""

WORKED = "the worked example"
"""What a public case is about whose answer is worked out by hand."""


def worked(answers: Mapping[str, Any]) -> Callable[[Case], Any]:
    """What is answered to worked examples, by what they are about; to no other case."""
    return lambda case: answers[case.about]


def on(about: str, answer: Any) -> Callable[[Case], Any]:
    """What a mistaken function answers to the example of this name; it applies to no other case."""
    return worked({about: answer})


def on_worked(answer: Any) -> Callable[[Case], Any]:
    """The same for the case that is called the worked example."""
    return on(WORKED, answer)


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


def image_and_kernel(draw: Draw, size: tuple[int, int], kernel: tuple[int, int]) -> tuple[Any, ...]:
    """An image of whole numbers and a kernel of halves, so that sums are exact and readable."""
    return draw.integers(-4, 5, *size), draw.integers(-3, 3, *kernel) + 0.5


def striped_image() -> Tensor:
    """The 6x8 image of ones with zeros in columns 2 to 5."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X
