"""Answers to examples that are worked out by hand, by what the example is about."""

from collections.abc import Callable, Mapping
from typing import Any

from course_lib.former.exercise import Case

WORKED = "the worked example"
"""What a public case is about whose answer is worked out by hand."""


def worked(answers: Mapping[str, Any]) -> Callable[[Case], Any]:
    """What is answered to worked examples, by what they are about; to no other case."""
    return lambda case: answers[case.about]


def on(about: str, answer: Any) -> Callable[[Case], Any]:
    """What a mistaken function answers to the example of this name; it applies to no other case."""
    return worked({about: answer})


def on_worked(answer: Any) -> Callable[[Case], Any]:
    """The same for the case that is called the worked example."""
    return on(WORKED, answer)
