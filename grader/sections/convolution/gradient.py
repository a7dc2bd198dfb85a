"""Part D, extra: gradients through the learner's own operation."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import cross_correlation


def _weight_gradient(
    upstream: Callable[[Tensor], Tensor] = lambda Y: Y,
) -> Callable[[Tensor, Tensor], Tensor]:
    """The gradient of the kernel by PyTorch's own operator, given the one of the output Y."""

    def answer(X: Tensor, K: Tensor) -> Tensor:
        size = torch.Size((1, 1, *K.shape))
        upper = upstream(cross_correlation(X, K))[None, None]
        gradient: Tensor = conv2d_weight(X[None, None], size, upper)
        return gradient[0, 0]

    return answer


def _image_gradient(X: Tensor, K: Tensor) -> Tensor:
    size = torch.Size((1, 1, *X.shape))
    upstream = cross_correlation(X, K)[None, None]
    gradient: Tensor = conv2d_input(size, K[None, None], upstream)
    return gradient[0, 0]


def _by_hand(X: Tensor, K: Tensor) -> Tensor:
    """Entry (a, b) meets X[i + a, j + b] wherever output (i, j) is made."""
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    Y = (windows * K).sum((2, 3))
    return (Y[:, :, None, None] * windows).sum((0, 1))


def _functional(X: Tensor, K: Tensor) -> Tensor:
    def loss(kernel: Tensor) -> Tensor:
        windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
        return 0.5 * (windows * kernel).sum((2, 3)).square().sum()

    gradient: Tensor = torch.func.grad(loss)(K)
    return gradient


KERNEL_GRADIENT = Exercise(
    id="convolution.kernel_gradient",
    title="Gradients through your own corr2d",
    points=2,
    minutes=7,
    core=False,
    covers=("D7.2.3",),
    example=((Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0]]))), [[15]]),),
    cases=lambda draw: (
        [
            Case(args=(draw.normal(*draw.distinct(5, 8, 2)), draw.normal(*shape)), about=about)
            for about, shape in (
                ("a square kernel", (2, 2)),
                ("a wide kernel", (2, 3)),
                ("a tall kernel", (3, 2)),
                ("a kernel of one row", (1, draw.integer(2, 3))),
                ("a kernel of one column", (draw.integer(2, 3), 1)),
            )
        ]
        + [
            Case(
                args=(draw.normal(3, 4), draw.normal(3, 4)), about="a kernel as large as the image"
            )
        ]
    ),
    reference=_weight_gradient(),
    promises=("unchanged", "tensor"),
    wrong={
        "nothing returned": (
            "Your function returned None. backward() itself returns None: the gradient stands in "
            ".grad of the tensor on which you called requires_grad_(). Return that.",
            lambda X, K: None,
        ),
        "half forgotten": (
            "Your gradient is twice the expected one: the loss is half the sum of squares.",
            _weight_gradient(lambda Y: 2 * Y),
        ),
        "not squared": (
            "That is the gradient of the plain sum of the outputs. Square them before you sum.",
            _weight_gradient(torch.ones_like),
            _weight_gradient(lambda Y: torch.full_like(Y, 0.5)),
        ),
        "square of the sum": (
            "You squared the sum of the outputs. Square each of them, then add the squares.",
            _weight_gradient(lambda Y: torch.full_like(Y, float(Y.sum()))),
            _weight_gradient(lambda Y: torch.full_like(Y, 2 * float(Y.sum()))),
        ),
        "gradient of the image": (
            "That is the gradient with respect to the image X. Let K be the tensor that requires "
            "a gradient.",
            _image_gradient,
        ),
        "mean": (
            "You took the mean of the squares; the loss here is half their sum.",
            _weight_gradient(lambda Y: Y / Y.numel()),
            _weight_gradient(lambda Y: 2 * Y / Y.numel()),
        ),
        "opposite sign": (
            "Your gradient has the opposite sign. The gradient points to where the loss grows; "
            "only a step of descent goes the other way.",
            _weight_gradient(lambda Y: -Y),
        ),
        "the loss": (
            "You return the loss. Asked for is its gradient, a tensor of the shape of K.",
            lambda X, K: 0.5 * cross_correlation(X, K).square().sum(),
        ),
        "flipped": (
            "Your gradient is that of true convolution, or is read backwards. corr2d lays the "
            "kernel on the image as it is, and entry (a, b) of the gradient belongs to K[a, b].",
            lambda X, K: _weight_gradient()(X, K.flip(0, 1)).flip(0, 1),
            lambda X, K: _weight_gradient()(X, K.flip(0, 1)),
            lambda X, K: _weight_gradient()(X, K).flip(0, 1),
        ),
        "rows and columns swapped": (
            "Rows and columns of your gradient are swapped: entry (a, b) belongs to K[a, b], which "
            "meets X[i + a, j + b].",
            lambda X, K: _weight_gradient()(X, K).T,
            lambda X, K: _weight_gradient()(X, K).T.reshape(K.shape),
        ),
        "absolute values": (
            "You took absolute values in place of squares, or along with them. Square each output, "
            "nothing else.",
            _weight_gradient(torch.sign),
            _weight_gradient(lambda Y: 0.5 * Y.sign()),
            _weight_gradient(torch.abs),
        ),
        "root of the sum": (
            "You took the root of the sum of squares (norm does so, too). The loss is half that "
            "sum itself.",
            _weight_gradient(lambda Y: Y / Y.norm()),
            _weight_gradient(lambda Y: 0.5 * Y / Y.norm()),
        ),
        "halved once more": (
            "Your gradient is half the expected one. The half is in the loss: its derivative takes "
            "it away against the 2 of the square.",
            _weight_gradient(lambda Y: Y / 2),
        ),
        "not the gradient": (
            "You return the outputs or the kernel. Asked for is the gradient of the loss: "
            "torch.autograd.grad(loss, K)[0], or K.grad after loss.backward().",
            cross_correlation,
            lambda X, K: K,
        ),
        "a step of descent": (
            "You return a kernel after a step of descent. Asked for is the gradient alone.",
            lambda X, K: K - _weight_gradient()(X, K),
        ),
    },
    right=(_by_hand, _functional),
    library={_weight_gradient(): False, conv2d_weight: False},
    hints=(
        "Autograd follows every operation of your corr2d, the assignments to the output included. "
        "It only has to be told that K matters.",
        "Make a copy of K that requires a gradient: K.detach().clone().requires_grad_(). Then "
        "compute the loss, a single number, and its gradient.",
        "The loss is 0.5 * (corr2d(X, K) ** 2).sum() with the copy for K. "
        "torch.autograd.grad(loss, K) returns a tuple; the gradient is its first entry.",
    ),
    forbidden=(*CONVOLUTION_OPERATORS, "aten::convolution_backward", "torch.nn.grad"),
    needs=("convolution.corr2d", "convolution.corr2d_fast"),
)
