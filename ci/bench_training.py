"""Measures the input pipeline and an epoch of LeNet against the usual way, in one run, in turn.

COURSE_DATA_DIR=... python -m ci.bench_training --rounds 3 --seeds 0,1

The usual way: torchvision's dataset, transforms on PIL images, a DataLoader with two workers. The
two ways take turns, so that what else the machine does weighs on both; the best of the rounds
counts, for both. An epoch: trained on 60,000 images, tried on 10,000. With --seeds it also trains
for one and for five epochs, and gives the accuracies. Ends with 1 if a goal is missed.
"""

import argparse
import contextlib
import gzip
import io
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from course_lib.data import DataDamaged, DataMissing, DataSet, data_folder, load
from course_lib.data.catalogue import REAL
from course_lib.training.augment import Augment, random_crop
from course_lib.training.fit import accuracy, batches, fit

PIPELINE_GOAL, EPOCH_GOAL = 10.0, 3.0
ACCURACY_GOALS = {1: 0.970, 5: 0.985}


def lenet() -> nn.Module:
    """LeNet with ReLU and max pooling, 61,706 parameters; the same weights each time."""
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
        *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
    )


def usual_loader(
    data: DataSet, root: Path, batch_size: int, *, crop: bool = False, train: bool = True
) -> DataLoader[Any]:
    """What tutorials do."""
    from torchvision import datasets, transforms  # type: ignore[import-untyped]

    steps = [transforms.RandomCrop(28, padding=2)] if crop else []
    steps += [transforms.ToTensor(), transforms.Normalize(data.mean, data.std)]
    images = datasets.MNIST(root, train, transform=transforms.Compose(steps))
    return DataLoader(images, batch_size, shuffle=train, num_workers=2)


def usual_epoch(train: DataLoader[Any], test: DataLoader[Any]) -> None:
    torch.manual_seed(0)
    model = lenet()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    total = 0.0
    for x, y in train:
        optimiser.zero_grad()
        value = F.cross_entropy(model(x), y)
        value.backward()
        optimiser.step()
        total += value.item()
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in test:
            right += int((model(x).argmax(1) == y).sum())


def our_epoch(data: DataSet, batch_size: int, augment: Augment | None) -> None:
    torch.manual_seed(0)
    with silent():
        fit(
            *(lenet(), data.train, data.test),
            epochs=1,
            lr=1e-3,
            batch_size=batch_size,
            augment=augment,
            device="cpu",
        )


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
    usual, ours = times
    ratio = usual / ours
    print(
        f"{what:40}{images / usual:>12,.0f}{images / ours:>12,.0f} images/s{ratio:>8.1f} x   "
        f"(goal {goal:g} x: {'met' if ratio >= goal else 'MISSED'})",
        flush=True,
    )
    return ratio >= goal


def unpacked(folder: Path, scratch: Path) -> Path:
    """A folder of MNIST's that torchvision reads; the data folder may hold archives only."""
    real = REAL["mnist"]
    raw = scratch / real.folder
    raw.mkdir(parents=True)
    for archive, content in zip(real.archives, real.contents, strict=True):
        if (folder / real.folder / content.name).is_file():
            return folder
        packed = (folder / real.folder / archive.name).read_bytes()
        (raw / content.name).write_bytes(gzip.decompress(packed))
    return scratch


def speeds(data: DataSet, root: Path, batch_size: int, rounds: int) -> bool:
    def all_of(loader: DataLoader[Any]) -> Callable[[], None]:
        def run() -> None:
            for _ in loader:
                pass

        return run

    def all_of_ours(augment: Augment | None) -> Callable[[], None]:
        def run() -> None:
            for _ in batches(data.train, batch_size, augment=augment):
                pass

        return run

    inputs, epochs = len(data.train), len(data.train) + len(data.test)
    test = usual_loader(data, root, batch_size, train=False)
    met = True
    print(f"{'':40}{'usual':>12}{'ours':>12}")
    for what, augment in (("", None), (", with random crop", random_crop(2))):
        loader = usual_loader(data, root, batch_size, crop=augment is not None)
        times = in_turn(rounds, all_of(loader), all_of_ours(augment))
        met &= compared(f"input alone{what}", inputs, times, PIPELINE_GOAL)
        times = in_turn(
            rounds,
            partial(usual_epoch, loader, test),
            partial(our_epoch, data, batch_size, augment),
        )
        met &= compared(f"epoch of LeNet{what}", epochs, times, EPOCH_GOAL)
    return met


def accuracies(data: DataSet, seeds: list[int]) -> bool:
    """Test accuracy after one and after five epochs, with the engine's defaults."""
    met = True
    for epochs, goal in ACCURACY_GOALS.items():
        found = []
        for seed in seeds:
            torch.manual_seed(seed)
            model = lenet()
            with silent():
                fit(model, data.train, data.validation, epochs=epochs, seed=seed)
            found.append(accuracy(model, data.test))
        values = ", ".join(f"seed {s}: {a:.2%}" for s, a in zip(seeds, found, strict=True))
        reached = min(found) >= goal
        met &= reached
        print(f"{epochs} epochs: {values} (goal {goal:.1%}: {'met' if reached else 'MISSED'})")
    return met


def silent() -> contextlib.redirect_stdout[io.StringIO]:
    """Without the lines of `fit`, which would stand inside the table."""
    return contextlib.redirect_stdout(io.StringIO())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of torch, for both ways; default: torch's")
    parser.add_argument("--seeds", default="", help="also train with these, as 0,1,2")
    chosen = parser.parse_args()
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    try:
        data = load("mnist")
        whole = load("mnist", validation=0)
    except (DataMissing, DataDamaged) as error:
        print(f"Nothing is measured: {error}")
        return 2
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{os.cpu_count()} CPUs, {torch.get_num_threads()} threads, load {load_before:.1f} "
        f"before; torch {torch.__version__}; batches of {chosen.batch_size}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        root = unpacked(data_folder(), Path(scratch))
        met = speeds(whole, root, chosen.batch_size, chosen.rounds)
    if chosen.seeds:
        met &= accuracies(data, [int(seed) for seed in chosen.seeds.split(",")])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
