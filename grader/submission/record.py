"""Writes the marks of an executed submission where nbgrader reads them; nothing else does."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_solution

from course_lib.checks.card import VERDICT_TYPE, html_card
from course_lib.checks.verdict import Verdict
from grader.marking.seeds import course_secret
from grader.submission.inert import inert_tex
from grader.submission.metadata import LENT, SKIPPED, STOPPED
from grader.submission.verdicts import Read, asked_in, verdict_at

MAX_MESSAGE = 2000
"""Letters of a verdict's message."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf")


class Record(NbGraderPreprocessor):  # type: ignore[misc]
    """Replaces the outputs of every graded code cell by a verdict and its points.

    An essay without points waits for nobody: nbgrader gives one whose checksum fits 0 by itself.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        secret, learner = course_secret(Path.cwd()), resources["nbgrader"]["student"]
        read = Read.of(nb)
        asked = asked_in(nb, read, secret, learner)
        for index, cell in enumerate(nb.cells):
            if not is_grade(cell):
                continue
            if is_solution(cell) and not cell.metadata.nbgrader["points"]:
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
            if cell.cell_type != "code" or is_solution(cell):
                continue
            if index not in asked:
                _record_plain(cell)
            else:
                _record_verdict(cell, verdict_at(nb, index, asked[index], read))
                cell.metadata.pop(LENT, None)
        return nb, resources


def _record_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """Writes one result: people see the card, nbgrader reads the number in its plain text."""
    most = float(cell.metadata.nbgrader["points"])
    earned = min(max(verdict.score, 0.0), 1.0) * most
    verdict = replace(
        verdict,
        message=_of_learners(verdict.message),
        flags=tuple(_of_learners(flag) for flag in verdict.flags),
    )
    points = f"{earned:g} of {most:g} points" if most else "a self-check, without points"
    card = {"text/html": html_card(verdict, points), VERDICT_TYPE: verdict.as_plain()}
    cell.outputs = [_points_output(earned, card)]


def _of_learners(text: str) -> str:
    """Text that a learner's answer is part of, such that it can stand on a page."""
    text = text.encode("utf-8", "replace").decode()
    return inert_tex(text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} …")


def _record_plain(cell: NotebookNode) -> None:
    """Marks an instructor's own test cell: an exception or no run earns nothing.

    A single number as the cell's result is partial credit, as in nbgrader, whichever its type;
    prints and warnings do not matter. The cell ran in the learner's interpreter, so its mark is
    worth as much as the learner's honesty.
    """
    most = float(cell.metadata.nbgrader["points"])
    failed = STOPPED in cell.metadata or SKIPPED in cell.metadata
    failed = failed or any(output.output_type == "error" for output in cell.outputs)
    earned = 0.0 if failed else most
    for output in cell.outputs:
        if output.output_type == "execute_result" and not failed:
            earned = _partial(str(output.data.get("text/plain", "")), most)
    kept = [output for output in cell.outputs if output.output_type in ("error", "stream")]
    for output in kept:
        if output.output_type == "stream":
            output.name = "stdout"  # nbgrader takes anything on stderr for a failure
    cell.outputs = [*kept, _points_output(earned)]


def _partial(text: str, most: float) -> float:
    """The number in "0.5", "np.float64(0.5)" or "tensor(0.5)", within [0, most]; else all."""
    inner = re.fullmatch(r"(?:[\w.]+\()?\s*([^(),\s]+)\s*(?:,[^()]*)?\)?", text.strip())
    if not inner or not _NUMBER.fullmatch(inner[1]):
        return most
    value = float(inner[1])
    return min(max(value, 0.0), most) if math.isfinite(value) else 0.0


def _points_output(points: float, card: dict[str, Any] | None = None) -> NotebookNode:
    data = {"text/plain": repr(points), **(card or {})}
    output: NotebookNode = new_output("execute_result", data=data, execution_count=None)
    return output
