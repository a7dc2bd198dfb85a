"""Loss and accuracy over batches: which wrong average two returned numbers are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.checks.compare import as_tensor, describe
from course_lib.former.exercise import Mistake

_CLOSE = 1e-4

AVERAGE_MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "means averaged",
            "You took the mean of the batches' means. The last batch is smaller, so its images "
            "count for more. Weigh each batch by its number of images.",
        ),
        Mistake(
            "sum of losses",
            "You returned the sum of the batches' losses. Divide by the number of images, having "
            "multiplied each batch's mean by its size.",
        ),
        Mistake(
            "means by images",
            "You divided the sum of the batches' mean losses by the number of images. Multiply "
            "each mean by its batch's size before you add it up.",
        ),
        Mistake(
            "last batch only",
            "These are the numbers of the last batch alone. Add up over all batches, and divide "
            "when the loop is over.",
        ),
        Mistake(
            "swapped",
            "The two numbers stand in the wrong order: the loss comes first, then the accuracy.",
        ),
        Mistake(
            "in percent",
            "The accuracy is in percent. Return the share, in [0, 1].",
        ),
        Mistake(
            "divided by batches",
            "You divided the number of right answers by the number of batches. An accuracy is "
            "their share of the images: divide by len(images).",
        ),
        Mistake(
            "counted",
            "The accuracy is the number of right answers. Divide it by the number of images.",
        ),
    )
}


@dataclass(frozen=True)
class Batches:
    """What was met batch by batch: mean loss, right answers, images."""

    losses: Sequence[float]
    right: Sequence[int]
    sizes: Sequence[int]

    @property
    def loss(self) -> float:
        total = sum(loss * n for loss, n in zip(self.losses, self.sizes, strict=True))
        return total / sum(self.sizes)

    @property
    def accuracy(self) -> float:
        return sum(self.right) / sum(self.sizes)

    def wrong_losses(self) -> dict[str, float]:
        """Mistake -> the loss that it gives."""
        return {
            "means averaged": sum(self.losses) / len(self.losses),
            "sum of losses": sum(self.losses),
            "means by images": sum(self.losses) / sum(self.sizes),
            "last batch only": self.losses[-1],
        }

    def wrong_accuracies(self) -> dict[str, float]:
        """Mistake -> the accuracy that it gives."""
        shares = [right / n for right, n in zip(self.right, self.sizes, strict=True)]
        return {
            "means averaged": sum(shares) / len(shares),
            "in percent": 100 * self.accuracy,
            "divided by batches": sum(self.right) / len(self.sizes),
            "counted": float(sum(self.right)),
            "last batch only": shares[-1],
        }

    def tell_apart(self) -> bool:
        """Whether each mistake gives an accuracy of its own."""
        numbers = [self.accuracy, *self.wrong_accuracies().values()]
        return not any(_near(a, b) for i, a in enumerate(numbers) for b in numbers[:i])


def said(text: str) -> Mistake:
    """A sentence told as it stands: not beside the record in which the answer lies."""
    return Mistake("property", text)


def wrong_average(returned: Any, met: Batches) -> Mistake | None:
    """What is wrong with the loss and the accuracy returned, if anything is."""
    numbers = as_tensor(returned)
    if numbers is None or numbers.shape != (2,):
        items = returned if isinstance(returned, (list, tuple)) else [returned]
        came = " and ".join(map(describe, items)) or "nothing"
        return said(f"Return two numbers: the mean loss and the accuracy. You returned {came}.")
    loss, accuracy = numbers.tolist()
    if _near(loss, met.accuracy) and _near(accuracy, met.loss):
        return AVERAGE_MISTAKES["swapped"]
    if not _near(loss, met.loss):
        return _named(loss, met.wrong_losses()) or said(
            "The loss is not the mean cross-entropy of all images."
        )
    if not _near(accuracy, met.accuracy):
        return _named(accuracy, met.wrong_accuracies()) or said(
            "The loss is right. The accuracy is not the share of images classified right, in "
            "[0, 1]: compare logits.argmax(1) with the labels."
        )
    return None


def _named(number: float, wrong: dict[str, float]) -> Mistake | None:
    return next((AVERAGE_MISTAKES[name] for name, w in wrong.items() if _near(number, w)), None)


def _near(a: float, b: float) -> bool:
    return abs(a - b) < _CLOSE
