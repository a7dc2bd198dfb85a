"""Watches the torch operations that an answer runs; those of a stand-in are not the learner's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils._python_dispatch import (
    TorchDispatchMode,
    _disable_current_modes,
    _get_current_dispatch_mode_stack,
)

STAND_IN = "stand-in::"
"""Begins the name under which the use of a stand-in is counted among the operations."""


class Operations(TorchDispatchMode):
    """Counts the torch operations that run while it is active."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.counts[func.name().partition(".")[0]] += 1
        return func(*args, **(kwargs or {}))


def count(name: str) -> None:
    """Counts something that is no operator among the operations that run now."""
    for mode in _get_current_dispatch_mode_stack():
        if isinstance(mode, Operations):
            mode.counts[name] += 1


@contextmanager
def unwatched(exercise_id: str) -> Iterator[None]:
    """What runs here is the stand-in of an exercise: counted as that, not by its operators."""
    count(f"{STAND_IN}{exercise_id}")
    with _disable_current_modes():
        yield
