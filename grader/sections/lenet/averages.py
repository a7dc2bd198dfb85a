"""Loss and accuracy over batches: what is returned, rightly and wrongly."""

from collections.abc import Callable, Mapping
from typing import Any

Average = Callable[[list[float], list[int], list[int], int], Any]
"""Of each batch: mean loss, images classified right, images; and the batch size -> returned."""


def weighted(losses: list[float], right: list[int], sizes: list[int], _: int) -> list[float]:
    """The mean loss of all images, and the share classified right."""
    total = sum(loss * n for loss, n in zip(losses, sizes, strict=True))
    return [total / sum(sizes), sum(right) / sum(sizes)]


def _loss(loss: Callable[..., float]) -> Average:
    return lambda *met: [loss(*met), weighted(*met)[1]]


def _accuracy(accuracy: Callable[..., float]) -> Average:
    return lambda *met: [weighted(*met)[0], accuracy(*met)]


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


AVERAGES: Mapping[str, tuple[str, tuple[Average, ...]]] = {
    "means averaged": (
        "You took the mean of the batches' means. The last batch is smaller, so its images count "
        "for more. Weigh each batch by its number of images.",
        (
            _loss(lambda losses, right, sizes, size: _mean(losses)),
            _accuracy(
                lambda losses, right, sizes, size: _mean(
                    [hits / n for hits, n in zip(right, sizes, strict=True)]
                )
            ),
        ),
    ),
    "last batch taken for a full one": (
        "You multiplied or divided by batch_size for the last batch, too, which is smaller. Take "
        "the number of images that it has, len(x), and len(images) for all.",
        (
            _loss(lambda losses, right, sizes, size: size * sum(losses) / sum(sizes)),
            _loss(
                lambda losses, right, sizes, size: (
                    sum(loss * n for loss, n in zip(losses, sizes, strict=True))
                    / (size * len(sizes))
                )
            ),
            _accuracy(lambda losses, right, sizes, size: _mean([hits / size for hits in right])),
        ),
    ),
    "smaller last batch not counted": (
        "You divided by N // batch_size, the number of full batches. Weigh each batch's mean by "
        "its number of images, and divide by the number of all images.",
        (_loss(lambda losses, right, sizes, size: sum(losses) / (sum(sizes) // size)),),
    ),
    "sum of losses": (
        "You returned the sum of the losses, of the batches or of the images. Divide the sum over "
        "all images by their number.",
        (
            _loss(lambda losses, right, sizes, size: sum(losses)),
            _loss(
                lambda losses, right, sizes, size: (
                    weighted(losses, right, sizes, size)[0] * sum(sizes)
                )
            ),
        ),
    ),
    "sum over batches divided by images": (
        "You divided the sum of the batches' mean losses by the number of images. Multiply each "
        "mean by its batch's number of images before you add it up.",
        (_loss(lambda losses, right, sizes, size: sum(losses) / sum(sizes)),),
    ),
    "sum over images divided by batches": (
        "You divided a sum over all images by the number of batches. Divide it by len(images).",
        (
            _loss(
                lambda losses, right, sizes, size: (
                    weighted(losses, right, sizes, size)[0] * sum(sizes) / len(sizes)
                )
            ),
            _accuracy(lambda losses, right, sizes, size: sum(right) / len(sizes)),
        ),
    ),
    "last batch only": (
        "This is a number of the last batch alone. Add up over all batches, and divide when the "
        "loop is over.",
        (
            _loss(lambda losses, right, sizes, size: losses[-1]),
            _loss(lambda losses, right, sizes, size: losses[-1] * sizes[-1] / sum(sizes)),
            _accuracy(lambda losses, right, sizes, size: right[-1] / sizes[-1]),
            _accuracy(lambda losses, right, sizes, size: right[-1] / sum(sizes)),
        ),
    ),
    "swapped": (
        "The two numbers stand in the wrong order: the loss comes first, then the accuracy.",
        (lambda *met: weighted(*met)[::-1],),
    ),
    "in percent": (
        "The accuracy is in percent. Return the share, in [0, 1].",
        (_accuracy(lambda losses, right, sizes, size: 100 * sum(right) / sum(sizes)),),
    ),
    "counted": (
        "The accuracy is the number of images classified right. Divide it by the number of images.",
        (_accuracy(lambda losses, right, sizes, size: float(sum(right))),),
    ),
    "share of errors": (
        "You returned the share of images classified wrong. The accuracy is that of those "
        "classified right.",
        (_accuracy(lambda losses, right, sizes, size: 1 - sum(right) / sum(sizes)),),
    ),
}
"""Mistake -> what to tell, and the ways to make it: one number is wrong, mostly."""

PARTS = {
    "returned": "Return two numbers, and nothing else: the mean loss and the accuracy.",
    "loss": "The loss is not the mean cross-entropy of all images.",
    "accuracy": "The loss is right. The accuracy is not the share of images classified right, in "
    "[0, 1]: compare logits.argmax(1) with the labels.",
}
