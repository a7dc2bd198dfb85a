"""Part B, cross-correlation as a layer."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import cross_correlation, valid_convolution


def layer_answer(X: Tensor, weight: Tensor, bias: Tensor) -> dict[str, Any]:
    """What a layer with these weights must answer, in the form of `Answer.value`."""
    return _layer_with(cross_correlation(X, weight) + bias, weight)


def _layer_with(output: Tensor, weight: Tensor) -> dict[str, Any]:
    state = {"weight": list(weight.shape), "bias": [1]}
    return {"state": state, "train": [output], "eval": [output]}


def _layer_cases(draw: Draw) -> list[Case]:
    image, weight, bias = ([[5.0, 2.0]], [[1.0, -1.0]], [10.0])
    cases = [
        Case(
            args=((1, 2),),
            state={"weight": torch.tensor(weight), "bias": torch.tensor(bias)},
            inputs=(torch.tensor(image),),
            about="Conv2D((1, 2)), the example in the text",
        )
    ]
    for shape in ((2, 2), (1, 3)):
        state = {"weight": draw.normal(*shape), "bias": draw.normal(1)}
        about = f"Conv2D({shape}) on a 5x6 image"
        cases.append(Case(args=(shape,), state=state, inputs=(draw.normal(5, 6),), about=about))
    return cases


LAYER = Exercise(
    id="convolution.Conv2D",
    title="A convolution layer",
    points=2,
    covers=("D7.2-layer",),
    asks="module",
    cases=_layer_cases,
    expect=lambda case: layer_answer(case.inputs[0], case.state["weight"], case.state["bias"]),
    mistakes=(
        Mistake(
            "bias forgotten",
            "The output lacks the bias: forward returns the cross-correlation plus self.bias.",
            lambda case: layer_answer(case.inputs[0], case.state["weight"], 0 * case.state["bias"]),
        ),
        Mistake(
            "flipped kernel",
            "The output is the one of the flipped kernel: use your corr2d, which does not flip.",
            lambda case: _layer_with(
                valid_convolution(case.inputs[0], case.state["weight"]) + case.state["bias"],
                case.state["weight"],
            ),
        ),
        Mistake(
            "bias multiplied",
            "You multiplied by the bias. It is added, the same number to every entry.",
            lambda case: _layer_with(
                cross_correlation(case.inputs[0], case.state["weight"]) * case.state["bias"],
                case.state["weight"],
            ),
        ),
    ),
    hints=(
        "What does the layer learn? Only what is an nn.Parameter is found by an optimiser.",
        "Two parameters, made in __init__ with nn.Parameter: a weight of shape kernel_size and a "
        "bias of shape (1,).",
        "forward(x) calls your corr2d with self.weight and adds self.bias.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)
