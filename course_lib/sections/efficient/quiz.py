"""The quizzes of section 09, efficient networks."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_BLOCKS = (
    Question(
        "What does an inverted residual add up?",
        (
            right("Its narrow input and its narrow output", "Yes: wide maps live inside only."),
            wrong("The wide maps inside it", "These lie between its ends, where nothing is added."),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"blocks": _BLOCKS}

COVERS: Mapping[str, tuple[str, ...]] = {"blocks": ("B09-mobilenet",)}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
