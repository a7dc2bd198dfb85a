"""Section 02: marking of the backward pass."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.backward import backward_args, gradients
from course_lib.sections.padding_stride.facts import strided
from grader.former.marking import Marking, Mutant, Part, named_wrongs
from grader.sections.padding_stride.transposed import gathered, transposed_conv2d


def conv_backward(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    """The solution: each output pixel hands its gradient back to its window and to the kernel."""
    h, w = K.shape
    dX, dK = torch.zeros_like(X), torch.zeros_like(K)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            top, left = i * stride, j * stride
            dX[top : top + h, left : left + w] += dY[i, j] * K
            dK += dY[i, j] * X[top : top + h, left : left + w]
    return [dX, dK, dY.sum()]


def _by_stretching(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Any]:
    """dK as the cross-correlation of X with dY, stretched; dX as stamps."""
    stretched = torch.zeros((dY.shape[0] - 1) * stride + 1, (dY.shape[1] - 1) * stride + 1)
    stretched[::stride, ::stride] = dY
    dX = torch.zeros_like(X)
    stamps = transposed_conv2d(dY, K, stride)
    dX[: stamps.shape[0], : stamps.shape[1]] = stamps
    return [dX, gathered(X, stretched, 1)[: K.shape[0], : K.shape[1]], dY.sum().item()]


def _gradients_by_differences(case: Case) -> list[Any]:
    """The reference: by what each number changes. Y is linear in X and in K, so steps are exact."""
    X, K, dY = (tensor.double() for tensor in case.args[:3])

    def change(image: Tensor, kernel: Tensor) -> Tensor:
        return torch.sum(strided(image, kernel, case.args[3]) * dY)

    def units(like: Tensor) -> Tensor:
        return torch.eye(like.numel(), dtype=torch.float64).reshape(-1, *like.shape)

    dX = torch.stack([change(unit, K) for unit in units(X)]).reshape(X.shape)
    dK = torch.stack([change(X, unit) for unit in units(K)]).reshape(K.shape)
    return [dX, dK, dY.sum()]


def _by_autograd(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    X, K = X.requires_grad_(), K.requires_grad_()
    bias = torch.zeros((), requires_grad=True)
    windows = X.unfold(0, K.shape[0], stride).unfold(1, K.shape[1], stride)
    ((windows * K).sum((2, 3)) + bias).backward(dY)
    assert X.grad is not None
    assert K.grad is not None
    assert bias.grad is not None
    return [X.grad, K.grad, bias.grad]


def _by_torch(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    return gradients((X, K, dY, stride))


def _dY_not_stretched(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Any]:
    dX, _, db = conv_backward(X, K, dY, stride)
    return [dX, gathered(X, dY, 1)[: K.shape[0], : K.shape[1]], db]


def _last_stamps(X: Tensor, K: Tensor, dY: Tensor, stride: int) -> list[Tensor]:
    (h, w), dX = K.shape, torch.zeros_like(X)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            dX[i * stride : i * stride + h, j * stride : j * stride + w] = dY[i, j] * K
    return [dX, *conv_backward(X, K, dY, stride)[1:]]


def _dK_too_large(X: Tensor, K: Tensor, dY: Tensor, stride: int) -> list[Any]:
    stretched = torch.zeros((dY.shape[0] - 1) * stride + 1, (dY.shape[1] - 1) * stride + 1)
    stretched[::stride, ::stride] = dY
    dX, _, db = conv_backward(X, K, dY, stride)
    return [dX, gathered(X, stretched, 1), db]


_BACKWARD_WRONGS: dict[str, Callable[..., Any]] = {
    "dX with the flipped kernel": lambda X, K, dY, s: [
        conv_backward(X, K.flip(0, 1), dY, s)[0],
        *conv_backward(X, K, dY, s)[1:],
    ],
    "dK flipped": lambda X, K, dY, s: [
        g.flip(0, 1) if n == 1 else g for n, g in enumerate(conv_backward(X, K, dY, s))
    ],
    "db as a mean": lambda X, K, dY, s: [*conv_backward(X, K, dY, s)[:2], dY.mean()],
    "dY left out": lambda X, K, dY, s: conv_backward(X, K, torch.ones_like(dY), s),
    "order swapped": lambda X, K, dY, s: [conv_backward(X, K, dY, s)[n] for n in (1, 0, 2)],
}


def _backward_cases(draw: Draw) -> list[Case]:
    """Strides above 1, with rows and columns that no window reaches."""
    cases = []
    for about, kernel, stride in (
        ("a square kernel", (2, 2), 2),
        ("a wide kernel that overlaps", (2, 4), 2),
        ("a tall kernel, a larger stride", (4, 2), 3),
    ):
        rows, columns = draw.distinct(2, 4, 2)
        while True:
            args = backward_args(draw, kernel, (rows, columns), stride, stride - 1)
            if abs(float(args[2].sum())) > 1:  # else the mean of dY would pass for its sum
                break
        cases.append(Case(args=args, about=about))
    return cases


_, _BACKWARD_MUTANTS = named_wrongs("padding_stride.conv_backward", _BACKWARD_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.conv_backward",
        cases=_backward_cases,
        expect=_gradients_by_differences,
        parts={
            "stride one": Part(
                cases=lambda draw: [
                    Case(args=backward_args(draw, (2, 3), (3, 2), 1, 0), about="stride one"),
                    Case(args=backward_args(draw, (3, 3), (2, 4), 1, 0), about="a square kernel"),
                ],
                expect=lambda case: gradients(case.args),
            )
        },
        solution=conv_backward,
        mutants=(
            *_BACKWARD_MUTANTS,
            Mutant(
                "dX too small",
                lambda X, K, dY, s: [transposed_conv2d(dY, K, s), *conv_backward(X, K, dY, s)[1:]],
                state="wrong",
                mistake="rest forgotten",
            ),
            Mutant(
                "a window at every pixel",
                lambda X, K, dY, s: conv_backward(X, K, dY, 1),
                mistake="stride ignored",
            ),
            Mutant("dX overwritten", _last_stamps, "partly right", "stamps overwritten"),
            Mutant("dK not cut", _dK_too_large, mistake="dK too large"),
            Mutant("dY not stretched", _dY_not_stretched, "wrong", "dY not stretched"),
            Mutant("autograd", _by_autograd, mistake="forbidden"),
            Mutant("dY stretched", _by_stretching, state="right"),
        ),
        library={_by_torch: False},
    ),
)
