"""Section 01: marking of cross-correlation."""

from typing import Any

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, Part, named_wrongs


def _corr2d_cases(draw: Draw) -> list[Case]:
    cases = []
    kernels = {
        "a square kernel": (3, 3),
        "a wide kernel": (2, draw.integer(3, 5)),
        "a tall kernel": (draw.integer(3, 5), 1),
    }
    for about, (h, w) in kernels.items():
        height, width = draw.distinct(6, 10, 2)
        cases.append(Case(args=(draw.normal(height, width), draw.normal(h, w)), about=about))
    size = draw.integer(3, 5)
    image = draw.normal(size, size)
    cases.append(
        Case(args=(image, draw.normal(size, size)), about="a kernel as large as the image")
    )
    return cases


def _corr2d_fast_cases(draw: Draw) -> list[Case]:
    kernel, size = draw.normal(2, 3), draw.integer(4, 6)
    small, large = draw.normal(size, size + 1), draw.normal(size + 8, size + 9)
    return [
        Case(args=(small, kernel), about="a small image"),
        Case(args=(large, kernel), about="a larger image"),
        *_corr2d_cases(draw)[:3],
    ]


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """The solution: shapes (H, W), (h, w) -> (H-h+1, W-w+1)."""
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y


def corr2d_fast(X: Tensor, K: Tensor) -> Tensor:
    """The solution without a loop: shapes (H, W), (h, w) -> (H-h+1, W-w+1)."""
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    return (windows * K).sum(dim=(2, 3))


def _by_kernel_entries(X: Tensor, K: Tensor) -> Tensor:
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    shifted = [
        K[a, b] * X[a : a + rows, b : b + columns]
        for a in range(K.shape[0])
        for b in range(K.shape[1])
    ]
    return torch.stack(shifted).sum(0)


def corr1d(x: Tensor, w: Tensor) -> Tensor:
    """The solution: shapes (n,), (k,) -> (n-k+1,)."""
    return torch.stack([(x[i : i + len(w)] * w).sum() for i in range(len(x) - len(w) + 1)])


def _corr1d_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(n), draw.normal(k)), about=about)
        for about, n, k in (
            ("a short kernel", draw.integer(6, 9), 2),
            ("a longer kernel", draw.integer(8, 12), draw.integer(3, 5)),
            ("a kernel as long as the signal", 4, 4),
        )
    ]


def _numpy_correlate(x: Tensor, w: Tensor) -> Tensor:
    return torch.as_tensor(np.correlate(x.numpy(), w.numpy(), mode="valid"))


def _numpy_convolve(x: Tensor, w: Tensor) -> Tensor:
    return torch.as_tensor(np.convolve(x.numpy(), w.numpy(), mode="valid"))


def _conv1d_operator(x: Tensor, w: Tensor) -> Tensor:
    return F.conv1d(x[None, None], w[None, None])[0, 0]


def _scipy_correlate2d(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.correlate2d(X.numpy(), K.numpy(), mode="valid"))


def _unfold_operator(X: Tensor, K: Tensor) -> Tensor:
    rows = X.shape[0] - K.shape[0] + 1
    columns = F.unfold(X[None, None], (K.shape[0], K.shape[1]))[0]
    return (K.flatten() @ columns).reshape(rows, -1)


def _padded(X: Tensor, K: Tensor) -> Tensor:
    h, w = K.shape
    return corr2d(F.pad(X, ((w - 1) // 2, w // 2, (h - 1) // 2, h // 2)), K)


def _conv2d_operator(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def _first_row(X: Tensor, K: Tensor) -> Tensor:
    Y = corr2d(X, K)
    return torch.cat([Y[:1], 0 * Y[1:]])


def _as_large_as_the_image(X: Tensor, K: Tensor) -> Tensor:
    return F.pad(corr2d(X, K), (0, K.shape[1] - 1, 0, K.shape[0] - 1))


def _numpy_loops(X: Tensor, K: Tensor) -> Tensor:
    image, kernel = X.numpy(), K.numpy()
    return torch.tensor(slide_windows(image, kernel))


def slide_windows(image: Any, kernel: Any) -> Any:
    """Loops of NumPy, of which torch sees nothing."""
    (h, w), (H, W) = kernel.shape, image.shape
    return np.array(
        [
            [(image[i : i + h, j : j + w] * kernel).sum() for j in range(W - w + 1)]
            for i in range(H - h + 1)
        ]
    )


_WRONG_CORR2D = (
    Mutant("kernel flipped", lambda X, K: corr2d(X, K.flip(0, 1)), mistake="flipped kernel"),
    Mutant("same padding", _padded, mistake="padded"),
    Mutant("last window", lambda X, K: corr2d(X, K)[:-1, :-1], mistake="last window forgotten"),
    Mutant("mean, not sum", lambda X, K: corr2d(X, K) / K.numel(), mistake="mean"),
    Mutant("zeros like X", _as_large_as_the_image, mistake="as large as the image"),
    Mutant("loops over entries of the kernel", _by_kernel_entries, state="right"),
)

_GRADIENT = Part(
    cases=lambda draw: [
        Case(args=(draw.normal(5, 6), draw.normal(2, 3)), about="gradients that flow through")
    ],
    expect=lambda case: _kernel_gradient(*case.args),
)


def _kernel_gradient(X: Tensor, K: Tensor) -> Tensor:
    """Gradient of the sum of all outputs: entry (a, b) is the sum of the inputs it met."""
    rows, columns = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    sums = [
        [X[a : a + rows, b : b + columns].sum() for b in range(K.shape[1])]
        for a in range(K.shape[0])
    ]
    return torch.stack([torch.stack(row) for row in sums])


_CORR1D_MISTAKES, _CORR1D_MUTANTS = named_wrongs(
    "convolution.corr1d",
    {
        "flipped kernel": lambda x, w: corr1d(x, w.flip(0)),
        "padded": lambda x, w: corr1d(F.pad(x, ((len(w) - 1) // 2, len(w) // 2)), w),
        "last window forgotten": lambda x, w: corr1d(x, w)[:-1],
        "mean": lambda x, w: corr1d(x, w) / len(w),
    },
)
MARKINGS = (
    Marking(
        exercise="convolution.corr1d",
        cases=_corr1d_cases,
        mistakes=_CORR1D_MISTAKES,
        solution=corr1d,
        mutants=(
            *_CORR1D_MUTANTS,
            Mutant("by unfold", lambda x, w: x.unfold(0, len(w), 1) @ w, state="right"),
        ),
        library={_conv1d_operator: False, _numpy_correlate: False, _numpy_convolve: False},
    ),
    Marking(
        exercise="convolution.lesson_window",
        cases=lambda draw: [Case()],
        solution=[[7, 6, 7], [4, 5, 6], [4, 4, 5]],
        mutants=(
            Mutant("as printed", [[4, 3, 4], [2, 4, 3], [4, 3, 4]], mistake="the printed table"),
            Mutant("transposed", [[7, 4, 4], [6, 5, 4], [7, 6, 5]], mistake="transposed"),
            Mutant("no centre", [[6, 4, 6], [4, 4, 4], [3, 4, 4]], mistake="centre forgotten"),
            Mutant("one slip", [[7, 6, 7], [4, 5, 6], [4, 4, 6]]),
            Mutant("a tensor", torch.tensor([[7, 6, 7], [4, 5, 6], [4, 4, 5]]), state="right"),
        ),
    ),
    Marking(
        exercise="convolution.corr2d",
        cases=_corr2d_cases,
        parts={"gradient": _GRADIENT},
        solution=corr2d,
        mutants=(
            *_WRONG_CORR2D,
            # Where the kernel is as large as the image, one number is all there is.
            Mutant(
                "output transposed",
                lambda X, K: corr2d(X, K).T,
                state="partly right",
                mistake="transposed output",
            ),
            Mutant("returns too early", _first_row, state="partly right", mistake="first row only"),
        ),
        library={_conv2d_operator: False, _scipy_correlate2d: False, _unfold_operator: True},
    ),
    Marking(
        exercise="convolution.corr2d_fast",
        cases=_corr2d_fast_cases,
        solution=corr2d_fast,
        mutants=(
            *_WRONG_CORR2D,
            Mutant("still two loops", corr2d, state="partly right", mistake="loop"),
            Mutant("loops in NumPy", _numpy_loops, mistake="forbidden"),
            Mutant("nothing returned", lambda X, K: None),
            Mutant("a crash", lambda X, K: corr2d_fast(X, K)[99], mistake="raises"),
        ),
        library={_conv2d_operator: False, _scipy_correlate2d: False, _unfold_operator: True},
    ),
)
