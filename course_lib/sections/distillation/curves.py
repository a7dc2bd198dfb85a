"""Students that learn from labels, from a teacher, or from both: once trained and stored.

runs = stored()
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from course_lib.data import DataSet
from course_lib.sections.distillation import nets
from course_lib.training.fit import accuracy, batches, fit
from course_lib.training.stored import Run, Runs, read

STORED = Path(__file__).with_name("curves.csv")

IMAGES, BATCH, RATE, EPOCHS = 300, 32, 1e-2, 40
SEEDS = 5

WAYS: Mapping[str, tuple[float, float]] = {"hard": (1, 0), "soft": (2, 1), "both": (2, 0.5)}
"""Name -> temperature and alpha."""
UNLABELLED = "unlabelled"
"""As "soft", with as many images in an epoch, which are drawn anew from all for each."""


def stored() -> Runs:
    """The trainings that come with the course: of each student its accuracy by epoch."""
    return read(STORED)


def taught(data: DataSet) -> nn.Module:
    """The teacher of all students."""
    torch.manual_seed(0)
    teacher = nets.teacher()
    fit(teacher, data.train, data.validation, epochs=6, batch_size=64, precision="float32")
    return teacher.eval()


def train(distil_epoch: Callable[..., Any], data: DataSet) -> Runs:
    """Trains each student from each seed: same first weights, rates, and number of steps.

    Args:
        distil_epoch: as the section's exercise asks for it.
    """
    teacher = taught(data)
    ways = {**WAYS, UNLABELLED: WAYS["soft"]}
    runs = [
        Run(
            name,
            "",
            seed,
            {"accuracy": _student(distil_epoch, teacher, data, name, ways[name], seed)},
        )
        for name in ways
        for seed in range(SEEDS)
    ]
    told = ", ".join(f"{name}: T = {T:g}, alpha = {alpha:g}" for name, (T, alpha) in ways.items())
    about = {
        "data": f"letters, {IMAGES} images for the students; for the teacher, and without labels "
        f'for "{UNLABELLED}", {len(data.train):,}; {len(data.test):,} test images',
        "teacher": f"{accuracy(teacher, data.test):.1%} on the test images",
        "settings": f"Adam, batches of {BATCH}, {EPOCHS} epochs, "
        f"rates that fall from {RATE:g}; {told}",
    }
    return Runs(about, "epoch", runs)


def _student(
    distil_epoch: Callable[..., Any],
    teacher: nn.Module,
    data: DataSet,
    name: str,
    way: tuple[float, float],
    seed: int,
) -> list[float]:
    """The accuracy on the test images after each epoch."""
    torch.manual_seed(seed)
    student, few = nets.student(), data.train.take(IMAGES)
    adam = torch.optim.Adam(student.parameters(), lr=RATE)
    reached = []
    for epoch in range(EPOCHS):
        adam.param_groups[0].update(lr=RATE * (1 - epoch / EPOCHS))
        if name == UNLABELLED:
            few = data.train[torch.randperm(len(data.train))[:IMAGES]]
        distil_epoch(student, teacher, batches(few, BATCH), adam, *way)
        reached.append(accuracy(student, data.test, device="cpu"))
    return reached
