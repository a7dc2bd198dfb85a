"""What it costs to train against an attack: once trained and stored.

runs = stored()
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.transforms import v2  # type: ignore[import-untyped]

from course_lib.data import DataSet
from course_lib.sections.adversarial.nets import resting
from course_lib.training.stored import Run, Runs, read
from course_lib.training.trials import SEEDS

STORED = Path(__file__).with_name("curves.csv")

EPS = 0.1
RATE = 2e-3
CLEAN, EPOCHS = 8, 8
"""Epochs on clean images, with which all begin, and then those on attacked ones."""
BATCH, TRAIN, VALIDATION = 64, 4_000, 500
NAMES = ("clean images", "FGSM", "PGD")
"""What a net is trained on after its first epochs."""


def stored() -> Runs:
    """The trainings that come with the course."""
    return read(STORED)


def small_net() -> nn.Module:
    """Digits (N, 1, 28, 28) in [0, 1] -> logits (N, 10), the normalisation inside."""
    return nn.Sequential(
        v2.Normalize([0.1], [0.2]),
        *(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(16 * 7 * 7, 10)),
    )


@dataclass(frozen=True)
class Climb:
    """An attack: steps along the sign, each of this share of EPS, from x or a start by chance."""

    steps: int
    share: float = 1
    by_chance: bool = False

    def __call__(self, net: nn.Module, clean: Tensor, labels: Tensor) -> Tensor:
        low, high = (clean - EPS).clamp(min=0), (clean + EPS).clamp(max=1)
        at = torch.lerp(low, high, torch.rand_like(clean)) if self.by_chance else clean
        with resting(net):
            for _ in range(self.steps):
                leaf = at.clone().requires_grad_()
                total = F.cross_entropy(net(leaf), labels, reduction="sum")
                slope = torch.autograd.grad(total, leaf)[0]
                at = torch.clamp(at + self.share * EPS * slope.sign(), low, high)
        return at


FOR_TRAINING: Mapping[str, Climb] = dict(
    zip(NAMES, (Climb(0), Climb(1), Climb(5, 1 / 3, by_chance=True)), strict=True)
)
FOR_TESTS: Mapping[str, Climb] = {
    "clean": Climb(0),
    "fgsm": Climb(1),
    "pgd": Climb(10, 1 / 4, by_chance=True),
}


def train(data: DataSet, seeds: tuple[int, ...] = SEEDS) -> Runs:
    """Trains each of them from each seed: same first epochs, budget, images and order of them."""
    part, others = data.train.take(TRAIN), data.validation.take(VALIDATION)
    shown = part.images / 255, part.labels
    measured = partial(_accuracies, others.images / 255, others.labels)
    runs = []
    for seed in seeds:
        torch.manual_seed(seed)
        begun = small_net()
        adam = torch.optim.Adam(begun.parameters(), lr=RATE)
        for epoch in range(CLEAN):
            _epoch(begun, adam, *shown, Climb(0), CLEAN * seed + epoch)
        for name, attack in FOR_TRAINING.items():
            net = copy.deepcopy(begun)
            adam = torch.optim.Adam(net.parameters(), lr=RATE)
            series: dict[str, list[float]] = {test: [] for test in FOR_TESTS}
            for epoch in range(EPOCHS):
                _epoch(net, adam, *shown, attack, 1_000 + EPOCHS * seed + epoch)
                for test, share in measured(net).items():
                    series[test].append(share)
            runs.append(Run(name, "", seed, series))
    about = {
        "data": f"{TRAIN:,} digits of glyphs, in [0, 1], and {VALIDATION} others to validate with",
        "settings": f"two convolutions of 8 and 16 channels; Adam, rate {RATE:g}, batches of "
        f"{BATCH}; {CLEAN} epochs on clean images, then {EPOCHS} on what is named",
        "attacks": f"eps {EPS:g}; FGSM, and PGD from a start by chance: 5 steps of eps / 3 in "
        "training, 10 steps of eps / 4 in tests",
    }
    return Runs(about, "epoch", runs)


def _epoch(
    net: nn.Module, adam: torch.optim.Adam, x: Tensor, y: Tensor, attack: Climb, seed: int
) -> None:
    torch.manual_seed(seed)
    for places in torch.randperm(len(x)).split(BATCH):
        against = attack(net, x[places], y[places])
        adam.zero_grad()
        F.cross_entropy(net(against), y[places]).backward()
        adam.step()


def _accuracies(x: Tensor, y: Tensor, net: nn.Module) -> dict[str, float]:
    """Of the validation images, the share that is named rightly after each attack."""
    torch.manual_seed(0)
    return {
        name: float((net(attack(net, x, y)).argmax(1) == y).double().mean())
        for name, attack in FOR_TESTS.items()
    }
