"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from course_lib.checks.finding import Partly

_SURE = 5.0
"""So many standard errors no statistic of right weights is away from what is expected."""

_BESIDE = 0.5
"""Credit for right weights of a model that is otherwise not as it was."""

_SPREADS: dict[str, Callable[[int, int, int], float]] = {
    "half the variance": lambda fan_in, fan_out, kernel: 1 / fan_in,
    "fan_out": lambda fan_in, fan_out, kernel: 2 / fan_out,
    "both fans": lambda fan_in, fan_out, kernel: 2 / (fan_in + fan_out),
    "variance for deviation": lambda fan_in, fan_out, kernel: (2 / fan_in) ** 2,
    "kernel left out": lambda fan_in, fan_out, kernel: 2 * kernel / fan_in,
    "root left out": lambda fan_in, fan_out, kernel: 2.0,
}
"""Name of a mistake -> the variance that it gives."""


def drawn_by_he(answer: Any, tree: Any) -> str | Partly | None:
    """The parameters of a network that has begun anew, as `ask_he_init` tells them.

    Returns:
        The name of a mistake of `he_init`, with a share of the credit where the weights are right
        and something beside them is not; or None where all is right.
    """
    changed = answer["changed"]
    if changed == "parts changed":
        return str(changed)
    if wrong := _of_the_weights(answer):
        return wrong
    return Partly(changed, _BESIDE) if changed else None


def _of_the_weights(answer: Mapping[str, Any]) -> str | None:
    before, after, again = (answer[when] for when in ("before", "after", "again"))
    weights = {name: w for name, w in after.items() if name.endswith("weight") and w.dim() > 1}
    kept = [name for name, weight in weights.items() if _same(weight, before[name])]
    if len(kept) == len(weights):
        return "nothing drawn"
    if kept:
        return _kept(kept, weights)
    biases = {name: name.removesuffix("weight") + "bias" for name in weights}
    others = set(before) - {*weights, *biases.values()}
    if any(not _same(before[name], after[name]) for name in others):
        return "others changed"
    if any(bool(after[name].any()) for name in biases.values() if name in after):
        return "biases left"
    if any(_same(w[0], w[1]) for w in weights.values()):
        return "one output repeated"
    if wrong := _wrongly_drawn(weights):
        return wrong
    if _begin_alike(list(weights.values())):
        return "layers alike"
    if any(_same(weight, again[name]) for name, weight in weights.items()):
        return "not anew"
    return None if answer["returned"] else "not returned"


def _same(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _kept(kept: list[str], weights: Mapping[str, Tensor]) -> str:
    """What the weights that stay as they were have in common, and no others have."""
    if kept == [name for name, weight in weights.items() if weight.dim() == 2]:
        return "convolutions only"
    if kept == [name for name, weight in weights.items() if weight.dim() == 4]:
        return "dense layers only"
    if kept == [name for name in weights if "." in name.removesuffix(".weight")]:
        return "outermost layers only"
    return "some layers left"


def _wrongly_drawn(weights: Mapping[str, Tensor]) -> str | None:
    """By the moments of each layer's weights."""
    all_of = list(weights.values())
    if any(abs(float(w.mean() / w.std())) * w.numel() ** 0.5 > _SURE for w in all_of):
        return "mean"
    if not all(_has_variance(w, 2 / _fans(w)[0]) for w in all_of):
        for name, variance in _SPREADS.items():
            if all(_has_variance(w, variance(*_fans(w), w[0, 0].numel())) for w in all_of):
                return name
        if all(_has_variance(w, 2 / (3 * _fans(w)[0])) and _flat(w) for w in all_of):
            return "bound for deviation"
        return "another spread"
    if any(_flat(w) for w in all_of):
        return "uniform"
    return None


def _fans(weight: Tensor) -> tuple[int, int]:
    """What an output reads, and how many outputs read an input."""
    kernel = weight[0, 0].numel()
    return weight.shape[1] * kernel, weight.shape[0] * kernel


def _has_variance(weight: Tensor, variance: float) -> bool:
    """Of n normal numbers, the mean square has the standard error sqrt(2 / n), relatively."""
    ratio = float(weight.square().mean()) / variance
    return abs(ratio - 1) < _SURE * math.sqrt(2 / weight.numel())


def _flat(weight: Tensor) -> bool:
    """No number lies far out: of normal ones, some are larger than two deviations."""
    return float(weight.abs().max() / weight.std()) < 2


def _begin_alike(weights: list[Tensor]) -> bool:
    """The first numbers of two layers are the same, but for their size."""
    heads = [weight.flatten()[:50] / weight.std() for weight in weights]
    return any(
        float((a - b).abs().max()) < 0.5
        for place, a in enumerate(heads)
        for b in heads[place + 1 :]
    )
