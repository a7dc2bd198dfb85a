"""Ways with hooks that are removed afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def hooked(hooks: Sequence[tuple[Any, Any]]) -> Iterator[None]:
    """With forward hooks, (module, hook), which are gone afterwards."""
    handles = [module.register_forward_hook(hook) for module, hook in hooks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
