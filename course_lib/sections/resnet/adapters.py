"""How functions are asked that take what cannot travel as it is: a function, a network."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.sections.resnet.modules import ask_batch_norm as ask_batch_norm
from course_lib.sections.resnet.modules import with_block as with_block
from course_lib.sections.resnet.nets import Watched

_BEFORE: Mapping[str, Callable[[Tensor], Tensor]] = {
    "as it is": lambda x: x,
    "tanh": torch.tanh,
    "squares": lambda x: x**2,
    "products": lambda x: x * x.roll(1),
    "example": lambda x: torch.stack([x[0] * x[1], -x[1]]),
}
"""What is done to x before the matrix."""


def ask_jacobian(skip_jacobian: Callable[..., Any], kind: str, A: Tensor, x: Tensor) -> Any:
    """Asks with F(x) = A @ f(x), f being the one of that kind."""
    return skip_jacobian(lambda v: A @ _BEFORE[kind](v), x)


def ask_gradient_sizes(
    gradient_sizes: Callable[..., Any],
    form: str,
    seed: int,
    train: bool,
    before: bool,
    images: Tensor,
    labels: Tensor,
) -> Any:
    """Asks of a network of `nets.FORMS`.

    Args:
        train: the mode it comes in.
        before: it holds gradients of something else.

    Returns:
        The sizes, or what was done to the model that must not be.
    """
    model = Watched(form, seed).train(train)
    if before:
        for weight in model.parameters():
            weight.grad = torch.ones_like(weight)
    weights = model.weights()
    sizes = gradient_sizes(model, images, labels)
    if any(mode != train for mode in (*model.calls, model.mode())):
        return "another mode than the one the model came in"
    if not torch.equal(model.weights(), weights):
        return "other weights than before"
    return sizes if len(model.calls) == 1 else "a model that was not called just once"


CHANGED = "x was changed in place"
"""Stands for the output of a module that has written into its input."""


def keeping_input(make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The module, whose outputs are `CHANGED` where it writes into its input."""
    module, kept = make(*args, **kwargs), {}

    def keep(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        kept["x"] = inputs[0].detach().clone()

    def compare(_: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        return output if torch.equal(inputs[0], kept["x"]) else CHANGED

    if isinstance(module, nn.Module):
        module.register_forward_pre_hook(keep)
        module.register_forward_hook(compare)
    return module


ANOTHER_EXPANSION = "another expansion than the channels that came out"
"""Stands for the output of a block whose class says otherwise than it does."""


def of_a_stage(
    make: Callable[..., Any], in_channels: int, channels: int, *others: Any, **named: Any
) -> Any:
    """The block as `keeping_input` has it; its class must say how many channels come out.

    That is asked of blocks which give as many channels as they are given: such a one follows
    another block, and `expansion * channels` is what a network has made it with.
    """
    block = keeping_input(make, in_channels, channels, *others, **named)
    says = getattr(make, "expansion", None)

    def compare(_: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        follows = isinstance(output, Tensor) and output.shape[1:2] == (in_channels,)
        told = isinstance(says, (int, float)) and says * channels == in_channels
        return ANOTHER_EXPANSION if follows and not told else output

    if isinstance(block, nn.Module):
        block.register_forward_hook(compare)
    return block
