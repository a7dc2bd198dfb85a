"""How an answer leaves a model: its modes, its gradients, what its parameters require."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.marking.modes import Way, left_modes, restoring

MODEL = (
    "The model is not as before: modes, weights, statistics, gradients and requires_grad of its "
    "parameters, hooks."
)


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
        **left_modes(answer, place),
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
