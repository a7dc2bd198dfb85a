"""Part F, what the layers answer."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked
from course_lib.sections.lenet.networks import Net, Weights, modules, small


def ask_maps(
    feature_maps: Callable[..., Any], activation: str, weights: Weights, images: Tensor
) -> Any:
    """Lets the function look into a small network of LeNet's form."""
    return feature_maps(Net(small(activation), weights), images)


def maps_case(draw: Draw, activation: str, about: str, images: int = 2) -> Case:
    state = modules(small(activation)).state_dict()
    weights = {name: draw.normal(*value.shape) for name, value in state.items()}
    return Case(args=(activation, weights, draw.normal(images, 1, 10, 10)), about=about)


def stage_outputs(case: Case) -> list[Tensor]:
    """What each layer of the network answers, from the modules themselves."""
    activation, weights, x = case.args
    outputs = []
    for layer in Net(small(activation), weights).net:
        x = layer(x).detach()
        outputs.append(x)
    return outputs


def _of_stages(first: int, second: int) -> Callable[[Case], Any]:
    return lambda case: [stage_outputs(case)[first], stage_outputs(case)[second]]


FEATURE_MAPS = Exercise(
    id="lenet.feature_maps",
    title="Feature maps of both layers",
    points=2,
    covers=("D7.6.4",),
    cases=lambda draw: [
        maps_case(draw, "relu", "a network with ReLU"),
        maps_case(draw, "tanh", "a network with tanh"),
    ],
    expect=_of_stages(1, 4),
    through=ask_maps,
    mistakes=(
        Mistake(
            "before the activation",
            "These are the outputs of the convolutions. The feature maps asked for stand behind "
            "the activation: stages 1 and 4, counted from 0.",
            _of_stages(0, 3),
        ),
        Mistake(
            "after the pooling",
            "These are the maps after pooling. Take them directly behind the activation: stages 1 "
            "and 4, counted from 0.",
            _of_stages(2, 5),
        ),
        Mistake(
            "first one only",
            "The second is the first one's again. It comes from the second convolution, which "
            "reads the pooled maps.",
            _of_stages(1, 1),
        ),
    ),
    hints=(
        "Go through the layers: for stage, layer in enumerate(model.net): x = layer(x). Which x "
        "are to be kept?",
        "Keep x where stage is 1 or 4. with torch.no_grad() around it: nothing is learned here.",
    ),
    forbidden=("course_lib",),
)


SPARSITY = Exercise(
    id="lenet.sparsity",
    title="How many zeros",
    points=1,
    covers=("D7.6.5",),
    cases=lambda draw: [
        Case(
            args=(torch.tensor([[[[0.0, 2]], [[0, 0]]], [[[1, 3]], [[-2, -1]]]]),),
            about=WORKED,
        )
    ],
    expect=on_worked([0.25, 0.5]),
    mistakes=(
        Mistake(
            "share of the active",
            "That is the share of numbers that are not zero. Sparsity counts the zeros.",
            on_worked([0.75, 0.5]),
        ),
        Mistake(
            "one number",
            "That is one number for all channels. Keep the channel axis: average over images, rows "
            "and columns only.",
            on_worked(0.375),
        ),
        Mistake(
            "per image",
            "That is one number for each image. Keep axis 1, the channels.",
            on_worked([0.75, 0]),
        ),
        Mistake(
            "negative counted",
            "You counted negative numbers, too. After tanh there are many of them, and none is a "
            "zero: compare with == 0.",
            on_worked([0.25, 1]),
        ),
        Mistake(
            "counted",
            "These are the numbers of zeros. Divide by how many numbers the channel has, over all "
            "images and pixels.",
            on_worked([1, 2]),
        ),
        Mistake(
            "divided by one image",
            "You divided by the pixels of one image. There are N of them: divide by all the "
            "numbers of the channel.",
            on_worked([0.5, 1]),
        ),
        Mistake(
            "images kept apart",
            "You have a share for each image and channel. Average over the images, too.",
            on_worked([[0.5, 1], [0, 0]]),
        ),
    ),
    hints=(
        "maps == 0 is a tensor of true and false; .float() makes numbers of it, which have a mean.",
        "The channels are axis 1: average over all other axes, (0, 2, 3).",
    ),
    forbidden=("course_lib",),
)
