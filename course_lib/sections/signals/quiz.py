"""The quizzes of section 14, signals."""

from collections.abc import Mapping

from course_lib.quiz import Question

QUIZZES: Mapping[str, tuple[Question, ...]] = {}

COVERS: Mapping[str, tuple[str, ...]] = {}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
