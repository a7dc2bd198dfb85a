"""`make bench`: what `import course_lib` costs, and what a check adds to one's computing."""

import copy
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from course_lib.checks.card import Card
from course_lib.checks.case import Case
from course_lib.checks.check import public_verdict
from course_lib.checks.exercise import asked
from grader.marking import rooms
from grader.marking.solutions import solution

IMPORTS = 9
"""Fresh processes for each of the two imports."""
CHECKS = 7
"""Repetitions of each check."""


def import_seconds() -> tuple[float, float]:
    """Median seconds of `import torch`, and of `import torch, course_lib`, taken in turns."""
    times: dict[str, list[float]] = {"import torch": [], "import torch, course_lib": []}
    timed = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
    for turn in range(IMPORTS + 1):
        for statement, seconds in times.items():
            command = [sys.executable, "-c", timed.format(statement)]
            taken = float(subprocess.run(command, check=True, capture_output=True).stdout)
            if turn:  # the first turn fills the system's file cache
                seconds.append(taken)
    alone, both = (statistics.median(seconds) for seconds in times.values())
    return alone, both


def check_seconds(exercise_id: str, answer: Any) -> tuple[float, float]:
    """Median seconds of a check with its card, and of the learner's own computing in it."""

    def check() -> None:
        Card(public_verdict(exercise_id, answer))._repr_mimebundle_()

    cases = asked(exercise_id).cases
    return _median(check), _median(lambda: _compute(exercise_id, answer, cases))


def _compute(exercise_id: str, answer: Any, cases: list[Case]) -> None:
    """What the learner's object itself computes when the cases are put to it once."""
    exercise = asked(exercise_id).exercise
    through = exercise.adapter
    call = answer if through is None else partial(through, answer)
    for case in cases:
        if exercise.asks == "function":
            for args in case.each or (case.args,):
                call(*copy.deepcopy(args), **copy.deepcopy(dict(case.kwargs)))
        elif exercise.asks == "module":
            module = answer(*case.args, **case.kwargs)
            for _ in ("train", "eval"):
                for value in case.inputs:
                    module(value)


def _median(act: Callable[[], None]) -> float:
    times = []
    for turn in range(CHECKS + 1):
        start = time.perf_counter()
        act()
        if turn:  # the first one warms up
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    console = Console(highlight=False)
    console.print(f"{os.cpu_count()} cores, torch {torch.__version__} on {torch.get_num_threads()}")
    alone, both = import_seconds()
    console.print(
        f"import torch {alone:.2f} s; course_lib adds {both - alone:.3f} s "
        f"(medians of {IMPORTS} fresh processes)"
    )
    table = Table("exercise", "check, ms", "own computing, ms", "added, ms")
    for name in rooms.names():
        for exercise in rooms.room(name).exercises:
            checking, own = check_seconds(exercise.id, solution(exercise.id))
            figures = (checking, own, max(checking - own, 0.0))
            table.add_row(exercise.id, *(f"{1000 * seconds:.1f}" for seconds in figures))
    console.print(table)


if __name__ == "__main__":
    main()
