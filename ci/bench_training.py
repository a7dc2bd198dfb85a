"""Measures the engine against the plain loop: its input alone, and the training of five networks.

COURSE_DATA_DIR=... python -m ci.bench_training --rounds 3
COURSE_DATA_DIR=... python -m ci.bench_training --seeds 0,1 --published 10

The plain loop is that of tutorials: PIL images and torchvision's transforms in a DataLoader with
two workers, float32, Adam as it is, the loss read at each step. Both train on the same images in
batches of one size and take turns, so that what else the machine does weighs on both; the best of
the rounds counts, for both. Images that a network wants larger are enlarged by the plain loop's
transforms as they come, by the engine's user once, outside of what is measured.

With --seeds LeNet also trains on MNIST for one and for five epochs; with --published three networks
train on Fashion-MNIST for so many epochs, to be compared with d2l's accuracies after ten. Ends with
1 if a goal is missed.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from course_lib.data import DataDamaged, DataMissing, Part, load
from course_lib.models.resnet import BasicBlock, ResNet
from course_lib.models.simple import conv_net
from course_lib.models.vgg import VGG, VGG11
from course_lib.training.augment import random_crop
from course_lib.training.fit import accuracy, batches, find_device, fit

PIPELINE_GOAL, GPU_GOAL = 10.0, 5.0
MNIST_GOALS = {1: 0.970, 5: 0.985}


def lenet(activation: type[nn.Module] = nn.ReLU, pooling: Any = nn.MaxPool2d) -> nn.Module:
    """61,706 parameters."""
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), activation(), pooling(2)],
        *[nn.Conv2d(6, 16, 5), activation(), pooling(2), nn.Flatten()],
        *[nn.Linear(400, 120), activation(), nn.Linear(120, 84), activation(), nn.Linear(84, 10)],
    )


def resnet18(in_channels: int) -> nn.Module:
    net = ResNet(BasicBlock, (2, 2, 2, 2), num_classes=10)
    if in_channels != 3:
        net.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
    return net


quarter_vgg = partial(VGG, VGG11, in_channels=1, num_classes=10, width=0.25)


@dataclass(frozen=True)
class Task:
    """A network, what it trains on, and what is asked of the engine.

    Attributes:
        images: so many on a CPU; a GPU takes all of the set.
        goal: how many times faster than the plain loop on two CPU cores.
    """

    name: str
    make: Callable[[], nn.Module]
    data: str
    side: int
    batch: int
    images: int
    goal: float


TASKS = (
    Task("LeNet, 28 px", lenet, "fashion_mnist", 28, 128, 60_000, 3.0),
    Task("SimpleCNN, 32 px", conv_net, "cifar10", 32, 128, 4_096, 1.3),
    Task("ResNet-18, 32 px", partial(resnet18, 3), "cifar10", 32, 128, 2_048, 1.3),
    Task("ResNet-18, 96 px", partial(resnet18, 1), "fashion_mnist", 96, 64, 512, 1.3),
    Task("quarter VGG-11, 224 px", quarter_vgg, "fashion_mnist", 224, 32, 256, 1.3),
)


@dataclass(frozen=True)
class Published:
    """A network's training and test accuracy in d2l (2023): SGD, a constant rate, ten epochs."""

    make: Callable[[], nn.Module]
    side: int
    test: float


PUBLISHED = {
    "LeNet of sigmoids": Published(partial(lenet, nn.Sigmoid, nn.AvgPool2d), 28, 0.78),
    "quarter VGG-11": Published(quarter_vgg, 224, 0.92),
    "ResNet-18": Published(partial(resnet18, 1), 96, 0.89),
}


class Pictures(Dataset[tuple[Tensor, int]]):
    """A part as torchvision's data sets give it: a PIL image at a time, through transforms."""

    def __init__(self, part: Part, side: int, *, crop: bool = False) -> None:
        from torchvision import transforms  # type: ignore[import-untyped]

        self.pixels = part.images.movedim(1, -1).squeeze(-1).numpy()
        self.labels = part.labels.tolist()
        steps = [transforms.Resize(side)] if side != part.images.shape[-1] else []
        steps += [transforms.RandomCrop(side, padding=2)] if crop else []
        steps += [transforms.ToTensor(), transforms.Normalize(part.mean, part.std)]
        self.transform = transforms.Compose(steps)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from PIL import Image

        return self.transform(Image.fromarray(self.pixels[index])), self.labels[index]


def plain_epoch(
    make: Callable[[], nn.Module], loader: DataLoader[Any], device: torch.device
) -> None:
    torch.manual_seed(0)
    model = make().to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    total = 0.0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimiser.zero_grad()
        value = F.cross_entropy(model(x), y)
        value.backward()
        optimiser.step()
        total += value.item()


def our_epoch(make: Callable[[], nn.Module], part: Part, batch: int, compiled: bool) -> None:
    torch.manual_seed(0)
    with silent():
        fit(make(), part, epochs=1, lr=1e-3, batch_size=batch, compile=compiled)
    if part.device.type == "cuda":
        torch.cuda.synchronize()


def enlarged(part: Part, side: int) -> Part:
    """All of its images with so many pixels a side."""
    if side == part.images.shape[-1]:
        return part
    larger = [
        F.interpolate(some.float(), (side, side), mode="bilinear").round().to(torch.uint8)
        for some in part.images.split(1024)
    ]
    return replace(part, images=torch.cat(larger))


def in_turn(rounds: int, *ways: Callable[[], object]) -> list[float]:
    """The shortest time of each way, in seconds."""
    best = [float("inf")] * len(ways)
    for _ in range(rounds):
        for i, way in enumerate(ways):
            start = perf_counter()
            way()
            best[i] = min(best[i], perf_counter() - start)
    return best


def compared(what: str, images: int, times: list[float], goal: float) -> bool:
    plain, ours = times
    ratio = plain / ours
    print(
        f"{what:34}{images / plain:>12,.0f}{images / ours:>12,.0f} images/s{ratio:>8.1f} x   "
        f"(goal {goal:g} x: {'met' if ratio >= goal else 'MISSED'})",
        flush=True,
    )
    return ratio >= goal


def inputs(batch: int, rounds: int) -> bool:
    """Batches of MNIST, without any network."""
    train = load("mnist", validation=0).train
    met = True
    for what, augment in (("", None), (", with random crop", random_crop(2))):
        loader = _loader(Pictures(train, 28, crop=augment is not None), batch)
        ours = partial(batches, train, batch, augment=augment)
        times = in_turn(rounds, partial(_all, loader.__iter__), partial(_all, ours))
        met &= compared(f"input alone{what}", len(train), times, PIPELINE_GOAL)
    return met


def _all(begin: Callable[[], Iterable[object]]) -> None:
    for _ in begin():
        pass


def _loader(pictures: Pictures, batch: int) -> DataLoader[Any]:
    return DataLoader(pictures, batch, shuffle=True, num_workers=2)


def trainings(rounds: int, compiled: bool) -> bool:
    """An epoch of each network, by the plain loop and by the engine."""
    device, met = find_device(), True
    for task in TASKS:
        part = _training_part(task.data)
        part = part.take(task.images) if device.type == "cpu" else part
        large = enlarged(part, task.side).to(device)
        loader = _loader(Pictures(part, task.side), task.batch)
        times = in_turn(
            rounds,
            partial(plain_epoch, task.make, loader, device),
            partial(our_epoch, task.make, large, task.batch, compiled),
        )
        goal = task.goal if device.type == "cpu" else GPU_GOAL
        met &= compared(task.name, len(part), times, goal)
    return met


def _training_part(name: str) -> Part:
    """Of the set, or of the subset of it that the course knows."""
    try:
        return load(name, validation=0).train
    except DataDamaged:
        return load(f"{name}_subset", validation=0).train


def accuracies(seeds: list[int]) -> bool:
    """LeNet on MNIST after one and after five epochs, with the engine's defaults."""
    data, met = load("mnist"), True
    for epochs, goal in MNIST_GOALS.items():
        found = []
        for seed in seeds:
            torch.manual_seed(seed)
            model = lenet()
            with silent():
                fit(model, data.train, data.validation, epochs=epochs, seed=seed)
            found.append(accuracy(model, data.test))
        met &= reached(f"LeNet, MNIST, {epochs} epochs", min(found), goal)
    return met


def published(epochs: int) -> bool:
    """Test accuracies on Fashion-MNIST, by the engine's defaults."""
    data, met = load("fashion_mnist"), True
    for name, wanted in PUBLISHED.items():
        torch.manual_seed(0)
        model = wanted.make()
        parts = [enlarged(part, wanted.side) for part in (data.train, data.validation, data.test)]
        with silent():
            fit(model, *parts[:2], epochs=epochs, lr=1e-3)
        met &= reached(f"{name}, {epochs} epochs", accuracy(model, parts[2]), wanted.test)
    return met


def reached(what: str, found: float, goal: float) -> bool:
    print(f"{what:34}{found:.2%} (goal {goal:.1%}: {'met' if found >= goal else 'MISSED'})")
    return found >= goal


def silent() -> contextlib.redirect_stdout[io.StringIO]:
    """Without the lines of `fit`, which would stand inside the table."""
    return contextlib.redirect_stdout(io.StringIO())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of torch, for both ways; default: torch's")
    parser.add_argument("--compile", action="store_true", help="the engine's networks, too")
    parser.add_argument("--seeds", default="", help="also train LeNet with these, as 0,1,2")
    parser.add_argument("--published", type=int, default=0, help="epochs for d2l's accuracies")
    chosen = parser.parse_args()
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    device = find_device()
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{os.cpu_count()} CPUs"
    print(
        f"{where}, {torch.get_num_threads()} threads, load {load_before:.1f} before; "
        f"torch {torch.__version__}"
    )
    print(f"{'':34}{'plain':>12}{'ours':>12}")
    try:
        met = inputs(128, chosen.rounds)
        met &= trainings(chosen.rounds, chosen.compile)
        if chosen.seeds:
            met &= accuracies([int(seed) for seed in chosen.seeds.split(",")])
        if chosen.published:
            met &= published(chosen.published)
    except (DataMissing, DataDamaged) as error:
        print(f"Cannot be measured: {error}")
        return 2
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
