"""Ways to train on one batch, right and wrong ones."""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

Overfit = Callable[..., Any]


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(logits, y)


def trainer(
    *,
    mode: bool | None = True,
    clear: str = "before",
    loss_of: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
    factor: float = 1,
    stepping: bool = True,
    extra: int = 0,
    size: int = 0,
    first: int = 0,
    told: str = "before",
    number: Callable[[Tensor], Any] = Tensor.item,
    answer: Callable[[list[Any]], Any] = lambda losses: losses,
    fresh: bool = False,
    enough: float = 0.0,
) -> Overfit:
    """Training on one batch; the settings say what is done wrong.

    Args:
        mode: set to train (True) or eval (False), or left as it is.
        clear: when gradients are cleared: "before" backward, "after" the step, "once" at the
            beginning, "never", or "between" backward and the step.
        factor: of the loss that goes backward.
        extra: steps more.
        size: of batches that the batch is cut into, 0 for the whole.
        first: only so many inputs, 0 for all.
        told: the loss "before" the step, or "after" it.
        number: what is kept of a loss.
        fresh: the optimiser forgets what it remembers at each step.
        enough: training ends at a loss below.
    """

    def overfit(model: nn.Module, x: Tensor, y: Tensor, optimiser: Any, steps: int) -> Any:
        if mode is not None:
            model.train(mode)
        losses = []
        if clear == "once":
            optimiser.zero_grad()
        if first:
            x, y = x[:first], y[:first]
        for _ in range(steps + extra):
            if fresh:
                optimiser.state.clear()
            for part, labels in zip(x.split(size or len(x)), y.split(size or len(y)), strict=True):
                if clear == "before":
                    optimiser.zero_grad()
                loss = loss_of(model(part), labels)
                (factor * loss).backward()
                if clear == "between":
                    optimiser.zero_grad()
                if stepping:
                    optimiser.step()
                if clear == "after":
                    optimiser.zero_grad()
            losses.append(number(loss_of(model(x), y) if told == "after" else loss))
            if loss.item() < enough:
                break
        return answer(losses)

    return overfit


overfit = trainer()


def with_closure(model: nn.Module, x: Tensor, y: Tensor, optimiser: Any, steps: int) -> list[float]:
    """The optimiser asks for the loss itself."""
    losses = []

    def closure() -> Tensor:
        model.zero_grad(set_to_none=False)
        loss: Tensor = -model(x).log_softmax(-1)[range(len(y)), y].mean()
        loss.backward()
        losses.append(float(loss.detach()))
        return loss

    model.train()
    for _ in range(steps):
        optimiser.step(closure)
    return losses
