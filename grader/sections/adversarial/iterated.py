"""PGD: by differences, and the ways of doing it, right and wrong."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.marking.modes import Way, restoring
from grader.sections.adversarial.steps import in_range, per_image, signed, slopes


def pgd(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
) -> Tensor:
    """The reference: its gradients are differences."""
    attacked = (x + start).clamp(0, 1)
    for _ in range(steps):
        attacked = attacked + step * slopes(model, attacked, y).sign().float()
        attacked = torch.minimum(torch.maximum(attacked, x - eps), x + eps).clamp(0, 1)
    return attacked


Ball = Callable[[Tensor, Tensor, Tensor, float], Tensor]
"""(clean images, images before the step, images after it, eps) -> the images kept."""

Places = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(clean images, first images, the present ones) -> those that are meant."""


def around_clean(x: Tensor, before: Tensor, after: Tensor, eps: float) -> Tensor:
    return x + (after - x).clamp(-eps, eps)


def around_previous(x: Tensor, before: Tensor, after: Tensor, eps: float) -> Tensor:
    return before + (after - before).clamp(-eps, eps)


def in_a_round_ball(x: Tensor, before: Tensor, after: Tensor, eps: float) -> Tensor:
    return _shortened(x, after, eps, lambda flat: flat.norm(dim=1))


def shrunk(x: Tensor, before: Tensor, after: Tensor, eps: float) -> Tensor:
    return _shortened(x, after, eps, lambda flat: flat.abs().amax(1))


def _shortened(x: Tensor, after: Tensor, eps: float, norm: Callable[[Tensor], Tensor]) -> Tensor:
    """As after fgsm, which has clamped already."""
    change = in_range(after) - x
    return x + change * (eps / per_image(change, norm).clamp(min=1e-12)).clamp(max=1)


def iterated(
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    move: Callable[[Tensor, float], Tensor] = signed,
    *,
    sign: float = 1,
    first: Callable[[Tensor, Tensor], Tensor] = lambda x, start: in_range(x + start),
    ball: Ball = around_clean,
    keep: Callable[[Tensor], Tensor] = in_range,
    size: Callable[[float, float, int], float] = lambda eps, step, steps: step,
    times: Callable[[int], int] = lambda steps: steps,
    at: Places = lambda x, first, images: images,
    base: Places = lambda x, first, images: images,
    moves: Callable[[Tensor, Tensor], Tensor] | None = None,
    added: bool = False,
    centre: Callable[[Tensor, Tensor], Tensor] = lambda x, first: x,
    finished: Callable[[Tensor], Any] = torch.Tensor.detach,
    last: Callable[[Tensor, Tensor, float], Tensor] = lambda x, images, eps: images,
) -> Way:
    """An answer by autograd; it sets no mode.

    Args:
        first: (x, start) -> the first images.
        at: where the gradient is taken.
        base: what a step begins at.
        moves: (logits, y) -> which images take a step; None: all.
        added: each step follows the sum of all gradients so far.
        centre: (x, first images) -> what the ball lies around.
        last: (x, images, eps) -> what is returned.
    """

    def answer(
        model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
    ) -> Any:
        begin = first(x, start)
        images, middle, total = begin, centre(x, begin), torch.zeros_like(x)
        for _ in range(times(steps)):
            leaf = at(x, begin, images).detach().clone().requires_grad_()
            logits = model(leaf)
            (gradient,) = torch.autograd.grad(loss(logits, y), leaf)
            total = total + gradient
            change = sign * move(total if added else gradient, size(eps, step, steps))
            if moves is not None:
                change = change * moves(logits, y)[:, None, None, None]
            moved = base(x, begin, images) + change
            images = keep(ball(middle, images, moved, eps))
        return finished(last(x, images, eps))

    return answer


def in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(iterated(*args, **changes))


def backwards(after: Callable[[Any], None]) -> Way:
    """By .backward(), which adds to the gradients of the model's parameters."""

    def answer(
        model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
    ) -> Any:
        images = in_range(x + start)
        for _ in range(steps):
            leaf = images.clone().requires_grad_()
            F.cross_entropy(model(leaf), y).backward()
            after(model)
            assert leaf.grad is not None
            images = in_range(around_clean(x, images, images + step * leaf.grad.sign(), eps))
        return images

    return answer


def tracked(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
) -> Any:
    return iterated()(model, x, y, eps, step, steps, start).requires_grad_()


def by_delta(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
) -> Any:
    """The perturbation is the variable, its gradient cleared in each step; range before ball."""
    delta = ((x + start).clamp(0, 1) - x).detach().requires_grad_()
    for _ in range(steps):
        loss = -torch.log_softmax(model(x + delta), dim=1)[range(len(y)), y].sum()
        (gradient,) = torch.autograd.grad(loss, delta)
        with torch.no_grad():
            moved = torch.max(torch.min(x + delta + step * gradient.sign(), x * 0 + 1), x * 0)
            delta.copy_((moved - x).clamp(-eps, eps))
    return (x + delta).detach()


def with_bounds(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, start: Tensor
) -> Any:
    """Both conditions in one: bounds for each pixel."""
    low, high = (x - eps).clamp(min=0), (x + eps).clamp(max=1)
    images = (x + start).clamp(0, 1)
    for _ in range(steps):
        leaf = images.requires_grad_()
        losses = F.cross_entropy(model(leaf), y, reduction="none")
        gradient = torch.autograd.grad(losses.sum(), leaf)[0]
        images = torch.clamp(leaf.detach() + step * gradient.sign(), low, high)
    return images.detach()
