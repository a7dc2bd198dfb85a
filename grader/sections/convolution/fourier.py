"""Section 01: marking of convolution by Fourier transform."""

import scipy.ndimage
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.convolution.correlation import corr2d_fast


def circular_conv2d(X: Tensor, K: Tensor) -> Tensor:
    """The solution: shapes (H, W), (h, w) -> (H, W)."""
    output: Tensor = torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape)).real
    return output


def fft_corr2d(X: Tensor, K: Tensor) -> Tensor:
    """The solution: shapes (H, W), (h, w) -> (H-h+1, W-w+1)."""
    (H, W), (h, w) = X.shape, K.shape
    return _linear(X, K.flip(0, 1))[h - 1 : H, w - 1 : W]


def _linear(A: Tensor, B: Tensor) -> Tensor:
    """Full convolution, by transforms of a size at which nothing wraps around."""
    size = (A.shape[0] + B.shape[0] - 1, A.shape[1] + B.shape[1] - 1)
    product = torch.fft.rfft2(A, s=size) * torch.fft.rfft2(B, s=size)
    full: Tensor = torch.fft.irfft2(product, s=size)
    return full


def _by_rolling(X: Tensor, K: Tensor) -> Tensor:
    """Each entry of the kernel adds a rolled copy of the image."""
    copies = [
        K[a, b] * torch.roll(X, (a, b), (0, 1))
        for a in range(K.shape[0])
        for b in range(K.shape[1])
    ]
    return torch.stack(copies).sum(0)


def _circular_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(5, 8), draw.normal(2, 3)), about="a wide image"),
        Case(args=(draw.normal(7, 4), draw.normal(3, 2)), about="a tall image"),
        Case(args=(draw.normal(6, 5), draw.normal(2, 2)), about="a square kernel"),
    ]


def _linear_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(6, 9), draw.normal(2, 4)), about="a wide image"),
        Case(args=(draw.normal(8, 5), draw.normal(4, 2)), about="a tall image"),
        Case(args=(draw.normal(7, 6), draw.normal(3, 3)), about="a square kernel"),
    ]


def _circular_correlation(X: Tensor, K: Tensor) -> Tensor:
    output: Tensor = torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape).conj()).real
    return output


def _left_complex(X: Tensor, K: Tensor) -> Tensor:
    output: Tensor = torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape))
    return output


def _centred(X: Tensor, K: Tensor) -> Tensor:
    return torch.roll(circular_conv2d(X, K), (-(K.shape[0] // 2), -(K.shape[1] // 2)), (0, 1))


def _zeros_in_front(X: Tensor, K: Tensor) -> Tensor:
    rows, columns = X.shape[0] - K.shape[0], X.shape[1] - K.shape[1]
    return circular_conv2d(X, F.pad(K, (columns, 0, rows, 0)))


def _corner(X: Tensor, K: Tensor) -> Tensor:
    full = _linear(X, K.flip(0, 1))
    return full[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1]


def _wrapped_corner(X: Tensor, K: Tensor) -> Tensor:
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    return circular_conv2d(X, K.flip(0, 1))[:rows, :columns]


def _conjugate(X: Tensor, K: Tensor) -> Tensor:
    """The conjugate flips, and at the top left nothing has wrapped around."""
    return _circular_correlation(X, K)[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1]


def _valid_of_linear(X: Tensor, K: Tensor) -> Tensor:
    return _linear(X, K)[K.shape[0] - 1 : X.shape[0], K.shape[1] - 1 : X.shape[1]]


def _scipy_wrapped(X: Tensor, K: Tensor) -> Tensor:
    origin = [-(size // 2) for size in K.shape]
    return torch.as_tensor(scipy.ndimage.convolve(X.numpy(), K.numpy(), mode="wrap", origin=origin))


def _scipy_fft(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.correlate(X.numpy(), K.numpy(), mode="valid", method="fft"))


def _conv2d_operator(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None, None], K[None, None])[0, 0]


_CIRCULAR_MISTAKES, _CIRCULAR_MUTANTS = named_wrongs(
    "convolution.circular_conv2d",
    {
        "cross-correlation": _circular_correlation,
        "kernel centred": _centred,
        "zeros in front": _zeros_in_front,
    },
)
_LINEAR_MISTAKES, _LINEAR_MUTANTS = named_wrongs(
    "convolution.fft_corr2d",
    {
        "not flipped": _valid_of_linear,
        "not cropped": lambda X, K: circular_conv2d(X, K.flip(0, 1)),
        "cropped at the wrong end": _wrapped_corner,
        "full output": lambda X, K: _linear(X, K.flip(0, 1)),
        "cropped at the corner": _corner,
        "neither flipped nor cropped": circular_conv2d,
        "full convolution": _linear,
    },
)

MARKINGS = (
    Marking(
        exercise="convolution.circular_conv2d",
        cases=_circular_cases,
        expect=lambda case: _by_rolling(*(tensor.double() for tensor in case.args)),
        mistakes=_CIRCULAR_MISTAKES,
        solution=circular_conv2d,
        mutants=(
            *_CIRCULAR_MUTANTS,
            Mutant("no transform", _by_rolling, state="partly right", mistake="way"),
            Mutant(
                "real transforms",
                lambda X, K: torch.fft.irfft2(
                    torch.fft.rfft2(X) * torch.fft.rfft2(K, s=X.shape), s=X.shape
                ),
                state="right",
            ),
        ),
        library={_scipy_wrapped: False, _left_complex: False},
    ),
    Marking(
        exercise="convolution.fft_corr2d",
        cases=_linear_cases,
        expect=lambda case: corr2d_fast(*(tensor.double() for tensor in case.args)),
        mistakes=_LINEAR_MISTAKES,
        solution=fft_corr2d,
        mutants=(
            *_LINEAR_MUTANTS,
            Mutant("no transform", corr2d_fast, state="partly right", mistake="way"),
            Mutant("by the conjugate", _conjugate, state="right"),
        ),
        library={_conv2d_operator: False, _scipy_fft: False},
    ),
)
