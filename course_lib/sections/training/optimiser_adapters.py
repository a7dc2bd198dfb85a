"""How optimisers are asked, and what trains with one: step by step."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.compare import as_tensor
from course_lib.sections.lenet.networks import Watched, Weights

Groups = Sequence[tuple[Sequence[int], Mapping[str, Any]]]


def ask_optimiser(
    make: Callable[..., Any],
    shapes: Sequence[Sequence[int]],
    weights: Tensor,
    gradients: Tensor,
    settings: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
    *,
    groups: Groups = (),
    rates: Sequence[Sequence[float] | None] = (),
    missing: Sequence[Sequence[int]] = (),
    refill: bool = False,
) -> dict[str, Any]:
    """Lets an optimiser take a step for each row of gradients.

    Args:
        shapes: of the parameters.
        weights: (n,), what they begin with, one after the other.
        gradients: (steps, n), in the same order.
        settings, named: what it is made with beside the parameters.
        groups: the places of a group's parameters, and its own settings; without any, the
            parameters are handed over as `model.parameters()` does, one after the other.
        rates: by step, what each group's "lr" is set to before it, or None.
        missing: pairs of a step and the place of a parameter that has no gradient then.
        refill: later gradients are written into the tensors of the earlier ones.

    Returns:
        "state": "fine", or what is not; "weights": (steps, n), the parameters after each step.
    """
    parameters = [nn.Parameter(part.clone()) for part in _parts(weights, shapes)]
    own = [{"params": [parameters[i] for i in places], **more} for places, more in groups]
    optimiser = make(own or iter(parameters), *settings, **(named or {}))
    absent = {(step, place) for step, place in missing}
    rows, states = [], []
    for step, row in enumerate(gradients):
        if step < len(rates) and (lrs := rates[step]):
            for group, lr in zip(optimiser.param_groups, lrs, strict=True):
                group["lr"] = lr
        given = [
            None if (step, place) in absent else part
            for place, part in enumerate(_parts(row, shapes))
        ]
        for parameter, gradient in zip(parameters, given, strict=True):
            _give(parameter, gradient, refill)
        optimiser.step()
        states += [_state(p, gradient) for p, gradient in zip(parameters, given, strict=True)]
        rows.append(torch.cat([parameter.detach().flatten() for parameter in parameters]))
    state = next((state for state in states if state != "fine"), "fine")
    return {"state": state, "weights": torch.stack(rows)}


def _parts(numbers: Tensor, shapes: Sequence[Sequence[int]]) -> list[Tensor]:
    sizes = [torch.Size(shape).numel() for shape in shapes]
    parts = zip(numbers.split(sizes), shapes, strict=True)
    return [part.view(*shape) for part, shape in parts]


def _give(parameter: Tensor, gradient: Tensor | None, refill: bool) -> None:
    if refill and gradient is not None and parameter.grad is not None:
        parameter.grad.copy_(gradient)
    else:
        parameter.grad = None if gradient is None else gradient.clone()


def _state(parameter: Tensor, gradient: Tensor | None) -> str:
    """What became of a parameter, which had that gradient, beside its numbers."""
    came = parameter.grad
    if not parameter.requires_grad:
        return "no gradient required"
    if not parameter.isfinite().all():
        return "not finite"
    if gradient is None or came is None:
        return "fine" if came is gradient else "changed" if gradient is None else "cleared"
    if torch.equal(came, gradient):
        return "fine"
    return "changed" if came.any() else "cleared"


OPTIMISERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}


def ask_overfit(
    overfit: Callable[..., Any],
    weights: Weights,
    x: Tensor,
    y: Tensor,
    kind: str,
    settings: Mapping[str, Any],
    counts: Sequence[int],
) -> dict[str, Any]:
    """Lets the function train a model, which is in eval mode before each call of the function.

    The model holds gradients of something else at first.

    Args:
        kind, settings: of the optimiser.
        counts: for each call the number of steps.

    Returns:
        "mode": those met, 1 for train mode, 0 for eval mode; "sizes": the number of inputs in each
        call of the model, -1 where they are others than those given; "weights": those before each
        call of the model, and at the end; "returned": of each call of the function how many
        numbers, or what else; "losses": all of them.
    """
    model = Watched(weights)
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    optimiser = OPTIMISERS[kind](model.parameters(), **settings)
    given, returned = x.clone(), []
    for steps in counts:
        model.eval()
        returned.append(overfit(model, x, y, optimiser, steps))
    modes = {sum(call["train"]) / len(call["train"]) for call in model.calls}
    rows = [as_tensor(one) for one in returned]
    lists = [row for row in rows if row is not None and row.dim() == 1]
    return {
        "mode": sorted(modes or {1}),
        "sizes": [_size(call["images"], given) for call in model.calls],
        "weights": torch.stack([*(call["weights"] for call in model.calls), model.weights()]),
        "returned": [_what(one) for one in returned],
        "losses": torch.cat([torch.zeros(0).double(), *lists]),
    }


def _size(shown: Tensor, given: Tensor) -> int:
    if shown.shape[1:] != given.shape[1:]:
        return -1
    known = all(any(torch.equal(one, other) for other in given) for one in shown)
    return len(shown) if known else -1


def _what(returned: Any) -> int | str:
    """How many plain numbers of a list, or what it is."""
    numbers = as_tensor(returned)
    if numbers is None or numbers.dim() > 1:
        return "something else"
    if numbers.dim() == 0:
        return "a number"
    held = not isinstance(returned, (list, tuple)) or any(isinstance(x, Tensor) for x in returned)
    return "tensors" if held else len(numbers)
