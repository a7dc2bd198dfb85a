"""What the notebooks of the course import: checks, hints, quizzes and figures.

from course_lib import check, hint, quiz
"""

from typing import TYPE_CHECKING, Any

# Imported at once, not on demand: `quiz` is also the name of a module, and a module that
# somebody else imported first would be found in the function's place. All of it is cheap.
from course_lib.checks.check import CheckFailed, check, hint
from course_lib.former.exercise import UnknownExercise
from course_lib.quiz import quiz

if TYPE_CHECKING:
    from course_lib.figures.figure import Explorer, show

__all__ = ["CheckFailed", "Explorer", "UnknownExercise", "check", "hint", "quiz", "show"]


def __getattr__(name: str) -> Any:
    if name in ("Explorer", "show"):
        from course_lib.figures import figure

        return getattr(figure, name)
    raise AttributeError(f"module 'course_lib' has no attribute '{name}'")
