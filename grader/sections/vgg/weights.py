"""Weights for modules that are asked for, on which no layer has gone dead."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from course_lib.checks import modules
from course_lib.checks.case import Case
from course_lib.sections.vgg.adapters import ask_module
from grader.marking.draw import Draw


def alive(draw: Draw, given: Callable[..., nn.Module], case: Case, shape: Sequence[int]) -> Case:
    """The case with weights and images for which a gradient reaches every parameter.

    Args:
        shape: of the images.
    """
    while True:
        drawn = replace(case, weights=_weights(draw, given, case), inputs=(draw.normal(*shape),))
        _, gradients = modules.asked(ask_module(given, *case.args, **case.kwargs), drawn)
        if gradients and all(gradients.values()):
            return drawn


def _weights(draw: Draw, given: Callable[..., nn.Module], case: Case) -> dict[str, Any]:
    """By a seed where they may be any; as they are where some are variances."""
    asked = {name: value for name, value in case.kwargs.items() if name != "trained"}
    state = given(*case.args, **asked).state_dict()
    if not any(name.endswith("running_var") for name in state):
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        return {"seed": draw.integer(1, 2**31 - 1), "shapes": shapes}
    return {name: _drawn(draw, name, tuple(t.shape)) for name, t in state.items()}


def _drawn(draw: Draw, name: str, shape: tuple[int, ...]) -> Any:
    if name.endswith("running_var"):
        return 0.05 + draw.uniform(*shape)
    if name.endswith("num_batches_tracked"):
        return draw.integers(1, 9)
    spread = 2 / math.prod(shape[1:]) ** 0.5 if len(shape) > 1 else 0.8
    return spread * draw.normal(*shape)
