"""Networks as plain data, which are asked about as a whole."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_lib.models.configs import Layer, conv, flatten, linear, max_pool, relu
from grader.marking.draw import Draw


def norm(channels: int) -> Layer:
    """Batch norm."""
    return {"layer": "batch_norm", "channels": channels}


def frozen(layer: Layer) -> Layer:
    """The layer, not to be learned."""
    return {**layer, "frozen": True}


def in_a_row(draw: Draw, bias: bool = True) -> list[Layer]:
    """Two convolutions, batch norm behind the first, two dense layers."""
    c, d, u = draw.integer(3, 5), draw.integer(6, 9), draw.integer(10, 14)
    return [
        *(conv(2, c, 3, bias=bias), norm(c), relu()),
        *(conv(c, d, 5, bias=bias), relu(), max_pool(2), flatten()),
        *(linear(d, u, bias=bias), relu(), linear(u, 3, bias=bias)),
    ]


def like_vgg(draw: Draw) -> dict[str, Any]:
    """Features and a classifier, as torchvision has them."""
    c, u = draw.integer(3, 6), draw.integer(7, 12)
    features = [conv(3, c, 3, padding=1), relu(), conv(c, c, 3, padding=1), relu(), max_pool(2)]
    head = [linear(4 * c, u), relu(), linear(u, u), relu(), linear(u, 5)]
    return {"features": features, "flatten": flatten(), "classifier": head}


def in_parts(draw: Draw) -> dict[str, Any]:
    """Parts inside parts, with dense layers at several depths and under other names."""
    c, u = draw.integer(3, 6), draw.integer(7, 12)
    inner = {"mix": [linear(c, u), relu(), {"deep": linear(u, c)}], "norm": norm(c)}
    return {
        "stem": conv(1, c, 3),
        "body": {"first": conv(c, c, 1), "inner": inner},
        "fc": linear(c, 4),
    }


def residual(draw: Draw, *, shortcut: bool = True) -> dict[str, Any]:
    """A block with a shortcut beside it."""
    c, d = draw.integer(3, 5), draw.integer(6, 9)
    block = {"conv1": conv(c, d, 3), "bn1": norm(d), "conv2": conv(d, d, 3), "bn2": norm(d)}
    return {**block, "downsample": [conv(c, d, 1), norm(d)]} if shortcut else block


def residual_network(draw: Draw) -> dict[str, Any]:
    """Blocks in stages, some with a shortcut."""
    blocks = [residual(draw), residual(draw, shortcut=False)]
    return {
        "conv1": conv(3, 4, 7),
        "bn1": norm(4),
        "layer1": [residual(draw, shortcut=False)],
        "layer2": blocks,
        "layer3": [residual(draw), residual(draw, shortcut=False)],
        "fc": linear(6, 5),
    }


def large(draw: Draw) -> dict[str, Any]:
    """So large that its weights would fill the memory."""
    c, u = draw.integer(300, 500), draw.integer(30_000, 40_000)
    return {
        "features": [conv(3, c, 3), relu(), conv(c, 2 * c, 3), norm(2 * c), relu()],
        "classifier": [linear(c, u), relu(), linear(u, u), relu(), linear(u, 1000)],
    }


def with_shortcut(draw: Draw, shortcut: Any) -> dict[str, Any]:
    """A network with one shortcut, inside a part."""
    c = draw.integer(3, 6)
    block = {"conv1": conv(c, c, 3), "bn1": norm(c), "downsample": shortcut}
    return {"stem": conv(3, c, 5), "layer1": [block, relu()], "fc": linear(c, 4)}


def changed(right: Callable[..., Any], *but: str) -> dict[str, tuple[Any, ...]]:
    """Names of what is changed of a model that is to stay as it is, for `Exercise.wrong`.

    Args:
        right: a right answer, which is given all the same.
        but: names that are left out.
    """

    def after(change: Callable[[nn.Module], object]) -> Callable[..., Any]:
        def answer(model: nn.Module, *more: Any) -> Any:
            found = right(model, *more)
            change(model)
            return found

        return answer

    names = {
        "mode changed": (
            "You changed the mode, train() or eval(). The model stays as it is.",
            after(lambda model: model.train(not model.training)),
        ),
        "requires_grad changed": (
            "You changed requires_grad of parameters. The model stays as it is.",
            after(_other_gradients),
        ),
        "parts changed": (
            "You took modules or parameters out of the model, or put others into it. It stays as "
            "it is.",
            after(lambda model: model.add_module("more", nn.Identity())),
        ),
        "hooks changed": (
            "Your hooks are still on the model, which stays as it is: keep what "
            "register_forward_hook returns, and call remove() of it.",
            after(lambda model: model.register_forward_hook(lambda *_: None)),
        ),
        "numbers changed": (
            "You changed the numbers of parameters or buffers, or their device. The model stays as "
            "it is.",
            after(_other_numbers),
        ),
    }
    return {name: said for name, said in names.items() if name not in but}


def _other_gradients(model: nn.Module) -> None:
    for parameter in model.parameters():
        parameter.requires_grad_(not parameter.requires_grad)


def _other_numbers(model: nn.Module) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
