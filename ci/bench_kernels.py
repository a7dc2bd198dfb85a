"""Measures walled-in warm kernels against nbgrader's stock kernels, in one run, in turn.

python -m ci.bench_kernels --rounds 7 --learners 50

Overhead: launch, importing torch, torchvision and matplotlib, and teardown, of a notebook that does
nothing else. Memory: what each further kernel has of its own. With --learners, a class that hands
in section 01 solved is graded, and its time divided into kernels, cells and nbgrader. With
--floods, what submissions made to take long add in the grader's own process, kernels left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from ci.sections import places
from grader.course import configure
from grader.demo.learners import solved_notebook
from grader.generate import GenerateAssignment
from grader.kernels import provisioner, warm
from grader.submission.autograde import Autograde
from grader.submission.execute import Execute
from grader.submission.feedback import GenerateFeedback

IMPORTS = "import torch, torchvision, matplotlib.pyplot"
OVERHEAD_GOAL, MEMORY_GOAL, FLOOD_GOAL = 10.0, 60.0, 2.0
NAME = "01_convolution"


def client(walled: bool) -> NotebookClient:
    """A client for a notebook that only imports; not walled in, as nbgrader does it."""
    made = NotebookClient(new_notebook(cells=[new_code_cell(IMPORTS)]), timeout=120)
    made.kernel_name = provisioner.KERNEL if walled else "python3"
    made.shutdown_kernel = "immediate" if walled else "graceful"
    return made


def overhead(rounds: int) -> bool:
    times: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(rounds + 1):
        for walled, seconds in times.items():
            start = perf_counter()
            client(walled).execute(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if turn:  # the first turn starts the warm process, and fills the system's file cache
                seconds.append(perf_counter() - start)
    stock, ours = (statistics.median(seconds) for seconds in times.values())
    met = stock / ours >= OVERHEAD_GOAL
    print(
        f"kernel overhead: stock {stock:.2f} s, walled in {ours:.3f} s, "
        f"{stock / ours:.1f} x (goal {OVERHEAD_GOAL:g} x: {'met' if met else 'MISSED'})"
    )
    return met


def memory(kernels: int) -> bool:
    """What all processes have together with many kernels more than with one, imports done.

    Proportional set sizes: shared pages are counted once. Supervisors are counted.
    """
    totals = []
    with ExitStack() as running:
        for _ in range(kernels):
            one = client(walled=True)
            running.enter_context(one.setup_kernel())
            one.execute_cell(one.nb.cells[0], 0)
            assert warm._warm
            totals.append(sum(map(_proportional, _descendants(warm._warm._process.pid))))
    each = (totals[-1] - totals[0]) / (kernels - 1)
    print(
        f"memory: {totals[0]:.0f} MB with one kernel, {each:.1f} MB for each further one of "
        f"{kernels} (goal {MEMORY_GOAL:g} MB: {'met' if each <= MEMORY_GOAL else 'MISSED'})"
    )
    return each <= MEMORY_GOAL


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in _descendants(int(child)))]


def _proportional(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


class Timed(Execute):
    """Adds up what the cells of all notebooks take, and what executing them takes in all."""

    cells = 0.0
    whole = 0.0

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> Any:
        start = perf_counter()
        try:
            return super().preprocess(nb, resources, km)
        finally:
            Timed.whole += perf_counter() - start

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        start = perf_counter()
        try:
            return super().preprocess_cell(cell, resources, index)
        finally:
            Timed.cells += perf_counter() - start


def grade_class(learners: int) -> None:
    with _course(learners) as api:
        converter = Autograde(coursedir=api.coursedir, parent=api)
        start = perf_counter()
        converter.start()
        total = perf_counter() - start
    shares = {
        "kernels": Timed.whole - Timed.cells,
        "cells of the notebook": Timed.cells,
        "nbgrader, judge, record": total - Timed.whole,
    }
    divided = ", ".join(f"{name} {seconds / learners:.2f} s" for name, seconds in shares.items())
    print(f"class of {learners}, {NAME} solved: {total:.0f} s; a submission: {divided}")


FLOODS = {
    "honest": ("code", ""),
    "brackets": ("markdown", "](" * 95_000),
    "brackets to come": ("markdown", "[" * 190_000),
    "formulas": ("markdown", r"$\a" * 45_000),
    "tags": ("markdown", "<a " * 60_000),
    "statements": ("code", "a=0;" + "a;" * 95_000),
    "parts of a text": ("code", "x = f'" + "{x}" * 63_000 + "'"),
    "blank lines": ("code", "\n" * 190_000),
    "spaces": ("code", "x = 1" + " " * 190_000),
    "brackets in code": ("code", "(" * 190_000),
    "one long line": ("code", "x" * 190_000),
    "many cells": ("code", "".join(f"y{i} = x{i} = {i}\n" for i in range(12_000))),
}
"""Submissions by what they add: a cell of their own with so much text."""


def floods() -> bool:
    with _course(1 + len(FLOODS)) as api:
        first, *learners = sorted(os.listdir("submitted"))
        for learner, (kind, source) in zip(learners, FLOODS.values(), strict=True):
            path = Path("submitted", learner, NAME, f"{NAME}.ipynb")
            notebook = json.loads(path.read_text())
            own: dict[str, Any] = {"cell_type": kind, "source": source, "metadata": {}, "id": "own"}
            if kind == "code":
                own |= {"outputs": [], "execution_count": None}
            notebook["cells"].insert(3, own)
            path.write_text(json.dumps(notebook))
        _grading_seconds(api, first)  # fills caches
        honest, *others = (_grading_seconds(api, learner) for learner in learners)
    added = {name: seconds - honest for name, seconds in zip([*FLOODS][1:], others, strict=True)}
    worst = max(added.values())
    print(
        f"floods: grading and feedback take {honest:.1f} s beside the kernel; added: "
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in added.items())
        + f" (goal {FLOOD_GOAL:g} s: {'met' if worst <= FLOOD_GOAL else 'MISSED'})"
    )
    return worst <= FLOOD_GOAL


def _grading_seconds(api: NbGraderAPI, learner: str) -> float:
    """Of a processor, from taking in a submission to its feedback page; its kernel has its own."""
    api.coursedir.student_id = learner
    start = process_time()
    for step in (Autograde, GenerateFeedback):
        converter = step(coursedir=api.coursedir, parent=api)
        converter.force = True
        converter.start()
    return process_time() - start


@contextmanager
def _course(learners: int) -> Iterator[NbGraderAPI]:
    config = Config()
    configure(config)
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [Timed if one is Execute else one for one in steps]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (place,) = (one for one in places() if one.folder == NAME)
        source = root / "solutions" / NAME / place.executed.name
        source.parent.mkdir(parents=True)
        shutil.copy(place.executed, source)
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.assignment_id = NAME
        api = NbGraderAPI(config=config)
        converter = GenerateAssignment(coursedir=api.coursedir, parent=api)
        converter.force = True
        converter.start()
        release = nbformat.read(root / "notebooks" / NAME / source.name, as_version=4)
        solved = solved_notebook(release, nbformat.read(source, as_version=4))
        for number in range(learners):
            handed_in = root / "submitted" / f"learner{number:03}" / NAME / source.name
            handed_in.parent.mkdir(parents=True)
            handed_in.write_text(json.dumps(solved))
        with chdir(root):
            yield api


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kernels", type=int, default=8, help="side by side, for their memory")
    parser.add_argument("--learners", type=int, default=0, help="also grade a class of so many")
    parser.add_argument("--floods", action="store_true", help="also grade what floods the grader")
    chosen = parser.parse_args()
    os.environ["JUPYTER_PATH"] = str(provisioner.SPECS)
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} before")
    # A kernel gets a copy of the folder that it is started in.
    with tempfile.TemporaryDirectory() as empty, chdir(empty):
        met = overhead(chosen.rounds)
        met &= memory(chosen.kernels)
        if chosen.learners:
            grade_class(chosen.learners)
        if chosen.floods:
            met &= floods()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
