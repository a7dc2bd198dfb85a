"""The exercises whose solutions can be mutated: those that ask for a function or a class.

A value and a choice have no mutants, nor have labs, whose weights are marked, and essays.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grader.sections
from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.check import answered
from course_lib.checks.scope import Cell, scope
from grader.marking import rooms, scoring
from grader.marking.mutation.equivalents import FILE
from grader.marking.mutation.judging import Judged, Target, defined
from grader.marking.solutions import answer_cells, solutions


def room_of(section: str) -> Path:
    """The folder of a section's exercises."""
    return Path(grader.sections.__path__[0], section)


def targets_in(section: str) -> list[Target]:
    """The section's exercises that have mutants."""
    return [
        ExerciseTarget(exercise.id, answer_cells(section)[exercise.id])
        for exercise in rooms.room(section).exercises
        if exercise.asks in ("function", "module") and not exercise.lab
    ]


@dataclass(frozen=True)
class ExerciseTarget:
    """An exercise with the solution that the text of its section holds."""

    id: str
    source: str

    @property
    def files(self) -> Sequence[Path]:
        """Where it is defined, and the equivalents of its section."""
        room = room_of(self.id.partition(".")[0])
        modules = [m for name, m in sys.modules.items() if name.startswith("grader.sections.")]
        exercise = rooms.find(self.id)
        home = next(m for m in modules if any(value is exercise for value in vars(m).values()))
        assert home.__file__ is not None
        return Path(home.__file__), room / FILE

    def judged(self, source: str, seed: int) -> Judged:
        section, _, name = self.id.partition(".")
        exercise = rooms.find(self.id).public
        answer = defined(source, solutions(section), name)
        asked = [Case.from_plain(one) for one in wire.decode(scoring.questions(self.id, seed))]
        answers = [Answer.from_plain(wire.decode(t)) for t in answered(exercise, answer, asked)]
        others = {one.name for one in rooms.room(section).exercises} - {name}
        scanned = scope([Cell.of(source)], name, others)
        verdict = scoring.judged(self.id, seed, answers, scanned)
        return Judged(verdict.score, verdict.message)
