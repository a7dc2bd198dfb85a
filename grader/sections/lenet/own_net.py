"""Section 05: marking of the learner's own net, by its logits on freshly moved test images."""

import contextlib
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.data import DataDamaged, DataMissing, load
from course_lib.data.parts import Part
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.lenet.averages import said
from course_lib.sections.lenet.own_net import NO_WEIGHTS
from grader.former.marking import Marking, Mutant

CREDIT = {"mnist": (0.983, 0.990), "digits": (0.91, 0.95)}
"""Accuracy where credit begins, and where it is whole; the notebook states both."""

_BATCH = 330
"""Images that travel in one tensor: at most 2**18 numbers."""
_COUNT = {"mnist": 15 * _BATCH, "digits": 3 * 360}


def moved(images: Tensor, draw: Draw) -> Tensor:
    """Each image turned by up to 2 degrees, shifted by up to half a pixel, scaled by up to 2 %.

    Args:
        images: (N, 1, 28, 28), uint8.
    """
    n = len(images)
    angle, size, right, down = (2 * draw.uniform(4, n) - 1).unbind()
    angle, size = angle * math.radians(2), 1 + 0.02 * size
    first = torch.stack([angle.cos() * size, -angle.sin() * size, right / 28], 1)
    second = torch.stack([angle.sin() * size, angle.cos() * size, down / 28], 1)
    grid = F.affine_grid(torch.stack([first, second], 1), list(images.shape), align_corners=False)
    there = F.grid_sample(images.float(), grid, align_corners=False)
    return there.round().clamp(0, 255).to(torch.uint8)


@cache
def _tests() -> dict[str, Part]:
    """The test parts at hand: the embedded digits always, MNIST where its files are."""
    found = {"digits": load("digits").test}
    with contextlib.suppress(DataMissing, DataDamaged):
        found["mnist"] = load("mnist").test
    return found


def asked(draw: Draw) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Moved test images in batches, and their labels, set after set."""
    images, labels = [], {}
    for name, part in _tests().items():
        order = torch.cat([draw.uniform(len(part)).argsort() for _ in range(3)])[: _COUNT[name]]
        images.append(moved(part.images[order], draw))
        labels[name] = part.labels[order]
    return [batch for some in images for batch in some.split(_BATCH)], labels


def _cases(draw: Draw) -> list[Case]:
    batches, labels = asked(draw)
    about = "test images, moved a little"
    return [Case(args=(batches,), about=about, verify=_credit(labels))]


def _credit(labels: dict[str, Tensor]) -> Callable[[Any], Mistake | str | None]:
    """The best credit over the sets: a net is marked on the one that it was trained on."""
    total = sum(len(some) for some in labels.values())

    def verify(answer: Any) -> Mistake | str | None:
        if not isinstance(answer, Tensor) or answer.shape != (total, 10):
            return said("predict must return logits: a tensor with ten numbers for each image.")
        if not bool(torch.isfinite(answer).all()):
            return "Some logits are not finite numbers."
        if float(answer.std(0).max()) < 1e-3:
            return NO_WEIGHTS
        parts = answer.argmax(1).split([len(some) for some in labels.values()])
        best = 0.0
        for (name, some), chosen in zip(labels.items(), parts, strict=True):
            low, high = CREDIT[name]
            accuracy = float((chosen == some).double().mean())
            best = max(best, (accuracy - low) / (high - low))
        if best >= 1:
            return None
        says = "Its accuracy on the moved test images is below the mark for the whole credit. "
        if best <= 0:
            return Mistake("accuracy", says + "It is below the one where credit begins, too.")
        return Mistake("accuracy", says + "The credit is in proportion.", share=best)

    return verify


def _lenet() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(800, 120), nn.ReLU(), nn.Linear(120, 10)),
    )


@cache
def trained(epochs: int) -> tuple[nn.Sequential, Part]:
    """A net trained on the embedded digits, in some seconds, and the part it was trained on."""
    part = load("digits").train
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = _lenet()
        optimiser = torch.optim.Adam(net.parameters(), lr=2e-3)
        steps = epochs * len(part.images) // 32
        for step in range(steps):
            optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
            some = torch.randint(len(part), (32,))
            optimiser.zero_grad()
            F.cross_entropy(net(part.inputs(part.images[some])), part.labels[some]).backward()
            optimiser.step()
    return net.eval(), part


def _says(images: Tensor, epochs: int = 12) -> Tensor:
    net, part = trained(epochs)
    with torch.no_grad():
        logits: Tensor = net(part.inputs(images))
    return logits


def predict(images: Tensor) -> Tensor:
    """A solution: (N, 1, 28, 28), uint8 -> (N, 10)."""
    return _says(images)


def _untrained(images: Tensor) -> Tensor:
    torch.manual_seed(0)
    with torch.no_grad():
        logits: Tensor = _lenet()(images.float() / 255)
    return logits


MARKINGS = (
    Marking(
        exercise="lenet.predict",
        cases=_cases,
        solution=predict,
        mutants=(
            Mutant("never trained", _untrained, mistake="accuracy"),
            Mutant(
                "always one class", lambda x: torch.eye(10)[[3] * len(x)], mistake="not trained"
            ),
            Mutant("classes, no logits", lambda x: predict(x).argmax(1), mistake="property"),
            Mutant("probabilities", lambda x: predict(x).softmax(1), state="right"),
        ),
    ),
)
