"""Part A, why not a dense layer: weights counted, and what sharing them brings."""

from itertools import permutations

import torch
from torch import nn

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise


def _count(channels: int = 3, units: int = 1000, filters: int = 1, bias: bool = False) -> list[int]:
    """Inputs, dense weights, weights of the filters: PyTorch's own layers, without memory."""
    inputs = torch.Size((channels, 224, 224)).numel()
    layers = (
        nn.Linear(inputs, units, bias=bias, device="meta"),
        nn.Conv2d(channels, filters, 3, bias=bias, device="meta"),
    )
    return [inputs, *(sum(p.numel() for p in layer.parameters()) for layer in layers)]


_INPUTS, _DENSE, _FILTER = _count()


def _photograph(inputs: int) -> tuple[list[int], list[int]]:
    """The answers where the inputs are miscounted: in both of the first numbers, or in one."""
    return [inputs, inputs * 1000, _FILTER], [inputs, _DENSE, _FILTER]


def _slips(number: int) -> list[int]:
    """The number with two neighbouring digits swapped."""
    d = str(number)
    swapped = (d[:i] + d[i + 1] + d[i] + d[i + 2 :] for i in range(len(d) - 1) if d[i] != d[i + 1])
    return [int(digits) for digits in swapped]


LESSON_NUMBERS = Exercise(
    id="convolution.lesson_numbers",
    title="Dense against convolution, in numbers",
    points=0,
    minutes=3,
    covers=("L1",),
    asks="value",
    reference=[_INPUTS, _DENSE, _FILTER],
    wrong={
        "biases counted": (
            "You counted biases as well. Leave them out: only weights are asked for.",
            _count(bias=True),
            [_INPUTS, _count(bias=True)[1], _FILTER],
            [_INPUTS, _DENSE, _count(bias=True)[2]],
        ),
        "channels forgotten": (
            "You took one channel. An RGB image has three, and each of its numbers is an input "
            "that is weighed.",
            _count(channels=1),
            [*_count(channels=1)[:2], _FILTER],
            [_count(channels=1)[0], _DENSE, _FILTER],
            [_INPUTS, _count(channels=1)[1], _FILTER],
        ),
        "filter in one channel": (
            "Inputs and dense weights are right. The filter, though, has 3 x 3 weights for each "
            "of the three channels.",
            [_INPUTS, _DENSE, 9],
            [_INPUTS, _DENSE, 3],
        ),
        "more than one filter": (
            "Your third number counts three filters, one for each channel. One filter has one "
            "kernel for each channel, and one filter is asked for.",
            [_INPUTS, _DENSE, 3 * _FILTER],
        ),
        "the example's channels": (
            "Your third number counts the two channels of the example above. The photograph has "
            "three.",
            [_INPUTS, _DENSE, 3 * 3 * 2],
        ),
        "sides": (
            "The number of inputs is rows times columns times channels, each of the three once.",
            *_photograph(224 * 3),
            *_photograph((224 + 224) * 3),
            *_photograph(224 * 2 * 3),
            *_photograph(224),
            *_photograph(224**3),
            *_photograph(222 * 222 * 3),
        ),
        "swapped digits": (
            "Your first number is nearly right: two of its digits are swapped. Write the product "
            "and let Python multiply.",
            *(lists for inputs in _slips(_INPUTS) for lists in _photograph(inputs)),
        ),
        "another number of units": (
            "Your second number is that of another number of units. There are a thousand, each "
            "with a weight for every input.",
            *([_INPUTS, _INPUTS * units, _FILTER] for units in (10, 100, 10_000, 100_000, 3, 9)),
        ),
        "a number missing": (
            "Three numbers are asked for: inputs, dense weights, weights of the filter.",
            [_INPUTS, _DENSE],
            [_DENSE, _FILTER],
            [_INPUTS, _FILTER],
            [_INPUTS],
        ),
        "units forgotten": (
            "Your second number counts the weights of a single unit. Every unit has its own "
            "weight for every input.",
            [_INPUTS, _INPUTS, _FILTER],
        ),
        "order": (
            "Your numbers are right, their order is not: inputs, dense weights, weights of the "
            "filter.",
            *(list(order) for order in list(permutations((_INPUTS, _DENSE, _FILTER)))[1:]),
        ),
        "added": (
            "You added inputs and units. Every unit reads every input, so multiply.",
            [_INPUTS, _INPUTS + 1000, _FILTER],
        ),
        "one filter for each unit": (
            "Your third number counts a filter for each unit of the dense layer. One filter is "
            "asked for.",
            _count(filters=1000),
        ),
        "not shared": (
            "Your third number grows with the photograph. The filter has the same weights in all "
            "windows, so they count once.",
            [_INPUTS, _DENSE, _FILTER * 222**2],
            [_INPUTS, _DENSE, _FILTER * 224**2],
            [_INPUTS, _DENSE, 9 * _INPUTS // 3],
        ),
    },
    right=((150_528.0, 150_528e3, 27.0), torch.tensor([150_528, 150_528_000, 27])),
    hints=(
        "The example above counts the same for an image of 4 x 5 pixels and two channels.",
        "Every number of the photograph is an input: height times width times channels. Each "
        "unit has one weight for each of them; a filter has one kernel for each channel.",
        "Three products in a list: lesson_numbers = [height * width * channels, that * units, "
        "kernel height * kernel width * channels].",
    ),
    tolerance=EXACT,
)

SHARING_CHOICE = Exercise(
    id="convolution.sharing_choice",
    title="Where equivariance comes from",
    points=1,
    minutes=4,
    covers=("Q1",),
    asks="choice",
    options={
        "A": "From locality: each output looks at a small window only.",
        "B": "From weight sharing: every window is weighed with the same numbers.",
        "C": "From both together; neither would be enough without the other.",
        "D": "From neither: a network learns it from training images that are shifted.",
    },
    reference="B",
    wrong={
        "locality": (
            "A layer may look at small windows and still weigh every window with other numbers; a "
            "shifted image then meets other weights. Ask what makes all places alike.",
            "A",
        ),
        "both": (
            "One of the two is enough. A kernel as large as the image that slides around in a "
            "circle is not local at all, and yet a shift of the image shifts its output.",
            "C",
        ),
        "learned": (
            "Training is not needed: even a kernel of random numbers shifts its output with the "
            "image. The property is built into the layer.",
            "D",
        ),
    },
    right=("b",),
)
