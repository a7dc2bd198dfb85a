"""Ways to measure the gradient at each convolution of a network, right and wrong ones."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Sizes = Callable[[nn.Module, Tensor, Tensor], Any]
Loss = Callable[[Tensor, Tensor], Tensor]


def convolutions(model: nn.Module) -> Iterator[Any]:
    return (module for module in model.modules() if isinstance(module, nn.Conv2d))


def weights(model: nn.Module) -> list[Tensor]:
    """Their weights, in the order in which the model lists its parameters."""
    return [weight for weight in model.parameters() if weight.dim() == 4]


def mean_size(numbers: Tensor) -> Tensor:
    return numbers.abs().mean()


def sizes(
    size: Callable[[Tensor], Any] = mean_size,
    *,
    of: Callable[[nn.Module], Any] = weights,
    loss_of: Loss = F.cross_entropy,
) -> Sizes:
    """A function that asks autograd for the gradients, which leaves .grad alone."""

    def way(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
        loss = loss_of(model(images), labels)
        wanted = list(of(model))
        gradients = torch.autograd.grad(loss, wanted) if wanted else ()
        return [size(gradient) for gradient in gradients]

    return way


gradient_sizes = sizes()
"""The reference."""


def backward(
    *,
    zero: bool = True,
    mode: bool | None = None,
    step: bool = False,
    own: bool = True,
) -> Sizes:
    """A function that walks through the modules after backward().

    Args:
        zero: clear the gradients first.
        mode: the mode to set first.
        step: take a step of SGD at the end.
        own: on the model itself, else on a copy of it.
    """

    def way(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
        model = model if own else copy.deepcopy(model)
        if zero:
            model.zero_grad()
        if mode is not None:
            model.train(mode)
        F.cross_entropy(model(images), labels).backward()
        found = [module.weight.grad.abs().mean().item() for module in convolutions(model)]
        if step:
            torch.optim.SGD(model.parameters(), lr=0.1).step()
        return found

    return way


def one_by_one(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """An image at a time, and the mean of what comes."""
    pairs = zip(images.split(1), labels.split(1), strict=True)
    rows = [torch.tensor(gradient_sizes(model, x, y)) for x, y in pairs]
    return torch.stack(rows).mean(0)


def twice(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """Looks at the logits, and then calls the model again."""
    model(images)
    return gradient_sizes(model, images, labels)


def rounded(digits: int) -> Sizes:
    def way(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
        return [round(float(size), digits) for size in gradient_sizes(model, images, labels)]

    return way


def repeated(model: nn.Module) -> list[Tensor]:
    """Those that stand in two places count twice."""
    named = model.named_modules(remove_duplicate=False)
    return [module.weight for _, module in named if isinstance(module, nn.Conv2d)]


def outermost(model: nn.Module) -> list[Tensor]:
    """Those that are no part of a part of the network."""
    return [m.weight for m in model.net.children() if isinstance(m, nn.Conv2d)]  # type: ignore[union-attr]


def as_called(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """In the order in which the convolutions are called."""
    called: list[Tensor] = []
    hooks = [
        module.register_forward_hook(lambda module, *_: called.append(module.weight))
        for module in convolutions(model)
    ]
    loss = F.cross_entropy(model(images), labels)
    for hook in hooks:
        hook.remove()
    order = list(dict.fromkeys(called))
    return [mean_size(gradient) for gradient in torch.autograd.grad(loss, order)]


def sum_of_losses(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits, labels, reduction="sum")


def softmax_twice(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits.softmax(1), labels)


def of_weights(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """The sizes of the weights themselves."""
    model(images)
    return [mean_size(weight) for weight in weights(model)]


def relative(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """Each size over that of the weight."""
    pairs = zip(gradient_sizes(model, images, labels), weights(model), strict=True)
    return [size / mean_size(weight) for size, weight in pairs]
