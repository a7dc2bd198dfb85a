"""How functions are asked that look into a model, which cannot travel as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.traces import changed, seen
from course_lib.models.plans import Plan
from course_lib.models.plans import network as of_plan
from course_lib.sections.gradcam.map_adapters import ask_energy as ask_energy
from course_lib.sections.gradcam.map_adapters import ask_grid as ask_grid
from course_lib.sections.gradcam.map_adapters import ask_scale as ask_scale
from course_lib.sections.gradcam.map_adapters import ask_statistics as ask_statistics
from course_lib.sections.gradcam.nets import FORMS, Kind, network


def ask_feature_maps(
    feature_maps: Callable[..., Any],
    kind: Kind,
    layers: Sequence[str],
    x: Tensor,
    state: str = "eval",
    again: bool = False,
) -> dict[str, Any]:
    """Asks for maps of a model of `network`.

    Args:
        again: it is asked with other images before.

    Returns:
        "form": "", or what is not as asked; "names": those that came, in their order; "maps": in
        the order of `layers`, None where one is missing; "model": what has changed of it, or
        "images".
    """
    model = network(kind, state)
    before, images = seen(model), x.clone()
    if again:
        feature_maps(model, [*layers], _others(x))
    maps = feature_maps(model, layers, x)
    if not isinstance(maps, Mapping):
        return {"form": "no dict", "names": None, "maps": None, "model": changed(before, model)}
    return {
        "form": _form([*maps.values()]),
        "names": [str(name) for name in maps],
        "maps": _all(maps, layers),
        "model": _afterwards(before, model, images, x),
    }


def _afterwards(before: Mapping[str, Any], model: Any, images: Tensor, x: Tensor) -> str:
    """What has changed of the model; "images" where x alone has, as a layer in place changes it."""
    word = changed(before, model)
    return "images" if not word and not torch.equal(images, x) else word


def _others(x: Tensor) -> Tensor:
    return 1 - 2 * x.flip(0, 3)


def _form(came: Sequence[Any]) -> str:
    if not all(isinstance(one, Tensor) for one in came):
        return "no tensor"
    return "tracked" if any(one.requires_grad for one in came) else ""


def _all(maps: Mapping[str, Any], layers: Sequence[str]) -> list[Tensor] | None:
    """Copies: whatever writes into a map later does not change what came."""
    found = [maps.get(name) for name in layers]
    tensors = [one.detach().clone() for one in found if isinstance(one, Tensor)]
    return tensors if len(tensors) == len(layers) else None


def ask_grad_cam(
    grad_cam: Callable[..., Any],
    kind: Kind,
    layer: str,
    x: Tensor,
    target: Tensor | None = None,
    state: str = "eval",
    again: bool = False,
) -> dict[str, Any]:
    """Asks for Grad-CAM of a model of `network`.

    Args:
        target: None leaves it out.
        again: it is asked with other images before.

    Returns:
        "form": "", or what is not as asked; "map": as it came; "model": what has changed of it, or
        "images".
    """
    model = network(kind, state)
    before, images = seen(model), x.clone()
    given = () if target is None else (target,)
    if again:
        grad_cam(model, layer, _others(x), *given)
    came = grad_cam(model, layer, x, *given)
    return _with_model("map", came, _afterwards(before, model, images, x))


def _with_model(what: str, came: Any, word: str) -> dict[str, Any]:
    value = came if isinstance(came, Tensor) else None
    return {"form": _form([came]), what: value, "model": word}


def ask_conv_layers(conv_layers: Callable[..., Any], kind: Kind | Plan) -> Any:
    """Asks about a model of `network`, or of a plan; what is no name or no list is told as that."""
    named = conv_layers(network((kind[0], kind[1])) if kind[0] in FORMS else of_plan(kind))
    if not isinstance(named, (list, tuple)):
        return None if named is None else "no list"
    return [name if isinstance(name, str) else "no name" for name in named]


def ask_maximise(
    maximise: Callable[..., Any],
    kind: Kind,
    target: Tensor,
    start: Tensor,
    steps: int,
    lr: float,
    decay: float,
    state: str = "eval",
) -> dict[str, Any]:
    """Asks for images that a model of `network` likes.

    Returns:
        "form": "", or what is not as asked; "images": as they came; "model": what has changed of
        it.
    """
    model = network(kind, state)
    before = seen(model)
    came = maximise(model, target, start, steps, lr, decay)
    return _with_model("images", came, changed(before, model))
