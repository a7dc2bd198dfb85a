"""What the notebooks of the course import: checks, hints, quizzes and figures.

from course_lib import check, hint, quiz
"""

from typing import TYPE_CHECKING, Any

# Imported at once, not on demand: `quiz` is also the name of a module, and a module that
# somebody else imported first would be found in the function's place. All of it is cheap.
from course_lib.checks.check import CheckFailed, begin, check, score
from course_lib.checks.earlier import earlier
from course_lib.checks.exercise import UnknownExercise
from course_lib.checks.hint import hint
from course_lib.quiz import quiz

if TYPE_CHECKING:
    from course_lib.figures.explorer import Explorer
    from course_lib.figures.still import show

__all__ = [
    "CheckFailed",
    "Explorer",
    "UnknownExercise",
    "begin",
    "check",
    "earlier",
    "hint",
    "quiz",
    "score",
    "show",
]


def __getattr__(name: str) -> Any:
    if name == "Explorer":
        from course_lib.figures.explorer import Explorer

        return Explorer
    if name == "show":
        from course_lib.figures.still import show

        return show
    raise AttributeError(f"module 'course_lib' has no attribute '{name}'")
