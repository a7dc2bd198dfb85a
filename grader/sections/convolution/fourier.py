"""Extra: cross-correlation by the Fourier transform."""

import scipy.signal
import torch
from torch import Tensor

from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.sections.convolution.given import circular_conv2d
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import (
    cross_correlation,
    full_convolution,
    valid_convolution,
)
from grader.sections.convolution.wrapped import EXAMPLE, circular_correlation, filled, settings


def _wrapped(X: Tensor, K: Tensor) -> Tensor:
    """The valid output, with the windows before it that hang over to the other side."""
    return circular_conv2d(X, K.flip(0, 1))


def _full(X: Tensor, K: Tensor) -> Tensor:
    return full_convolution(X, K.flip(0, 1))


def _top_left(output: Tensor, X: Tensor, K: Tensor) -> Tensor:
    return output[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1]


def _middle(output: Tensor, X: Tensor, K: Tensor, more: int) -> Tensor:
    """The part of the valid size with half of the rest above and left of it, rounded up or down."""
    top, left = ((size - 1 + more) // 2 for size in K.shape)
    return _top_left(output[top:, left:], X, K)


def _width_lost(output: Tensor) -> Tensor:
    """There and back by the transforms of real images, which take every width to be even."""
    back: Tensor = torch.fft.irfft2(torch.fft.rfft2(output))
    return back


def _by_the_conjugate(X: Tensor, K: Tensor) -> Tensor:
    """The conjugate flips, and at the top left nothing has wrapped around."""
    product = torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape).conj()
    return _top_left(torch.fft.ifft2(product).real, X, K)


def _by_the_full_one(X: Tensor, K: Tensor) -> Tensor:
    """By transforms of a size at which nothing wraps around."""
    size = (X.shape[0] + K.shape[0] - 1, X.shape[1] + K.shape[1] - 1)
    product = torch.fft.rfft2(X, s=size) * torch.fft.rfft2(K.flip(0, 1), s=size)
    full: Tensor = torch.fft.irfft2(product, s=size)
    return full[K.shape[0] - 1 : X.shape[0], K.shape[1] - 1 : X.shape[1]]


def _scipy_fft(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.correlate(X, K, mode="valid", method="fft"))


FFT_CORR2D = Exercise(
    id="convolution.fft_corr2d",
    title="Cross-correlation by Fourier transform",
    points=2,
    minutes=8,
    core=False,
    covers=("L2-fft",),
    example=((EXAMPLE, [[-1, -1]]),),
    cases=settings,
    reference=cross_correlation,
    promises=("unchanged", "tensor"),
    wrong={
        "not flipped": (
            "That is true convolution. The product of transforms convolves, which flips; flip the "
            "kernel once more beforehand.",
            valid_convolution,
        ),
        "absolute value": (
            "You took absolute values of the complex numbers, so no output is negative. Keep the "
            "real part: .real.",
            lambda X, K: cross_correlation(X, K).abs(),
            lambda X, K: valid_convolution(X, K).abs(),
        ),
        "flipped in one direction": (
            "You flipped the kernel along one axis only. Flip it along both.",
            lambda X, K: valid_convolution(X, K.flip(0)),
            lambda X, K: valid_convolution(X, K.flip(1)),
        ),
        "not cropped": (
            "You return all windows, also those that wrapped around. They stand first: keep the "
            "rows from h - 1 on and the columns from w - 1 on.",
            _wrapped,
            circular_correlation,
        ),
        "cropped at the wrong end": (
            "The right size from the wrong place: the windows that wrapped around stand first, in "
            "the first h - 1 rows and w - 1 columns. You cut off the last ones.",
            lambda X, K: _top_left(_wrapped(X, K), X, K),
            lambda X, K: _wrapped(X, K)[: 1 - K.shape[0], : 1 - K.shape[1]],
        ),
        "conjugate cut at the start": (
            "You took the conjugate instead of a flip. Then the windows that wrapped around stand "
            "last: keep the first H - h + 1 rows and W - w + 1 columns.",
            lambda X, K: circular_correlation(X, K)[K.shape[0] - 1 :, K.shape[1] - 1 :],
        ),
        "slice up to minus zero": (
            "For a kernel of one row or one column your output is empty: [: -(h - 1)] then ends at "
            "0. Write [: H - h + 1], and likewise for the columns.",
            lambda X, K: circular_correlation(X, K)[: 1 - K.shape[0], : 1 - K.shape[1]],
        ),
        "cut on both sides": (
            "The right size from the wrong place: you cut off rows and columns on both sides. The "
            "windows that wrapped around all stand on one: first where the kernel is flipped, last "
            "where a factor is conjugated.",
            lambda X, K: _middle(_wrapped(X, K), X, K, 1),
            lambda X, K: _middle(_wrapped(X, K), X, K, 0),
            lambda X, K: _middle(circular_correlation(X, K), X, K, 1),
            lambda X, K: _middle(circular_correlation(X, K), X, K, 0),
        ),
        "width lost": (
            "Your output is wrong for images of odd width: irfft2 cannot know it. Tell it, with "
            "s=X.shape.",
            lambda X, K: _width_lost(_wrapped(X, K))[K.shape[0] - 1 :, K.shape[1] - 1 :],
            lambda X, K: _top_left(_width_lost(circular_correlation(X, K)), X, K),
        ),
        "rows and columns swapped": (
            "You cut off w - 1 rows and h - 1 columns. It is h - 1 rows and w - 1 columns that "
            "wrapped around.",
            lambda X, K: _wrapped(X, K)[K.shape[1] - 1 :, K.shape[0] - 1 :],
        ),
        "image flipped": (
            "You flipped the image, so the output comes out upside down and mirrored. Flip the "
            "kernel.",
            lambda X, K: cross_correlation(X, K).flip(0, 1),
        ),
        "flipped after the zeros": (
            "You flipped the kernel when it was filled up with zeros already, so that it stands in "
            "the other corner. Flip it first.",
            lambda X, K: circular_conv2d(X, filled(X, K).flip(0, 1))[
                K.shape[0] - 1 :, K.shape[1] - 1 :
            ],
        ),
        "one too many cut off": (
            "You cut off a row and a column too many: h - 1 rows and w - 1 columns wrapped around.",
            lambda X, K: cross_correlation(X, K)[1:, 1:],
        ),
        "one too few cut off": (
            "You keep a row and a column of windows that wrapped around: begin at row h - 1 and "
            "column w - 1.",
            lambda X, K: _wrapped(X, K)[max(K.shape[0] - 2, 0) :, max(K.shape[1] - 2, 0) :],
        ),
        "full output": (
            "You return the full output. Keep the valid part, where the kernel lies wholly on the "
            "image.",
            _full,
        ),
        "cropped at the corner": (
            "The right size from the wrong place: you kept the top left corner of the full output. "
            "The valid part starts at row h - 1 and column w - 1.",
            lambda X, K: _top_left(_full(X, K), X, K),
        ),
        "neither flipped nor cropped": (
            "That is circular convolution, with the windows that wrapped around. Flip the kernel "
            "beforehand, and keep the rows from h - 1 on and the columns from w - 1 on.",
            circular_conv2d,
            lambda X, K: _top_left(circular_conv2d(X, K), X, K),
        ),
        "full convolution": (
            "That is the full convolution. Flip the kernel beforehand, and keep the valid part.",
            full_convolution,
        ),
    },
    right=(_by_the_conjugate, _by_the_full_one),
    library={
        cross_correlation: False,
        _scipy_fft: False,
    },
    hints=(
        "Two things stand between circular_conv2d and your corr2d: it flips the kernel, and some "
        "of its windows wrap around the border.",
        "A kernel that you flip beforehand, along both axes, is flipped back. Then: at which rows "
        "and columns of the output does the window hang over the upper or the left border?",
        "The windows that wrap fill the first h - 1 rows and the first w - 1 columns. Cut those "
        "off the output of circular_conv2d for the flipped kernel.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=("aten::_fft",),
    needs=("convolution.circular_conv2d",),
)
