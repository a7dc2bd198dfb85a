"""`python -m grader.marking.mutation`: do the questions find every small mistake of a solution?

Its exit status is 1 where one was given full marks and is not listed as equivalent, or where the
list is wrong; 2 where what was asked for does not exist.
"""

import difflib
import json
import math
import os
import time
from collections.abc import Sequence
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.progress import track

from grader.marking import rooms
from grader.marking.mutation.changes import NoRevision, changed_since
from grader.marking.mutation.equivalents import Reasons, equivalents_in
from grader.marking.mutation.judging import Target, tried
from grader.marking.mutation.table import Row, as_lines, show, unknown
from grader.marking.mutation.targets import room_of, targets_in
from grader.marking.solutions import ROOT


def chosen(what: Sequence[str]) -> list[Target]:
    """The targets of the sections and exercises with these names; all for none.

    Raises:
        LookupError: there is none of a name; the message gives the nearest.
    """
    every = {name: targets_in(name) for name in rooms.names()}
    by_name: dict[str, list[Target]] = dict(every)
    by_name |= {target.id: [target] for targets in every.values() for target in targets}
    for name in what:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1, cutoff=0.0)[0]
            raise LookupError(
                f"No section or exercise with mutants is called {name!r}; the nearest is {near!r}."
            )
    wanted = {target.id for name in what or every for target in by_name[name]}
    return [target for targets in every.values() for target in targets if target.id in wanted]


def row_of(target: Target, seeds: Sequence[int], deadline: float) -> Row:
    """Tries a target; with no time left, none of its mutants has an outcome."""
    section, _, name = target.id.partition(".")
    listed = _listed(section).get(name, {})
    return Row(tried(target, seeds, deadline=deadline), listed)


def _listed(section: str) -> dict[str, Reasons]:
    return equivalents_in(room_of(section))


def main(
    what: Annotated[list[str] | None, typer.Argument(help="SECTION or SECTION.EXERCISE")] = None,
    seeds: Annotated[str, typer.Option(help="as many learners, separated by commas")] = "1,2,3",
    seconds: Annotated[float, typer.Option(help="no mutant is started later")] = math.inf,
    changed: Annotated[str, typer.Option(help="only what changed since this revision")] = "",
    lines: Annotated[bool, typer.Option("--json", help="a line for each mutant")] = False,
) -> None:
    """Judges every mutant of the solutions as marking would, and says which get full marks."""
    # Forks can use neither the threads of their parent nor a GPU that it has opened.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    torch.set_num_threads(1)
    deadline = time.monotonic() + seconds
    console = Console()
    try:
        targets = chosen(what or [])
        if changed:
            targets = changed_since(changed, targets, ROOT)
        numbers = [int(seed) for seed in seeds.split(",")]
        rows = []
        for target in track(targets, "judging", console=console, transient=True, disable=lines):
            rows.append(row_of(target, numbers, deadline))
            for line in as_lines(rows[-1]) if lines else ():
                print(json.dumps(line, ensure_ascii=False), flush=True)
        gone = [
            f"{section}.{name}"
            for section in dict.fromkeys(target.id.partition(".")[0] for target in targets)
            for name in unknown(_listed(section), section, chosen([section]))
        ]
    except (LookupError, NoRevision, ValueError) as error:
        Console(stderr=True).print(str(error), markup=False)
        raise typer.Exit(2) from error
    if not lines:
        show(rows, console)
        for name in gone:
            console.print(f"equivalents are listed for {name}, which has no mutants", markup=False)
    if gone or not all(row.is_clean for row in rows):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
