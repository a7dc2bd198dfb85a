"""Heartbeats, sounds and orders, each learned by several nets: once trained and stored.

print(table(stored(), "ecg5000"))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import DataSet, Part
from course_lib.data import sounds as kinds
from course_lib.data.series import load_series
from course_lib.models.simple import conv_net
from course_lib.sections.signals.dense import dense_rival, parameters
from course_lib.sections.signals.given import (
    SimpleCNN1d,
    as_images,
    balanced_accuracy,
    in_two_orders,
    spectrogram,
)
from course_lib.training.fit import fit
from course_lib.training.stored import Run, Runs, columns, read
from course_lib.training.trials import SEEDS

STORED = Path(__file__).with_name("curves.csv")

BEATS = ("ecg200", "ecg5000", "rhythm")
SOUNDS, ORDER = "sounds", "which came first"
BATCH, RATE = 32, 5e-3
MOVED, LATER = " moved", 5
"""Beats are tested once more so many samples later: these runs' variant is, say, "rhythm moved"."""
STEPS = 1_500
"""Of each training on beats: the sets differ in size, and a small one needs more epochs."""
EPOCHS = {SOUNDS: 15, ORDER: 15}
SETTINGS = (
    f"Adam, batches of {BATCH}, a rate that falls from {RATE:g} to 0, the same seeds for all nets "
    f"of a set; beats: {STEPS:,} steps, sounds and orders: {EPOCHS[SOUNDS]} epochs; no part for "
    f"validation: the last epoch counts, on the test part; moved: {LATER} samples later"
)

N_FFT, HOP = 64, 32
LOW, HIGH = -40.0, 20.0
GAP, SAMPLES = 24, 400
"""Zeros around each of two sounds, and the length of these: multiples of the net's step, 8."""
PAIRS = 150
_FIRST, _SECOND = kinds.NAMES.index("steady tone"), kinds.NAMES.index("click train")


@dataclass(frozen=True)
class Entry:
    """A net, and what it learns from and is tested on."""

    net: str
    make: Callable[[], nn.Module]
    train: Part
    test: Part


def stored() -> Runs:
    """The trainings that come with the course."""
    return read(STORED)


def entries(name: str) -> list[Entry]:
    """The nets that are compared on a set: of BEATS, SOUNDS or ORDER.

    Raises:
        DataMissing: files of ECG200 or ECG5000 are not there.
    """
    if name == ORDER:
        return _orders(pairs(PAIRS, 1), pairs(PAIRS, 2))
    data = load_series(name, validation=0)
    return _sounds(data) if name == SOUNDS else _beats(data)


def pairs(
    count: int, seed: int, order: Callable[[Tensor, Tensor, int], Tensor] = in_two_orders
) -> Part:
    """A tone and a train of clicks in both orders: (2 * count, 1, L); label 1 where clicks lead.

    Args:
        order: gives both orders of two sounds with a gap, as `in_two_orders` does.
    """
    waves, labels = kinds.draw(len(kinds.NAMES) * count, seed, length=SAMPLES)
    rows = [
        order(tone, clicks, GAP)
        for tone, clicks in zip(waves[labels == _FIRST], waves[labels == _SECOND], strict=True)
    ]
    return Part(torch.cat(rows), torch.arange(2).repeat(count))


def compare(name: str, nets: Sequence[Entry], seeds: Sequence[int] = SEEDS) -> list[Run]:
    """Trains each net from each seed: same data, same budget, same order of series.

    Returns:
        Series of one number each: `accuracy` and `balanced` (accuracy) on the test part, both in
        [0, 1], and the last epoch's `loss`. No runs where somebody stopped it, or while a
        notebook is graded.
    """
    runs = []
    for entry in nets:
        per_epoch = -(-len(entry.train) // BATCH)
        for seed in seeds:
            torch.manual_seed(seed)
            net = entry.make()
            history = fit(
                net,
                entry.train,
                epochs=EPOCHS.get(name, round(STEPS / per_epoch)),
                lr=RATE,
                batch_size=BATCH,
                seed=seed,
                precision="float32",
            )
            if history.interrupted or not len(history):
                return []
            tested = {name: entry.test}
            if name in BEATS:
                tested[name + MOVED] = later(entry.test)
            for variant, test in tested.items():
                found = {**scores(net, test), "loss": history.rows[-1].loss}
                series = {key: [one] for key, one in found.items()}
                runs.append(Run(entry.net, variant, seed, series))
    return runs


def later(part: Part) -> Part:
    """The same series LATER samples later: the first number is repeated, the last ones are lost."""
    series = F.pad(part.images, (LATER, 0), mode="replicate")
    return replace(part, images=series[..., : part.images.shape[-1]])


def train(names: Sequence[str] = (*BEATS, SOUNDS, ORDER)) -> Runs:
    """Trains all nets of these sets, three seeds each.

    The stop button ends all of it; then, and while a notebook is graded, come the stored ones.

    Raises:
        DataMissing: files of ECG200 or ECG5000 are not there.
    """
    runs: list[Run] = []
    for name in names:
        more = compare(name, entries(name))
        if not more:
            return stored()
        runs += more
    data = "; ".join(_source(name) for name in names)
    about = {"data": data, "settings": SETTINGS, "trained": "here and now"}
    return Runs(about, "training", runs)


@torch.no_grad()
def scores(net: nn.Module, part: Part) -> dict[str, float]:
    """Accuracy and balanced accuracy, both in [0, 1]."""
    predicted = net.eval()(part.inputs()).argmax(1)
    accuracy = (predicted == part.labels).double().mean().item()
    return {"accuracy": accuracy, "balanced": balanced_accuracy(predicted, part.labels)}


def table(runs: Runs, *names: str) -> str:
    """A line for each net on each set: the mean of the seeds, from the least to the greatest.

    Args:
        names: of BEATS, SOUNDS or ORDER; or one of BEATS and MOVED. Several are told as headings.
    """
    lines = [f"{'net':28}{'parameters':>10}  {'accuracy':24}balanced accuracy"]
    for name in names:
        lines += [name] if len(names) > 1 else []
        nets = _any_entries(name.removesuffix(MOVED))
        made = {entry.net: parameters(entry.make()) for entry in nets}
        for (net, variant), found in runs.by_net().items():
            if variant == name:
                cells = [_spread(columns(found, series)[-1]) for series in ("accuracy", "balanced")]
                lines.append(f"{net:28}{made[net]:10,}  {cells[0]:24}{cells[1]}")
    about = [f"{key}: {runs.about[key]}" for key in ("trained", "device") if key in runs.about]
    return "\n".join([*lines, *about])


def _spread(values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    return f"{mean:.1%} ({min(values):.1%} to {max(values):.1%})"


def _source(name: str) -> str:
    if name != ORDER:
        return load_series(name, validation=0).source
    return f"{PAIRS} pairs of a tone and a train of clicks, each in both orders; as many to test on"


def _any_entries(name: str) -> list[Entry]:
    """The nets of a set, for their sizes: the files of the real ones need not be here."""
    if name not in BEATS:
        return entries(name)
    length = {"ecg200": 96, "ecg5000": 140, "rhythm": 140}[name]
    empty = Part(torch.empty(0, 1, length), torch.empty(0, dtype=torch.int64))
    return _beats(DataSet(name, "", ("", ""), empty, empty, empty))


def _beats(data: DataSet) -> list[Entry]:
    length, classes = data.test.images.shape[-1], len(data.classes)

    def rival() -> nn.Module:
        return dense_rival(SimpleCNN1d(1, classes), 1, length, classes)

    return [
        Entry("SimpleCNN1d", lambda: SimpleCNN1d(1, classes), data.train, data.test),
        Entry("dense", rival, data.train, data.test),
    ]


def _sounds(data: DataSet) -> list[Entry]:
    """SimpleCNN1d and section 08's SimpleCNN; nets between them tell what makes the difference."""
    classes, narrow = len(data.classes), (16, 32, 64)
    waves, images = (data.train, data.test), (_seen(data.train), _seen(data.test))

    def same_widths(norm: bool) -> nn.Module:
        return conv_net(narrow, norm=norm, head="gap", num_classes=classes)

    return [
        Entry("waves: SimpleCNN1d", lambda: SimpleCNN1d(1, classes), *waves),
        Entry("waves: with batch norm", lambda: _normed(SimpleCNN1d(1, classes)), *waves),
        Entry("images: same widths", lambda: same_widths(False), *images),
        Entry("images: with batch norm", lambda: same_widths(True), *images),
        Entry("images: SimpleCNN of 08", lambda: conv_net(num_classes=classes), *images),
    ]


def _seen(part: Part) -> Part:
    """Spectrograms in place of waves, (N, 3, 33, 36)."""
    grey = as_images(spectrogram(part.images[:, 0], N_FFT, HOP), LOW, HIGH)
    return Part(grey.expand(-1, 3, -1, -1).contiguous(), part.labels)


def _normed(net: SimpleCNN1d) -> nn.Module:
    layers: list[nn.Module] = []
    for layer in net.features:
        layers.append(layer)
        if isinstance(layer, nn.Conv1d):
            layers.append(nn.BatchNorm1d(layer.out_channels))
    net.features = nn.Sequential(*layers)
    return net


def _orders(train: Part, test: Part) -> list[Entry]:
    def two_means() -> nn.Module:
        means = nn.AdaptiveAvgPool1d(2), nn.Flatten(), nn.Linear(128, 2)
        return nn.Sequential(SimpleCNN1d(1, 2).features, *means)

    return [
        Entry("one mean", lambda: SimpleCNN1d(1, 2), train, test),
        Entry("two means", two_means, train, test),
    ]
