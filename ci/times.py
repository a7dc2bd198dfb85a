"""How long notebooks run: docs/times.csv, as `python -m ci.notebooks --record` has measured it."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ci.sections import ROOT

STORED = ROOT / "docs" / "times.csv"


@dataclass(frozen=True)
class Time:
    """One solution executed.

    Attributes:
        section: its folder.
        device: what it ran on.
        measured: the day.
    """

    section: str
    profile: str
    seconds: float
    device: str
    measured: str


def times(path: Path = STORED) -> list[Time]:
    """What has been measured, in the order of sections."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.reader(file)][1:]
    return [Time(section, profile, float(s), *where) for section, profile, s, *where in rows]


def record(new: Iterable[Time], path: Path = STORED) -> None:
    """Writes what was measured; of the same section and profile the newer one stays."""
    known = {(time.section, time.profile): time for time in (*times(path), *new)}
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(field.name for field in fields(Time))
        lines.writerows(astuple(known[key]) for key in sorted(known))
