"""Mutants judged: what is asked of a target, and what came of each mutant on each seed."""

import linecache
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from grader.marking.mutation.forks import Ended, Limits, Report, in_forks
from grader.marking.mutation.mutants import Mutant, mutants_of


@dataclass(frozen=True)
class Judged:
    """What marking says of an answer: a score in [0, 1], and the message."""

    score: float
    message: str = ""

    @property
    def is_right(self) -> bool:
        """Full marks; a score that is no number is none."""
        return self.score >= 1


class Target(Protocol):
    """An exercise whose marking is tried.

    Attributes:
        id: the exercise's id.
        source: the text of its solution.
        files: those that its marking is defined in.
    """

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def files(self) -> Sequence[Path]: ...

    def judged(self, source: str, seed: int) -> Judged:
        """What marking says with this seed when `source` stands in the solution's place.

        Called in forks, and before them with the solution itself: what is kept of that call, such
        as questions and right answers by seed, is there in every fork. An exception counts like an
        answer that does not run.
        """


@dataclass(frozen=True)
class Outcome:
    """What came of a mutant.

    Attributes:
        mutant: the one that was judged.
        judged: by seed; where its fork ended early, by the score 0 and the cause.
        ended: why its fork ended early; empty when it did not.
    """

    mutant: Mutant
    judged: Mapping[int, Judged]
    ended: str = ""

    @property
    def caught(self) -> tuple[int, ...]:
        """The seeds with which it was not given full marks."""
        return tuple(seed for seed, judged in self.judged.items() if not judged.is_right)

    @property
    def is_caught(self) -> bool:
        """On every seed."""
        return len(self.caught) == len(self.judged)

    @property
    def is_survivor(self) -> bool:
        """On every seed it was given full marks."""
        return not self.caught


@dataclass
class Result:
    """What came of a target: outcomes in the order of its mutants, and what stopped it.

    Attributes:
        target: id of the exercise.
        mutants: all that there are; without as many outcomes, time was over.
        problem: why none was judged, such as a solution that is not right; or nothing.
        seconds: how long it took.
    """

    target: str
    mutants: Sequence[Mutant] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0


def tried(
    target: Target, seeds: Sequence[int], *, at_once: int = 2, deadline: float = math.inf
) -> Result:
    """Judges the solution, which must be right, and then its mutants.

    A mutant may compute ten times as long as the solution does, and two seconds at least. The clock
    is for what waits only, since a busy machine may be slow without a mutant being at fault.
    """
    start = time.monotonic()
    mutants = mutants_of(target.source)
    result = Result(target.id, mutants)
    if start >= deadline:
        return result
    for seed in seeds:
        # What is loaded at first use is loaded here, and not in each fork.
        with suppress(Exception):
            target.judged(target.source, seed)
    (own,) = _judged([Mutant(target.source, "", 0, "")], target, seeds, Limits(120, 600))
    judged = _outcome(own, seeds).judged
    wrong = [seed for seed in seeds if not judged[seed].is_right]
    if wrong:
        said = judged[wrong[0]].message
        result.problem = f"the solution is not right with seed {wrong[0]}: {said}"
    else:
        cpu = max(2, math.ceil(10 * own.cpu))
        limits = Limits(cpu=cpu, wall=120.0 + 10 * cpu)
        ended = _judged(mutants, target, seeds, limits, at_once=at_once, deadline=deadline)
        found = {id(one.job): _outcome(one, seeds) for one in ended}
        result.outcomes = [found[id(mutant)] for mutant in mutants if id(mutant) in found]
    result.seconds = time.monotonic() - start
    return result


def _judged(
    mutants: Sequence[Mutant], target: Target, seeds: Sequence[int], limits: Limits, **how: Any
) -> Iterator[Ended[Mutant]]:
    def judge_one(mutant: Mutant, report: Report) -> None:
        for seed in seeds:
            judged = target.judged(mutant.source, seed)
            report([seed, judged.score, judged.message])

    return in_forks(mutants, judge_one, limits, **how)


def _outcome(ended: Ended[Mutant], seeds: Sequence[int]) -> Outcome:
    judged = {seed: Judged(score, message) for seed, score, message in ended.reports}
    missing = {seed: Judged(0.0, ended.cause) for seed in seeds if seed not in judged}
    return Outcome(ended.job, judged | missing, ended.cause)


def defined(source: str, names: Mapping[str, Any], wanted: str) -> Any:
    """What `source` binds to the name `wanted`, run among other names, which stay as they are.

    The text can be read back with `inspect.getsource`, as that of a notebook's cell can.

    Raises:
        KeyError: the text does not bind the name.
    """
    file = "<mutant>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {name: value for name, value in names.items() if name != wanted}
    exec(compile(source, file, "exec"), namespace)
    return namespace[wanted]
