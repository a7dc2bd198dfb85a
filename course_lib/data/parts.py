"""Images and labels as tensors in memory: parts of a set, and the set."""

from dataclasses import dataclass, replace
from functools import cache

import torch
from torch import Tensor


@dataclass(frozen=True)
class Raw:
    """A set as its files have it: a training and a test part, nothing computed yet."""

    origin: str
    classes: tuple[str, ...]
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    train_masks: Tensor | None = None
    test_masks: Tensor | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """Images with their labels, all in memory on one device.

    Attributes:
        images: (N, C, H, W), uint8 in [0, 255]; or float, then taken as it is. Series: (N, C, L).
        labels: (N,), int64.
        mean, std: of each channel, images being in [0, 1]; those of the *training* part, in
            every part. One number stands for all channels.
        masks: (N, H, W), bool: where the object is; None where nobody knows.
    """

    images: Tensor
    labels: Tensor
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    masks: Tensor | None = None

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ValueError(f"There are {len(self.images)} images and {len(self.labels)} labels.")
        if self.labels.dim() != 1 or self.labels.dtype != torch.int64:
            found = f"{self.labels.dtype} of shape {tuple(self.labels.shape)}"
            raise ValueError(f"Labels must be int64 of shape (N,); these are {found}.")

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        dtype = str(self.images.dtype).removeprefix("torch.")
        return f"Part({len(self):,} images of shape {tuple(self.images.shape[1:])}, {dtype})"

    @property
    def device(self) -> torch.device:
        return self.images.device

    def to(self, device: torch.device | str) -> "Part":
        """The part on another device; itself if it is there already."""
        if torch.device(device) == self.device:
            return self
        masks = None if self.masks is None else self.masks.to(device)
        return replace(
            self, images=self.images.to(device), labels=self.labels.to(device), masks=masks
        )

    def __getitem__(self, index: Tensor | slice) -> "Part":
        """The images that the index picks, as a part."""
        masks = None if self.masks is None else self.masks[index]
        return replace(self, images=self.images[index], labels=self.labels[index], masks=masks)

    def take(self, count: int, seed: int = 0) -> "Part":
        """So many images, every class in its share; all of them if there are no more."""
        return self if count >= len(self) else self[stratified(self.labels, count, seed)[0]]

    def inputs(self, images: Tensor | None = None) -> Tensor:
        """What a model is given: float32, (x - mean) / std for each channel, x in [0, 1].

        Args:
            images: some of the part's (augmented, perhaps); all of them if left out.
        """
        images = self.images if images is None else images
        unit = 255.0 if images.dtype == torch.uint8 else 1.0
        mean = _by_channel(self.mean, unit, images.device, images.dim())
        std = _by_channel(self.std, unit, images.device, images.dim())
        # In place, but never in the images themselves: this runs on every batch.
        return images.to(torch.float32, copy=True).sub_(mean).div_(std)


@cache
def _by_channel(values: tuple[float, ...], unit: float, device: torch.device, axes: int) -> Tensor:
    """A number for each channel, (1, C, 1, …). Kept: to copy them to a GPU, a step waits for it."""
    with torch.inference_mode(False):  # whoever asks first: others may need gradients
        return torch.tensor(values, device=device).view((1, -1) + (1,) * (axes - 2)) * unit


@dataclass(frozen=True, eq=False, repr=False)
class DataSet:
    """A set of images for classification.

    Attributes:
        name: as `load` knows it.
        source: what this is and where it comes from, in one sentence: notebooks print it.
        classes: their names; label i is classes[i].
    """

    name: str
    source: str
    classes: tuple[str, ...]
    train: Part
    validation: Part
    test: Part

    def __repr__(self) -> str:
        return f"DataSet({self.name}: {self.source})"

    @property
    def mean(self) -> tuple[float, ...]:
        return self.train.mean

    @property
    def std(self) -> tuple[float, ...]:
        return self.train.std

    def to(self, device: torch.device | str) -> "DataSet":
        """The set on another device."""
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
        )


def stratified(labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Splits by chance into `count` and the rest, every class in its share.

    Args:
        labels: (N,), int64, on any device.

    Returns:
        the indices chosen and those left, each in ascending order. A class's number among the
        chosen is its share of `count`, give or take one.
    """
    if not 0 <= count <= len(labels):
        raise ValueError(f"{count} of {len(labels)} cannot be chosen.")
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    by_class = order[labels.cpu()[order].argsort(stable=True)]
    sizes = labels.cpu().bincount()
    starts = sizes.cumsum(0) - sizes
    own = labels.cpu()[by_class]
    # Where each stands in the queue of its class, in (0, 1): the front of all queues is chosen.
    place = (torch.arange(len(labels)) - starts[own] + 0.5) / sizes[own]
    queue = by_class[place.argsort(stable=True)].to(labels.device)
    return queue[:count].sort().values, queue[count:].sort().values


def statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel of uint8 images, taken as [0, 1].

    Counting the 256 grey levels is exact, and needs no copy of all images as float.
    """
    means, stds = [], []
    levels = torch.arange(256, dtype=torch.float64) / 255
    for channel in range(images.shape[1]):
        share = torch.zeros(256, dtype=torch.float64)
        for some in images[:, channel].split(4096):
            share += some.flatten().bincount(minlength=256).double()
        share /= share.sum()
        mean = float((share * levels).sum())
        means.append(mean)
        # A channel of one grey level only would be divided by zero.
        stds.append(max(float((share * (levels - mean) ** 2).sum()) ** 0.5, 1e-6))
    return tuple(means), tuple(stds)
