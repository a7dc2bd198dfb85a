"""The verdicts in an executed notebook's outputs."""

from collections.abc import Collection, Mapping

from nbformat import NotebookNode

from course_lib.checks.card import VERDICT_TYPE
from grader.marking.rooms import Room

SOLVED = frozenset({"right", "recorded"})
UNTOUCHED = frozenset({"not attempted", "recorded"})


def verdicts(notebook: NotebookNode) -> dict[str, str]:
    """Exercise id -> the state of its last verdict."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            verdict = output.get("data", {}).get(VERDICT_TYPE)
            if verdict is not None:
                found[verdict["exercise"]] = verdict["state"]
    return found


def unexpected(found: Mapping[str, str], section: Room, accepted: Collection[str]) -> list[str]:
    """A sentence for each exercise of the section whose verdict is missing or not accepted."""
    problems = []
    for exercise in section.exercises:
        state = found.get(exercise.id)
        if state is None:
            problems.append(f"{exercise.id}: no verdict among the outputs")
        elif state not in accepted:
            problems.append(f"{exercise.id}: {state}, not {' or '.join(sorted(accepted))}")
    return problems
