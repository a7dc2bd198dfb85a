"""Firm ground: where an answer does not pass, later cells run on a function of the course's.

A stand-in keeps the learner's own as `.yours`, says once a cell that it is the course's, and is
taken off when it is checked again.
"""

from functools import wraps
from typing import Any

from course_lib.checks.exercise import Public
from course_lib.checks.watch import unwatched

_OWN = "yours"
_MARK = "stands_in_for"

_told: dict[str, int] = {}


def stand_in(exercise: Public, yours: Any, *, tells: bool = True) -> Any:
    """The course's function or class in the learner's place; `tells` that it is, once a cell."""
    given = exercise.given
    if isinstance(given, type):
        return _class(exercise, given, yours, tells)

    @wraps(given)
    def working(*args: Any, **kwargs: Any) -> Any:
        if tells:
            _tell(exercise)
        with unwatched(exercise.id):
            return given(*args, **kwargs)

    setattr(working, _MARK, exercise.id)
    setattr(working, _OWN, yours)
    return working


def _class(exercise: Public, given: type, yours: Any, tells: bool) -> type:
    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        if tells:
            _tell(exercise)
        given.__init__(self, *args, **kwargs)  # type: ignore[misc]

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with unwatched(exercise.id):
            return given.__call__(self, *args, **kwargs)

    parts = {"__init__": begin, "__call__": call, _MARK: exercise.id, _OWN: yours}
    return type(given.__name__, (given,), parts)


def own(answer: Any) -> Any:
    """The learner's own: what a stand-in stands for, and anything else as it is."""
    return getattr(answer, _OWN) if is_stand_in(answer) else answer


def is_stand_in(answer: Any) -> bool:
    # Looked up in its own namespace: an answer may give whatever it likes for any attribute.
    try:
        return isinstance(vars(answer).get(_MARK), str)
    except TypeError:
        return False


def _tell(exercise: Public) -> None:
    """Says once a cell that it is not the learner's own function which runs here."""
    from course_lib.checks.notebook import cell_number

    number = cell_number()
    if number is not None and _told.get(exercise.id) != number:
        _told[exercise.id] = number
        print(f"{exercise.name} here is the course's: yours has not passed its check yet.")
