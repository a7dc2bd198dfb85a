"""How a module is asked, and what is wrong with its parameters and its outputs."""

import zlib
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case, drawn_weights
from course_lib.checks.compare import Difference, difference

INPUT = "the input"
"""Its gradient stands under this name beside those of parameters."""

_MOST_NAMED = 8

Shapes = dict[str, list[int]]
Record = dict[str, Any]


def asked(module: torch.nn.Module, case: Case) -> tuple[Record, dict[str, float] | None]:
    """What there is to know of a module; the size of each parameter's gradient, and of INPUT's.

    The record holds "state" (name of each parameter and buffer -> its shape), "learned" (the
    parameters that require a gradient), "alike" (those whose entries all begin as one number),
    and the outputs in "train" and "eval" mode with the case's weights, None where they do not fit.
    """
    state = module.state_dict()
    shapes = {name: list(tensor.shape) for name, tensor in state.items()}
    parameters = {name: p for name, p in module.named_parameters() if p.requires_grad}
    record: Record = {
        "state": shapes,
        "learned": sorted(parameters),
        "alike": sorted(
            name for name, t in state.items() if t.numel() > 1 and bool((t == t.flatten()[0]).all())
        ),
        "train": None,
        "eval": None,
    }
    weights = drawn_weights(case.weights)
    if shapes != {name: list(tensor.shape) for name, tensor in weights.items()}:
        return record, None  # the weights asked for do not fit: nothing to run
    module.load_state_dict({name: tensor.clone() for name, tensor in weights.items()})
    module.eval()
    record["eval"] = [module(value.clone()) for value in case.inputs]
    module.train()
    leaves = [value.clone().requires_grad_(value.is_floating_point()) for value in case.inputs]
    record["train"] = [module(leaf.clone()) for leaf in leaves]
    return record, _gradients(record["train"], parameters, leaves)


def _gradients(
    outputs: list[Any], parameters: dict[str, Any], inputs: list[Tensor]
) -> dict[str, float]:
    """Name -> the sum of its gradient's absolute values; without those that none reaches."""
    tracked = [y for y in outputs if isinstance(y, Tensor) and y.requires_grad]
    leaves = [leaf for leaf in inputs if leaf.requires_grad]
    wanted = [*parameters.values(), *leaves]
    if not tracked or not wanted:
        return {}
    total = torch.stack([weighted_sum(output) for output in tracked]).sum()
    names = [*parameters, *[INPUT] * len(leaves)]
    sizes: dict[str, float] = {}
    for name, gradient in zip(
        names, torch.autograd.grad(total, wanted, allow_unused=True), strict=True
    ):
        if gradient is not None:
            sizes[name] = sizes.get(name, 0.0) + float(gradient.double().abs().sum())
    return sizes


def weighted_sum(value: Tensor) -> Tensor:
    """One number of a tensor, to which each entry adds with a weight of its own."""
    ramp = torch.linspace(0.5, 1.5, value.numel(), dtype=value.dtype)
    return (value * ramp.reshape(value.shape)).sum()


def shapes(value: Any) -> Shapes:
    """Name of each parameter and buffer -> its shape, of a module's answer."""
    found = value.get("state") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def digest(found: Shapes) -> str:
    """A short text that tells parameters and buffers apart, by their names and shapes."""
    return f"{zlib.crc32(repr(sorted(found.items())).encode()):08x}"


def wrong_parameters(expected: Shapes, got: Shapes) -> Difference | None:
    """What is wrong with the parameters and buffers; discreetly, without names of the learner's."""
    missing = {name: shape for name, shape in expected.items() if name not in got}
    others = {name: shape for name, shape in got.items() if name not in expected}
    unregistered = (
        "Only what is an nn.Parameter (or a registered buffer, or inside a submodule) is learned "
        "and saved."
    )
    lacks = f"The module lacks {_some(missing)}. {unregistered}"
    only = f"The module has more parameters or buffers than {_some(expected) or 'none'}."
    if not got and expected:
        text = f"The module has no parameters; it needs {_listed(expected)}. {unregistered}"
        return Difference(text, lacks)
    if missing and others:
        text = (
            f"The names must be those asked for: {_listed(missing)}; "
            f"the module has {_listed(others)} instead."
        )
        return Difference(text, f"The names must be those asked for: {_some(expected)}.")
    if missing:
        return Difference(f"The module lacks {_listed(missing)}. {unregistered}", lacks)
    if others:
        return Difference(f"The module has more than was asked for: {_listed(others)}.", only)
    for name, shape in expected.items():
        if got[name] != shape:
            text = f"{name} has the shape {_tuple(got[name])}, expected {_tuple(shape)}."
            return Difference(text, f"{name} has another shape than it should.")
    return None


def wrong_output(expected: Any, value: Any, tolerance: float) -> Difference | None:
    """How what `forward` returned differs from what it should return, in either mode.

    Of modules that the weights do not fit, nothing was asked: they do not differ in that.
    """
    found = {
        mode: next(
            (
                different
                for wanted, came in zip(expected[mode] or (), value[mode] or (), strict=True)
                if (different := _output(wanted, came, tolerance))
            ),
            None,
        )
        for mode in ("train", "eval")
    }
    train, evaluation = found["train"], found["eval"]
    if train and evaluation:
        return train
    where = "in training mode " if train else "in eval mode "
    wrong = train or evaluation
    return wrong and Difference(where + wrong.text, where + wrong.discreet)


def _output(wanted: Any, came: Any, tolerance: float) -> Difference | None:
    if came is None:
        text = "`forward` returned None (does it return its result?)"
        return Difference(text, text)
    return difference(wanted, came, tolerance, "`forward`")


def _listed(shapes: Shapes) -> str:
    return _some(f"{name} {_tuple(shape)}" for name, shape in shapes.items())


def _some(items: Iterable[str]) -> str:
    """The first of them; deep networks have hundreds."""
    names = [*items]
    return ", ".join(names[:_MOST_NAMED]) + " and others" * (len(names) > _MOST_NAMED)


def _tuple(shape: Any) -> str:
    return str(tuple(shape)) if isinstance(shape, (list, tuple)) else "?"
