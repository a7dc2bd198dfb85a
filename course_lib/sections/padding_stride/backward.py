"""Part F, the backward pass of a convolution."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.padding_stride.facts import WINDOW_OPERATORS, strided, transposed


def gradients(args: tuple[Any, ...], *, flip_x: bool = False, flip_k: bool = False) -> list[Tensor]:
    """PyTorch's own gradients [dX, dK, db], given X, K, dY and the stride; or with a turned K."""
    X, K, dY, stride = args
    kernel = K.flip(0, 1) if flip_x else K
    x_shape, k_shape = torch.Size((1, 1, *X.shape)), torch.Size((1, 1, *K.shape))
    dX = conv2d_input(x_shape, kernel[None, None], dY[None, None], stride=stride)
    dK = conv2d_weight(X[None, None], k_shape, dY[None, None], stride=stride)[0, 0]
    return [dX[0, 0], dK.flip(0, 1) if flip_k else dK, dY.sum()]


def _as_if_dense(X: Tensor, K: Tensor, dY: Tensor, stride: int) -> list[Tensor]:
    """The gradients if windows lay one pixel apart, whatever the stride is."""
    (h, w), (rows, columns) = K.shape, dY.shape
    part = X[: rows + h - 1, : columns + w - 1]
    dX, dK, db = gradients((part, K, dY, 1))
    H, W = X.shape
    return [F.pad(dX, (0, W - part.shape[1], 0, H - part.shape[0])), dK, db]


def _last_stamps(args: tuple[Any, ...]) -> Tensor:
    """PyTorch's dX for one output pixel after the other; each replaces what it covers."""
    X, K, dY, stride = args
    latest = torch.zeros_like(X)
    for place in range(dY.numel()):
        one = torch.zeros(dY.numel())
        one[place] = 1
        unit = one.reshape(dY.shape)
        covered = gradients((X, torch.ones_like(K), unit, stride))[0] > 0
        latest = torch.where(covered, gradients((X, K, unit * dY, stride))[0], latest)
    return latest


def backward_args(
    draw: Draw, kernel: tuple[int, int], windows: tuple[int, int], stride: int, rest: int
) -> tuple[Any, ...]:
    """X, K, dY and a stride; the last `rest` rows and columns of X are in no window."""
    size = [(n - 1) * stride + k + rest for n, k in zip(windows, kernel, strict=True)]
    X, K = image_and_kernel(draw, (size[0], size[1]), kernel)
    return X, K, draw.integers(-3, 3, *windows) + 0.5, stride


_ONE_ROW = "one row, stride 1"


def _backward_cases(draw: Draw) -> list[Case]:
    X, K = torch.tensor([[1.0, 2.0, 3.0, 5.0]]), torch.tensor([[1.0, -2.0]])
    return [
        Case(args=(X, K, torch.tensor([[10.0, 1.0, 4.0]]), 1), about=_ONE_ROW),
        Case(args=backward_args(draw, (3, 2), (2, 3), 2, 1), about="stride 2, a row left over"),
        Case(args=backward_args(draw, (2, 3), (3, 2), 1, 0), about="a kernel 2x3, stride 1"),
    ]


CONV_BACKWARD = Exercise(
    id="padding_stride.conv_backward",
    title="The backward pass",
    points=4,
    covers=("B02-backward",),
    cases=_backward_cases,
    expect=lambda case: gradients(case.args),
    mistakes=(
        Mistake(
            "dX with the flipped kernel",
            "dX is the one of the flipped kernel. Each output pixel gives its gradient back "
            "through the weights that it was read with: stamp the kernel as it is.",
            lambda case: gradients(case.args, flip_x=True),
        ),
        Mistake(
            "dK flipped",
            "dK is turned by 180 degrees. Entry [a, b] belongs to the pixels that lie a rows below "
            "and b columns right of their window's corner.",
            lambda case: gradients(case.args, flip_k=True),
        ),
        Mistake(
            "db as a mean",
            "dX and dK are right. db is the sum of dY, not its mean: the bias is added to every "
            "output pixel.",
            lambda case: [*gradients(case.args)[:2], case.args[2].mean()],
        ),
        Mistake(
            "order swapped",
            "Right, but in another order: return [dX, dK, db].",
            lambda case: [gradients(case.args)[n] for n in (1, 0, 2)],
        ),
        Mistake(
            "rest forgotten",
            "dX is smaller than X. Rows and columns that no window reaches have the gradient zero; "
            "they still belong to dX.",
            lambda case: [
                transposed(case.args[2], case.args[1], case.args[3]),
                *gradients(case.args)[1:],
            ],
        ),
        Mistake(
            "stride ignored",
            "Your windows lie one pixel apart. Output pixel [i, j] reads the window at row i·s and "
            "column j·s, with stride s; that is where its gradient goes.",
            lambda case: _as_if_dense(*case.args),
        ),
        Mistake(
            "stamps overwritten",
            "dK and db are right. Where windows overlap, dX keeps the last stamp only: they add up "
            "there.",
            lambda case: [_last_stamps(case.args), *gradients(case.args)[1:]],
        ),
        Mistake(
            "dK too large",
            "dK is larger than K. Rows and columns of X that no window reaches give dY more room "
            "to slide than it should have: keep the first rows and columns, as many as K has.",
            lambda case: [
                gradients(case.args)[0],
                strided(case.args[0], case.args[2], 1, dilation=case.args[3]),
                case.args[2].sum(),
            ],
        ),
        Mistake(
            "dY left out",
            "You added up kernels and windows without dY. Each output pixel passes on its own "
            "dY[i, j], times the weight or the pixel.",
            lambda case: gradients((*case.args[:2], torch.ones_like(case.args[2]), case.args[3])),
        ),
        Mistake(
            "dY not stretched",
            "You slid dY over X with its entries side by side. With stride s they belong to "
            "windows that lie s pixels apart: put s - 1 zeros between them.",
            lambda case: [
                gradients(case.args)[0],
                _as_if_dense(*case.args)[1],
                case.args[2].sum(),
            ],
        ),
    ),
    keeps_inputs=True,
    hints=(
        "Y[i, j] is the sum of K[a, b] · X[i·s + a, j·s + b], plus b. How does Y[i, j] change with "
        "one pixel of X, with one entry of K, with b?",
        "dX: your transposed_conv2d of dY, written into zeros of the shape of X. dK: X "
        "cross-correlated with dY, whose entries lie stride apart. db: the sum of dY.",
        "For each i, j with the window at [i * s, j * s]: dX[window] += dY[i, j] * K and "
        "dK += dY[i, j] * X[window].",
    ),
    forbidden=(
        *WINDOW_OPERATORS,
        "aten::convolution_backward",
        "torch.autograd",
        "torch.nn.grad",
        # What autograd runs on its way back through the learner's own convolution.
        "aten::slice_backward",
        "aten::select_backward",
        "aten::unfold_backward",
    ),
)
