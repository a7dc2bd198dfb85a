"""Gradient descent for a kernel of two entries, and the ways of getting it wrong."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def windows(X: Tensor, Y: Tensor) -> tuple[Tensor, Tensor]:
    """All windows of two pixels, one a row, and what is wanted of each: (n, 2), (n,)."""
    return X.unfold(1, 2, 1).reshape(-1, 2).double(), Y.reshape(-1).double()


def descent_in_one(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    """Where descent from [[0, 0]] is after so many steps: a power of the affine map of one step."""
    W, y = windows(X, Y)
    step = torch.eye(3, dtype=torch.float64)
    step[:2, :2] -= lr * 2 * W.T @ W
    step[:2, 2] = lr * 2 * W.T @ y
    power: Tensor = torch.linalg.matrix_power(step, steps)
    return power[None, :2, 2]


def descent(
    upstream: Callable[[Tensor], Tensor] = lambda error: 2 * error,
    start: Callable[[], Tensor] = lambda: torch.zeros(2),
    rate: Callable[[float, int], float] = lambda lr, step: lr,
    steps: Callable[[int], int] = lambda steps: steps,
    keep: float = 0.0,
    moved: Callable[[Tensor], Tensor] = lambda gradient: gradient,
) -> Callable[[Tensor, Tensor, int, float], Tensor]:
    """Gradient descent step by step, and what is done otherwise by mistake.

    Args:
        upstream: the gradient of the loss for each error.
        keep: the share of the earlier gradients that is added to each.
        moved: what the kernel is moved by, for the gradient.
    """

    def answer(X: Tensor, Y: Tensor, count: int, lr: float) -> Tensor:
        W, y = windows(X, Y)
        kernel = start().double()
        gradient = torch.zeros_like(kernel)
        for step in range(steps(count)):
            gradient = keep * gradient + W.T @ upstream(W @ kernel - y)
            kernel = kernel - rate(lr, step) * moved(gradient)
        return kernel[None]

    return answer


def one_gradient(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    """All steps with the gradient of the start."""
    W, y = windows(X, Y)
    gradient: Tensor = -2 * W.T @ y
    return -steps * lr * gradient[None]


def least(
    X: Tensor, Y: Tensor, steps: int, lr: float, *, first: int = 0, stop: bool = False
) -> Tensor:
    """The kernel of the least loss on the way from this step on, or where the loss first grew."""
    W, y = windows(X, Y)
    path = [descent_in_one(X, Y, step, lr) for step in range(first, steps + 1)]
    losses = [float((W @ kernel[0] - y).square().sum()) for kernel in path]
    if stop:
        grew = (i for i in range(1, len(path)) if losses[i] > losses[i - 1])
        return path[next(grew, len(path) - 1)]
    return path[losses.index(min(losses))]


def with_bias(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    W, y = windows(X, Y)
    W = torch.cat([W, torch.ones_like(W[:, :1])], 1)
    kernel = torch.zeros(3, dtype=torch.float64)
    for _ in range(steps):
        kernel = kernel - lr * 2 * W.T @ (W @ kernel - y)
    return kernel[None, :2]


def last_change(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    return descent_in_one(X, Y, steps, lr) - descent_in_one(X, Y, steps - 1, lr)


def best(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
    """The kernel of the least error at once, without descent."""
    W, y = windows(X, Y)
    best: Tensor = torch.linalg.pinv(W) @ y
    return best[None]


def optimized(
    optimizer: type[torch.optim.Optimizer],
) -> Callable[[Tensor, Tensor, int, float], Tensor]:
    def answer(X: Tensor, Y: Tensor, steps: int, lr: float) -> Tensor:
        layer = nn.Conv2d(1, 1, (1, 2), bias=False)
        nn.init.zeros_(layer.weight)
        moves = optimizer(layer.parameters(), lr=lr)  # type: ignore[call-arg]
        for _ in range(steps):
            moves.zero_grad()
            torch.autograd.backward(((layer(X[None, None])[0, 0] - Y) ** 2).sum())
            moves.step()
        return layer.weight.detach()[0, 0]

    return answer
