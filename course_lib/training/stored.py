"""Trainings that come with the course: small CSV files whose head says where the numbers are from.

# data: glyphs ...
# command: python -m ci.stored_curves vgg
net,variant,seed,epoch,loss,validation
VGG-11,He,0,1,2.3466,0.11
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One training, or one look at a network before it.

    Attributes:
        net: which network.
        variant: what else was varied: its first weights, the rate; "" where nothing was.
        series: by their names, columns of numbers, one number a step.
    """

    net: str
    variant: str
    seed: int
    series: Mapping[str, list[float]]


@dataclass(frozen=True)
class Runs:
    """Several of them, all with the same columns.

    Attributes:
        about: where they are from: data, settings, date, device, versions, command.
        step: what is counted from 1 along a series: epochs, or layers.
    """

    about: Mapping[str, str]
    step: str
    runs: Sequence[Run]

    def by_net(self) -> dict[tuple[str, str], list[Run]]:
        """Of each network in each variant, the runs from its seeds."""
        found: dict[tuple[str, str], list[Run]] = {}
        for run in self.runs:
            found.setdefault((run.net, run.variant), []).append(run)
        return found

    def __str__(self) -> str:
        names = list(self.runs[0].series)
        lines = [["net", "variant", *(f"{name}, last {self.step}" for name in names)]]
        for (net, variant), found in self.by_net().items():
            ends = (_spread([run.series[name][-1] for run in found]) for name in names)
            lines.append([net, variant, *ends])
        if not any(run.variant for run in self.runs):
            lines = [[net, *ends] for net, _, *ends in lines]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        about = [f"{name}: {text}" for name, text in self.about.items()]
        return "\n".join(
            about
            + ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
            + ["(mean of the seeds, and from the least to the greatest)"]
        )


def _spread(values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    return f"{mean:.3g} ({min(values):.3g} to {max(values):.3g})"


def columns(runs: Sequence[Run], series: str) -> list[tuple[float, ...]]:
    """Of each step, what all of these runs have there: [(of the first seed, …), …]."""
    return list(zip(*(run.series[series] for run in runs), strict=True))


def write(path: Path, runs: Runs) -> None:
    """Writes them to where `read` finds them, numbers with five digits."""
    text = io.StringIO()
    text.writelines(f"# {name}: {value}\n" for name, value in runs.about.items())
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["net", "variant", "seed", runs.step, *runs.runs[0].series])
    for run in runs.runs:
        for number, values in enumerate(zip(*run.series.values(), strict=True), start=1):
            cells = [f"{value:.5g}" for value in values]
            lines.writerow([run.net, run.variant, run.seed, number, *cells])
    path.write_text(text.getvalue(), "utf-8")


def read(path: Path) -> Runs:
    """The runs of a file that `write` wrote."""
    lines = path.read_text("utf-8").splitlines()
    head = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    about = dict(line.split(": ", 1) for line in head)
    (_, _, _, step, *names), *rows = csv.reader(lines[len(head) :])
    found: dict[tuple[str, str, str], Run] = {}
    for net, variant, seed, _, *values in rows:
        empty = Run(net, variant, int(seed), {name: [] for name in names})
        run = found.setdefault((net, variant, seed), empty)
        for name, value in zip(names, values, strict=True):
            run.series[name].append(float(value))
    return Runs(about, step, list(found.values()))
