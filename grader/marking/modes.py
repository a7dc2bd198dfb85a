"""How an answer leaves the modes of a model that it runs in eval mode: as they were, or not."""

from collections.abc import Callable, Mapping
from typing import Any

Way = Callable[..., Any]
"""An answer, right or wrong, whose first or second argument is a model: `place` says which."""


def restoring(
    answer: Way, mode: Callable[[Any, list[bool]], None] | None = None, place: int = 0
) -> Way:
    """The answer runs the model in eval mode, and `mode` sets modes back; None: as they were.

    `mode` gets the model and the modes of its modules, the model's own first.
    """

    def run(*given: Any) -> Any:
        model = given[place]
        modes = [module.training for module in model.modules()]
        model.eval()
        result = answer(*given)
        if mode is not None:
            mode(model, modes)
            return result
        for module, training in zip(model.modules(), modes, strict=True):
            module.training = training
        return result

    return run


def left_modes(answer: Way, place: int = 0) -> Mapping[str, tuple[Any, ...]]:
    """Mistakes with the modes afterwards, made of an answer that sets none."""
    return {
        "left in eval mode": (
            "You leave the model in eval mode. Afterwards each module is in the mode it came in.",
            restoring(answer, lambda model, modes: None, place),
        ),
        "left in train mode": (
            "You leave the model in train mode, whatever it came in. Afterwards each module is in "
            "the mode it came in.",
            restoring(answer, lambda model, modes: model.train(), place),
        ),
        "one mode for all": (
            "You give all modules one mode afterwards. They may differ, as where a norm is frozen: "
            "keep module.training of each, or use evaluating(model).",
            restoring(answer, lambda model, modes: model.train(modes[0]), place),
        ),
    }
