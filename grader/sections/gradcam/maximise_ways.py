"""Ways of gradient ascent on images, right and wrong."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.marking.modes import Way, restoring
from grader.sections.gradcam.grad_cam_ways import of_logit


def by_optimiser(
    optimiser: Any = torch.optim.SGD, **settings: Any
) -> Callable[[Any, Tensor, Tensor, int, float, float], Tensor]:
    """PyTorch's own ascent on the images, whose decay is that of the squares' gradient."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        net = copy.deepcopy(model).eval().requires_grad_(False)
        x = start.clone().requires_grad_()
        goes = optimiser([x], lr=lr, maximize=True, weight_decay=2 * decay, **settings)
        for _ in range(steps):
            goes.zero_grad()
            of_logit(net(x), target).backward()
            goes.step()
        return x.detach()

    return answer


BY_SGD = by_optimiser()


def _penalty(x: Tensor) -> Tensor:
    return (x**2).sum()


def _step(x: Tensor, gradient: Tensor, lr: float, decay: float) -> Tensor:
    return x + lr * gradient


def way(
    score: Callable[[Tensor, Tensor], Tensor] = of_logit,
    penalty: Callable[[Tensor], Tensor] = _penalty,
    step: Callable[[Tensor, Tensor, float, float], Tensor] = _step,
    *,
    begin: Callable[[Tensor], Tensor] = lambda start: start,
    times: int = 0,
    added: bool = False,
    finished: Callable[[Tensor], Tensor] = torch.Tensor.detach,
) -> Way:
    """An answer by autograd; it sets no mode.

    Args:
        step: (x, gradient, lr, decay) -> the next x.
        times: further steps than asked for.
        added: gradients of all steps add up.
    """

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x, total = begin(start.clone()), torch.zeros_like(start)
        for _ in range(steps + times):
            x = x.detach().requires_grad_()
            goal = score(model(x), target) - decay * penalty(x)
            (gradient,) = torch.autograd.grad(goal, x)
            total = total + gradient
            x = step(x, total if added else gradient, lr, decay)
        return finished(x)

    return answer


def in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(way(*args, **changes))


def on_a_copy(model: Any, *others: Any) -> Any:
    return way()(copy.deepcopy(model).eval(), *others)


def copied_as_it_is(model: Any, *others: Any) -> Any:
    return way()(copy.deepcopy(model), *others)


def backwards(after: Callable[[Any], None]) -> Way:
    """By .backward(), which adds to the gradients of the model's parameters."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x = start.clone().requires_grad_()
        goes = torch.optim.SGD([x], lr=lr)
        for _ in range(steps):
            goes.zero_grad()
            (decay * _penalty(x) - of_logit(model(x), target)).backward()
            after(model)
            goes.step()
        return x.detach()

    return answer


def from_start(stale: bool) -> Way:
    """Each step is one from start, or its gradient is start's (`stale`)."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x = start.clone()
        for _ in range(steps):
            at = (start if stale else x).clone().requires_grad_()
            goal = of_logit(model(at), target) - decay * _penalty(at)
            x = (x if stale else start) + lr * torch.autograd.grad(goal, at)[0]
        return x

    return answer


def decay_last(x: Tensor, gradient: Tensor, lr: float, decay: float) -> Tensor:
    return (x + lr * gradient) * (1 - 2 * lr * decay)


def frozen(model: Any, *others: Any) -> Any:
    return way()(model.requires_grad_(False), *others)


def within(size: float) -> Callable[[Tensor, Tensor, float, float], Tensor]:
    return lambda x, gradient, lr, decay: (x + lr * gradient).clamp(-size, size)
