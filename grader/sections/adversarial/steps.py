"""Attacks in one step: the gradient by differences, and the ways of doing it, right and wrong."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.marking.modes import Way, restoring

_STEP = 1e-6
_ROUNDING = 1e-6
"""Slopes are 0 that are smaller than this, times the image's largest."""


def slopes(model: Any, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of each image's cross-entropy, float64, without any: by differences."""
    net = copy.deepcopy(model).double().eval()
    images = x.detach().double()
    n, *shape = images.shape
    moves = _STEP * torch.eye(images[0].numel(), dtype=images.dtype).view(-1, *shape)
    moved = torch.stack([images[:, None] + moves, images[:, None] - moves])
    with torch.no_grad():
        logits = net(moved.flatten(0, 2))
        losses = F.cross_entropy(
            logits, y.repeat_interleave(len(moves)).repeat(2), reduction="none"
        )
    up, down = losses.view(2, n, *shape)
    found = (up - down) / (2 * _STEP)
    largest = found.abs().flatten(1).amax(1).clamp(min=0.01)[:, None, None, None]
    return torch.where(found.abs() > _ROUNDING * largest, found, 0)


def in_range(x: Tensor) -> Tensor:
    return x.clamp(0, 1)


def summed(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits, y, reduction="sum")


def softmax_twice(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits.softmax(1), y)


def logit_alone(logits: Tensor, y: Tensor) -> Tensor:
    return F.nll_loss(logits, y)


def signed(gradient: Tensor, eps: float) -> Tensor:
    return eps * gradient.sign()


def per_image(gradient: Tensor, norm: Callable[[Tensor], Tensor]) -> Tensor:
    """A number for each image, of its flat gradient (N, n), as (N, 1, 1, 1)."""
    return norm(gradient.flatten(1))[:, None, None, None]


def one_step(
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    move: Callable[[Tensor, float], Tensor] = signed,
    keep: Callable[[Tensor], Tensor] = in_range,
    *,
    sign: float = 1,
    labels: Callable[[Tensor, Tensor], Tensor] = lambda logits, y: y,
    join: Callable[[Tensor, Tensor], Tensor] = torch.add,
    finished: Callable[[Tensor], Any] = torch.Tensor.detach,
) -> Way:
    """An answer by autograd; it sets no mode.

    Args:
        labels: (logits, y) -> the classes whose loss is meant.
        join: (x, move) -> what is clamped by `keep` and returned.
    """

    def answer(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
        leaf = x.clone().requires_grad_()
        logits = model(leaf)
        (gradient,) = torch.autograd.grad(loss(logits, labels(logits, y)), leaf)
        return finished(keep(join(leaf, sign * move(gradient, eps))))

    return answer


def in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(one_step(*args, **changes))


def backwards(
    after: Callable[[Any], None],
    move: Callable[[Tensor, float], Tensor] = signed,
    sign: float = 1,
) -> Way:
    """By .backward(), which adds to the gradients of the model's parameters."""

    def answer(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
        leaf = x.clone().requires_grad_()
        F.cross_entropy(model(leaf), y).backward()
        after(model)
        assert leaf.grad is not None
        return in_range(x + sign * move(leaf.grad, eps))

    return answer


def frozen(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
    return one_step()(model.requires_grad_(False), x, y, eps)


def unfrozen(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
    result = frozen(model, x, y, eps)
    model.requires_grad_(True)
    return result


def hooked(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
    next(model.children()).register_forward_hook(lambda module, given, result: None)
    return one_step()(model, x, y, eps)


def on_a_copy(way: Way) -> Way:
    return lambda model, *others: way(copy.deepcopy(model).eval(), *others)


def gradients_put_back(move: Callable[[Tensor, float], Tensor] = signed) -> Way:
    def answer(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
        before = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
        result = backwards(lambda model: None, move)(model, x, y, eps)
        for parameter, gradient in zip(model.parameters(), before, strict=True):
            parameter.grad = gradient
        return result

    return answer


def by_delta(model: Any, x: Tensor, y: Tensor, eps: float) -> Any:
    """The perturbation is the variable; of the log-probability, which falls; ends by max, min."""
    delta = torch.zeros_like(x, requires_grad=True)
    logs = torch.log_softmax(model(x + delta), dim=1)
    (gradient,) = torch.autograd.grad(logs[range(len(y)), y].sum(), delta)
    moved = x - eps * torch.sign(gradient)
    return torch.max(torch.min(moved, torch.ones_like(x)), torch.zeros_like(x))


def image_by_image(way: Way) -> Way:
    return lambda model, x, y, eps: torch.cat(
        [way(model, x[i : i + 1], y[i : i + 1], eps) for i in range(len(x))]
    )
