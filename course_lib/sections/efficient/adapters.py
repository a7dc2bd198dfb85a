"""How functions and classes are asked of which more is to be known than what they return."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from course_lib.checks.ask import seed
from course_lib.checks.traces import changed, in_use, seen
from course_lib.models.plans import Plan, network
from course_lib.sections.resnet.adapters import keeping_input as keeping_input

_LOGITS = 100


def ask_macs(
    count_macs_of: Callable[..., Any], plan: Plan, shape: Sequence[int], mode: str = "train"
) -> Any:
    """Asks about a model in use.

    Args:
        mode: "train", or "eval" for all parts.

    Returns:
        The count; of a model that did not stay as it was, what `changed`.
    """
    model = in_use(network(plan))
    if mode == "eval":
        model.eval()
    before = seen(model)
    found = count_macs_of(model, tuple(shape))
    word = changed(before, model)
    return f"a model that is not as before: {word}" if word else found


def in_order(make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The module, whose entries bear their numbers where the answer has given them names."""
    module = make(*args, **kwargs)
    for part in module.modules() if isinstance(module, nn.Module) else ():
        # With a `forward` of its own a class may call its parts by their names.
        if isinstance(part, nn.Sequential) and type(part).forward is nn.Sequential.forward:
            part._modules = {str(place): entry for place, entry in enumerate(part)}
    return module


NO_INTEGER = "a float, which no layer takes for its channels"
"""Stands for a number of channels that a layer refuses."""


def for_a_layer(
    scaled: Callable[..., Any], channels: int, width: float, layer: bool = False
) -> Any:
    """The number of channels; asked for a `layer`, it must be an integer."""
    found = scaled(channels, width)
    return NO_INTEGER if layer and not hasattr(found, "__index__") else found


def as_network(make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The network, which drops the same units in every pass.

    Inside it computes with doubles: many norms in a row, each of few numbers, make rounding large.
    Of many logits it gives a hundred at most, which are spread over all: they travel, and are kept.
    """
    net = make(*args, **kwargs)
    if isinstance(net, nn.Module):
        net.double().register_forward_pre_hook(_prepared)
        net.register_forward_hook(lambda _, inputs, y: _fewer(y) if isinstance(y, Tensor) else y)
    return net


def _prepared(net: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    seed(0)
    return (inputs[0].double(),)


def _fewer(y: Tensor) -> Tensor:
    return y.float()[..., :: 1 + y.shape[-1] // _LOGITS] if y.dim() else y.float()
