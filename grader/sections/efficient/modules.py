"""Questions to modules: with which weights, and on which images."""

from collections.abc import Callable
from typing import Any

from torch import nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw

LARGE = 4
"""Images so large that some activations come to more than 6, where ReLU6 ends."""


def module_case(
    draw: Draw,
    reference: Callable[..., nn.Module],
    about: str,
    settings: tuple[Any, ...],
    size: tuple[int, int, int, int],
    **named: Any,
) -> Case:
    """A module with these settings, on images of this size, (N, C, H, W).

    Args:
        reference: tells which weights it has.
    """
    state = reference(*settings, **named).state_dict()
    shapes = {name: list(tensor.shape) for name, tensor in state.items()}
    return Case(
        args=settings,
        kwargs=named,
        about=about,
        weights={"seed": draw.integer(1, 2**31 - 1), "shapes": shapes},
        inputs=(LARGE * draw.normal(*size),),
    )
