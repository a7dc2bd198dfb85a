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
    """Asks about a network; on the device "meta" its weights have shapes and no numbers."""
    return function(network(tree, device))


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
        "returned": whether it returned the network; "before", "after" and "again": its parameters
        and buffers, by name, before the first call, after it, and after the second.
    """
    model = network(tree)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.5)  # nothing is 0, or as PyTorch begins it
    before = _state(model)
    returned = he_init(model) is model
    after = _state(model)
    he_init(model)
    return {"returned": returned, "before": before, "after": after, "again": _state(model)}


def _state(model: nn.Module) -> dict[str, Tensor]:
    return {name: t.detach().float().clone() for name, t in model.state_dict().items()}


def ask_signal(
    signal: Callable[..., Any], tree: Tree, weights: Mapping[str, Tensor], images: Tensor
) -> Any:
    """Asks about a row of layers in eval mode; says so where they are no longer as they were."""
    layers = network(tree)
    layers.load_state_dict({**layers.state_dict(), **weights})
    layers.eval()
    before = _state(layers)
    found = signal(layers, images)
    after = _state(layers)
    if any(not torch.equal(before[name], after[name]) for name in before):
        return "the layers were changed"
    return found
