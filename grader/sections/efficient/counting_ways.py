"""Counts of multiply-adds, right and wrong ones; and what must not be done to a model."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.sections.efficient.given import count_macs_of

Count = Callable[[nn.Module, Sequence[int]], Any]
Share = Callable[[Any, Tensor, Tensor], int]
"""What one call of a layer adds: (layer, its input, its output)."""

_LAYERS = (nn.Conv2d, nn.Linear)


def _layers(modules: Iterable[nn.Module]) -> list[nn.Module]:
    return [module for module in modules if isinstance(module, _LAYERS)]


def _right(layer: Any, x: Tensor, y: Tensor) -> int:
    return y.numel() * int(layer.weight[0].numel())


def _run(model: nn.Module, shape: Sequence[int], images: int = 1) -> None:
    with torch.no_grad():
        model(torch.zeros(images, *shape))


def by_call(
    share: Share = _right,
    *,
    images: int = 1,
    modules: Callable[[nn.Module], Iterable[nn.Module]] = nn.Module.modules,
    kinds: tuple[type[nn.Module], ...] = _LAYERS,
    rests: bool = True,
) -> Count:
    """Adds up over all calls, on a copy.

    Args:
        modules: those among which layers are looked for.
        kinds: what is taken for a layer.
        rests: the copy is in eval mode.
    """

    def count(model: nn.Module, shape: Sequence[int]) -> int:
        found: list[int] = []
        twin = copy.deepcopy(model)
        if rests:
            twin.eval()
        for layer in modules(twin):
            if isinstance(layer, kinds):
                layer.register_forward_hook(lambda m, x, y: found.append(share(m, x[0], y)))
        _run(twin, shape, images)
        return sum(found)

    return count


def of_modules(share: Callable[[Any, Sequence[int]], int]) -> Count:
    """Adds up over all modules, called or not."""
    return lambda model, shape: sum(share(layer, shape) for layer in _layers(model.modules()))


def with_bias(layer: Any, x: Tensor, y: Tensor) -> int:
    return _right(layer, x, y) + (0 if layer.bias is None else y.numel())


def first_places(layer: Any, y: Tensor, rows: int, columns: int) -> int:
    """Places of an output, by two of its axes; rows, of a dense layer."""
    if layer.weight.dim() == 2:
        return y.numel() // len(layer.weight)
    return y.shape[rows] * y.shape[columns]


def one_call(layer: Any, y: Tensor, side: int) -> int:
    """With a kernel as wide as it is high, or as high as it is wide."""
    if layer.weight.dim() == 2:
        return _right(layer, y, y)
    return y.numel() * int(layer.weight.shape[1]) * int(layer.kernel_size[side]) ** 2


def kept_by_layer(*, last: bool) -> Count:
    """Keeps one number for each layer: that of the last call, or of the first."""

    def count(model: nn.Module, shape: Sequence[int]) -> int:
        found: dict[nn.Module, int] = {}

        def keep(layer: nn.Module, x: Any, y: Tensor) -> None:
            if last or layer not in found:
                found[layer] = _right(layer, x, y)

        twin = copy.deepcopy(model).eval()
        for layer in _layers(twin.modules()):
            layer.register_forward_hook(keep)
        _run(twin, shape)
        return sum(found.values())

    return count


children_only = by_call(modules=nn.Module.children)
two_levels = by_call(
    modules=lambda model: {
        *model.children(),
        *(inner for child in model.children() for inner in child.children()),
    }
)
parts_only = by_call(modules=lambda model: [*model.modules()][1:])
every_place = by_call(
    modules=lambda model: (m for _, m in model.named_modules(remove_duplicate=False))
)
by_recursion = by_call(modules=lambda model: _walked(model))
norms_too = by_call(kinds=(*_LAYERS, nn.BatchNorm2d))
copied_as_it_is = by_call(rests=False)


def _walked(module: nn.Module) -> Iterable[nn.Module]:
    yield module
    for child in module.children():
        yield from _walked(child)


def in_their_order(model: nn.Module, shape: Sequence[int]) -> int:
    """Calls all that holds nothing else, one after the other."""
    found, x = 0, torch.zeros(1, *shape)
    with torch.no_grad():
        for module in copy.deepcopy(model).eval().modules():
            if not [*module.children()]:
                x = module(x)
                found += _right(module, x, x) if isinstance(module, _LAYERS) else 0
    return found


def _hooked(model: nn.Module, shape: Sequence[int]) -> int:
    """Runs the model itself, and takes the hooks off again."""
    found: list[int] = []
    layers = _layers(model.modules())
    add = [
        layer.register_forward_hook(lambda m, x, y: found.append(_right(m, x[0], y)))
        for layer in layers
    ]
    try:
        _run(model, shape)
    finally:
        for hook in add:
            hook.remove()
    return sum(found)


def in_another_mode(model: nn.Module, shape: Sequence[int]) -> int:
    """In the mode it came in."""
    return _hooked(model, shape)


def restored(restore: Callable[[nn.Module, list[bool]], object] | None) -> Count:
    """Runs the model itself in eval mode; None gives each part its mode back."""

    def count(model: nn.Module, shape: Sequence[int]) -> int:
        modes = [module.training for module in model.modules()]
        found = _hooked(model.eval(), shape)
        if restore:
            restore(model, modes)
        else:
            for module, mode in zip(model.modules(), modes, strict=True):
                module.training = mode
        return found

    return count


def deep_copied(model: nn.Module, shape: Sequence[int]) -> Any:
    """The forward passes of the layers' classes are replaced on a copy; sums as floats."""
    twin, total = copy.deepcopy(model).eval(), torch.zeros(())

    def counting(layer: Any) -> Callable[[Tensor], Tensor]:
        run = layer.forward

        def forward(x: Tensor) -> Tensor:
            y: Tensor = run(x)
            total.add_(layer.weight.numel() * y.numel() / len(layer.weight))
            return y

        return forward

    for layer in _layers(twin.modules()):
        layer.forward = counting(layer)
    _run(twin, shape)
    return total


def _after(change: Callable[[nn.Module], object]) -> Count:
    def count(model: nn.Module, shape: Sequence[int]) -> Any:
        found = count_macs_of(model, shape)
        change(model)
        return found

    return count


def _backward(model: nn.Module, shape: Sequence[int]) -> int:
    """Runs backwards, too."""
    found = count_macs_of(model, shape)
    modes = [module.training for module in model.modules()]
    output = model.eval()(torch.zeros(1, *shape))
    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    if output.requires_grad:
        output.sum().backward()
    return found


def _unhooked(model: nn.Module) -> None:
    for module in model.modules():
        module._forward_hooks.clear()


def _freeze(model: nn.Module) -> None:
    model.requires_grad_(False)


def _ones(model: nn.Module) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)


STAYS: dict[str, tuple[Any, ...]] = {
    "hooks left": (
        "Your hooks are still on the model: keep what register_forward_hook returns and call "
        "remove() of it, or put them on a copy.",
        _after(lambda model: model.register_forward_hook(lambda *_: None)),
        _after(
            lambda model: [
                layer.register_forward_hook(lambda *_: None) for layer in _layers(model.modules())
            ]
        ),
    ),
    "other hooks removed": (
        "You took off hooks that were there before. Remove your own alone: what "
        "register_forward_hook returns has remove().",
        _after(_unhooked),
    ),
    "gradients changed": (
        "You changed gradients of the model, or whether its weights require one. It stays as it "
        "came.",
        _after(lambda model: model.zero_grad()),
        _after(_freeze),
        _backward,
    ),
    "numbers changed": (
        "You changed numbers of the weights or buffers. The model stays as it came.",
        _after(_ones),
    ),
    "parts changed": (
        "You put modules or buffers into the model. It stays as it came.",
        _after(lambda model: model.add_module("more", nn.Identity())),
        _after(lambda model: model.register_buffer("total", torch.zeros(()))),
    ),
}
"""Names of what is done to a model that is to stay as it is, and the ways to do it."""
