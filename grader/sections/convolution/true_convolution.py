"""Section 01: marking of true convolution, full convolution, and what commutes."""

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.convolution.true_convolution import two_residuals
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.convolution.correlation import corr2d, corr2d_fast


def true_conv2d(X: Tensor, K: Tensor) -> Tensor:
    """The solution: shapes (H, W), (h, w) -> (H-h+1, W-w+1)."""
    return corr2d(X, K.flip(0, 1))


def full_conv2d(A: Tensor, B: Tensor) -> Tensor:
    """The solution: shapes (H, W), (h, w) -> (H+h-1, W+w-1)."""
    return true_conv2d(_zeros_around(A, B), B)


def _zeros_around(A: Tensor, B: Tensor, more: int = 0) -> Tensor:
    rows, columns = B.shape[0] - 1 + more, B.shape[1] - 1 + more
    return F.pad(A, (columns, columns, rows, rows))


def _pads_swapped(A: Tensor, B: Tensor) -> Tensor:
    rows, columns = B.shape[1] - 1, B.shape[0] - 1
    return F.pad(A, (columns, columns, rows, rows))


def _full_corr2d(A: Tensor, B: Tensor) -> Tensor:
    return corr2d(_zeros_around(A, B), B)


def residuals(A: Tensor, B: Tensor) -> list[float]:
    """The solution: largest difference from the swapped order, [convolution, correlation]."""
    return [
        (full_conv2d(A, B) - full_conv2d(B, A)).abs().max().item(),
        (_full_corr2d(A, B) - _full_corr2d(B, A)).abs().max().item(),
    ]


def _scipy(operation: str, mode: str, A: Tensor, B: Tensor) -> np.ndarray[tuple[int, int]]:
    """SciPy's convolve2d or correlate2d, in float64: the reference."""
    function = {"convolve": scipy.signal.convolve2d, "correlate": scipy.signal.correlate2d}
    return np.asarray(function[operation](A.double().numpy(), B.double().numpy(), mode=mode))


def _scipy_residuals(case: Case) -> list[float]:
    A, B = case.args
    gaps = [
        np.abs(_scipy(operation, "full", A, B) - _scipy(operation, "full", B, A)).max()
        for operation in ("convolve", "correlate")
    ]
    return [float(gap) for gap in gaps]


def _valid_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(5, 8), draw.normal(2, draw.integer(3, 4))), about="a wide kernel"),
        Case(args=(draw.normal(9, 6), draw.normal(draw.integer(3, 5), 2)), about="a tall kernel"),
        Case(args=(draw.normal(6, 7), draw.normal(3, 3)), about="a square kernel"),
    ]


def _full_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(4, 6), draw.normal(2, 3)), about="a wide second matrix"),
        Case(args=(draw.normal(5, 4), draw.normal(4, 2)), about="a tall second matrix"),
        Case(args=(draw.normal(2, 3), draw.normal(4, 5)), about="the larger one second"),
    ]


def _residual_cases(draw: Draw) -> list[Case]:
    cases = [
        Case(args=(draw.normal(4, 6), draw.normal(2, 3)), about="two matrices"),
        Case(args=(draw.normal(2, 5), draw.normal(5, 3)), about="two matrices of other shapes"),
    ]
    verified = (draw.normal(3, 4), draw.normal(4, 2))
    return [*cases, Case(args=verified, about="zero and not zero", verify=two_residuals)]


def _paint(A: Tensor, B: Tensor) -> Tensor:
    """Full convolution the other way: each entry of A paints its copy of B."""
    (H, W), (h, w) = A.shape, B.shape
    output = torch.zeros(H + h - 1, W + w - 1)
    for i in range(H):
        for j in range(W):
            output[i : i + h, j : j + w] += A[i, j] * B
    return output


def _residuals_by_flipping(A: Tensor, B: Tensor) -> Tensor:
    """The swapped cross-correlation is the flipped one."""
    convolution, correlation = _paint(A, B) - _paint(B, A), _full_corr2d(A, B)
    difference = correlation - correlation.flip(0, 1)
    return torch.stack([convolution.abs().max(), difference.abs().max()])


def _correlation_gap(A: Tensor, B: Tensor) -> Tensor:
    return (_full_corr2d(A, B) - _full_corr2d(B, A)).abs()


def _scipy_convolve2d(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(X.numpy(), K.numpy(), mode="valid"))


def _scipy_full(A: Tensor, B: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(A.numpy(), B.numpy()))


def _scipy_fft(A: Tensor, B: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.fftconvolve(A.numpy(), B.numpy()))


def _conv2d_flipped(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0]


def _transposed_operator(A: Tensor, B: Tensor) -> Tensor:
    return F.conv_transpose2d(A[None, None], B[None, None])[0, 0]


_VALID_MISTAKES, _VALID_MUTANTS = named_wrongs(
    "convolution.true_conv2d",
    {
        "not flipped": corr2d,
        "transposed": lambda X, K: corr2d(X, K.T),
        "flipped up and down only": lambda X, K: corr2d(X, K.flip(0)),
        "flipped left and right only": lambda X, K: corr2d(X, K.flip(1)),
        "image flipped": lambda X, K: corr2d(X.flip(0, 1), K),
        "full": full_conv2d,
    },
)
_FULL_MISTAKES, _FULL_MUTANTS = named_wrongs(
    "convolution.full_conv2d",
    {
        "not flipped": _full_corr2d,
        "one zero too many": lambda A, B: true_conv2d(_zeros_around(A, B, more=1), B),
        "rows and columns of zeros swapped": lambda A, B: true_conv2d(_pads_swapped(A, B), B),
        "as large as the first": lambda A, B: full_conv2d(A, B)[: A.shape[0], : A.shape[1]],
    },
)
_RESIDUAL_MISTAKES, _RESIDUAL_MUTANTS = named_wrongs(
    "convolution.residuals",
    {
        "order swapped": lambda A, B: residuals(A, B)[::-1],
        "convolution twice": lambda A, B: [0.0, (_paint(A, B) - _paint(B, A)).abs().max().item()],
        "mean": lambda A, B: [0.0, _correlation_gap(A, B).mean().item()],
        "sum": lambda A, B: [0.0, _correlation_gap(A, B).sum().item()],
    },
)

MARKINGS = (
    Marking(
        exercise="convolution.true_conv2d",
        cases=_valid_cases,
        expect=lambda case: torch.from_numpy(_scipy("convolve", "valid", *case.args)),
        mistakes=_VALID_MISTAKES,
        solution=true_conv2d,
        mutants=(
            *_VALID_MUTANTS,
            Mutant(
                "everything flipped but the kernel",
                lambda X, K: corr2d_fast(X.flip(0, 1), K).flip(0, 1),
                state="right",
            ),
        ),
        library={_scipy_convolve2d: False, _conv2d_flipped: False, F.conv2d: False},
    ),
    Marking(
        exercise="convolution.full_conv2d",
        cases=_full_cases,
        expect=lambda case: torch.from_numpy(_scipy("convolve", "full", *case.args)),
        mistakes=_FULL_MISTAKES,
        solution=full_conv2d,
        mutants=(*_FULL_MUTANTS, Mutant("each entry paints a copy", _paint, state="right")),
        library={_scipy_full: False, _scipy_fft: False, _transposed_operator: False},
    ),
    Marking(
        exercise="convolution.residuals",
        cases=_residual_cases,
        expect=_scipy_residuals,
        mistakes=_RESIDUAL_MISTAKES,
        solution=residuals,
        mutants=(
            *_RESIDUAL_MUTANTS,
            Mutant("by flipping", _residuals_by_flipping, state="right"),
        ),
        library={torch.sub: False, torch.dist: False},
    ),
)
