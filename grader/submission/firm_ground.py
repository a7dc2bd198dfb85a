"""Where one mistake would cost two exercises: which the notebook has to run again for, on what.

An exercise that fails while one that it needs was judged wrong is judged once more, with the
course's own function in that one's place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from grader.marking.questions import Asked
from grader.marking.rooms import find
from grader.submission.verdicts import Read, verdict_at


@dataclass(frozen=True)
class Again:
    """What is asked again.

    Attributes:
        checks: indices of the checks' cells.
        stand_ins: ids of the exercises whose place the course's functions take.
    """

    checks: frozenset[int]
    stand_ins: frozenset[str]


def asked_again(notebook: NotebookNode, asked: Mapping[int, Asked]) -> Again:
    """What to ask again in an executed notebook; nothing for most.

    Args:
        asked: index of a check's cell -> what was asked there.
    """
    places = {one.exercise.id: index for index, one in asked.items()}
    read = Read.of(notebook)
    failed: dict[str, bool] = {}

    def fails(exercise_id: str) -> bool:
        if exercise_id not in failed:
            index = places.get(exercise_id)
            failed[exercise_id] = (
                index is not None and verdict_at(notebook, index, asked[index], read).score < 1
            )
        return failed[exercise_id]

    checks, stand_ins = set[int](), set[str]()
    for index, one in asked.items():
        lacking = {need for need in one.exercise.needs if find(need).stand_in and fails(need)}
        if lacking and fails(one.exercise.id):
            checks.add(index)
            stand_ins |= lacking
    return Again(frozenset(checks), frozenset(stand_ins))
