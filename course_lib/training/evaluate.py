"""Batches of a part, and a model's loss and accuracy over them."""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_lib.data.parts import Part
from course_lib.training.augment import Augment
from course_lib.training.device import lent

Loss = Callable[[Tensor, Tensor], Tensor]
"""Of logits (N, classes) and labels (N,): the mean over the batch."""


def batches(
    part: Part, size: int, *, shuffle: bool = True, augment: Augment | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Once through a part: inputs (size, C, H, W), normalised, and labels (size,).

    The last batch is smaller if the division leaves a rest. All chance comes from
    torch.manual_seed.
    """
    order = torch.arange(len(part), device=part.device)
    if shuffle or augment:  # else nothing is drawn: to evaluate must not change what follows
        seed = int(torch.randint(2**62, ()))
        generator = Generator(part.device).manual_seed(seed)
    if shuffle:
        order = torch.randperm(len(part), generator=generator, device=part.device)
    for some in order.split(size * _batches_at_once(part, size)):
        images = part.images[some]
        if augment:
            images = augment(images, generator)
        yield from zip(part.inputs(images).split(size), part.labels[some].split(size), strict=True)


def _batches_at_once(part: Part, size: int) -> int:
    """How many batches are prepared together: one by one, starting each operation takes longer
    than the operation. Some 4 MB of inputs (a core's cache), 64 MB on a GPU, but at least one
    batch."""
    pixels = part.images[0].numel() if len(part) else 1
    most = 2**24 if part.device.type == "cuda" else 2**20
    return max(1, most // (pixels * size))


class Average:
    """Loss and accuracy over batches, each image with the same weight.

    A mean of the batches' means would give the images of a small last batch more of it.
    """

    def __init__(self) -> None:
        self.images = 0
        # Sums stay on the device: reading a number from there would wait for it at every batch.
        self.loss: Tensor | float = 0.0
        self.right: Tensor | int = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        self.images += len(labels)
        self.loss = self.loss + loss.detach() * len(labels)
        self.right = self.right + (logits.argmax(1) == labels).sum()

    def values(self) -> tuple[float, float]:
        return float(self.loss) / self.images, float(self.right) / self.images


def evaluate(
    model: nn.Module, part: Part, loss: Loss = F.cross_entropy, batch_size: int = 128
) -> tuple[float, float]:
    """Mean loss, and accuracy in [0, 1]; the model is in eval mode meanwhile, without gradients.

    Model and part are on the same device.
    """
    average, mode = Average(), model.training
    model.eval()
    try:
        with torch.no_grad():
            for x, y in batches(part, batch_size, shuffle=False):
                logits = model(x).float()  # in autocast they are bfloat16
                average.add(loss(logits, y), logits, y)
    finally:
        model.train(mode)
    return average.values()


def accuracy(model: nn.Module, part: Part, device: str | torch.device = "auto") -> float:
    """The share of a part's images that a model classifies right, in [0, 1]."""
    with lent(model, device) as there:
        return evaluate(model, part.to(there))[1]
