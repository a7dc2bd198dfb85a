"""Runs what a learner's own functions and classes are used in, or says what is missing."""

from collections.abc import Callable
from typing import TypeVar

from course_lib.checks.errors import failure

Result = TypeVar("Result")


def attempt(run: Callable[[], Result], uses: str) -> Result | None:
    """What `run` returns; or None, where it cannot be run, and why it cannot.

    Args:
        uses: names of the learner's own things in it, "LeNet, train_epoch".
    """
    try:
        return run()
    except Exception as error:  # whatever a learner's code does
        print(f"This runs on {uses}. {failure(error)}")
        return None
