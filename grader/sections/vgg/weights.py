"""Weights for modules that are asked for, on which no layer has gone dead."""

from collections.abc import Callable, Sequence
from dataclasses import replace

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
    state = ask_module(given, *case.args, **case.kwargs).state_dict()
    shapes = {name: list(tensor.shape) for name, tensor in state.items()}
    while True:
        weights = {"seed": draw.integer(1, 2**31 - 1), "shapes": shapes}
        drawn = replace(case, weights=weights, inputs=(draw.normal(*shape),))
        _, gradients = modules.asked(ask_module(given, *case.args, **case.kwargs), drawn)
        if gradients and all(gradients.values()):
            return drawn
