"""How functions are asked that take a model, which cannot travel as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.ask import seed
from course_lib.checks.compare import as_tensor
from course_lib.sections.transfer.nets import images, network
from course_lib.sections.transfer.properties import FEW

Kind = tuple[str, int, int]
"""Of `network`: its kind, its width, its classes."""


def ask_head(
    replace_head: Callable[..., Any], kind: Kind, num_classes: int, state: str = "train"
) -> dict[str, Any]:
    """Lets the function give a model a new head.

    Args:
        state: "train", "eval", or "frozen": in eval mode, and nothing requires a gradient.

    Returns:
        "returned": what it was; "head": what the head is; "learns": whether all of it does;
        "others": what has become of all else; "logits": the shape of what comes out.
    """
    model, x = network(*kind), images(2)
    model.train(state == "train").requires_grad_(state != "frozen")
    head, before = model.fc, _others(model)
    returned = replace_head(model, num_classes)
    new = model.fc
    return {
        "returned": _returned(returned, model),
        "head": _head(new, head),
        "learns": all(parameter.requires_grad for parameter in new.parameters()),
        "others": "as before" if _others(model) == before else "others",
        "logits": list(model.eval()(x).shape),
    }


def _returned(returned: Any, model: nn.Module) -> str:
    if returned is model:
        return "the model"
    if returned is None:
        return "nothing"
    return "another model" if isinstance(returned, nn.Module) else "no model"


def _head(new: Any, old: Any) -> Any:
    if new is old:
        return "the old one"
    if not isinstance(new, nn.Linear):
        return "no nn.Linear"
    return [*new.weight.shape, int(new.bias is not None)]


def _others(model: nn.Module) -> list[Any]:
    """What there is beside the head: parts, their modes, their numbers and who learns."""
    parts = [*model.named_modules(), *model.named_parameters(), *model.named_buffers()]
    return [(name, *_seen(part)) for name, part in parts if name.partition(".")[0] != "fc"]


def _seen(part: Any) -> tuple[Any, ...]:
    if isinstance(part, nn.Module):
        return id(part), part.training
    return id(part), part.requires_grad, part.detach().flatten().tolist()


def ask_freeze(
    freeze: Callable[..., Any],
    kind: Kind,
    but: Sequence[str] | None = None,
    mode: str = "train",
    *,
    before: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Lets the function freeze a model, and looks at it in each mode.

    Args:
        but: the second argument; None leaves it out.
        mode: "train" or "eval", in which the model is handed over.
        before: what the function was called with on this model before.

    Returns:
        "returned": what it was; "learns": the parameters that require a gradient; "moved": the
        running averages that move at once, in train mode after that, and in eval mode; "modes"
        of the model itself and of what is not to be frozen at once, in train mode and in eval mode;
        "output" of train mode; "reached": the parameters that have a gradient then; "numbers":
        whether those of the model are as before.
    """
    model, x = network(*kind), images(6)
    model.train(mode == "train")
    numbers = _numbers(model)
    if before is not None:
        freeze(model, tuple(before))
    returned = freeze(model) if but is None else freeze(model, tuple(but))
    free = ("fc",) if but is None else tuple(but)
    learns = [name for name, p in model.named_parameters() if p.requires_grad]
    same = _numbers(model) == numbers
    modes, moved = [_modes(model, free)], [_moved(model, x)]
    model.train()
    modes, moved = [*modes, _modes(model, free)], [*moved, _moved(model, x)]
    seed(0)
    output = model(x)
    if output.requires_grad:
        output.square().sum().backward()
    reached = [name for name, p in model.named_parameters() if p.grad is not None]
    model.eval()
    return {
        "returned": _returned(returned, model),
        "learns": learns,
        "moved": [*moved, _moved(model, x)],
        "modes": [*modes, _modes(model, free)],
        "output": output.detach(),
        "reached": reached,
        "numbers": "as before" if same else "others",
    }


def _numbers(model: nn.Module) -> list[Any]:
    """The parameters and the running averages, as lists by name."""
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return sorted((name, t.tolist()) for name, t in tensors if "tracked" not in name)


def _moved(model: nn.Module, x: Tensor) -> list[str]:
    """The running averages that this batch moves; they are as before afterwards."""
    kept = {name: b.clone() for name, b in model.named_buffers() if "running" in name}
    model(x)
    now = dict(model.named_buffers())
    moved = [name for name, old in kept.items() if name in now and not torch.equal(old, now[name])]
    with torch.no_grad():
        for name in moved:
            now[name].copy_(kept[name])
    return moved


def _modes(model: nn.Module, free: Sequence[str]) -> list[int]:
    """1 for each module that follows the model and is in train mode, 0 for one in eval mode.

    These are the model itself, dropout anywhere, and all that is in these parts.
    """
    follow = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Dropout) or name.partition(".")[0] in ("", *free)
    ]
    return [int(module.training) for module in follow]


def ask_groups(
    param_groups: Callable[..., Any],
    kind: Kind,
    rates: Mapping[str, float],
    frozen: Sequence[str] = (),
) -> Any:
    """Asks for the groups of a model.

    Args:
        frozen: beginnings of the names of parameters that do not learn: "layer4.0.conv1" say.

    Returns:
        "form": "fine", or what is not; "empty": how many groups are; "twice", "frozen", "missing":
        parameters that are in the groups more than once, that are and do not learn, that are not
        and do; "rates": of each parameter that is; "model": whether the same parameters learn.
    """
    model = network(*kind)
    names = {parameter: name for name, parameter in model.named_parameters()}
    for parameter, name in names.items():
        parameter.requires_grad_(not any(f"{name}.".startswith(f"{f}.") for f in frozen))
    learning = [name for name, p in model.named_parameters() if p.requires_grad]
    groups = param_groups(model, rates)
    if not isinstance(groups, (list, tuple)):
        return {"form": "no list"}
    found: list[tuple[str, float]] = []
    empty = 0
    for group in groups:
        if not isinstance(group, Mapping) or not {"params", "lr"} <= set(group):
            return {"form": "no groups"}
        given = group["params"]
        members = [*given] if not isinstance(given, Tensor) else [given]
        members = [one[1] if _is_named(one) else one for one in members]
        if any(not isinstance(one, Tensor) or one not in names for one in members):
            return {"form": "no parameters"}
        rate = as_tensor(group["lr"])
        if rate is None or rate.dim():
            return {"form": "no rate"}
        empty += not members
        found += [(names[one], float(rate)) for one in members]
    came = [name for name, _ in found]
    now = [name for name, p in model.named_parameters() if p.requires_grad]
    return {
        "form": "fine",
        "empty": empty,
        "twice": sorted({name for name in came if came.count(name) > 1}),
        "frozen": sorted({*came} - {*learning}),
        "missing": sorted({*learning} - {*came}),
        "rates": [rate for _, rate in sorted(found)],
        "model": "as before" if now == learning else "others learn",
    }


def _is_named(one: Any) -> bool:
    """A pair of a name and a parameter, which optimisers take, too."""
    return isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str)


def ask_features(
    cached_features: Callable[..., Any], kind: Kind, x: Tensor, batch_size: int, mode: str = "train"
) -> dict[str, Any]:
    """Asks for the features of images.

    Args:
        mode: "train", "eval", or "mixed": in train mode, with one norm in eval mode.

    Returns:
        "form": "fine", or what is not; "features": as they came; "batches": "fine", or that
        the model has run on too many images at once; "model": "as before", or that it is not.
    """
    model, sizes = network(*kind), []
    model.train(mode != "eval")
    if mode == "mixed":
        next(module for module in model.modules() if isinstance(module, nn.BatchNorm2d)).eval()
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    first.register_forward_hook(lambda module, inputs, output: sizes.append(len(inputs[0])))
    before = _whole(model)
    features = cached_features(model, x, batch_size)
    tracked = isinstance(features, Tensor) and features.requires_grad
    form = "no tensor" if not isinstance(features, Tensor) else "tracked" if tracked else "fine"
    return {
        "form": form,
        "features": features if isinstance(features, Tensor) else None,
        "batches": "too large" if max(sizes, default=0) > batch_size else "fine",
        "model": "as before" if _whole(model) == before else "changed",
    }


def _whole(model: nn.Module) -> list[Any]:
    hooks = [len(module._forward_hooks) for module in model.modules()]
    head = model.fc
    return [*_others(model), id(head), isinstance(head, nn.Linear), *hooks]


def split_again(
    split: Callable[..., Any], patients: Sequence[Any], share: float, number: int
) -> list[Any]:
    """Asks twice with one seed, and with three others; of few patients with many others."""
    others = 60 if len(set(patients)) == FEW else 3
    seeds = [number, *range(number, number + others + 1)]
    return [split(list(patients), share, one) for one in seeds]
