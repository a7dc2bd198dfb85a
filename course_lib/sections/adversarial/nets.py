"""Tiny networks that are attacked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import torch
from torch import Tensor, nn

from course_lib.checks.case import drawn_weights
from course_lib.checks.traces import in_use
from course_lib.models.plans import Plan
from course_lib.models.plans import network as of_plan

CLASSES = 4

Kind = tuple[str, int]
"""A key of `PLANS`, and the seed of the weights."""

_DENSE = ["Sequential", ["Flatten"], ["Linear", 12, 6], ["ReLU"], ["Linear", 6, CLASSES]]

_NORMS = [
    *("Sequential", ["BatchNorm2d", 3], ["Conv2d", 3, 4, 2, {"bias": False}], ["ReLU"]),
    *(["BatchNorm2d", 4], ["Flatten"], ["Linear", 24, CLASSES]),
]

_STRIDED = [
    *("Sequential", ["Conv2d", 2, 3, 1, {"stride": 2}], ["Tanh"]),
    *(["AdaptiveAvgPool2d", 1], ["Flatten"], ["Linear", 3, CLASSES]),
]

PLANS: Mapping[str, Plan] = {
    **{"norms": _NORMS, "sure norms": _NORMS},
    **{"dense": _DENSE, "keen": _DENSE, "sure": _DENSE, "faint": _DENSE},
    **{"strided": _STRIDED, "deaf": _STRIDED},
    "small": [
        *("Sequential", ["Conv2d", 1, 2, 3, {"padding": 1}], ["BatchNorm2d", 2], ["ReLU"]),
        *(["AdaptiveAvgPool2d", 1], ["Flatten"], ["Linear", 2, CLASSES]),
    ],
    "linear": ["Sequential", ["Flatten"], ["Linear", 3, 2, {"bias": False}]],
}
"""Their images: those with norms (3, 3, 4); those like "dense" 12 numbers in all; "strided" 2
channels, of which it reads every second row and column; "deaf" the same, of the first channel
alone; "small" 1 channel; "linear" 3 numbers."""

SHARP: Mapping[str, float] = {"faint": 1e-4, "keen": 20, "sure": 2_000, "sure norms": 2_000}
"""What the logits of some are multiplied with."""

EXAMPLE = torch.tensor([[0.0, 0.0, 0.0], [2.0, -1.0, 0.0]])
"""The weights of "linear", the text's example: two classes, three pixels."""


def network(kind: Kind, state: str = "eval") -> nn.Module:
    """A model that has been trained a little: (N, C, H, W) -> (N, CLASSES).

    Args:
        state: that in which it is `in_use`.
    """
    form, _ = kind
    model = of_plan(PLANS[form])
    if form == "linear":
        model.get_parameter("1.weight").data = EXAMPLE.clone()
    else:
        model.load_state_dict(_of(*kind))
    if form == "deaf":
        model.get_parameter("0.weight").data[:, 1] = 0
    *_, last = model.modules()
    for parameter in last.parameters():
        parameter.data *= SHARP.get(form, 1)
    return in_use(model, state)


@lru_cache(maxsize=256)
def _of(form: str, seed: int) -> Mapping[str, Tensor]:
    """The weights of a kind: questions about one model are asked many times."""
    shapes = {name: [*tensor.shape] for name, tensor in of_plan(PLANS[form]).state_dict().items()}
    return drawn_weights({"seed": seed, "shapes": shapes})


@contextmanager
def resting(model: nn.Module) -> Iterator[None]:
    """In eval mode; afterwards each module is in the mode that it came in."""
    before = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in before.items():
            module.training = mode


class NoGradientsRecorded(RuntimeError):
    """An attack is called within no_grad(). No other error of an answer is of this kind."""


def drift(model: nn.Module, x: Tensor, y: Tensor, eps: float) -> Tensor:
    """Images pushed away from their classes, each pixel by less than eps: an attack without jumps.

    It runs the model in eval mode, and leaves it as it was.

    Raises:
        NoGradientsRecorded: within no_grad().
    """
    if not torch.is_grad_enabled():
        raise NoGradientsRecorded("an attack needs gradients, and was called within no_grad()")
    leaf = x.detach().clone().requires_grad_()
    with resting(model):
        score = model(leaf).gather(1, y[:, None]).sum()
    (slope,) = torch.autograd.grad(score, leaf)
    return (leaf - eps * torch.tanh(20 * slope)).detach().clamp(0, 1)
