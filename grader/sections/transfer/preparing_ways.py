"""Ways to prepare images, right and wrong ones."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF  # type: ignore[import-untyped]
from torch import Tensor
from torchvision.transforms import v2

_Numbers = Sequence[float]
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def in_unit(images: Tensor) -> Tensor:
    return images.float() / 255


def tripled(x: Tensor) -> Tensor:
    return x.expand(-1, 3, -1, -1)


def to_size(x: Tensor, size: int) -> Tensor:
    return F.interpolate(x, (size, size), mode="bilinear", antialias=True)


def by_numbers(x: Tensor, mean: _Numbers, std: _Numbers) -> Tensor:
    return (x - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)


def way(
    scaled: Callable[[Tensor], Tensor] = in_unit,
    three: Callable[[Tensor], Tensor] = tripled,
    resized: Callable[[Tensor, int], Tensor] = to_size,
    normalised: Callable[[Tensor, _Numbers, _Numbers], Tensor] = by_numbers,
) -> Callable[..., Tensor]:
    """An answer in four steps, of which some are others."""

    def answer(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
        return normalised(resized(three(scaled(images)), size), mean, std)

    return answer


def interpolated(**settings: Any) -> Callable[..., Tensor]:
    return way(resized=lambda x, size: F.interpolate(x, (size, size), **settings))


def whole_numbers(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    resized = TF.resize(images, [size, size], antialias=True)
    return by_numbers(tripled(in_unit(resized)), mean, std)


def in_kernels(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    """Whole numbers, which the second version of the transforms cuts instead of rounding."""
    resized = v2.functional.resize(tripled(images), [size, size], antialias=True)
    return by_numbers(in_unit(resized), mean, std)


def grey_by_one(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    x = to_size(in_unit(images), size)
    if x.shape[1] == 1:
        return tripled((x - mean[0]) / std[0])
    return by_numbers(x, mean, std)


def shorter_side(x: Tensor, size: int) -> Tensor:
    longer: Tensor = TF.resize(x, size, antialias=True)
    return longer


def by_factor(x: Tensor, factor: float) -> Tensor:
    return F.interpolate(x, scale_factor=factor, mode="bilinear", antialias=True)


def ratio_kept(x: Tensor, size: int) -> Tensor:
    cut: Tensor = TF.center_crop(TF.resize(x, size, antialias=True), size)
    return cut


def ratio_kept_by_hand(whole: Callable[[float], int]) -> Callable[[Tensor, int], Tensor]:
    """The shorter side resized, then the middle cut out, by whole numbers of one's own."""

    def resized(x: Tensor, size: int) -> Tensor:
        factor = size / min(x.shape[2:])
        h, w = (max(size, whole(length * factor)) for length in x.shape[2:])
        x = F.interpolate(x, (h, w), mode="bilinear", antialias=True)
        top, left = (h - size) // 2, (w - size) // 2
        return x[:, :, top : top + size, left : left + size]

    return resized


def sometimes(needed: Callable[[int, int, int], bool]) -> Callable[..., Tensor]:
    """Resizes only where height, width and size say so."""

    def resized(x: Tensor, size: int) -> Tensor:
        height, width = x.shape[2:]
        return to_size(x, size) if needed(height, width, size) else x

    return way(resized=resized)


def one_memory(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    """Normalises in place what `expand` has made, channel by channel."""
    x = tripled(to_size(in_unit(images), size))
    for channel in range(3):
        x[:, channel] -= mean[channel]
        x[:, channel] /= std[channel]
    return x


def in_the_middle(x: Tensor, size: int) -> Tensor:
    """A square cut out by whole numbers, which center_crop rounds otherwise."""
    side = min(x.shape[2:])
    top, left = ((length - side) // 2 for length in x.shape[2:])
    return to_size(x[:, :, top : top + side, left : left + side], size)


def own_statistics(axes: tuple[int, ...], correction: int = 0) -> Callable[..., Tensor]:
    def normalised(x: Tensor, *_: Any) -> Tensor:
        std = x.std(axes, keepdim=True, correction=correction)
        return (x - x.mean(axes, keepdim=True)) / (std + (0 if correction else 1e-6))

    return normalised


def at_the_end(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    """Normalises first, then resizes; grey becomes three channels by broadcasting."""
    return to_size(by_numbers(images / 255, mean, std), size)


def one_by_one(images: Tensor, size: int, mean: _Numbers, std: _Numbers) -> Tensor:
    prepared = []
    for image in images:
        x = TF.resize(image.double() / 255, [size, size], antialias=True)
        x = torch.cat([x] * (3 // len(x)))
        prepared.append(TF.normalize(x, mean, std).float())
    return torch.stack(prepared)
