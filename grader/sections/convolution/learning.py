"""Section 01: marking of gradients through the learner's operation and of a learned kernel."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.grad import conv2d_weight

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.convolution.learning import stripes_case
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.convolution.correlation import corr2d, corr2d_fast


def kernel_gradient(X: Tensor, K: Tensor) -> Tensor:
    """The solution: the gradient of half the sum of squared outputs, of the shape of K."""
    K = K.clone().requires_grad_()
    torch.autograd.backward(0.5 * (corr2d(X, K) ** 2).sum())
    assert K.grad is not None
    return K.grad


def _gradient_by_sums(case: Case) -> Tensor:
    """The reference: entry (a, b) meets X[i + a, j + b] wherever output (i, j) is made."""
    X, K = (tensor.double() for tensor in case.args)
    Y = corr2d_fast(X, K)
    rows, columns = Y.shape
    gradient = torch.zeros_like(K)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            gradient[a, b] = (Y * X[a : a + rows, b : b + columns]).sum()
    return gradient


def _gradient_of(loss: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """The gradient of another loss of the output."""

    def answer(X: Tensor, K: Tensor) -> Tensor:
        K = K.clone().requires_grad_()
        return torch.autograd.grad(loss(corr2d_fast(X, K)), K)[0]

    return answer


def _image_gradient(X: Tensor, K: Tensor) -> Tensor:
    X = X.clone().requires_grad_()
    return torch.autograd.grad(0.5 * (corr2d_fast(X, K) ** 2).sum(), X)[0]


def _pytorch_gradient(X: Tensor, K: Tensor) -> Tensor:
    K = K.clone().requires_grad_()
    output = nn.functional.conv2d(X[None, None], K[None, None])
    return torch.autograd.grad(0.5 * (output**2).sum(), K)[0]


def _weight_operator(X: Tensor, K: Tensor) -> Tensor:
    shape = torch.Size((1, 1, *K.shape))
    upstream = corr2d(X, K)[None, None]
    gradient: Tensor = conv2d_weight(X[None, None], shape, upstream)
    return gradient[0, 0]


def _functional_gradient(X: Tensor, K: Tensor) -> Tensor:
    gradient: Tensor = torch.func.grad(lambda k: 0.5 * (corr2d_fast(X, k) ** 2).sum())(K)
    return gradient


_GRADIENT_MISTAKES, _GRADIENT_MUTANTS = named_wrongs(
    "convolution.kernel_gradient",
    {
        "nothing returned": lambda X, K: None,
        "half forgotten": _gradient_of(lambda Y: (Y**2).sum()),
        "not squared": _gradient_of(lambda Y: Y.sum()),
        "gradient of the image": _image_gradient,
        "mean": _gradient_of(lambda Y: 0.5 * (Y**2).mean()),
    },
)


def _gradient_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(5, 7), draw.normal(2, 3)), about="a wide kernel"),
        Case(args=(draw.normal(8, 5), draw.normal(3, 1)), about="a tall kernel"),
        Case(args=(draw.normal(4, 6), draw.normal(2, 2)), about="a square kernel"),
    ]


def learn_kernel(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    """The solution: the kernel (1, 2) after `steps` steps of gradient descent."""
    return _descend(X, Y, steps, lr)


def _descend(
    X: Tensor, Y: Tensor, steps: int, lr: float, *, keep: bool = False, mean: bool = False
) -> Tensor:
    """Gradient descent, with the slips that the mutants make.

    Args:
        keep: gradients are not set to zero.
        mean: the loss is the mean of the squares.
    """
    K = (2 * torch.rand(1, 2) - 1).requires_grad_()
    for _ in range(steps):
        errors = (corr2d_fast(X, K) - Y) ** 2
        torch.autograd.backward(errors.mean() if mean else errors.sum())
        assert K.grad is not None
        with torch.no_grad():
            K -= lr * K.grad
            if not keep:
                K.grad.zero_()
    return K.detach()


def _least_squares(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    """The best kernel at once, without descent."""
    windows = X.unfold(0, 1, 1).unfold(1, 2, 1).reshape(-1, 2)
    best: Tensor = torch.linalg.lstsq(windows, Y.reshape(-1, 1)).solution
    return best.T


def _with_layer(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    layer = nn.Conv2d(1, 1, (1, 2), bias=False)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.autograd.backward(((layer(X[None, None])[0, 0] - Y) ** 2).sum())
        optimizer.step()
    return layer.weight.detach()[0, 0]


def _learn_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, height, count in (("a small image", 4, 3), ("a wide image", 3, 6), ("a tall", 9, 4)):
        sign = draw.choice([-1.0, 1.0])
        target = torch.tensor([[sign, -sign]]) * (2.7 + 2 * draw.uniform(1, 2))
        stripes = 0.5 + 1.5 * draw.uniform(height, count)
        cases.append(stripes_case(stripes, target, steps=20, about=about))
    few = draw.integer(2, 3)
    cases.append(stripes_case(stripes + 0.5, -target, steps=few, about="a few steps only"))
    return cases


MARKINGS = (
    Marking(
        exercise="convolution.kernel_gradient",
        cases=_gradient_cases,
        expect=_gradient_by_sums,
        mistakes=_GRADIENT_MISTAKES,
        solution=kernel_gradient,
        mutants=(
            *_GRADIENT_MUTANTS,
            Mutant("another operation", _pytorch_gradient, mistake="forbidden"),
            Mutant("torch.func", _functional_gradient, state="right"),
        ),
        library={_pytorch_gradient: False, _weight_operator: False},
    ),
    Marking(
        exercise="convolution.learn_kernel",
        cases=_learn_cases,
        solution=learn_kernel,
        mutants=(
            Mutant(
                "gradient not zeroed",
                lambda *args: _descend(*args, keep=True),
                mistake="past the target",
            ),
            Mutant(
                "ascent",
                lambda X, Y, steps, lr: _descend(X, Y, steps, -lr),
                mistake="away from the target",
            ),
            Mutant(
                "one step only",
                lambda X, Y, steps, lr: _descend(X, Y, 1, lr),
                mistake="short of the target",
            ),
            Mutant(
                "mean of the squares",
                lambda *args: _descend(*args, mean=True),
                mistake="short of the target",
            ),
            Mutant(
                "the kernel in the text",
                lambda *args: torch.tensor([[1.0, -1.0]]),
                mistake="always the same kernel",
            ),
            Mutant(
                "zeros",
                lambda *args: torch.zeros(1, 2),
                mistake="always the same kernel",
            ),
            Mutant(
                "an lr of its own",
                lambda X, Y, steps, lr: _descend(X, Y, steps, 0.1),
                mistake="away from the target",
            ),
            Mutant(
                "least squares",
                _least_squares,
                state="partly right",
                mistake="nearer than the steps lead",
            ),
            Mutant("a layer and an optimiser", _with_layer, state="right"),
        ),
        library={nn.Conv2d: False, torch.diff: False},
    ),
)
