"""Part D, learning a kernel: gradients through the learner's own operation, then descent."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import cross_correlation, striped_image


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
        Case(
            args=(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0]])),
            about="kernel_gradient([[1, 2]], [[3]])",
        ),
        Case(args=image_and_kernel(draw, (4, 5), (2, 2)), about="a 4x5 image, a 2x2 kernel"),
        Case(args=image_and_kernel(draw, (5, 6), (1, 3)), about="a kernel that is not square"),
    ],
    expect=lambda case: _weight_gradient(case, _output(case)),
    mistakes=(
        Mistake(
            "nothing returned",
            "Your function returned None. backward() itself returns None: the gradient stands in "
            ".grad of the tensor on which you called requires_grad_(). Return that.",
            lambda case: None,
        ),
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

_SAME = Mistake(
    "always the same kernel",
    "You return the same kernel whatever X and Y are. Learn it from them: does each step change "
    "the kernel that you return?",
)
_AWAY = Mistake(
    "away from the target",
    "Your kernel runs away from the one that made Y. Subtract lr times the gradient, with the lr "
    "and the steps handed in.",
)
_PAST = Mistake(
    "past the target",
    "Your kernel swings past the one that made Y, often because gradients of earlier steps pile "
    "up: set the gradient to zero before each backward().",
)
_SHORT = Mistake(
    "short of the target",
    "Your kernel stops on the way to the one that made Y. Take all steps (is the return inside the "
    "loop?) and let the loss be the sum of squared errors.",
)
_NEAR = Mistake(
    "nearer than the steps lead",
    "Your kernel is nearer to the one that made Y than the steps handed in can bring it. Take "
    "exactly `steps` steps with exactly this lr, from a start in [-1, 1].",
)
SHRINKS = 2**0.5 - 1
"""What is left of an error after one step in a `stripes_case`."""


def learned(target: Tensor) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a kernel (1, 2) learned from an output of `target`."""

    def verify(answer: Any) -> Mistake | str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.shape != (1, 2):
            return f"The answer is the learned kernel, of shape (1, 2), got {describe(answer)}."
        error = kernel - target
        if not error.isfinite().all() or error.abs().max() > 10:
            return _AWAY
        if error.abs().max() <= 0.15:
            return None
        return _PAST if bool((error.sign() == target.sign()).all()) else _SHORT

    return verify


def under_way(target: Tensor, steps: int) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a kernel after a few steps on stripes.

    Starts in [-1, 1] differ from an entry t by |t| - 1 to |t| + 1; each step leaves the share
    `SHRINKS` of that. With |t| > 2.42 no start makes one step more or less look right.
    """

    def verify(answer: Any) -> Mistake | str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.shape != (1, 2):
            return f"The answer is the learned kernel, of shape (1, 2), got {describe(answer)}."
        missing = (target - kernel) * target.sign()
        if not missing.isfinite().all() or bool((missing > target.abs() + 1.01).any()):
            return _AWAY
        if bool((missing > SHRINKS**steps * (target.abs() + 1) + 0.01).any()):
            return _SHORT
        if bool((missing < -0.01).all()):
            return _PAST
        if bool((missing < SHRINKS**steps * (target.abs() - 1) - 0.01).any()):
            return _NEAR
        return None

    return verify


def stripes_case(stripes: Tensor, target: Tensor, steps: int, about: str) -> Case:
    """A case where every start converges at one rate, so that mistakes look different.

    With every other column zero and the outer ones, too, both entries of the kernel learn
    independently, with curvature 2 * sum(X ** 2). At this lr an error shrinks to `SHRINKS`
    a step; with gradients that pile up it comes back mirrored after 4, 12 or 20 steps.

    Args:
        stripes: (height, count), brightness of the columns that are not zero.
        steps: 20, where every start has arrived, or 2 or 3, where none can have.
        target: (1, 2), entries beyond [-2.5, 2.5]; learners start in [-1, 1].
    """
    X = torch.zeros(stripes.shape[0], 2 * stripes.shape[1] + 1)
    X[:, 1::2] = stripes
    lr = (1 - SHRINKS) / 2 / float((X**2).sum())
    verify = under_way(target, steps) if steps < 20 else learned(target)
    return Case(args=(X, cross_correlation(X, target), steps, lr), about=about, verify=verify)


def _learn_cases(draw: Draw) -> list[Case]:
    stripes, target = 1 + draw.uniform(5, 4), torch.tensor([[3.0, -4.0]])
    X, edges = striped_image(), torch.tensor([[1.0, -1.0]])
    return [
        stripes_case(stripes, target, steps=20, about="stripes, a kernel other than [1, -1]"),
        stripes_case(stripes, -target, steps=2, about="two steps only"),
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
    mistakes=(_SAME, _AWAY, _PAST, _SHORT, _NEAR),
    same=_SAME,
    gradient="cut",
    hints=(
        "You need a kernel of shape (1, 2) that requires a gradient, and a loop over the steps. "
        "What is computed in each step?",
        "Each step: the loss ((corr2d(X, K) - Y) ** 2).sum(), backward(), then K is moved by -lr "
        "times its gradient, inside torch.no_grad().",
        "After K -= lr * K.grad inside torch.no_grad() call K.grad.zero_(); otherwise the next "
        "backward() adds to the old gradient. Return K.detach().",
    ),
)
