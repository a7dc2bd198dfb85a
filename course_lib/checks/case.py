"""A question to the learner's object, and how it travels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

_TRAVELLING = ("args", "kwargs", "each", "weights", "inputs")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question.

    Attributes:
        args, kwargs: what the function (or the module's constructor) is called with.
        about: the setting, in words ("a kernel that is not square"); learners read it, in the
            check and in the feedback, so it never holds a number that is an answer.
        each: many lists of arguments, asked one after the other in this one question; the answer
            is the list of the answers.
        weights: for modules, what is loaded before the forward pass: name -> tensor, or
            {"seed": 3, "shapes": {name: shape}}, from which both sides draw large ones.
        inputs: for modules, what `forward` is called with.
        facts: further arguments of the exercise's property; they do not travel.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    each: tuple[Any, ...] = ()
    weights: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ()
    facts: tuple[Any, ...] = ()

    def question(self) -> dict[str, Any]:
        """What the learner's process needs of it: not what it is about, nor any fact."""
        return {name: value for name in _TRAVELLING if len(value := getattr(self, name))}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Case":
        """The case of a question (or of stored data) that has come as plain data."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in plain.items()
        }
        return cls(**fields)


def drawn_weights(weights: Mapping[str, Any]) -> dict[str, Tensor]:
    """A case's weights, by name: as they are, or drawn from the seed that stands for them."""
    if "seed" not in weights:
        return dict(weights)
    generator = torch.Generator().manual_seed(weights["seed"])
    drawn = {
        name: torch.randn(tuple(shape), generator=generator) * _spread(tuple(shape))
        for name, shape in weights["shapes"].items()
    }
    return {name: _plausible(name, value) for name, value in drawn.items()}


def _plausible(name: str, value: Tensor) -> Tensor:
    """Nothing that would blow rounding up, in the channel or in the batch norm that reads it.

    A variance is positive and not small; no norm makes its channel nearly constant.
    """
    if name.endswith("running_var"):
        return value.abs() + 0.5
    if name.endswith("weight") and value.dim() == 1:
        return value + 0.4 * value.sign()
    return value


def _spread(shape: tuple[int, ...]) -> float:
    """Keeps the outputs of deep networks in sight: more than He's, so that no layer fades."""
    return 2.5 / torch.Size(shape[1:]).numel() ** 0.5 if len(shape) > 1 else 0.6
