"""Ways to compute features once, right and wrong ones."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.sections.transfer.given import cached_features


def body(model: Any) -> Any:
    body = copy.deepcopy(model).eval()
    body.fc = nn.Identity()
    return body


def way(
    body: Callable[[Any], Any] = body,
    after: Callable[[Tensor], Any] = lambda features: features,
    batches: Callable[[Tensor, int], Any] = lambda images, size: images.split(size),
    join: Callable[[list[Tensor]], Tensor] = torch.cat,
) -> Callable[..., Any]:
    """An answer with another body, other batches, or something made of the features.

    Args:
        join: makes one tensor of those of the batches.
    """

    def answer(model: Any, images: Tensor, batch_size: int) -> Any:
        with torch.no_grad():
            runs = body(model)
            return after(join([runs(some) for some in batches(images, batch_size)]))

    return answer


def in_its_mode(model: Any) -> Any:
    body = copy.deepcopy(model)
    body.fc = nn.Identity()
    return body


def in_train_mode(model: Any) -> Any:
    return in_its_mode(model).train()


def whole(model: Any) -> Any:
    return copy.deepcopy(model).eval()


def row(model: Any) -> Any:
    return nn.Sequential(*[*copy.deepcopy(model).children()][:-1]).eval()


@torch.no_grad()
def row_in_place(model: Any, images: Tensor, batch_size: int) -> Tensor:
    body = nn.Sequential(*[*model.children()][:-1]).eval()
    return torch.cat([body(some) for some in images.split(batch_size)])


def pooled_maps(model: Any) -> Any:
    """The maps before they are averaged, flattened."""
    whole_maps = body(model)
    for name in ("avgpool", "pool"):
        if hasattr(whole_maps, name):
            setattr(whole_maps, name, nn.Flatten())
    return whole_maps


def with_gradients(model: Any, images: Tensor, batch_size: int) -> Tensor:
    return torch.cat([body(model)(some) for some in images.split(batch_size)])


def in_place(mode: Callable[[Any, bool], None], head: bool = True) -> Callable[..., Any]:
    """The model itself is run, and set back in part."""

    @torch.no_grad()
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        was, fc = model.training, model.fc
        model.eval().fc = nn.Identity()
        features = torch.cat([model(some) for some in images.split(batch_size)])
        if head:
            model.fc = fc
        mode(model, was)
        return features

    return answer


def learning(*steps: bool) -> Callable[..., Any]:
    """Sets requires_grad of all parameters, which stays so."""

    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        for step in steps:
            model.requires_grad_(step)
        return cached_features(model, images, batch_size)

    return answer


def head_replaced(model: Any, images: Tensor, batch_size: int) -> Tensor:
    model.fc = copy.deepcopy(model.fc)
    return cached_features(model, images, batch_size)


def hooks_cleared(*kinds: str) -> Callable[..., Any]:
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        for kind in kinds:
            getattr(model.fc, kind).clear()
        return cached_features(model, images, batch_size)

    return answer


def forward_left(model: Any, images: Tensor, batch_size: int) -> Tensor:
    features = cached_features(model, images, batch_size)
    model.fc.forward = lambda x: x
    return features


def of_last_part(change: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """What the last part before the head gives, whatever becomes of it on the way."""

    @torch.no_grad()
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        body, found = copy.deepcopy(model).eval(), []
        last = [part for name, part in body.named_children() if name != "fc"][-1]
        last.register_forward_hook(lambda _, inputs, y: found.append(change(y)))
        for some in images.split(batch_size):
            body(some)
        return torch.cat(found)

    return answer


def by_hook(removed: bool) -> Callable[..., Any]:
    @torch.no_grad()
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        modes = [(module, module.training) for module in model.modules()]
        found: list[Tensor] = []
        model.eval()
        hook = model.fc.register_forward_hook(lambda _, inputs, y: found.append(inputs[0]))
        for start in range(0, len(images), batch_size):
            model(images[start : start + batch_size])
        if removed:
            hook.remove()
        for module, mode in modes:
            module.training = mode
        return torch.cat(found)

    return answer


def whole_batches(images: Tensor, size: int) -> list[Tensor]:
    return [images[i * size : (i + 1) * size] for i in range(max(len(images) // size, 1))]
