"""How classes and functions are asked of which more is to be known, or that take a network."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.ask import seed
from course_lib.models import configs

Tree = list[Any] | Mapping[str, Any]
"""A network as plain data: a layer of `configs` (or one of batch norm: {"layer": "batch_norm",
"channels": 4}; with "frozen": True where it does not learn); a list, for an nn.Sequential; or a
dict of names, for any other module, in which {"same_as": name} is a module used again."""


def ask_module(
    given: Callable[..., Any],
    *args: Any,
    trained: bool = False,
    on_paper: bool = False,
    **kwargs: Any,
) -> Any:
    """The module that is asked for, made to answer alike whenever it answers.

    Args:
        trained: in eval mode it has met the images in train mode once.
        on_paper: it has a million parameters: only their shapes are looked at.
    """
    if on_paper:
        with torch.device("meta"):
            return _Shapes(given(*args, **kwargs))
    module = given(*args, **kwargs)
    if isinstance(module, nn.Module):
        module.register_forward_pre_hook(_after_training if trained else _same_chances)
    return module


def _same_chances(module: nn.Module, inputs: Any) -> None:
    """Every pass drops the same units, however many numbers were drawn before."""
    seed(0)


def _after_training(module: nn.Module, inputs: Any) -> None:
    if not module.training:
        module.train()
        module(*inputs)
        module.eval()


class _Shapes(nn.Module):
    """Answers with the shapes of a module's parameters and buffers; it has none itself."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self._found = {name: list(t.shape) for name, t in module.state_dict().items()}

    def forward(self, x: Tensor) -> dict[str, list[int]]:
        return self._found


def ask_model(function: Callable[..., Any], tree: Tree, device: str = "cpu") -> Any:
    """Asks about a network; on the device "meta" its weights have shapes and no numbers.

    Returns:
        The answer; of a network that did not stay as it was, what `_changed` says.
    """
    model = network(tree, device)
    seen, numbers = _seen(model), _numbers(model)
    found = function(model)
    return _changed(seen, model, numbers) or found


def _seen(model: nn.Module) -> dict[str, list[Any]]:
    """What there is to see of a model without reading its numbers, each by the word for it."""
    named = [*model.named_modules(remove_duplicate=False)]
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return {
        "parts": [*((name, type(module)) for name, module in named), *model.state_dict()],
        "mode": [module.training for _, module in named],
        "requires_grad": [parameter.requires_grad for parameter in model.parameters()],
        "hooks": [len(getattr(module, kind)) for _, module in named for kind in hooks],
        "numbers": [(t.shape, t.device) for t in model.state_dict().values()],
    }


def _numbers(model: nn.Module) -> list[Any]:
    """The entries of each parameter and buffer; on the device "meta" there are none."""
    return [t.is_meta or t.tolist() for t in model.state_dict().values()]


def _changed(seen: dict[str, list[Any]], model: nn.Module, numbers: list[Any] | None = None) -> str:
    """What is another one than before, by the first word for it: "mode changed"; or "".

    Args:
        numbers: the model's, where they are to stay, too.
    """
    after = _seen(model)
    words = [word for word in seen if seen[word] != after[word]]
    if not words and numbers is not None and _numbers(model) != numbers:
        words = ["numbers"]
    return f"{words[0]} changed" if words else ""


def network(tree: Tree, device: str = "cpu") -> nn.Module:
    """The network that a tree describes.

    Raises:
        ValueError: a layer of an unknown kind.
    """
    if isinstance(tree, list):
        return nn.Sequential(*(network(part, device) for part in tree))
    if "layer" in tree:
        return _layer({**tree}, device)
    module = nn.Module()
    for name, part in tree.items():
        twin = isinstance(part, Mapping) and part.get("same_as")
        module.add_module(name, getattr(module, twin) if twin else network(part, device))
    return module


def _layer(layer: dict[str, Any], device: str) -> nn.Module:
    frozen = layer.pop("frozen", False)
    if layer["layer"] == "batch_norm":
        module: nn.Module = nn.BatchNorm2d(layer["channels"], device=device)
    else:
        module = configs.modules([layer], device)[0]
    return module.requires_grad_(not frozen)


def ask_he_init(he_init: Callable[..., Any], tree: Tree) -> dict[str, Any]:
    """Lets the function begin a network anew, twice.

    Returns:
        "returned": whether it returned the network; "changed": what else is another one, see
        `_changed`; "before", "after" and "again": its parameters and buffers, by name, before the
        first call, after it, and after the second.
    """
    model = network(tree)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.add_(0.5 if tensor.is_floating_point() else 3)  # nothing is as it begins
    before, seen = _state(model), _seen(model)
    answer = {"returned": he_init(model) is model, "changed": _changed(seen, model)}
    after = _state(model)
    he_init(model)
    return {**answer, "before": before, "after": after, "again": _state(model)}


def _state(model: nn.Module) -> dict[str, Tensor]:
    return {name: t.detach().float().clone() for name, t in model.state_dict().items()}


def ask_signal(
    signal: Callable[..., Any], tree: Tree, weights: Mapping[str, Tensor], images: Tensor
) -> Any:
    """Asks about a row of layers in eval mode; see `ask_model`."""
    layers = network(tree)
    layers.load_state_dict({**layers.state_dict(), **weights})
    layers.eval()
    seen, numbers = _seen(layers), _numbers(layers)
    found = signal(layers, images)
    return _changed(seen, layers, numbers) or found
