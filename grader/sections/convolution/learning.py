"""Part D: a kernel that gradient descent finds."""

import torch
from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.descents import (
    best,
    descent,
    descent_in_one,
    last_change,
    least,
    one_gradient,
    optimized,
    windows,
    with_bias,
)
from grader.sections.convolution.operators import cross_correlation


def _two_edges() -> tuple[Tensor, Tensor]:
    """The image of `edge_row` and its output: the text promises 0.15 after 20 steps of 0.03."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X, X[:, :-1] - X[:, 1:]


def _lessons(draw: Draw) -> list[Case]:
    """Rates are shares of the largest at which descent still settles, but for the last."""
    cases = [Case(args=(*_two_edges(), 20, 0.03), about="the two edges of the text")]
    for about, size, steps, share in (
        ("a single step", (4, 5), 1, 0.4),
        ("a few steps, a small image", (3, 4), draw.integer(2, 3), 0.7),
        ("more steps, a wide image of one row", (1, 9), draw.integer(4, 6), 0.8),
        ("many steps, a tall image two pixels wide", (8, 2), draw.choice([7, 8, 9, 11, 12]), 0.1),
        ("a learning rate at which it runs away", (4, 6), draw.integer(4, 5), 1.3),
    ):
        X = draw.normal(*size) + 0.5
        Y = cross_correlation(X, draw.normal(1, 2) + draw.choice([-2.0, 2.0]))
        Y = Y + 0.5 * draw.normal(*Y.shape)  # no kernel makes it exactly
        W, _ = windows(X, Y)
        lr = share * 2 / float(torch.linalg.eigvalsh(2 * W.T @ W)[-1])
        cases.append(Case(args=(X, Y, steps, lr), about=about))
    return cases


LEARN_KERNEL = Exercise(
    id="convolution.learn_kernel",
    title="Learning a kernel from examples",
    points=3,
    minutes=14,
    covers=("D7.2-learn",),
    example=((Case(args=(torch.tensor([[1.0, 0]]), torch.tensor([[1.0]]), 1, 0.1)), [[0.2, 0]]),),
    cases=_lessons,
    reference=descent_in_one,
    promises=("unchanged", "tensor", "detached"),
    wrong={
        "gradients pile up": (
            "Your kernel is the one where the gradients of earlier steps pile up: set the "
            "gradient to zero before each backward(), or use torch.autograd.grad.",
            descent(keep=1.0),
        ),
        "away from the target": (
            "Your kernel runs away from the one that makes Y. Subtract lr times the gradient; you "
            "added it.",
            descent(rate=lambda lr, step: -lr),
        ),
        "mean": (
            "You took the mean of the squared errors (F.mse_loss does). The loss here is their "
            "sum, so your steps are too short.",
            descent(lambda error: 2 * error / error.numel()),
        ),
        "half": (
            "Your steps are half as long as they should be: the loss is the sum of the squared "
            "errors, not half of it, so the gradient has a factor of 2.",
            descent(lambda error: error),
        ),
        "not squared": (
            "You did not square the errors. The loss is the sum of their squares.",
            descent(torch.sign),
            descent(torch.ones_like),
        ),
        "sum squared": (
            "You squared the sum of the errors. Square each error first, then add them up.",
            descent(lambda error: 2 * error.sum() * torch.ones_like(error)),
        ),
        "one entry only": (
            "Only one of the two entries of your kernel moves. Each step moves both.",
            descent(moved=lambda gradient: gradient * torch.tensor([1.0, 0])),
            descent(moved=lambda gradient: gradient * torch.tensor([0, 1.0])),
        ),
        "the other entry's gradient": (
            "Each entry of your kernel is moved by the gradient of the other one.",
            descent(moved=lambda gradient: gradient.flip(0)),
        ),
        "one number for both": (
            "You moved both entries by one number, such as the sum of the gradient. Each entry "
            "has a gradient of its own.",
            descent(moved=lambda gradient: gradient.sum().expand(2)),
            descent(moved=lambda gradient: gradient.mean().expand(2)),
        ),
        "gradient cut": (
            "You clipped the gradient, or took its direction or sign only. Subtract lr times the "
            "gradient as it is.",
            descent(moved=lambda gradient: gradient.clamp(-1, 1)),
            descent(moved=lambda gradient: gradient / gradient.norm().clamp_min(1)),
            descent(moved=lambda gradient: gradient / gradient.norm()),
            descent(moved=torch.sign),
        ),
        "gradient of the start": (
            "All your steps use the gradient of the start. Compute the output, the loss and the "
            "gradient anew in each step.",
            one_gradient,
        ),
        "square root": (
            "You took the root of the sum of squared errors. The loss is the sum itself.",
            descent(lambda error: error / error.norm()),
        ),
        "one step only": (
            "Your kernel is the one after the first step. Take all steps: is the return inside "
            "the loop?",
            descent(steps=lambda steps: 1),
        ),
        "another number of steps": (
            "Your kernel is the one of another number of steps. Take exactly `steps` steps.",
            descent(steps=lambda steps: steps - 1),
            descent(steps=lambda steps: steps + 1),
            descent(steps=lambda steps: 20),
            descent(steps=lambda steps: 10),
            descent(steps=lambda steps: 100),
        ),
        "not the last kernel": (
            "Where the loss grows, you stop or return an earlier kernel. Take exactly `steps` "
            "steps, and return the kernel after the last.",
            least,
            lambda *args: least(*args, first=1),
            lambda *args: least(*args, stop=True),
        ),
        "your own rate": (
            "Your kernel is the one of another learning rate. Take the `lr` handed in.",
            descent(rate=lambda lr, step: 0.03),
            descent(rate=lambda lr, step: 0.1),
            descent(rate=lambda lr, step: 0.01),
        ),
        "rate that changes": (
            "Your steps have learning rates that change. Take the same lr for each.",
            descent(rate=lambda lr, step: lr / (step + 1)),
            descent(rate=lambda lr, step: lr * 0.9**step),
        ),
        "another optimiser": (
            "Your steps are those of another optimiser, such as Adam or one with momentum. Plain "
            "gradient descent subtracts lr times the gradient of this step.",
            descent(keep=0.9),
            descent(keep=0.5),
            optimized(torch.optim.Adam),
            optimized(torch.optim.RMSprop),
            optimized(torch.optim.Adagrad),
        ),
        "another start": (
            "Your kernel is the one of another start. Start at [[0, 0]], so that all go the same "
            "way; layers of PyTorch start at random.",
            descent(start=lambda: torch.rand(1, 2)[0]),
            descent(start=lambda: torch.randn(1, 2)[0]),
            descent(start=lambda: nn.Conv2d(1, 1, (1, 2), bias=False).weight.detach().flatten()),
            descent(start=lambda: 2 * torch.rand(1, 2)[0] - 1),
            descent(start=lambda: torch.ones(2)),
            descent(start=lambda: torch.tensor([0.2, 0.6])),
        ),
        "a bias": (
            "You learned a bias, too. Here the output is that of the kernel alone.",
            with_bias,
        ),
        "nearer than the steps lead": (
            "Your kernel is the best there is; the steps handed in do not lead there. Take "
            "exactly `steps` steps with exactly this lr.",
            best,
        ),
        "read backwards": (
            "The two entries of your kernel are swapped: the first belongs to the left pixel.",
            lambda X, Y, steps, lr: descent_in_one(X, Y, steps, lr).flip(1),
        ),
        "the gradient itself": (
            "You return a gradient, or the last change of the kernel. Return the kernel.",
            lambda X, Y, steps, lr: last_change(X, Y, steps, lr) / -lr,
            lambda X, Y, steps, lr: last_change(X, Y, steps, lr),
        ),
        "another shape": (
            "Your two numbers are right, their shape is not: the kernel has the shape (1, 2), one "
            "row of two entries.",
            lambda *args: descent_in_one(*args).squeeze(),
            lambda *args: descent_in_one(*args).T,
            lambda *args: descent_in_one(*args)[None],
            lambda *args: descent_in_one(*args)[None, None],
        ),
        "always the same kernel": (
            "You return the same kernel whatever X and Y are. Learn it from them: does each step "
            "change the kernel that you return?",
            lambda X, Y, steps, lr: torch.zeros(1, 2),
            lambda X, Y, steps, lr: torch.tensor([[1.0, -1]]),
            lambda X, Y, steps, lr: torch.tensor([[0.2, 0]]),
        ),
    },
    right=(optimized(torch.optim.SGD), descent()),
    library={nn.Conv2d: False, torch.diff: False},
    hints=(
        "You need a kernel of shape (1, 2) that requires a gradient, and a loop over the steps. "
        "What is computed in each step?",
        "Each step: the loss ((corr2d(X, K) - Y) ** 2).sum(), its gradient for K, then K is moved "
        "by -lr times the gradient, inside torch.no_grad().",
        "(gradient,) = torch.autograd.grad(loss, K), then K -= lr * gradient inside "
        "torch.no_grad(). If you use backward(), set K.grad to zero after each step: the next one "
        "adds to it. Return K.detach().",
    ),
    needs=("convolution.corr2d", "convolution.Conv2D"),
)
