"""The exercises in the former form whose solutions can be mutated."""

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grader.sections
from course_lib.checks import wire
from course_lib.former.exercise import Case, Exercise, find, section
from course_lib.former.respond import Answer, respond
from grader.former.judge import judge_answers, parts_of, scored_cases
from grader.former.marking import marking_of
from grader.marking.mutation.equivalents import FILE
from grader.marking.mutation.judging import Judged, defined
from grader.marking.solutions import answer_cells, solutions


def former_targets(section_name: str) -> list["FormerTarget"]:
    """The section's exercises that ask for a function or a class."""
    cells = answer_cells(section_name)
    return [
        FormerTarget(exercise.id, cells[exercise.id])
        for exercise in section(section_name).exercises
        if _defines(cells[exercise.id], exercise.id.partition(".")[2])
    ]


def _defines(source: str, name: str) -> bool:
    defined_there = (ast.FunctionDef, ast.ClassDef)
    return any(isinstance(n, defined_there) and n.name == name for n in ast.parse(source).body)


@dataclass(frozen=True)
class FormerTarget:
    """An exercise with the solution that the text of its section holds."""

    id: str
    source: str

    @property
    def files(self) -> Sequence[Path]:
        """Its public half, what is scored, and the equivalents of its section."""
        room = Path(grader.sections.__path__[0], self.id.partition(".")[0])
        marking = marking_of(self.id)
        module = sys.modules[marking.cases.__module__].__file__
        assert module is not None
        return Path(module), room / FILE

    def judged(self, source: str, seed: int) -> Judged:
        section_name, _, name = self.id.partition(".")
        answer = defined(source, solutions(section_name), name)
        exercise = find(self.id)
        assert isinstance(exercise, Exercise)
        questions = scored_cases(self.id, seed)
        answers = {part: _right(self.id, part, cases) for part, cases in questions.items() if part}
        asked = [_as_asked(case) for case in questions[""]]
        answers[""] = [
            Answer.from_plain(wire.decode(wire.encode(one.as_plain())))
            for one in respond(exercise.asks, answer, asked, exercise.through)
        ]
        verdict = judge_answers(self.id, seed, answers, source)
        return Judged(verdict.score, verdict.message)


def _as_asked(case: Case) -> Case:
    sent: dict[str, Any] = {
        "args": list(case.args),
        "kwargs": dict(case.kwargs),
        "state": dict(case.state),
        "inputs": list(case.inputs),
    }
    return Case(**wire.decode(wire.encode(sent)))


def _right(exercise_id: str, part: str, cases: list[Case]) -> list[Answer]:
    expect = parts_of(marking_of(exercise_id))[part].expect
    assert expect is not None
    return [Answer(value=expect(case)) for case in cases]
