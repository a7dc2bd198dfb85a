"""Answers put as a learner would put them: what the check says, and what marking gives.

An answer is the text of a cell. It runs where learners' code runs, in a notebook that holds what
the section's text binds before the exercise, with the course's functions in the place of the
answers that the exercise needs. The verdicts are those of marking.
"""

import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.checks.card import VERDICT_TYPE
from course_lib.checks.check import QUESTIONS_VARIABLE
from course_lib.checks.exercise import find as find_public
from course_lib.checks.verdict import State, Verdict
from grader.kernels.inside.walls import SCRATCH
from grader.kernels.warm import probe
from grader.marking.exercise import Exercise
from grader.marking.questions import Asked, questions_file
from grader.marking.rooms import find
from grader.marking.solutions import ROOT, cells_before
from grader.submission.execute import Execute
from grader.submission.metadata import ENDED_BEFORE, RELEASED, STOPPED
from grader.submission.verdicts import Read, verdict_at

SECONDS_PER_CELL = 30
"""As `nbgrader autograde` has it."""

_CHECKING = "[__import__('os').environ.pop(name, None) for name in {names}];"
_MARKING = "__import__('os').environ.update({variables})"


@dataclass(frozen=True)
class Tried:
    """What became of one answer.

    Attributes:
        check: what the check says; it carries no points.
        card: the same as the learner sees it, as text; from the learner's process.
        marks: seed -> the verdict that carries points.
    """

    check: Verdict
    card: str
    marks: Mapping[int, Verdict]


def tried(
    exercise_id: str,
    sources: Sequence[str],
    seeds: Iterable[int],
    *,
    seconds_per_cell: int = SECONDS_PER_CELL,
) -> list[Tried]:
    """What becomes of answers, in their order.

    Args:
        sources: the text of each answer's cell.
        seeds: what marking's questions are drawn from.

    Raises:
        LookupError: there is no such exercise, or its section has to be built first.
        NoSandbox: learners' code cannot be walled in here.
    """
    exercise = find(exercise_id)
    with Trial(exercise, asked_with(exercise, seeds), seconds_per_cell=seconds_per_cell) as trial:
        return [trial.of(source) for source in sources]


def asked_with(exercise: Exercise, seeds: Iterable[int]) -> list[Asked]:
    """What marking asks with seeds of nobody's."""
    return [Asked(exercise, seed, secrets.token_hex(8)) for seed in seeds]


class Trial:
    """An exercise to which answers are put, one after the other, each in a kernel of its own.

    Everything is asked in one kernel in turn, for which the answer's cell is run afresh each time.
    Where that ends the kernel, each is asked again in a kernel of its own.
    """

    def __init__(
        self,
        exercise: Exercise,
        asked: Iterable[Asked],
        *,
        seconds_per_cell: int = SECONDS_PER_CELL,
    ) -> None:
        """
        Args:
            asked: what marking asks, one for each seed.

        Raises:
            LookupError: the exercise is not in the section's text, or was not built.
            NoSandbox: learners' code cannot be walled in here.
        """
        find_public(exercise.id)
        probe(ROOT)
        self.exercise = exercise
        self._asked = {str(one.seed): one for one in asked}
        self._needs = [need for need in exercise.needs if find(need).stand_in]
        self._setup = [
            _check_line(answered) if answered else code
            for answered, code in cells_before(exercise.id)
            if not answered or answered in self._needs
        ]
        self._kernel = _Kernel(timeout=seconds_per_cell, shutdown_kernel="immediate")
        self._kernel.notebook_timeout *= 1 + len(self._asked)
        self._folder = tempfile.TemporaryDirectory(prefix="course-trial-")

    def __enter__(self) -> "Trial":
        for name, one in self._asked.items():
            path = Path(self._folder.name, f"{name}.json")
            path.write_text(questions_file([one], self._needs))
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def of(self, source: str) -> Tried:
        """What becomes of one answer."""
        public, *marked = self._asked_in_turn(source, ["", *self._asked])
        marks = {}
        for one, cells in zip(self._asked.values(), marked, strict=True):
            notebook = self._notebook(*cells)
            read = Read.of(notebook)
            marks[one.seed] = verdict_at(notebook, len(notebook.cells) - 1, one, read)
        return Tried(*self._told(*public), marks)

    def _asked_in_turn(
        self, source: str, turns: Sequence[str]
    ) -> list[tuple[NotebookNode, NotebookNode]]:
        """The answer's cell and the cell below it, executed, for each turn: "" is the check's."""
        notebook = new_notebook()
        places: list[int] = []
        for turn in turns:
            cells = [_switch(turn), *(() if places else self._setup), source, self._ask(turn)]
            notebook.cells += [new_code_cell(cell) for cell in cells]
            places.append(len(notebook.cells) - 1)
        executed = self._kernel.run(notebook, self._folder.name)
        if len(turns) > 1 and any(c.metadata.get(STOPPED) == ENDED_BEFORE for c in executed.cells):
            return [pair for turn in turns for pair in self._asked_in_turn(source, [turn])]
        return [(executed.cells[place - 1], executed.cells[place]) for place in places]

    def _ask(self, turn: str) -> str:
        scored = f'\nscore("{self.exercise.id}", {self.exercise.name})' if turn else ""
        return _check_line(self.exercise.id) + scored

    def _notebook(self, answer: NotebookNode, check: NotebookNode) -> NotebookNode:
        """The notebook that marking would see."""
        cells = [new_code_cell(code, metadata={RELEASED: True}) for code in self._setup]
        for cell, kind in ((answer, "solution"), (check, "grade")):
            nbgrader = {"grade": False, "solution": False, kind: True}
            cells.append(
                new_code_cell(
                    cell.source,
                    metadata={**cell.metadata, "nbgrader": nbgrader},
                    outputs=cell.outputs,
                )
            )
        made: NotebookNode = new_notebook(cells=cells)
        return made

    def _told(self, answer: NotebookNode, check: NotebookNode) -> tuple[Verdict, str]:
        """The check's verdict and its card, as far as they have come and can be read."""
        stopped = answer.metadata.get(STOPPED) or check.metadata.get(STOPPED)
        for output in () if stopped else check.outputs:
            data = output.get("data", {})
            plain = data.get(VERDICT_TYPE)
            if isinstance(plain, dict) and plain.get("state") in get_args(State):
                return self._said(plain), str(data.get("text/plain"))
        errors = [f"it raised {output.ename}" for output in check.outputs if "ename" in output]
        why = f"stopped: {stopped}" if stopped else (*errors, "it put out nothing")[0]
        message = f"The check gives no verdict ({why})."
        return self._said({"state": "wrong", "message": message, "mistake": "no verdict"}), message

    def _said(self, plain: Mapping[str, Any]) -> Verdict:
        score = plain.get("score")
        return Verdict(
            self.exercise.id,
            self.exercise.title,
            plain["state"],
            min(max(score, 0.0), 1.0) if isinstance(score, float) else 0.0,
            str(plain.get("message", "")),
            mistake=str(plain.get("mistake", "")),
        )


class _Kernel(Execute):
    """Runs cells with the limits of marking."""

    def run(self, notebook: NotebookNode, folder: str) -> NotebookNode:
        return self._executed(notebook, {"metadata": {"path": folder}}, {})


def _check_line(exercise_id: str) -> str:
    name = exercise_id.partition(".")[2]
    return f'{name} = check("{exercise_id}", {name})'


def _switch(turn: str) -> str:
    """What makes `check` show its card, or `score` put the answers out; it binds no name."""
    variables: dict[str, Any] = {
        "NBGRADER_EXECUTION": "autograde",
        QUESTIONS_VARIABLE: f"{SCRATCH}/work/{turn}.json",
    }
    if turn:
        return _MARKING.format(variables=variables)
    return _CHECKING.format(names=tuple(variables))
