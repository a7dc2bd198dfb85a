"""The verdict on what a check's cell put out. Runs where no learner's code has run.

What a learner's kernel put out is decoded as plain data, judged, and then thrown away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import RESPONSE_TYPE
from course_lib.checks.errors import kind_of_error
from course_lib.checks.forbidden import dynamic_uses, forbidden_uses
from course_lib.checks.scope import MAX_CELL, Cell, scope
from course_lib.checks.verdict import Verdict
from grader.marking import rooms, scoring
from grader.marking.inside import INSIDES, names_of
from grader.marking.questions import Asked, asked_of, exercise_in
from grader.submission.metadata import LENT, LOST, RELEASED, SKIPPED, STOPPED


class NoResponse(ValueError):
    """The check's cell put out no answers that can be judged; the message says why."""


MOST_PARSED = 60_000
"""Letters of a learner's code that are parsed, all cells together; more takes seconds."""
MOST_SCANNED = 150_000
"""Letters that answers rest upon, all together: many may rest upon the same."""


@dataclass(frozen=True)
class Read:
    """A notebook's code cells but the checks, each parsed once.

    Attributes:
        cells: index in the notebook -> the cell.
        released: indices of those that are as they were released.
    """

    cells: dict[int, Cell]
    released: frozenset[int]
    _scanned: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, notebook: NotebookNode) -> "Read":
        code = {
            index: cell
            for index, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and (is_solution(cell) or not is_grade(cell))
        }
        released = frozenset(i for i, cell in code.items() if RELEASED in cell.metadata)
        parsed, left = {}, MOST_PARSED
        # Answers before what floods the notebook.
        for index in sorted(code, key=lambda index: not is_solution(code[index])):
            source = code[index].source
            own = 0 if index in released or len(source) > MAX_CELL else len(source)
            parsed[index] = Cell.of(source) if own <= left else Cell(source, None)
            left -= min(own, left)
        return cls({index: parsed[index] for index in code}, released)

    def scanned(self, exercise_id: str, index: int) -> str:
        """What is scanned for forbidden operators: the answer, and what it rests upon."""
        if index not in self._scanned:
            section, _, name = exercise_id.partition(".")
            before = [cell for place, cell in self.cells.items() if place < index]
            others = {one.name for one in rooms.room(section).exercises} - {name}
            text = scope(before, name, others)
            done = sum(map(len, self._scanned.values()))
            self._scanned[index] = text if done + len(text) <= MOST_SCANNED else ""
        return self._scanned[index]

    def own_before(self, index: int) -> list[Cell]:
        """The same without what stands there as it was released."""
        return [self.cells[i] for i in self.cells if i < index and i not in self.released]


def asked_in(notebook: NotebookNode, read: Read, secret: bytes, learner: str) -> dict[int, Asked]:
    """What the learner is asked in a notebook: index of a check's cell -> what is asked there."""
    return {
        index: asked_of(exercise, secret, learner, read.scanned(exercise.id, index))
        for index, cell in enumerate(notebook.cells)
        if (exercise := exercise_in(cell))
    }


def verdict_at(notebook: NotebookNode, index: int, asked: Asked, read: Read) -> Verdict:
    """The verdict on the check at `index`: on the learner's own, or on what ran on stand-ins.

    The better one counts; the learner's own for two that are equal.
    """
    cell = notebook.cells[index]
    cut_short = _cut_short(notebook, index)
    verdict = _verdict(cell.outputs, notebook, index, asked, read, cut_short)
    if LENT not in cell.metadata:
        return verdict
    lent = _verdict(cell.metadata[LENT], notebook, index, asked, read, "")
    if lent.score <= verdict.score:
        return verdict
    says = f"{lent.message} (Judged with the course's functions in place of those that this needs.)"
    return replace(lent, message=says)


def _verdict(
    outputs: Sequence[NotebookNode],
    notebook: NotebookNode,
    index: int,
    asked: Asked,
    read: Read,
    cut_short: str,
) -> Verdict:
    exercise = asked.exercise
    if notebook.cells[index].metadata.get(SKIPPED):
        message = "There was nothing to grade; see the note at the top."
        return Verdict(exercise.id, exercise.title, "not attempted", 0.0, message)
    source = read.scanned(exercise.id, index)
    try:
        verdict = _judged(outputs, asked, source)
        if cut_short and verdict.state == "not attempted":
            raise NoResponse("there is no answer.")
        if not verdict.score:
            return verdict
        flags = _flags(exercise.forbidden, source, read.own_before(index))
        if LOST in notebook.cells[_answer_index(notebook, index)].metadata:
            flags = (*flags, "the answer's cell was not in the submission")
        return replace(verdict, flags=(*verdict.flags, *flags))
    except NoResponse as error:
        reason, mistake = f"No points: {error}", "no response"
        if cut_short:
            reason, mistake = f"No points: {cut_short}.", "stopped"
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, reason, mistake=mistake)
    except Exception as error:  # fail closed: whatever was answered, the others are graded
        message = "No points: these answers could not be judged."
        flag = f"judging raised {type(error).__name__}: {str(error)[:300]}"
        return Verdict(exercise.id, exercise.title, "wrong", 0.0, message, flags=(flag,))


def _judged(outputs: Sequence[NotebookNode], asked: Asked, source: str) -> Verdict:
    exercise = asked.exercise
    try:
        answers = responses(outputs, asked)
    except LookupError:
        raise NoResponse(_why_none(outputs)) from None
    except ValueError as error:
        raise NoResponse(str(error)) from None
    return scoring.judged(exercise.id, asked.seed, answers, source)


def responses(outputs: Sequence[NotebookNode], asked: Asked) -> list[Answer]:
    """The answers in a cell's outputs.

    Raises:
        LookupError: there are none.
        ValueError: they are not bound to this question, or not of our form.
    """
    found: list[Answer] | None = None
    for output in outputs:
        data = output.get("data", {}).get(RESPONSE_TYPE)
        if data is None:
            continue
        if not isinstance(data, dict) or data.get("exercise") != asked.exercise.id:
            raise ValueError("the answers put out here belong to another exercise.")
        if data.get("nonce") != asked.nonce:
            raise ValueError("the answers put out here are not to the questions asked.")
        texts = data.get("answers")
        if found is not None or not isinstance(texts, list):
            raise ValueError("the answers put out here are not of the form that score() gives.")
        found = [_answer(text) for text in texts]
    if found is None:
        raise LookupError
    return found


def _answer(text: object) -> Answer:
    if not isinstance(text, str):
        raise ValueError("the answers put out here are not of the form that score() gives.")
    try:
        return Answer.from_plain(wire.decode(text))
    except ValueError as error:
        raise ValueError(f"the answers cannot be read ({error}).") from None


def _why_none(outputs: Sequence[NotebookNode]) -> str:
    errors = [output for output in outputs if output.output_type == "error"]
    if errors:
        return f"the check ended with {kind_of_error(str(errors[0].get('ename')))}."
    return "the check put out no answers."


def _flags(forbidden: tuple[str, ...], source: str, own: Sequence[Cell]) -> tuple[str, ...]:
    """Why a person should look at what the learner wrote.

    Args:
        own: the cells in which the learner has written.
    """
    odd = [_odd_uses(cell.text) for cell in own]
    inside = {name for names, _ in odd for name in names}
    flags = [f"the notebook uses {name}" for name in sorted(inside)]
    if forbidden:
        dynamic = {name for _, names in odd for name in names} - inside
        flags += [f"the notebook looks things up by {name}" for name in sorted(dynamic)]
        flags += ["a cell cannot be read"] * any(cell.statements is None for cell in own)
        flags += ["the answer, or what it rests upon, was not scanned"] * (not source)
        named = forbidden_uses(source, names_of(forbidden))
        flags += [f"the source names {name}, which was not seen to run" for name in named]
    return tuple(flags)


@lru_cache(512)
def _odd_uses(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a cell uses that no exercise needs, and by what it looks things up."""
    return forbidden_uses(text, INSIDES), dynamic_uses(text)


def _cut_short(notebook: NotebookNode, check: int) -> str:
    """Why the check or the answer before it did not run to its end, or ""."""
    cells = notebook.cells[_answer_index(notebook, check) : check + 1]
    for cell in cells:
        if STOPPED in cell.metadata:
            return f"this cell, or the answer above it, was stopped: {cell.metadata[STOPPED]}"
    for output in cells[0].get("outputs", []) if len(cells) > 1 else ():
        if output.output_type == "error":
            return f"the answer's cell above ended with {kind_of_error(str(output.get('ename')))}"
    return ""


def _answer_index(notebook: NotebookNode, check: int) -> int:
    """Where the answer to the check at index `check` begins: the solution cell before it."""
    for index in range(check - 1, -1, -1):
        cell = notebook.cells[index]
        if is_solution(cell):
            return index
        if is_grade(cell):
            break
    return check
