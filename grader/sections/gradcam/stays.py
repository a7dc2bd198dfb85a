"""How an answer leaves a model: hooks that are removed, and modes that are not as before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


Ways = Callable[..., Any]
"""An answer, right or wrong."""


def restoring(mode: Callable[[Any, list[bool]], None] | None) -> Callable[[Ways], Ways]:
    """The answer runs the model itself in eval mode, and this sets modes back; None: as they were.

    `mode` gets the model and the modes of its modules, the model's own first.
    """

    def decorate(answer: Ways) -> Ways:
        def run(model: Any, *others: Any) -> Any:
            modes = [module.training for module in model.modules()]
            model.eval()
            result = answer(model, *others)
            if mode is not None:
                mode(model, modes)
                return result
            for module, training in zip(model.modules(), modes, strict=True):
                module.training = training
            return result

        return run

    return decorate


def mode_mistakes(answer: Ways) -> Mapping[str, tuple[Any, ...]]:
    """Mistakes with the mode, made of an answer that sets none."""
    return {
        "left in eval mode": (
            "You leave the model in eval mode. Afterwards each module is in the mode it came in.",
            restoring(lambda model, modes: None)(answer),
        ),
        "left in train mode": (
            "You leave the model in train mode, whatever it came in. Afterwards each module is in "
            "the mode it came in.",
            restoring(lambda model, modes: model.train())(answer),
        ),
        "one mode for all": (
            "You give all modules one mode afterwards. They may differ, as where a norm is frozen: "
            "keep module.training of each, or use evaluating(model).",
            restoring(lambda model, modes: model.train(modes[0]))(answer),
        ),
    }
