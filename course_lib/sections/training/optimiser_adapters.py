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
    weights: Sequence[Tensor],
    gradients: Sequence[Sequence[Tensor | None]],
    settings: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
    *,
    groups: Groups = (),
    rates: Sequence[Sequence[float] | None] = (),
    refill: bool = False,
) -> dict[str, Any]:
    """Lets an optimiser take a step for each row of gradients.

    Args:
        weights: what the parameters begin with.
        gradients: by step, one for each parameter, or None.
        settings, named: what it is made with beside the parameters.
        groups: the places of a group's parameters, and its own settings; without any, the
            parameters are handed over as `model.parameters()` does, one after the other.
        rates: by step, what each group's "lr" is set to before it, or None.
        refill: later gradients are written into the tensors of the earlier ones.

    Returns:
        "finite": whether all numbers are; "weights": all of them, a row after each step;
        "gradients": what became of those: "kept", "changed" or "cleared"; "learns": whether the
        parameters are still such.
    """
    parameters = [nn.Parameter(weight.clone()) for weight in weights]
    parts = [{"params": [parameters[i] for i in places], **own} for places, own in groups]
    optimiser = make(parts or iter(parameters), *settings, **(named or {}))
    rows, kept = [], "kept"
    for number, row in enumerate(gradients):
        if number < len(rates) and (lrs := rates[number]):
            for group, lr in zip(optimiser.param_groups, lrs, strict=True):
                group["lr"] = lr
        for parameter, gradient in zip(parameters, row, strict=True):
            _give(parameter, gradient, refill)
        optimiser.step()
        pairs = zip(parameters, row, strict=True)
        kept = next((was for p, g in pairs if (was := _became(p, g)) != "kept"), kept)
        rows.append(torch.cat([parameter.detach().flatten() for parameter in parameters]))
    after = torch.stack(rows)
    return {
        "finite": bool(after.isfinite().all()),
        "weights": after,
        "gradients": kept,
        "learns": all(parameter.requires_grad for parameter in parameters),
    }


def _give(parameter: Tensor, gradient: Tensor | None, refill: bool) -> None:
    if refill and gradient is not None and parameter.grad is not None:
        parameter.grad.copy_(gradient)
    else:
        parameter.grad = None if gradient is None else gradient.clone()


def _became(parameter: Tensor, gradient: Tensor | None) -> str:
    """What became of a gradient in a step."""
    came = parameter.grad
    if gradient is None or came is None:
        return "kept" if came is gradient else "changed" if gradient is None else "cleared"
    if torch.equal(came, gradient):
        return "kept"
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
        call of the model; "same": whether these were the inputs given; "weights": those before
        each call of the model, and at the end; "returned": of each call of the function how many
        numbers, or what else; "losses": all of them; "plain": whether none of them is a tensor.
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
        "sizes": [len(call["images"]) for call in model.calls],
        "same": all(
            call["images"].shape[1:] == given.shape[1:]
            and all(any(torch.equal(one, other) for other in given) for one in call["images"])
            for call in model.calls
        ),
        "weights": torch.stack([*(call["weights"] for call in model.calls), model.weights()]),
        "returned": [_what(row) for row in rows],
        "losses": torch.cat([torch.zeros(0).double(), *lists]),
        "plain": not any(_has_tensor(one) for one in returned),
    }


def _what(numbers: Tensor | None) -> int | str:
    """How many numbers of a list, or what it is."""
    if numbers is not None and numbers.dim() == 1:
        return len(numbers)
    return "a number" if numbers is not None and numbers.dim() == 0 else "something else"


def _has_tensor(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_tensor, value))
    return isinstance(value, Tensor)
