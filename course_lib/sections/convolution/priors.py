"""Part A, why not a dense layer: weights counted, and what sharing them brings."""

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked

_DENSE = "dense_weights(4, 5, 2, 3)"

DENSE_WEIGHTS = Exercise(
    id="convolution.dense_weights",
    title="Weights of a dense layer on an image",
    points=1,
    covers=("L1",),
    cases=lambda draw: [
        Case(args=(4, 5, 2, 3), about=_DENSE),
        Case(args=(2, 5, 1, 3), about="dense_weights(2, 5, 1, 3)"),
    ],
    expect=worked({_DENSE: 120, "dense_weights(2, 5, 1, 3)": 30}),
    mistakes=(
        Mistake(
            "biases counted",
            "You counted one bias for each unit as well. Here only the weights count.",
            on(_DENSE, 123),
        ),
        Mistake(
            "channels forgotten",
            "You counted the pixels once. Each pixel brings one input per channel, and a dense "
            "layer weighs each of them.",
            on(_DENSE, 60),
        ),
        Mistake(
            "units forgotten",
            "You counted the inputs. Every unit has its own weight for every input.",
            on(_DENSE, 40),
        ),
        Mistake(
            "one weight per pixel and unit, added",
            "You added inputs and units. Every unit is connected to every input, so multiply.",
            on(_DENSE, 43),
        ),
    ),
    hints=(
        "How many numbers does the layer see when the image is laid out as one long list?",
        "Each of the units looks at all of these numbers, with one weight for each.",
        "Inputs are height * width * channels; multiply them by units.",
    ),
    tolerance=EXACT,
)

_KERNEL = "kernel_weights(5, 2, 4)"

KERNEL_WEIGHTS = Exercise(
    id="convolution.kernel_weights",
    title="Weights of a convolution layer",
    points=1,
    covers=("L1",),
    cases=lambda draw: [
        Case(args=(5, 2, 4), about=_KERNEL),
        Case(args=(3, 1, 2), about="kernel_weights(3, 1, 2)"),
    ],
    expect=worked({_KERNEL: 200, "kernel_weights(3, 1, 2)": 18}),
    mistakes=(
        Mistake(
            "biases counted",
            "You counted one bias for each output channel as well. Here only the weights count.",
            on(_KERNEL, 204),
        ),
        Mistake(
            "kernel not squared",
            "You counted one row of the kernel. It is square: kernel_size entries both ways.",
            on(_KERNEL, 40),
        ),
        Mistake(
            "input channels forgotten",
            "You counted one input channel. A filter has a slice of weights for each channel that "
            "comes in.",
            on(_KERNEL, 100),
        ),
        Mistake(
            "output channels forgotten",
            "You counted a single filter. There is one filter for each output channel.",
            on(_KERNEL, 50),
        ),
    ),
    hints=(
        "Does the size of the image play a part? The same filter is used at every place.",
        "One filter covers kernel_size by kernel_size pixels, in all input channels.",
        "One filter has kernel_size * kernel_size * in_channels weights; there are out_channels "
        "filters.",
    ),
    tolerance=EXACT,
)


def _lesson_numbers(bias: bool, channels: int) -> list[int]:
    """The three numbers, as PyTorch's own layers count them; no memory is taken."""
    inputs = torch.Size((channels, 224, 224)).numel()
    layers = (
        nn.Linear(inputs, 1000, bias=bias, device="meta"),
        nn.Conv2d(channels, 1, 3, bias=bias, device="meta"),
    )
    return [inputs, *(sum(p.numel() for p in layer.parameters()) for layer in layers)]


LESSON_NUMBERS = Exercise(
    id="convolution.lesson_numbers",
    title="Dense against convolution, in numbers",
    points=0,
    covers=("L1",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _lesson_numbers(bias=False, channels=3),
    mistakes=(
        Mistake(
            "biases counted",
            "You counted biases as well: one for each unit, one for the filter. Leave them out.",
            lambda case: _lesson_numbers(bias=True, channels=3),
        ),
        Mistake(
            "channels forgotten",
            "You took one channel. An RGB image has three, and every one of them is weighed.",
            lambda case: _lesson_numbers(bias=False, channels=1),
        ),
        Mistake(
            "filter in one channel",
            "Inputs and dense weights are right. The filter, though, spans all three channels.",
            lambda case: [
                *_lesson_numbers(bias=False, channels=3)[:2],
                _lesson_numbers(bias=False, channels=1)[2],
            ],
        ),
    ),
    hints=(
        "Your two functions above give the second and the third number.",
        "The first is what dense_weights gives for a single unit. Three numbers in a list: "
        "lesson_numbers = [inputs, dense, kernel].",
    ),
    tolerance=EXACT,
)

SHARING_CHOICE = Exercise(
    id="convolution.sharing_choice",
    title="Where equivariance comes from",
    points=1,
    covers=("Q1",),
    asks="choice",
    options={
        "A": "From locality: each output looks at a small window only.",
        "B": "From weight sharing: every window is weighed with the same numbers.",
        "C": "From both together; neither would be enough without the other.",
        "D": "From neither: a network learns it from training images that are shifted.",
    },
)
