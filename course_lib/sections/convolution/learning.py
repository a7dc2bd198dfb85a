"""Part D, learning a kernel: gradients through the learner's own operation, then descent."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import (
    CONVOLUTION_OPERATORS,
    cross_correlation,
    image_and_kernel,
    striped_image,
)


def _operator_gradients(case: Case, upstream: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of image and kernel, by PyTorch's own operator, given that of the output."""
    X, K = case.args
    image, kernel, _ = torch.ops.aten.convolution_backward(
        upstream[None, None],
        X[None, None],
        K[None, None],
        bias_sizes=None,
        stride=[1, 1],
        padding=[0, 0],
        dilation=[1, 1],
        transposed=False,
        output_padding=[0, 0],
        groups=1,
        output_mask=[True, True, False],
    )
    return image[0, 0], kernel[0, 0]


def _weight_gradient(case: Case, upstream: Tensor) -> Tensor:
    return _operator_gradients(case, upstream)[1]


def _output(case: Case) -> Tensor:
    return cross_correlation(*case.args)


KERNEL_GRADIENT = Exercise(
    id="convolution.kernel_gradient",
    title="Gradients through your own corr2d",
    points=2,
    covers=("D7.2.3",),
    cases=lambda draw: [
        Case(args=image_and_kernel(draw, (4, 5), (2, 2)), about="a 4x5 image, a 2x2 kernel"),
        Case(args=image_and_kernel(draw, (5, 6), (1, 3)), about="a kernel that is not square"),
    ],
    expect=lambda case: _weight_gradient(case, _output(case)),
    mistakes=(
        Mistake(
            "half forgotten",
            "Your gradient is twice the expected one: the loss is half the sum of squares.",
            lambda case: _weight_gradient(case, 2 * _output(case)),
        ),
        Mistake(
            "not squared",
            "That is the gradient of the plain sum of the outputs. Square them before you sum.",
            lambda case: _weight_gradient(case, torch.ones_like(_output(case))),
        ),
        Mistake(
            "gradient of the image",
            "That is the gradient with respect to the image X. Let K be the tensor that requires "
            "a gradient.",
            lambda case: _operator_gradients(case, _output(case))[0],
        ),
        Mistake(
            "mean",
            "You took the mean of the squares; the loss here is half their sum.",
            lambda case: _weight_gradient(case, _output(case) / _output(case).numel()),
        ),
    ),
    hints=(
        "Autograd follows every operation of your corr2d, the assignments to the output included. "
        "It only has to be told that K matters.",
        "Make a copy of K that requires a gradient: K.clone().requires_grad_(). Then compute the "
        "loss, a single number, and call backward().",
        "The loss is 0.5 * (corr2d(X, K) ** 2).sum() with the copy for K; after backward() the "
        "gradient stands in the copy's .grad.",
    ),
    forbidden=(*CONVOLUTION_OPERATORS, "aten::convolution_backward", "torch.nn.grad"),
)

_FIXED = Mistake(
    "always the same kernel",
    "You return [1, -1] whatever the target is. Learn the kernel from X and Y, which came from "
    "another one here.",
)
_AWAY = Mistake(
    "away from the target",
    "Your kernel runs away from the one that made Y. Step against the gradient: subtract lr "
    "times it.",
)
_PAST = Mistake(
    "past the target",
    "Your kernel swings past the one that made Y, again and again. That happens when gradients "
    "of earlier steps pile up: set the gradient to zero before each backward().",
)
_SHORT = Mistake(
    "short of the target",
    "Your kernel stops on the way to the one that made Y. Take all the steps, and let the loss be "
    "the sum of the squares, not their mean.",
)


def learned(target: Tensor) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a kernel (1, 2) learned from an output of `target`."""

    def verify(answer: Any) -> Mistake | str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.shape != (1, 2):
            return "The answer is the learned kernel, a tensor of shape (1, 2)."
        error = kernel - target
        if not error.isfinite().all() or error.abs().max() > 10:
            return _AWAY
        if error.abs().max() <= 0.15:
            return None
        if torch.equal(kernel, torch.tensor([[1.0, -1.0]], dtype=kernel.dtype)):
            return _FIXED
        return _PAST if bool((error.sign() == target.sign()).all()) else _SHORT

    return verify


def stripes_case(stripes: Tensor, target: Tensor, steps: int, about: str) -> Case:
    """A case where every start converges at one rate, so that mistakes look different.

    With every other column zero and the outer ones, too, both entries of the kernel learn
    independently, with curvature 2 * sum(X ** 2). At this lr an error shrinks by 0.59 a step;
    with gradients that pile up it comes back mirrored after 4, 12 or 20 steps.

    Args:
        stripes: (height, count), brightness of the columns that are not zero.
        target: (1, 2), entries beyond [-1, 1], where learners start.
    """
    X = torch.zeros(stripes.shape[0], 2 * stripes.shape[1] + 1)
    X[:, 1::2] = stripes
    lr = (1 - 0.5**0.5) / float((X**2).sum())
    return Case(
        args=(X, cross_correlation(X, target), steps, lr), about=about, verify=learned(target)
    )


def _learn_cases(draw: Draw) -> list[Case]:
    stripes, target = 1 + draw.uniform(5, 4), torch.tensor([[2.0, -3.0]])
    X, edges = striped_image(), torch.tensor([[1.0, -1.0]])
    return [
        stripes_case(stripes, target, steps=20, about="stripes, a kernel other than [1, -1]"),
        Case(
            args=(X, cross_correlation(X, edges), 20, 0.03),
            about="the 6x8 image, 20 steps at lr 0.03",
            verify=learned(edges),
        ),
    ]


LEARN_KERNEL = Exercise(
    id="convolution.learn_kernel",
    title="Learning a kernel from examples",
    points=3,
    covers=("D7.2-learn",),
    cases=_learn_cases,
    mistakes=(_FIXED, _AWAY, _PAST, _SHORT),
    hints=(
        "You need a kernel of shape (1, 2) that requires a gradient, and a loop over the steps. "
        "What is computed in each step?",
        "Each step: the loss ((corr2d(X, K) - Y) ** 2).sum(), backward(), then K is moved by -lr "
        "times its gradient, inside torch.no_grad().",
        "After K -= lr * K.grad inside torch.no_grad() call K.grad.zero_(); otherwise the next "
        "backward() adds to the old gradient. Return K.detach().",
    ),
)
