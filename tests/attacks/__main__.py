"""`make attacks`: grades all hostile submissions, prints what they earned beside nbgrader's marks.

With words behind it, only the attacks in whose names one of them stands.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from attacks import FAMILIES, Attack, corpus
from attacks.course import FULL
from attacks.grading import Marks, Result, expected, grade
from attacks.stock import Stock, measured
from attacks.wall import seconds_per_cell, walled_in

MOST = sum(points or 0.0 for points in FULL.values())


def main(words: list[str]) -> int:
    """The exit status is 0 only when every attack ends as it must."""
    walled = walled_in()
    chosen = [one for one in corpus() if not words or any(word in one.title for word in words)]
    run = [attack for attack in chosen if walled or not attack.wall]
    console = Console()
    if not console.is_terminal:
        console = Console(width=170)
    with (
        tempfile.TemporaryDirectory(prefix="course-attacks-") as folder,
        console.status(f"Grading {len(run)} hostile submissions"),
    ):
        graded = grade(Path(folder), run, seconds_per_cell=seconds_per_cell(), walled=walled)
    stock = measured()
    table = Table(
        title=f"Hostile submissions: points of {MOST:g} that the graders gave",
        caption="honest: what is answered properly. Why a submission costs more: see its file.",
    )
    for heading in ("attack", "what it tries", "honest", "here", "nbgrader 0.9.6"):
        table.add_column(heading, justify="right" if heading == "honest" else "left")
    wrong = 0
    for family, title in FAMILIES.items():
        table.add_section()
        table.add_row(f"[bold]{title}", "", "", "", "")
        for attack in (one for one in chosen if one.family == family):
            result = graded.results.get(attack.title)
            wrong += result is not None and not _as_expected(attack, result)
            table.add_row(
                attack.name,
                escape(attack.tries),
                _points(expected(attack)),
                escape(_here(attack, result)),
                escape(_stock(stock.get(attack.title))),
            )
    console.print(table)
    damage = graded.changed or not graded.others or graded.left_behind or graded.last != FULL
    console.print(f"{len(run)} of {len(chosen)} run, {wrong} not as they must end.")
    console.print(
        "Damage was done." if damage else "Nothing was damaged; nobody else lost a point."
    )
    return 1 if wrong or damage else 0


def _as_expected(attack: Attack, result: Result) -> bool:
    ill = result.read or result.hidden or result.active
    return result.marks == expected(attack) and not ill and attack.flagged <= result.flagged


def _here(attack: Attack, result: Result | None) -> str:
    if result is None:
        return f"not run: {attack.wall}"
    if not result.marks:
        return "not graded"
    also = [f"reads: {', '.join(result.read)}"] if result.read else []
    also += [*result.hidden, *result.active]
    if attack.flagged and attack.flagged <= result.flagged:
        also.append("flagged for a person")
    return "; ".join([_points(result.marks), *also])


def _stock(result: Stock | None) -> str:
    if result is None:
        return "not measured"
    mark = [] if result.mark is None else [f"{result.mark:g}"]
    return "; ".join([*mark, *result.also])


def _points(marks: Marks) -> str:
    return f"{sum(points or 0.0 for points in marks.values()):g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
