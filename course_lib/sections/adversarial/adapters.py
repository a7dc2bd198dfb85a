"""How functions are asked that take a model, which cannot travel as it is."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.traces import changed, seen
from course_lib.sections.adversarial.epochs import ask_epoch as ask_epoch
from course_lib.sections.adversarial.nets import Kind, drift, network


def ask_step(
    attack: Callable[..., Any],
    kind: Kind,
    x: Tensor,
    y: Tensor,
    epsilons: Sequence[float],
    state: str = "eval",
) -> dict[str, Any]:
    """Asks for an attack in one step on a model of `network`, with each size in turn.

    Returns:
        "form": "", or what is not as asked; "images": as they came, one result a size; "model":
        what has changed of it.
    """
    return _attacked(kind, state, lambda model: [attack(model, x, y, eps) for eps in epsilons])


def ask_pgd(
    pgd: Callable[..., Any],
    kind: Kind,
    x: Tensor,
    y: Tensor,
    eps: float,
    step: float,
    counts: Sequence[int],
    start: Tensor,
    state: str = "eval",
) -> dict[str, Any]:
    """The same of an attack in steps, with each number of them in turn."""
    return _attacked(
        kind, state, lambda model: [pgd(model, x, y, eps, step, n, start) for n in counts]
    )


def ask_restarts(
    restarts: Callable[..., Any],
    kind: Kind,
    x: Tensor,
    y: Tensor,
    eps: float,
    step: float,
    steps: int,
    starts: Tensor,
    state: str = "eval",
) -> dict[str, Any]:
    """The same of an attack in steps from several starts."""
    return _attacked(kind, state, lambda model: [restarts(model, x, y, eps, step, steps, starts)])


def _attacked(kind: Kind, state: str, call: Callable[[nn.Module], list[Any]]) -> dict[str, Any]:
    model = network(kind, state)
    before = seen(model)
    came = call(model)
    form = _form(came)
    alike = form in ("", "tracked") and len({one.shape for one in came}) == 1
    return {
        "form": form,
        "images": torch.stack(came).detach() if alike else None,
        "model": changed(before, model),
    }


def _form(came: Sequence[Any]) -> str:
    if not all(isinstance(one, Tensor) for one in came):
        return "no tensor"
    if any(one.isnan().any() for one in came):
        return "NaN"
    return "tracked" if any(one.requires_grad for one in came) else ""


def ask_share(
    share_of_zeros: Callable[..., Any], kind: Kind, x: Tensor, y: Tensor, state: str = "eval"
) -> dict[str, Any]:
    """Asks for the share of zeros in a gradient; what it left on the model is "model"."""
    model = network(kind, state)
    before = seen(model)
    return {"share": share_of_zeros(model, x, y), "model": changed(before, model)}


def ask_accuracy(
    accuracy_under: Callable[..., Any],
    kind: Kind,
    x: Tensor,
    y: Tensor,
    epsilons: Sequence[float],
    state: str = "eval",
) -> dict[str, Any]:
    """Asks for accuracies under `drift`.

    Returns:
        "shares": as they came; "calls": of each call of the attack its eps and how many images it
        was given; "model": what was left on it.
    """
    net = network(kind, state)
    before, calls = seen(net), []

    def attack(model: nn.Module, x: Tensor, y: Tensor, eps: float) -> Tensor:
        if not isinstance(model, nn.Module):
            raise TypeError("the attack takes the model first: attack(model, x, y, eps)")
        attacked = drift(model, x, y, eps)
        calls.append([float(eps), len(x)])
        return attacked

    shares = accuracy_under(attack, net, x, y, epsilons)
    return {"shares": shares, "calls": calls, "model": changed(before, net)}


_STRANDED = ("expected device", "on the same device")
"""In what PyTorch says of tensors on two devices."""


def ask_normalised(
    normalised: Callable[..., Any],
    kind: Kind,
    mean: Sequence[float],
    std: Sequence[float],
    x: Tensor,
    state: str = "eval",
) -> dict[str, Any]:
    """Asks for a model with its normalisation inside.

    Returns:
        "form": "", "no module", "images changed"; "logits"; "gradient" of their weighted sum with
        respect to the images, "none" where there is none; "inside": "" where the model itself is,
        and its parameters are the only ones; "modes": whether train() and eval() reach it;
        "moved": "" where what was made works in double precision and on another device; "model":
        what has changed of it.
    """
    model = network(kind, state)
    before, images = seen(model), x.clone()
    net = normalised(model, tuple(mean), tuple(std))
    if not isinstance(net, nn.Module):
        return {"form": "no module"}
    logits = net(images)
    form = "" if torch.equal(images, x) else "images changed"
    found = {"form": form, "logits": logits.detach(), "gradient": _slope(net, x)}
    word = changed(before, model)
    return {
        **found,
        "inside": _inside(net, model),
        "modes": [_all_modes(net.train(), model), _all_modes(net.eval(), model)],
        "moved": _moved(net, x),
        "model": word,
    }


def _slope(net: nn.Module, x: Tensor) -> Tensor | str:
    leaf = x.clone().requires_grad_()
    logits = net(leaf.clone())
    if not logits.requires_grad:
        return "none"
    weights = torch.arange(1.0, logits.shape[1] + 1)
    (slope,) = torch.autograd.grad((logits * weights).sum(), leaf, allow_unused=True)
    return "none" if slope is None else slope


def _inside(net: nn.Module, model: nn.Module) -> str:
    if not any(module is model for module in net.modules()):
        return "a copy" if [*net.parameters()] else "missing"
    own = {id(parameter) for parameter in model.parameters()}
    return "" if {id(parameter) for parameter in net.parameters()} == own else "parameters"


def _all_modes(net: nn.Module, model: nn.Module) -> float:
    """The share of the model's modules that are in train mode."""
    modes = [module.training for module in model.modules()]
    return sum(modes) / len(modes)


def _moved(net: nn.Module, x: Tensor) -> str:
    """ "double" or "device" where it does not work any more once it is moved there."""
    try:
        if net.double()(x.double()).dtype is not torch.float64:
            return "double"
    except Exception:
        return "double"
    try:
        net.to("meta")(x.double().to("meta"))  # a device that computes nothing but shapes
    except Exception as error:
        return "device" if any(words in str(error) for words in _STRANDED) else ""
    return ""
