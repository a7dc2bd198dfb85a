"""How an answer leaves a model: its modes, its gradients, what its parameters require."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Way = Callable[..., Any]
"""An answer, right or wrong, whose first or second argument is a model: `place` says which."""

MODEL = (
    "The model is not as before: modes, weights, statistics, gradients and requires_grad of its "
    "parameters, hooks."
)


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


def mode_mistakes(
    answer: Way, place: int = 0, also: Sequence[Way] = ()
) -> Mapping[str, tuple[Any, ...]]:
    """Mistakes with the mode, made of an answer that sets none; `also` run it in no mode, too."""
    return {
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. There batch norm "
            "reads the other images, and dropout draws: run it in eval mode.",
            answer,
            *also,
        ),
        "left in eval mode": (
            "You leave the model in eval mode, and training would go on in it. Afterwards each "
            "module is in the mode it came in.",
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


def gradient_mistakes(backwards: Callable[[Callable[[Any], None]], Way]) -> Mapping[str, Any]:
    """Mistakes with gradients, made of answers by backward() after which something is done."""
    return {
        "gradients added to the model": (
            "backward() adds gradients to all weights, and the next training step would follow "
            "them. torch.autograd.grad(loss, x) gives this one and touches nothing else.",
            restoring(backwards(lambda model: None)),
        ),
        "gradients thrown away": (
            "zero_grad() throws away the gradients that the weights held. "
            "torch.autograd.grad(loss, x) touches none.",
            restoring(backwards(lambda model: model.zero_grad())),
        ),
    }
