"""What an answer leaves on a model that it was given: all that there is to see before and after."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn


def in_use(model: nn.Module, state: str = "as it is") -> nn.Module:
    """The model, with a gradient in every second parameter, and idle hooks on every module.

    Args:
        state: "eval" or "train"; "mixed": train mode, with its first batch norm or dropout in eval
            mode; "frozen": eval mode, and no parameter requires a gradient; "head": train mode,
            and only those of the last module do.
    """
    if state != "as it is":
        model.train(state not in ("eval", "frozen"))
    if state == "mixed":
        next(m for m in model.modules() if isinstance(m, (nn.BatchNorm2d, nn.Dropout))).eval()
    if state in ("frozen", "head"):
        model.requires_grad_(False)
    if state == "head":
        [*model.modules()][-1].requires_grad_()
    for parameter in [*model.parameters()][::2]:
        parameter.grad = torch.ones_like(parameter)
    for module in model.modules():
        module.register_forward_hook(_passing)
        module.register_forward_pre_hook(_passing)
    return model


def _passing(module: nn.Module, *seen: Any) -> None:
    """A hook that does nothing."""


_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def seen(model: nn.Module) -> dict[str, Any]:
    """What there is to see of a model, by the word for it."""
    modules = [*model.named_modules(remove_duplicate=False)]
    return {
        "parts": [(name, id(module)) for name, module in modules],
        "modes": [module.training for _, module in modules],
        "hooks": [{*getattr(module, kind)} for _, module in modules for kind in _HOOKS],
        "requires_grad": [parameter.requires_grad for parameter in model.parameters()],
        "numbers": [(name, tensor.tolist()) for name, tensor in model.state_dict().items()],
        "gradients": [None if p.grad is None else p.grad.tolist() for p in model.parameters()],
    }


def changed(before: Mapping[str, Any], model: nn.Module) -> str:
    """What is not as `seen` before; "" for nothing.

    Returns:
        "parts", "modes", "hooks left", "hooks removed", "requires_grad", "numbers" (of parameters
        and buffers), "gradients added" or "gradients gone": the first of these.
    """
    after = seen(model)
    word = next((word for word in before if before[word] != after[word]), "")
    pairs = zip(before.get(word, ()), after.get(word, ()), strict=False)
    if word == "hooks":
        return "hooks left" if all(old <= new for old, new in pairs) else "hooks removed"
    if word == "gradients":
        gone = any(old is not None and (new is None or not _any(new)) for old, new in pairs)
        return "gradients gone" if gone else "gradients added"
    return word


def _any(numbers: Any) -> bool:
    return bool(torch.tensor(numbers).any())
