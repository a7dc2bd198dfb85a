"""The circle: a network of the learner's own parts, trained, explained and attacked by their own.

parts = own_parts()
done = close(own_network, parts)

Where torch or torchvision has a part, it stands in for one that is missing; for the rest the
missing exercise is named, and what needs it is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.earlier import NotSaved, earlier, saved
from course_lib.checks.exercise import UnknownExercise
from course_lib.data import Part, glyphs
from course_lib.training.fit import fit
from course_lib.training.profile import grading

CLASSES = "ABCDE"
SIZE = 24
WIDTHS = (8, 16, 32)
EPS = 0.05
"""Of the attack, in units of pixels in [0, 1]."""
TRAIN, TEST = 500, 200
_TRAIN_SEED, _TEST_SEED = 14, 15
_LOOP_EPOCHS, _LOOP_RATE = 2, 0.1
_BATCH, _RATE, _MOMENTUM = 32, 0.1, 0.9

_SECTIONS = {
    "lenet": "section 05 (LeNet)",
    "gradcam": "section 11 (Grad-CAM)",
    "adversarial": "section 12 (Adversarial examples)",
}
"""Of the exercises for which torch has nothing to lend."""


@dataclass(frozen=True)
class Parts:
    """What the circle is made of; None for what is missing.

    Attributes:
        norm, block: 07's BatchNorm2d and BasicBlock, or torch's and torchvision's.
        optimiser: 08's SGD, or torch's.
        train_epoch: 05's loop. It has its own plain SGD inside.
        grad_cam, fgsm: 11's explanation, 12's attack.
    """

    norm: Callable[..., nn.Module]
    block: Callable[..., nn.Module]
    optimiser: Callable[..., Any]
    train_epoch: Callable[..., Any] | None = None
    grad_cam: Callable[..., Tensor] | None = None
    fgsm: Callable[..., Tensor] | None = None


@dataclass
class Closed:
    """What came of it.

    Attributes:
        model: images (N, 3, H, W) in [0, 1] -> logits; its normalisation is inside.
        trained_by: what trained it, in words; "" where nothing did.
        accuracy: on the test images, in [0, 1].
        images, labels: of the test, (N, 3, H, W) in [0, 1] and (N,).
        heat: raw Grad-CAM maps (N, h, w) of the labels' classes at the last block.
        attacked: images, (N, 3, H, W), at EPS; `under_attack` is the accuracy on them.
        errors: a sentence for each part that ended in an error.
    """

    model: nn.Module
    images: Tensor
    labels: Tensor
    trained_by: str = ""
    accuracy: float = 0.0
    heat: Tensor | None = None
    attacked: Tensor | None = None
    under_attack: float | None = None
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.trained_by:
            return "Nothing is trained while a notebook is graded."
        lines = [f"trained by {self.trained_by}", f"test accuracy {self.accuracy:.0%}"]
        if self.under_attack is not None:
            lines.append(f"under your FGSM, eps {EPS:g}: {self.under_attack:.0%}")
        return "\n".join([*lines, *self.errors])


def own_parts() -> Parts:
    """The learner's answers of earlier sections that pass their checks.

    A line says whose each is, or that it is missing, and why.
    """
    norm = earlier("resnet.BatchNorm2d")
    block = earlier("resnet.BasicBlock", BatchNorm2d=norm)
    optimiser = earlier("training.SGD")
    rest = map(_saved, ("lenet.train_epoch", "gradcam.grad_cam", "adversarial.fgsm"))
    return Parts(norm, block, optimiser, *rest)


def _saved(exercise_id: str) -> Any:
    """An answer for which torch has no counterpart; None where there is none, and says so."""
    section, _, name = exercise_id.partition(".")
    try:
        found = saved(exercise_id, Path().absolute().parent)
    except NotSaved as reason:
        print(f"{name} of {_SECTIONS[section]} is missing: {reason}.")
        return None
    except UnknownExercise:
        print(f"{name} is missing: {_SECTIONS[section]} is not released yet.")
        return None
    print(f"{name} is yours.")
    return found


def close(own_network: Callable[..., nn.Module], parts: Parts, epochs: int = 6) -> Closed:
    """Builds the network, trains it, explains and attacks it: in some seconds.

    Args:
        own_network: called with block, norm, widths and the number of classes.
        epochs: at least 3; the first two are those of the loop of section 05, if it is there.
    """
    train, test = drawn(TRAIN, _TRAIN_SEED), drawn(TEST, _TEST_SEED)
    torch.manual_seed(0)
    net = own_network(parts.block, parts.norm, WIDTHS, len(CLASSES))
    model = nn.Sequential(_Normalise(train.images), net)
    done = Closed(model, test.images, test.labels)
    if grading():
        return done
    done.trained_by = _train(model, train, parts, epochs)
    done.accuracy = _accuracy(model, test.images, test.labels)
    if parts.grad_cam:
        layer = _last_block(model, parts.block)
        done.heat = _asked(done, "grad_cam", parts.grad_cam, model, layer, test.images, test.labels)
    if parts.fgsm:
        done.attacked = _asked(done, "fgsm", parts.fgsm, model, test.images, test.labels, EPS)
    if done.attacked is not None:
        done.under_attack = _accuracy(model, done.attacked, test.labels)
    return done


def drawn(count: int, seed: int) -> Part:
    """Letters of CLASSES, white on black: float images (count, 3, SIZE, SIZE) in [0, 1]."""
    images, labels = glyphs.draw(count, seed, SIZE, CLASSES)
    return Part(images.expand(-1, 3, -1, -1) / 255, labels)


class _Normalise(nn.Module):
    """Inside of the model, as an attack needs it: eps is in units of pixels."""

    mean: Tensor
    std: Tensor

    def __init__(self, images: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", images.mean((0, 2, 3))[:, None, None])
        self.register_buffer("std", images.std((0, 2, 3))[:, None, None])

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


def _train(model: nn.Module, train: Part, parts: Parts, epochs: int) -> str:
    """Trains it, and tells by what."""
    by, left = "", epochs
    if parts.train_epoch:
        for number in range(_LOOP_EPOCHS):
            order = torch.randperm(len(train), generator=torch.Generator().manual_seed(number))
            parts.train_epoch(model, train.images[order], train.labels[order], _BATCH, _LOOP_RATE)
        by = f"your train_epoch ({_LOOP_EPOCHS} epochs) and then "
        left = epochs - _LOOP_EPOCHS
    fit(
        model,
        train,
        epochs=left,
        lr=_RATE,
        batch_size=_BATCH,
        optimiser=partial(parts.optimiser, momentum=_MOMENTUM),
        precision="float32",
    )
    name: str = getattr(parts.optimiser, "__name__", "your optimiser")
    return f"{by}the course's fit with {name} ({left} epochs)"


@torch.no_grad()
def _accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    right = model.eval()(images).argmax(1) == labels
    return float(right.double().mean())


def _last_block(model: nn.Module, block: Any) -> str:
    """The name, within the model, of the last block; of the last convolution, if there is none."""
    kinds = (block, nn.Conv2d) if isinstance(block, type) else (nn.Conv2d,)
    named: list[list[str]] = [
        [name for name, one in model.named_modules() if isinstance(one, kind)] for kind in kinds
    ]
    return next(names[-1] for names in named if names)


def _asked(done: Closed, name: str, run: Callable[..., Tensor], *args: Any) -> Tensor | None:
    """What it gives; None where it ends in an error, which then is among `errors`."""
    try:
        return run(*args)
    except Exception as error:
        done.errors.append(f"Your {name} ends in an error ({type(error).__name__}: {error}).")
        return None
