"""Functions in the place of a learner's, for the visualiser, and pictures as files."""

import io
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from course_lib.visualiser.tools import USED, Tool, Tools


def feature_maps(model: nn.Module, layers: list[str], x: Tensor) -> dict[str, Tensor]:
    kept: dict[str, Tensor] = {}
    hooks = [
        model.get_submodule(layer).register_forward_hook(
            lambda _, __, given, layer=layer: kept.__setitem__(layer, given.detach().clone())
        )
        for layer in layers
    ]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return kept


def grad_cam(model: nn.Module, layer: str, x: Tensor, target: Tensor) -> Tensor:
    kept: list[Tensor] = []

    def keep(_: Any, __: Any, given: Tensor) -> Tensor:
        kept.append(given)
        return given.clone()

    hook = model.get_submodule(layer).register_forward_hook(keep)
    logits = model(x).gather(1, target[:, None]).sum()
    hook.remove()
    (slope,) = torch.autograd.grad(logits, kept[0])
    return (slope.mean((2, 3), keepdim=True) * kept[0]).sum(1).relu().detach()


def overlay(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Tensor:
    colours = torch.stack([heat, torch.zeros_like(heat), 1 - heat], 1)
    return (1 - opacity) * images + opacity * colours


def filters_as_images(weight: Tensor) -> Tensor:
    low, high = weight.amin((1, 2, 3), keepdim=True), weight.amax((1, 2, 3), keepdim=True)
    return ((weight - low) / (high - low)).permute(0, 2, 3, 1)


FUNCTIONS = {
    "gradcam.feature_maps": feature_maps,
    "gradcam.grad_cam": grad_cam,
    "gradcam.scale": lambda maps: maps / maps.amax((1, 2), keepdim=True).clamp(min=1e-12),
    "gradcam.resize": lambda maps, size: F.interpolate(maps[:, None], size, mode="bilinear")[:, 0],
    "gradcam.overlay": overlay,
    "gradcam.cam": lambda maps, weight, target: torch.einsum("nchw,nc->nhw", maps, weight[target]),
    "gradcam.conv_layers": lambda model: [
        name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)
    ],
    "training.filters_as_images": filters_as_images,
}
NOT_WRITTEN = "it is not written yet in 11_gradcam.ipynb"


def tools(*missing: str, **others: Any) -> Tools:
    """All functions; none for the missing names, and others in the place of some."""
    found = {}
    for exercise in USED:
        name = exercise.partition(".")[2]
        run = None if name in missing else others.get(name, FUNCTIONS[exercise])
        found[exercise] = Tool(
            exercise, f"Title of {name}", run, NOT_WRITTEN if run is None else ""
        )
    return Tools(found)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
