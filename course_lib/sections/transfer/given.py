"""What later cells run on where a learner's own does not pass: made of torchvision's."""

import copy
from collections.abc import Mapping, Sequence
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.transforms import functional as TF  # type: ignore[import-untyped]


def prepare(images: Tensor, size: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Images as a network knows them: uint8 (N, C, H, W) -> float32 (N, 3, size, size)."""
    x = TF.convert_image_dtype(images)
    x = x if x.shape[1] == 3 else x.repeat(1, 3, 1, 1)
    resized: Tensor = TF.resize(x, [size, size], TF.InterpolationMode.BILINEAR, antialias=True)
    normalised: Tensor = TF.normalize(resized, list(mean), list(std))
    return normalised


def replace_head(model: nn.Module, num_classes: int) -> nn.Module:
    """The model, whose `fc` is new, for `num_classes` classes."""
    old = model.get_parameter("fc.weight")
    model.add_module("fc", nn.Linear(old.shape[1], num_classes))
    return model


def freeze(model: nn.Module, but: Sequence[str] = ("fc",)) -> nn.Module:
    """The model, which learns in these of its parts alone, batch norm included."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(_part(name) in but)
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            vars(module).pop("train", None)
            rests = _part(name) not in but
            module.train(model.training and not rests)
            if rests:
                vars(module)["train"] = MethodType(_rest, module)
    return model


def _part(name: str) -> str:
    """The top-level part in which something is that has this name."""
    return name.partition(".")[0]


def _rest(module: nn.Module, mode: bool = True) -> nn.Module:
    """Stands for `train` of a norm that stays in eval mode."""
    return nn.Module.train(module, False)


def param_groups(model: nn.Module, rates: Mapping[str, float]) -> list[dict[str, Any]]:
    """Groups for an optimiser: of each part what learns, with the part's rate.

    Raises:
        ValueError: a part that learns has no rate; a rate is for no part of the model.
    """
    parts = dict(model.named_children())
    if set(rates) - set(parts):
        raise ValueError("There is a rate for something that is no part of the model.")
    groups = []
    for name, part in parts.items():
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning and name not in rates:
            raise ValueError("A part that learns has no rate.")
        if learning:
            groups.append({"params": learning, "lr": rates[name]})
    return groups


def cached_features(model: nn.Module, images: Tensor, batch_size: int) -> Tensor:
    """What the head reads of each image, computed once: (N, 3, H, W) -> (N, in_features)."""
    twin, features = copy.deepcopy(model).eval(), []
    head = twin.get_submodule("fc")
    head.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
    with torch.no_grad():
        for batch in images.split(batch_size):
            twin(batch)
    return torch.cat(features)


def converged(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    """The first epoch, from 1, whose accuracy is at most `tolerance` below the best."""
    numbers = torch.tensor(accuracies, dtype=torch.float64)
    return 1 + int((numbers.max() - numbers <= tolerance).nonzero()[0])
