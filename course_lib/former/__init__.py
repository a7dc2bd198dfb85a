"""The form of exercises that sections 02 to 05 still have; section by section it goes."""

from typing import Any


def has(exercise_id: Any) -> bool:
    """Whether the exercise is one of a section in the former form."""
    from course_lib.former.exercise import SECTIONS

    return isinstance(exercise_id, str) and exercise_id.partition(".")[0] in SECTIONS


def find(exercise_id: str) -> Any:
    """The exercise; see `former.exercise`."""
    from course_lib.former.exercise import find

    return find(exercise_id)


def checked(exercise_id: str, answer: Any, *, part: str = "") -> None:
    """Checks an answer; see `former.check`, a module whose name this cannot have."""
    from course_lib.former.check import check

    check(exercise_id, answer, part=part)
