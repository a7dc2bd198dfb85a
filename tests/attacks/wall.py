"""Whether learners' kernels are walled in on this machine."""

from functools import cache
from pathlib import Path

from grader.kernels.warm import NoSandbox, probe


@cache
def walled_in() -> bool:
    """Whether what would damage a plain machine, or read from it, may run."""
    try:
        probe(Path(__file__).parents[2])
    except NoSandbox:
        return False
    return True


def seconds_per_cell() -> int:
    """How long a cell may run; a plain kernel imports torch within this time."""
    return 4 if walled_in() else 12
