"""How functions are asked that take a model, which cannot travel as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.ask import seed
from course_lib.checks.compare import as_tensor
from course_lib.sections.transfer.nets import images, network
from course_lib.sections.transfer.splits import split_again as split_again

Kind = tuple[str, int, int]
"""Of `network`: its kind, its width, its classes."""


def ask_prepared(prepare: Callable[..., Any], images: Tensor, *others: Any) -> Any:
    """What the function makes of images, or "another dtype" for it where it is not float32."""
    came = prepare(images, *others)
    other = isinstance(came, Tensor) and came.dtype is not torch.float32
    return "another dtype" if other else came


def ask_head(
    replace_head: Callable[..., Any], kind: Kind, num_classes: int, state: str = "train"
) -> dict[str, Any]:
    """Lets the function give a model a new head.

    Args:
        state: "train", "eval", or "frozen": in eval mode, and nothing requires a gradient; or
            "unbiased": in eval mode, with a head that has no bias.

    Returns:
        "returned": what it was; "head": what the head is; "learns": whether all of it does;
        "others": what has changed of all else; "logits": the shape of what comes out.
    """
    model, x = network(*kind), images(2)
    model.train(state == "train").requires_grad_(state != "frozen")
    head: Any = model.fc
    if state == "unbiased":
        head.bias = None
    before = _seen(model, "fc")
    weight, parts = head.weight.detach().clone(), len([*model.children()])
    returned = _returned(replace_head(model, num_classes), model)
    new: Any = model.fc
    beside = "" if returned == "the model" else returned
    if len([*model.children()]) > parts:
        beside = "another part"
    elif not torch.equal(head.weight, weight):
        beside = "other numbers"
    return {
        "returned": returned,
        "head": _head(new, head, weight, beside),
        "learns": all(parameter.requires_grad for parameter in new.parameters()),
        "others": _changed(before, _seen(model, "fc")),
        "logits": _logits(model, x),
    }


def _returned(returned: Any, model: nn.Module) -> str:
    if returned is model:
        return "the model"
    if returned is None:
        return "nothing"
    if returned is model.fc:
        return "the head"
    if type(returned) is type(model):
        return "a copy"
    return "another model" if isinstance(returned, nn.Module) else "no model"


def _head(new: Any, old: Any, weight: Tensor, beside: str) -> Any:
    """What a head is: "the old one", say, or the sides of its weight, 1 for its bias, and old rows.

    Args:
        weight: what the old one's was.
        beside: what else is to be seen of an answer that leaves the old one where it was.
    """
    if new is old:
        same = old.weight.shape == (old.out_features, old.in_features)
        return f"the old one, {beside or ('nothing else' if same else 'told other sides')}"
    if not isinstance(new, nn.Linear):
        return "around the old one" if old in [*new.modules()] else "no nn.Linear"
    rows = {_bytes(row) for row in weight}
    kept = sum(_bytes(row) in rows for row in new.weight)
    return [*new.weight.shape, int(new.bias is not None), kept]


def _logits(model: nn.Module, x: Tensor) -> Any:
    """The shape of what a model gives; that its parts do not fit is told by the head's sides."""
    try:
        return list(model.eval()(x).shape)
    except RuntimeError:
        return "an error"


def _seen(model: nn.Module, but: str = "", held: bool = True) -> dict[str, Any]:
    """What there is to see of a model, outside of one part, by the word for it.

    Args:
        held: whether others hold its parts, so that none may be another object than before.
    """
    modules = [m for m in model.named_modules() if m[0].partition(".")[0] != (but or "-")]
    tensors = [*model.named_parameters(), *model.named_buffers()]
    tensors = [t for t in tensors if t[0].partition(".")[0] != (but or "-")]
    return {
        "parts": [(name, type(part)) for name, part in modules],
        "objects": [id(part) for _, part in modules if held],
        "modes": [part.training for _, part in modules],
        "who learns": [tensor.requires_grad for _, tensor in tensors],
        "numbers": [_bytes(tensor) for _, tensor in tensors],
        "hooks": [_hooks(part) for _, part in modules],
        "forward": [id(getattr(part.forward, "__func__", part.forward)) for _, part in modules],
    }


def _hooks(part: nn.Module) -> list[int]:
    kinds = part._forward_hooks, part._forward_pre_hooks
    return [id(hook) for kind in kinds for hook in kind.values()]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The word for what is not as before, or "nothing"."""
    return next((word for word in before if before[word] != after[word]), "nothing")


def ask_freeze(
    freeze: Callable[..., Any],
    kind: Kind,
    but: Sequence[str] | None = None,
    mode: str = "train",
    *,
    before: Sequence[str] | None = None,
    beside: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Lets the function freeze a model, and looks at it in each mode.

    Args:
        but: the second argument; None leaves it out.
        mode: "train" or "eval", in which the model is handed over.
        before: what the function was called with on this model before. What is free by the last
            call need not follow the model sooner than when that is told its mode again.
        beside: what the function is called with afterwards, on another model of this class.

    Returns:
        "returned": what it was; "learns": for each parameter, whether it requires a gradient, then
        how many do that are new; "modes" of the model itself and of what is not frozen, at once, in
        train mode after that, and in eval mode; "moved": the running averages that move in these
        three; "output" of train mode; "reached": the parameters that have a gradient then;
        "numbers": whether those of the model are as before; "chained": what train() returns.
    """
    model, x = network(*kind), images(4)
    model.train(mode == "train")
    numbers, names = _numbers(model), [name for name, _ in model.named_parameters()]
    averages = [name for name, _ in model.named_buffers() if "running" in name]
    if before is not None:
        freeze(model, tuple(before))
    returned = freeze(model) if but is None else freeze(model, tuple(but))
    free = ("fc",) if but is None else tuple(but)
    learns = _among(names, [name for name, p in model.named_parameters() if p.requires_grad])
    same = _numbers(model) == numbers
    if beside is not None:
        freeze(network(*kind), tuple(beside))
    if before is not None:
        model.train(mode == "train")
    modes, moved = [_modes(model, free)], [_moved(model, x, averages)]
    chained = model.train()
    modes, moved = [*modes, _modes(model, free)], [*moved, _moved(model, x, averages)]
    seed(0)
    output = model(x)
    if output.requires_grad:
        output.square().sum().backward()
    reached = _among(names, [n for n, p in model.named_parameters() if p.grad is not None])
    model.eval()
    return {
        "returned": _returned(returned, model),
        "learns": learns,
        "modes": [*modes, _modes(model, free)],
        "moved": [*moved, _moved(model, x, averages)],
        "output": output.detach(),
        "reached": reached,
        "numbers": "as before" if same else "others",
        "chained": _returned(chained, model),
    }


def _numbers(model: nn.Module) -> list[Any]:
    """The parameters and the running averages, by name."""
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return sorted((name, _bytes(t)) for name, t in tensors if "tracked" not in name)


def _bytes(tensor: Tensor) -> bytes:
    """Its numbers, in what is compared sooner than lists of them are."""
    return tensor.detach().numpy().tobytes()


def _among(names: Sequence[str], some: Sequence[str]) -> list[int]:
    """For each name whether it is one of some, then how many of these are others."""
    return [*(int(name in some) for name in names), len({*some} - {*names})]


def _moved(model: nn.Module, x: Tensor, averages: Sequence[str]) -> list[int]:
    """Whether this batch moves each of the running averages; they are as before afterwards."""
    kept = {name: b.clone() for name, b in model.named_buffers() if name in averages}
    model(x)
    now = dict(model.named_buffers())
    moved = [name for name, old in kept.items() if name in now and not torch.equal(old, now[name])]
    with torch.no_grad():
        for name in moved:
            now[name].copy_(kept[name])
    return _among(averages, moved)


def _modes(model: nn.Module, free: Sequence[str]) -> list[int]:
    """1 for each module that follows the model and is in train mode, 0 for one in eval mode.

    These are the model itself, dropout and BatchNorm1d anywhere, and all that is in these parts.
    """
    follow = [
        module
        for name, module in model.named_modules()
        if isinstance(module, (nn.Dropout, nn.BatchNorm1d)) or name.partition(".")[0] in ("", *free)
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
        "form": "fine", or what is not; "model": whether the same parameters learn; "empty": how
        many groups are; "twice", "frozen", "missing":
        parameters that are in the groups more than once, that are and do not learn, that are not
        and do; "rates": of each parameter that is.
    """
    model = network(*kind)
    names: dict[Any, str] = {parameter: name for name, parameter in model.named_parameters()}
    for parameter, name in names.items():
        parameter.requires_grad_(not any(f"{name}.".startswith(f"{f}.") for f in frozen))
    learning = [name for name, p in model.named_parameters() if p.requires_grad]
    groups = param_groups(model, rates)
    if not isinstance(groups, (list, tuple)):
        return {"form": "no list"}
    found: list[tuple[str, float]] = []
    empty = 0
    for group in groups:
        if not isinstance(group, Mapping):
            return {"form": "no groups"}
        if not {"params", "lr"} <= set(group):
            return {"form": "other keys"}
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
        "model": "as before" if now == learning else "others learn",
        "empty": empty,
        "twice": sorted({name for name in came if came.count(name) > 1}),
        "frozen": sorted({*came} - {*learning}),
        "missing": sorted({*learning} - {*came}),
        "rates": [rate for _, rate in sorted(found)],
    }


def _is_named(one: Any) -> bool:
    """A pair of a name and a parameter, which optimisers take, too."""
    return isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str)


def ask_features(
    cached_features: Callable[..., Any], kind: Kind, n: int, batch_size: int, mode: str = "train"
) -> dict[str, Any]:
    """Asks for the features of n images.

    Args:
        mode: "train", "eval", or "mixed": in train mode, with one norm in eval mode; "frozen": in
            train mode, and the first layer does not learn; "hooked": in train mode, with two hooks
            of the head; "held": in eval mode, and each part must be the same object afterwards.

    Returns:
        "form": "fine", or what is not; "features": as they came; "batches": "fine", or that
        the model has run on too many images at once; "model": what has changed of it; "images":
        whether they have changed.
    """
    model, x, sizes = network(*kind), images(n), []
    model.train(mode not in ("eval", "held"))
    if mode == "mixed":
        next(module for module in model.modules() if isinstance(module, nn.BatchNorm2d)).eval()
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    first.register_forward_hook(lambda module, inputs, output: sizes.append(len(inputs[0])))
    if mode == "frozen":
        first.requires_grad_(False)
    if mode == "hooked":
        head: Any = model.fc
        head.register_forward_hook(lambda module, inputs, output: None)
        head.register_forward_pre_hook(lambda module, inputs: None)
    before, given = _seen(model, held=mode == "held"), x.clone()
    features = cached_features(model, x, batch_size)
    tracked = isinstance(features, Tensor) and features.requires_grad
    form = "no tensor" if not isinstance(features, Tensor) else "tracked" if tracked else "fine"
    return {
        "form": form,
        "features": features if isinstance(features, Tensor) else None,
        "batches": "too large" if max(sizes, default=0) > batch_size else "fine",
        "model": _changed(before, _seen(model, held=mode == "held")),
        "images": "as before" if torch.equal(x, given) else "changed",
    }
