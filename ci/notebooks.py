"""`python -m ci.notebooks`: executes every notebook and prints a table of what came out.

- solution: papermill runs it with the profile; every verdict in its outputs must be right.
- stored outputs: nbval runs it and compares with the outputs in the repository (smoke only: those
  of another profile differ).
- release: papermill runs it as a learner finds it; no exception, and nothing counts as attempted.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from papermill import execute_notebook
from rich.console import Console
from rich.table import Table

from ci.execute import execute, scratch_copy
from ci.origin import origin
from ci.problem import Problem
from ci.sections import Place, places
from ci.times import Time, record
from ci.verdicts import SOLVED, UNTOUCHED, unexpected, verdicts

logging.getLogger("papermill").setLevel(logging.ERROR)


class Profile(StrEnum):
    """How much a notebook trains."""

    SMOKE = "smoke"
    LAPTOP = "laptop"
    GPU = "gpu"


@dataclass(frozen=True)
class Outcome:
    """What came of one execution: nothing went wrong when there are no problems."""

    seconds: float
    about: str = ""
    problems: tuple[str, ...] = ()


def run_solution(place: Place, profile: Profile) -> Outcome:
    """papermill on the solution; its verdicts must be right."""
    return _run(place, place.executed, profile, SOLVED)


def run_release(place: Place, profile: Profile) -> Outcome:
    """papermill on the release; nothing in it is attempted."""
    return _run(place, place.released, profile, UNTOUCHED)


def compare_outputs(place: Place, profile: Profile) -> Outcome:
    """nbval on the solution: the outputs must equal the stored ones."""
    start = time.perf_counter()
    with scratch_copy(place.executed.parent) as scratch:
        # The stored outputs are those of the profile, which need not be the notebook's default.
        notebook = scratch / place.executed.name
        execute_notebook(
            place.executed, notebook, parameters={"profile": profile.value}, prepare_only=True
        )
        # Away from the repository's settings for pytest, which are not meant for notebooks.
        alone = ["-c", os.devnull, "--rootdir", str(scratch), "-p", "no:cacheprovider"]
        shown = ["-q", "--color=no", "--no-header", "--maxfail=3"]
        command = [sys.executable, "-m", "pytest", "--nbval", *shown, *alone, str(notebook)]
        ended = subprocess.run(command, capture_output=True, text=True)
    last = ended.stdout.strip().rpartition("\n")[2]
    problems = () if ended.returncode == 0 else (f"nbval: {last}\n{ended.stdout}{ended.stderr}",)
    return Outcome(time.perf_counter() - start, "the same", problems)


def _run(place: Place, path: Path, profile: Profile, accepted: Collection[str]) -> Outcome:
    start = time.perf_counter()
    problems: tuple[str, ...] = ()
    found: dict[str, str] = {}
    if not path.is_file():
        return Outcome(0.0, problems=(f"{path.name} is missing; run: make release",))
    try:
        notebook = nbformat.read(path, as_version=4)
        found = verdicts(execute(notebook, path.parent, profile.value))
        problems = tuple(unexpected(found, place.section, accepted))
    except Problem as problem:
        problems = (str(problem),)
    return Outcome(time.perf_counter() - start, f"{len(found)} verdicts", problems)


Job = Callable[[Place, Profile], Outcome]


def run_all(wanted: list[Place], profile: Profile, workers: int) -> dict[str, dict[str, Outcome]]:
    """Folder of the section -> name of the job -> what came of it."""
    jobs: dict[str, Job] = {"solution": run_solution, "release": run_release}
    if profile is Profile.SMOKE:
        jobs["stored outputs"] = compare_outputs
    with ProcessPoolExecutor(workers, initializer=_share_cores, initargs=(workers,)) as pool:
        futures = {
            place.folder: {name: pool.submit(job, place, profile) for name, job in jobs.items()}
            for place in wanted
        }
        return {
            folder: {name: future.result() for name, future in row.items()}
            for folder, row in futures.items()
        }


def _share_cores(workers: int) -> None:
    """Kernels side by side each get their part: more threads than cores wait for each other."""
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))


def show(outcomes: dict[str, dict[str, Outcome]], profile: Profile, console: Console) -> bool:
    """Prints the table, then what went wrong. Says whether anything did."""
    names = list(next(iter(outcomes.values())))
    table = Table("notebook", *names, title=f"every notebook executed, profile {profile.value}")
    for folder, row in outcomes.items():
        cells = [
            f"✗ {len(outcome.problems)} wrong"
            if outcome.problems
            else f"✓ {outcome.about}, {outcome.seconds:.0f} s"
            for outcome in row.values()
        ]
        table.add_row(folder, *cells)
    for folder, row in outcomes.items():
        for name, outcome in row.items():
            for problem in outcome.problems:
                console.print(f"✗ {folder}, {name}: {problem}", markup=False, soft_wrap=True)
    console.print(table)
    return any(outcome.problems for row in outcomes.values() for outcome in row.values())


def main(
    sections: Annotated[
        list[str] | None, typer.Argument(help="Which sections; all of them for none.")
    ] = None,
    profile: Annotated[Profile, typer.Option(help="How much is trained.")] = Profile.SMOKE,
    workers: Annotated[
        int, typer.Option(min=0, help="Notebooks at a time; 0: one per core, on a GPU one.")
    ] = 0,
    keep_times: Annotated[
        bool, typer.Option("--record", help="Keep the solutions' times in docs/times.csv.")
    ] = False,
) -> None:
    """Executes every notebook; ends with status 1 when something went wrong."""
    console = Console(highlight=False)
    try:
        wanted = places(sections or ())
    except Problem as problem:
        console.print(str(problem), markup=False)
        raise typer.Exit(2) from None
    if workers == 0:
        workers = 1 if profile is Profile.GPU else os.cpu_count() or 1
    outcomes = run_all(wanted, profile, workers)
    if keep_times:
        record(_times(outcomes, profile, workers))
    raise typer.Exit(int(show(outcomes, profile, console)))


def _times(
    outcomes: dict[str, dict[str, Outcome]], profile: Profile, workers: int
) -> Iterator[Time]:
    where = origin("")
    device = where["device"].partition(", threads")[0]
    device += f", {workers} notebooks at a time on {os.cpu_count()} cores"
    for folder, row in outcomes.items():
        solution = row["solution"]
        if not solution.problems:
            yield Time(folder, profile.value, round(solution.seconds), device, where["trained"])


if __name__ == "__main__":
    typer.run(main)
