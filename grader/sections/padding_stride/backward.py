"""Extra: the backward pass of a convolution."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from course_lib.checks.case import Case
from course_lib.checks.operations import WINDOW_OPERATORS
from course_lib.sections.padding_stride.given import manual_conv2d, transposed_conv2d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.operators import strided
from grader.sections.padding_stride.transposed import stamped

Pair = tuple[int, int]


def _case(
    draw: Draw, about: str, kernel: Pair, windows: Pair, stride: int | None, rest: Pair = (0, 0)
) -> Case:
    """X has so many windows, and `rest` rows and columns that none of them reaches."""
    step = stride or 1
    sides = zip(windows, kernel, rest, strict=True)
    size = [(n - 1) * step + k + more for n, k, more in sides]
    while True:
        dY = draw.normal(*windows)
        if abs(float(dY.sum())) > 1:  # else the mean would pass for the sum, or nearly
            break
    args = draw.normal(*size), draw.normal(*kernel), dY
    return Case(args=args if stride is None else (*args, stride), about=about)


def _settings(draw: Draw) -> list[Case]:
    few, more = draw.distinct(2, 4, 2)
    return [
        _case(draw, "the stride left out", (2, draw.integer(3, 4)), (3, 2), None),
        _case(draw, "stride one", (draw.integer(3, 4), 2), (few, more), 1),
        _case(draw, "a square kernel", (3, 3), (few, more), 2),
        _case(draw, "windows that overlap, some pixels left over", (3, 5), (more, few), 2, (1, 1)),
        _case(draw, "a larger stride, rows left over", (4, 2), (3, 2), 3, (2, 0)),
        _case(draw, "a larger stride, columns left over", (2, 4), (2, 3), 3, (0, 2)),
        _case(draw, "gaps between the windows", (2, 1), (3, 2), draw.integer(3, 4), (1, 2)),
        _case(draw, "one window, pixels left over", (2, 3), (1, 1), 3, (1, 2)),
        _case(draw, "a kernel as large as the image", (3, 2), (1, 1), 1),
        _case(draw, "one row of windows", (2, 3), (1, 4), 2, (0, 1)),
        _case(draw, "one column of windows", (3, 2), (4, 1), 2, (1, 0)),
        _case(draw, "a kernel of a single number", (1, 1), (3, 2), 2, (1, 0)),
        _case(draw, "a square image and kernel", (2, 2), (3, 3), 2, (1, 1)),
    ]


def _gradients(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    """PyTorch's own."""
    x_shape, k_shape = torch.Size((1, 1, *X.shape)), torch.Size((1, 1, *K.shape))
    dX = conv2d_input(x_shape, K[None, None], dY[None, None], stride=stride)
    dK = conv2d_weight(X[None, None], k_shape, dY[None, None], stride=stride)
    return [dX[0, 0], dK[0, 0], dY.sum()]


Gradients = Callable[..., Any]


def _but(
    dX: Gradients | None = None, dK: Gradients | None = None, db: Gradients | None = None
) -> Gradients:
    """The right gradients but for some."""

    def answer(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Any]:
        right = _gradients(X, K, dY, stride)
        others = (dX, dK, db)
        return [
            one if other is None else other(X, K, dY, stride)
            for one, other in zip(right, others, strict=True)
        ]

    return answer


def _crossed(
    X: Tensor,
    K: Tensor,
    dY: Tensor,
    stride: int,
    *,
    side: int | None = None,
    exchanged: bool = False,
    added: bool = True,
) -> list[Tensor]:
    """Window by window, with one side of K for both, X and K exchanged, or dK not added up."""
    h, w = K.shape if side is None else (K.shape[side],) * 2
    dX, dK = torch.zeros_like(X), torch.zeros_like(K)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            top, left = i * stride, j * stride
            window = X[top : top + h, left : left + w]
            dX[top : top + h, left : left + w] += dY[i, j] * (window if exchanged else K)
            dK *= added
            dK += dY[i, j] * (K if exchanged else window)
    return [dX, dK, dY.sum()]


def _all(change: Gradients) -> Gradients:
    return lambda X, K, dY, stride=1: change(X, K, dY, stride)


def _in_shape(stamps: Tensor, X: Tensor, *, before: bool = False) -> Tensor:
    """Zeros after the stamps, or before them, as many as X is larger."""
    across, down = X.shape[1] - stamps.shape[1], X.shape[0] - stamps.shape[0]
    return F.pad(stamps, (across, 0, down, 0) if before else (0, across, 0, down))


def _last(places: Tensor, K: Tensor) -> Tensor:
    return places[-K.shape[0] :, -K.shape[1] :]


def _as_if_dense(X: Tensor, K: Tensor, dY: Tensor, stride: int) -> list[Tensor]:
    """Windows that lie one pixel apart, whatever the stride is."""
    part = X[: dY.shape[0] + K.shape[0] - 1, : dY.shape[1] + K.shape[1] - 1]
    dX, dK, db = _gradients(part, K, dY)
    return [_in_shape(dX, X), dK, db]


def _window_by_window(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    h, w = K.shape
    dX, dK = torch.zeros_like(X), torch.zeros_like(K)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            top, left = i * stride, j * stride
            dX[top : top + h, left : left + w] += dY[i, j] * K
            dK += dY[i, j] * X[top : top + h, left : left + w]
    return [dX, dK, dY.sum()]


def _entry_by_entry(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> tuple[Any, ...]:
    """The pixels that an entry of K meets lie stride apart; so many as there are windows."""
    (rows, columns), s = dY.shape, stride
    dX, dK = torch.zeros_like(X), torch.zeros_like(K)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            met = (slice(a, a + s * (rows - 1) + 1, s), slice(b, b + s * (columns - 1) + 1, s))
            dK[a, b] = (X[met] * dY).sum()
            dX[met] += K[a, b] * dY
    return dX, dK, dY.sum().item()


def _by_autograd_through_the_course(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Any]:
    X, K = X.clone().requires_grad_(), K.clone().requires_grad_()
    manual_conv2d(X, K, stride).backward(dY)
    return [X.grad, K.grad, dY.sum()]


def _by_autograd(X: Tensor, K: Tensor, dY: Tensor, stride: int = 1) -> list[Tensor]:
    X, K = X.clone().requires_grad_(), K.clone().requires_grad_()
    windows = X.unfold(0, K.shape[0], stride).unfold(1, K.shape[1], stride)
    (windows * K).sum((2, 3)).backward(dY)
    assert X.grad is not None
    assert K.grad is not None
    return [X.grad, K.grad, dY.sum()]


CONV_BACKWARD = Exercise(
    id="padding_stride.conv_backward",
    title="The backward pass",
    points=4,
    minutes=10,
    core=False,
    covers=("B02-backward",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[1.0, 2, 3]]),
                    torch.tensor([[4.0, 5]]),
                    torch.tensor([[10.0, 1]]),
                )
            ),
            [torch.tensor([[40, 54, 5]]), torch.tensor([[12, 23]]), 11],
        ),
    ),
    cases=_settings,
    reference=_gradients,
    promises=("unchanged",),
    wrong={
        "dX with the flipped kernel": (
            "dX is the one of the flipped kernel. Each output pixel gives its gradient back "
            "through the weights that it was read with: stamp the kernel as it is.",
            _but(dX=lambda X, K, dY, s: _gradients(X, K.flip(0, 1), dY, s)[0]),
        ),
        "dK flipped": (
            "dK is upside down and mirrored. Entry [a, b] belongs to the pixels that lie a rows "
            "below and b columns right of their window's corner.",
            _but(dK=lambda *args: _gradients(*args)[1].flip(0, 1)),
        ),
        "db not a sum": (
            "dX and dK are right. db is the sum of dY, a single number: the bias is added to every "
            "output pixel.",
            _but(db=lambda X, K, dY, s: dY.mean()),
            _but(db=lambda X, K, dY, s: dY),
            _but(db=lambda X, K, dY, s: float(dY.numel())),
            _but(db=lambda X, K, dY, s: dY.sum(0)),
            _but(db=lambda X, K, dY, s: dY.sum(1)),
        ),
        "order swapped": (
            "Right, but in another order: return [dX, dK, db].",
            _all(lambda *args: [_gradients(*args)[n] for n in (1, 0, 2)]),
        ),
        "rest forgotten": (
            "dX is smaller than X. Rows and columns that no window reaches have the gradient zero; "
            "they still belong to dX.",
            _but(dX=lambda X, K, dY, s: transposed_conv2d(dY, K, s)),
        ),
        "rest first": (
            "dK and db are right. In dX you laid the zeros above the stamps, or left of them. The "
            "first window lies at row and column 0: what none reaches are the last ones.",
            _but(dX=lambda X, K, dY, s: _in_shape(transposed_conv2d(dY, K, s), X, before=True)),
        ),
        "db missing": (
            "You returned dX and dK alone. The list has three items, the last of them db.",
            _all(lambda *args: _gradients(*args)[:2]),
        ),
        "dK not added up": (
            "dX and db are right. dK is the one of the last window only: each window adds to it, "
            "+= instead of =.",
            _all(lambda *args: _crossed(*args, added=False)),
        ),
        "X and K exchanged": (
            "You added up windows of X in dX, and kernels in dK. The gradient of a product with "
            "respect to one factor is the other: K in dX, X in dK.",
            _all(lambda *args: _crossed(*args, exchanged=True)),
        ),
        "one side of K": (
            "You took one side of K for both. It has h rows and w columns.",
            _all(lambda *args: _crossed(*args, side=0)),
            _all(lambda *args: _crossed(*args, side=1)),
        ),
        "stride ignored": (
            "Your windows lie one pixel apart. Output pixel [i, j] reads the window at row i·s and "
            "column j·s, with stride s; that is where its gradient goes.",
            _all(_as_if_dense),
        ),
        "stride ignored in dX": (
            "dK and db are right. In dX the stamps lie one pixel apart: that of dY[i, j] begins at "
            "row i·s and column j·s.",
            _but(dX=lambda *args: _as_if_dense(*args)[0]),
        ),
        "dY not stretched": (
            "dX and db are right. In dK you slid dY over X with its entries side by side. With "
            "stride s they belong to windows that lie s pixels apart: put s - 1 zeros between "
            "them.",
            _but(dK=lambda *args: _as_if_dense(*args)[1]),
            _but(dK=lambda X, K, dY, s: strided(X, dY)),
        ),
        "dK by a stride": (
            "dX and db are right. In dK you slid dY over X in steps of the stride. The stride lies "
            "between the entries of dY; dY itself moves one pixel at a time.",
            _but(dK=lambda X, K, dY, s: strided(X, dY, s)),
        ),
        "stamps overwritten": (
            "dK and db are right. Where windows overlap, dX keeps the last stamp only: they add up "
            "there.",
            _but(dX=lambda X, K, dY, s: _in_shape(stamped(dY, K, (s, s), s, kept=0), X)),
        ),
        "dK too large": (
            "dK is larger than K. Rows and columns of X that no window reaches give dY more room "
            "to slide than it should have: keep the first rows and columns, as many as K has.",
            _but(dK=lambda X, K, dY, s: strided(X, dY, dilation=s)),
        ),
        "dK from the end": (
            "dX and db are right. Of the places that dY can slide to, dK takes the first, as "
            "many rows and columns as K has: you kept the last ones.",
            _but(dK=lambda X, K, dY, s: _last(strided(X, dY, dilation=s), K)),
        ),
        "dY left out": (
            "You added up kernels and windows without dY. Each output pixel passes on its own "
            "dY[i, j], times the weight or the pixel.",
            _all(lambda X, K, dY, s: _gradients(X, K, torch.ones_like(dY), s)),
            _all(lambda X, K, dY, s: [*_gradients(X, K, torch.ones_like(dY), s)[:2], dY.sum()]),
        ),
        "mean": (
            "You took means over the output's pixels. The loss changes with each of them: add up.",
            _all(lambda X, K, dY, s: [g / dY.numel() for g in _gradients(X, K, dY, s)]),
            _but(dK=lambda X, K, dY, s: _gradients(X, K, dY, s)[1] / dY.numel()),
        ),
    },
    right=(_window_by_window, _entry_by_entry),
    library={_gradients: False, _by_autograd: False, _by_autograd_through_the_course: False},
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
        "torch.func",
        # Through a function of the course it runs unwatched.
        ".backward",
        ".requires_grad_",
        "torch.nn.grad",
        # What autograd runs on its way back through the learner's own convolution.
        "aten::slice_backward",
        "aten::select_backward",
        "aten::unfold_backward",
    ),
    needs=(
        "padding_stride.conv_output_size",
        "padding_stride.manual_conv2d",
        "padding_stride.stuff_kernel",
        "padding_stride.transposed_conv2d",
    ),
)
