"""Part G, a checklist for networks that do not do what they should."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked, worked
from course_lib.models.configs import Layer, avg_pool, conv
from course_lib.sections.lenet.networks import Weights, modules

_EXACT = 1e-10
_LAST, _NO_BATCH, _FITS = "channels last", "no batch axis", "as it should be"

AXES = Exercise(
    id="lenet.axes_problem",
    title="Check 1: the axes",
    points=1,
    covers=("M10",),
    cases=lambda draw: [
        Case(args=((8, 32, 32, 3), 3), about=_LAST),
        Case(args=((3, 32, 32), 3), about=_NO_BATCH),
        Case(args=((8, 3, 32, 32), 3), about=_FITS),
        Case(args=((8, 4, 32, 32), 3), about="four channels for three"),
    ],
    expect=worked(
        {
            _LAST: "channels last",
            _NO_BATCH: "batch axis missing",
            _FITS: "",
            "four channels for three": "wrong number of channels",
        }
    ),
    mistakes=(
        Mistake(
            "nothing wrong found",
            "You found nothing wrong where something is. Compare the number of axes with 4, and "
            "the size of axis 1 with channels.",
            worked(
                {_LAST: "", _NO_BATCH: "", "four channels for three": ""},
            ),
        ),
        Mistake(
            "channels last not told apart",
            "The channels stand last, (N, H, W, C): say “channels last”, since that is mended by "
            "permute, not by another network.",
            worked({_LAST: "wrong number of channels"}),
        ),
        Mistake(
            "channels are axis 0",
            "You looked for the channels on axis 0. That is the batch: the channels are axis 1.",
            worked({_FITS: "wrong number of channels"}),
        ),
    ),
    hints=(
        "First the number of axes, len(shape): with 3 of them the batch axis is missing.",
        "Then shape[1] == channels is right; else look whether shape[3] is.",
    ),
)


def ask_seen(
    seen_rows: Callable[..., Any], config: list[Layer], weights: Weights, shape: Sequence[int]
) -> Any:
    """Lets the function look at a network of convolutions and average pooling."""
    model = modules(config)
    model.load_state_dict(dict(weights))
    return seen_rows(model, tuple(shape))


def seen_case(draw: Draw, layers: Sequence[Layer], size: tuple[int, int], about: str) -> Case:
    """A network with random weights, and the size of an image."""
    state = modules(layers, "meta").state_dict()
    weights = {name: draw.normal(*value.shape) for name, value in state.items()}
    return Case(args=(list(layers), weights, (1, 1, *size)), about=about)


_ONE = (conv(1, 2, 3, padding=1), conv(2, 2, 3, padding=1))
_LENET = (conv(1, 2, 5, padding=2), avg_pool(2), conv(2, 2, 5, padding=2))
_BETWEEN = "two convolutions of 5 x 5, pooling between"

SEEN = Exercise(
    id="lenet.seen_rows",
    title="Check 3: the receptive field",
    points=2,
    covers=("M10",),
    cases=lambda draw: [
        seen_case(draw, _ONE, (15, 2), WORKED),
        seen_case(draw, _LENET, (32, 28), _BETWEEN),
    ],
    expect=worked({WORKED: 5, _BETWEEN: 14}),
    through=ask_seen,
    mistakes=(
        Mistake(
            "whole output",
            "You followed the gradient of all outputs together, which reaches every pixel. Take "
            "one unit in the middle: Y[0, 0, rows // 2, columns // 2].",
            worked({WORKED: 15, _BETWEEN: 32}),
        ),
        Mistake(
            "unit in the corner",
            "You took a unit in the corner, whose window is cut off by the border. Take one in the "
            "middle.",
            worked({WORKED: 3, _BETWEEN: 8}),
        ),
        Mistake(
            "pixels, not rows",
            "You counted pixels. Count the rows that hold at least one of them.",
            worked({WORKED: 10, _BETWEEN: 196}),
        ),
        Mistake(
            "columns, not rows",
            "You counted columns. Rows are axis 2 of the gradient: ask for each of them whether "
            "any of its pixels was read, .any(dim=1) of grad[0, 0].",
            on_worked(2),
        ),
        Mistake(
            "one too few",
            "You took the distance between the first row and the last. Both of them count.",
            worked({WORKED: 4, _BETWEEN: 13}),
        ),
    ),
    hints=(
        "An image that requires a gradient goes through; backward() from one output number leaves "
        "a gradient which is not zero exactly at the pixels that were read.",
        "X = torch.randn(shape, requires_grad=True); Y = model(X); "
        "Y[0, 0, Y.shape[2] // 2, Y.shape[3] // 2].backward(); then look at X.grad.",
        "(X.grad[0, 0] != 0).any(dim=1) says for each row whether anything in it was read.",
    ),
    forbidden=("course_lib",),
    tolerance=_EXACT,
)


def _dead_example() -> Tensor:
    maps = torch.zeros(2, 4, 1, 2)
    maps[0, 0, 0, 1] = 3
    maps[1, 2] = torch.tensor([[0.5, 1]])
    return maps


DEAD = Exercise(
    id="lenet.dead_channels",
    title="Check 4: dead channels",
    points=1,
    covers=("M10",),
    cases=lambda draw: [Case(args=(_dead_example(),), about=WORKED)],
    expect=on_worked([1, 3]),
    mistakes=(
        Mistake(
            "silent on one image",
            "You listed channels that are silent on some image. Dead is a channel that is zero on "
            "every image of the batch.",
            on_worked([0, 1, 2, 3]),
        ),
        Mistake(
            "living ones",
            "These are the channels that answer to something. List the others.",
            on_worked([0, 2]),
        ),
        Mistake(
            "counted only",
            "That is how many there are. Return a list of their numbers: it tells where to look.",
            on_worked(2),
        ),
        Mistake(
            "true and false",
            "You returned true or false for each channel. Return the numbers of the dead ones.",
            on_worked([False, True, False, True]),
        ),
        Mistake(
            "one image only",
            "You looked at one image. A channel that is silent on it may answer to another.",
            on_worked([1, 2, 3]),
        ),
        Mistake(
            "counted from 1",
            "You counted the channels from 1. Here the first one is number 0.",
            on_worked([2, 4]),
        ),
    ),
    hints=(
        "maps.abs().amax(dim=(0, 2, 3)) is the strongest answer of each channel to any image.",
        "nonzero() or a list comprehension turns “this one is 0” into numbers.",
    ),
    forbidden=("course_lib",),
    tolerance=_EXACT,
)

SUMMARY_CHOICE = Exercise(
    id="lenet.summary_choice",
    title="Find the bug in a summary",
    points=1,
    covers=("M10",),
    asks="choice",
    options={
        "A": "The first convolution lacks padding=2.",
        "B": "The second pooling has stride 1 instead of 2.",
        "C": "The second convolution has 3 x 3 kernels instead of 5 x 5.",
        "D": "A flatten is missing before the dense layer.",
    },
)
