"""Extra: circular convolution by the Fourier transform."""

import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.sections.convolution.given import circular_conv2d
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import full_convolution
from grader.sections.convolution.wrapped import EXAMPLE, circular_correlation, filled, settings


def _moved(X: Tensor, K: Tensor, rows: int, columns: int) -> Tensor:
    """The output of a kernel that stands further down and right among its zeros."""
    return circular_conv2d(X, K).roll((rows, columns), (0, 1))


def _padded_wrongly(X: Tensor, K: Tensor) -> Tensor:
    """As many columns of zeros as rows are lacking, and the other way round."""
    rows, columns = X.shape[0] - K.shape[0], X.shape[1] - K.shape[1]
    padded = F.pad(K, (0, rows, 0, columns))
    output: Tensor = torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(padded)).real
    return output


def _size_swapped(X: Tensor, K: Tensor) -> Tensor:
    swapped = torch.fft.fft2(K, s=tuple(reversed(X.shape)))
    output: Tensor = torch.fft.ifft2(torch.fft.fft2(X) * swapped).real
    return output


def _real_transforms(X: Tensor, K: Tensor) -> Tensor:
    product = torch.fft.rfft2(X) * torch.fft.rfft2(K, s=X.shape)
    output: Tensor = torch.fft.irfft2(product, s=X.shape)
    return output


def _padded_first(X: Tensor, K: Tensor) -> Tensor:
    """Axis by axis, in double precision, on a kernel filled up by hand."""
    padded = torch.zeros(X.shape, dtype=torch.float64)
    padded[: K.shape[0], : K.shape[1]] = K
    product = torch.fft.fftn(X.double()) * torch.fft.fft(torch.fft.fft(padded, dim=0), dim=1)
    return torch.real(torch.fft.ifftn(product)).float()


def _scipy_wrapped(X: Tensor, K: Tensor) -> Tensor:
    origin = [-(size // 2) for size in K.shape]
    return torch.as_tensor(scipy.ndimage.convolve(X, K, mode="wrap", origin=origin))


CIRCULAR_CONV2D = Exercise(
    id="convolution.circular_conv2d",
    title="Circular convolution by Fourier transform",
    points=2,
    minutes=8,
    core=False,
    covers=("L2-fft",),
    example=((EXAMPLE, [[-2, 1, 1]]),),
    cases=settings,
    reference=circular_conv2d,
    promises=("unchanged", "tensor"),
    wrong={
        "cross-correlation": (
            "That is circular cross-correlation: a factor was conjugated, or the kernel flipped. "
            "For convolution multiply the two transforms as they are.",
            circular_correlation,
            lambda X, K: circular_conv2d(X, K.flip(0, 1)),
            lambda X, K: circular_correlation(X, K).flip(0, 1).roll((1, 1), (0, 1)),
        ),
        "shifted": (
            "Your output is moved by half the image. Leave fftshift out: nothing is to be shifted.",
            lambda X, K: _moved(X, K, X.shape[0] // 2, X.shape[1] // 2),
        ),
        "kernel centred": (
            "Your output is moved up and to the left. Leave the kernel at the top left corner of "
            "its zeros: K[0, 0] stands at [0, 0].",
            lambda X, K: _moved(X, K, -(K.shape[0] // 2), -(K.shape[1] // 2)),
            lambda X, K: _moved(X, K, -((K.shape[0] - 1) // 2), -((K.shape[1] - 1) // 2)),
        ),
        "zeros in front": (
            "Your output is moved down and to the right: the zeros stand above and left of the "
            "kernel. They belong below and right of it.",
            lambda X, K: _moved(X, K, X.shape[0] - K.shape[0], X.shape[1] - K.shape[1]),
            lambda X, K: _moved(
                X, K, (X.shape[0] - K.shape[0]) // 2, (X.shape[1] - K.shape[1]) // 2
            ),
        ),
        "zeros on the wrong axis": (
            "Where image and kernel are not square, your filled-up kernel does not have the shape "
            "of X: it takes H - h rows and W - w columns of zeros. F.pad takes the last axis "
            "first: (0, W - w, 0, H - h).",
            _padded_wrongly,
            _size_swapped,
        ),
        "flipped in one direction": (
            "The kernel is read backwards along one axis. Multiply the two transforms as they are: "
            "nothing is to be flipped.",
            lambda X, K: circular_conv2d(X, K.flip(0)),
            lambda X, K: circular_conv2d(X, K.flip(1)),
        ),
        "valid part only": (
            "You cut the output. Circular convolution has the shape of X: the windows that wrap "
            "around belong to it.",
            lambda X, K: circular_conv2d(X, K)[K.shape[0] - 1 :, K.shape[1] - 1 :],
            lambda X, K: circular_conv2d(X, K)[
                : X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1
            ],
        ),
        "scaled": (
            "Your output is the right one times a number, that of the pixels or its root. ifft2 "
            "divides by it already: leave norm out, and divide by nothing.",
            lambda X, K: circular_conv2d(X, K) / X.numel(),
            lambda X, K: circular_conv2d(X, K) * X.numel(),
            lambda X, K: circular_conv2d(X, K) / X.numel() ** 0.5,
            lambda X, K: circular_conv2d(X, K) * X.numel() ** 0.5,
        ),
        "absolute value": (
            "You took absolute values of the complex numbers, so no output is negative. Keep the "
            "real part: .real.",
            lambda X, K: circular_conv2d(X, K).abs(),
        ),
        "imaginary part": (
            "You kept the imaginary part, which holds rounding errors only. Keep the real part.",
            lambda X, K: 0 * X,
        ),
        "not transformed back": (
            "You return the product of the transforms. Transform it back, with torch.fft.ifft2.",
            lambda X, K: torch.fft.fft2(circular_conv2d(X, K)).real,
        ),
        "transformed forth again": (
            "You transformed forth once more instead of back. Use torch.fft.ifft2 on the product.",
            lambda X, K: torch.fft.fft2(torch.fft.fft2(circular_conv2d(X, K))).real,
        ),
        "one axis only": (
            "You transformed along one axis only. torch.fft.fft2 transforms along both.",
            lambda X, K: torch.fft.ifft(torch.fft.fft(X) * torch.fft.fft(filled(X, K))).real,
        ),
        "width lost": (
            "Your output lacks a column: irfft2 cannot know whether the width was odd. Tell it, "
            "with s=X.shape.",
            lambda X, K: torch.fft.irfft2(torch.fft.rfft2(circular_conv2d(X, K))),
        ),
        "full": (
            "That is the full convolution: you filled both up with zeros, so that nothing wraps "
            "around. Fill K up to the size of X only.",
            full_convolution,
        ),
        "nothing wraps": (
            "Your first rows and columns lack what comes in from the other side. Fill K up to the "
            "size of X only, and leave X as it is.",
            lambda X, K: full_convolution(X, K)[: X.shape[0], : X.shape[1]],
        ),
    },
    right=(_real_transforms, _padded_first),
    library={
        circular_conv2d: False,
        _scipy_wrapped: False,
        lambda X, K: torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape)): False,
    },
    hints=(
        "In the frequency domain convolution is a product, entry by entry. So both transforms "
        "must have one shape.",
        "torch.fft.fft2(K, s=X.shape) fills up with zeros, below and right, before it transforms.",
        "Multiply fft2(X) with fft2(K, s=X.shape), go back by torch.fft.ifft2 and take the real "
        "part.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=("aten::_fft",),
    stand_in="circular_conv2d",
)
