"""Part G, a checklist for networks that do not do what they should."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.channels.configs import Layer, conv, flatten, linear, relu
from course_lib.sections.convolution.facts import WORKED, on_worked, worked
from course_lib.sections.lenet.networks import Weights, modules
from course_lib.sections.pooling.configs import avg_pool, max_pool

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


def first_refusal(config: Sequence[Layer], shape: Sequence[int]) -> int:
    """The number of the first layer whose module refuses what it is given; -1 if none does."""
    x = torch.empty(tuple(shape), device="meta")
    for place, entry in enumerate(config):
        try:
            x = modules([entry], "meta")(x)
        except RuntimeError:
            return place
    return -1


_NET = (
    *(conv(1, 6, 5), relu(), max_pool(2)),
    *(conv(6, 16, 5), relu(), max_pool(2)),
    *(flatten(), linear(400, 10)),
)
"""Without padding: 256 numbers reach the dense layer."""

_CHANNELS = (*_NET[:3], conv(8, 16, 5), *_NET[4:])
_WINDOW = (*_NET[:6], conv(16, 20, 5), *_NET[6:])


def _misfit_cases(_: Any) -> list[Case]:
    return [
        Case(args=(list(_NET), (1, 1, 28, 28)), about=WORKED),
        Case(args=(list(_NET), (1, 1, 32, 32)), about="the same for 32 x 32, which fits"),
        Case(args=(list(_CHANNELS), (1, 1, 32, 32)), about="channels that do not fit"),
        Case(args=(list(_WINDOW), (1, 1, 28, 28)), about="a window larger than its map"),
    ]


MISFIT = Exercise(
    id="lenet.first_misfit",
    title="Check 2: the sizes",
    points=3,
    covers=("M10",),
    cases=_misfit_cases,
    expect=lambda case: first_refusal(*case.args),
    mistakes=(
        Mistake(
            "counted from 1",
            "You counted the layers from 1. Here the first one is number 0.",
            worked(
                {WORKED: 8, "channels that do not fit": 4, "a window larger than its map": 7},
            ),
        ),
        Mistake(
            "dense layers not compared",
            "You let a dense layer read anything. It must be given exactly in_features numbers.",
            on_worked(-1),
        ),
        Mistake(
            "channels not compared",
            "You let a convolution read anything. The map must have exactly in_channels channels.",
            worked({"channels that do not fit": -1}),
        ),
        Mistake(
            "windows not compared",
            "You let a window be larger than its map. kernel_size must be at most size + 2 * "
            "padding, or there is no output.",
            worked({"a window larger than its map": 8}),
        ),
        Mistake(
            "always something",
            "You found a misfit where everything fits. For that the answer is -1.",
            worked({"the same for 32 x 32, which fits": 7}),
        ),
    ),
    hints=(
        "Carry C, H and W along, layer by layer, as in trace_shapes; before each layer ask whether "
        "it can take what comes.",
        "“conv”: in_channels == C, and kernel_size at most H + 2 * padding and W + 2 * padding. "
        "Pooling: the window likewise. “linear”: in_features == numbers, which after “flatten” is "
        "C * H * W.",
        "for number, layer in enumerate(config): if it does not fit, return number; at the very "
        "end return -1.",
    ),
    forbidden=("course_lib", "torch.nn", "aten::convolution"),
    tolerance=_EXACT,
)


def ask_seen(
    seen_rows: Callable[..., Any], config: list[Layer], weights: Weights, shape: Sequence[int]
) -> Any:
    """Lets the function look at a network of convolutions and average pooling."""
    model = modules(config)
    model.load_state_dict(dict(weights))
    return seen_rows(model, tuple(shape))


def seen_case(draw: Draw, layers: Sequence[Layer], size: int, about: str) -> Case:
    """A network with weights that are not zero."""
    state = modules(layers, "meta").state_dict()
    weights = {name: 0.5 + draw.uniform(*value.shape) for name, value in state.items()}
    return Case(args=(list(layers), weights, (1, 1, size, size)), about=about)


_ONE = (conv(1, 2, 3, padding=1), conv(2, 2, 3, padding=1))
_LENET = (conv(1, 2, 5, padding=2), avg_pool(2), conv(2, 2, 5, padding=2))

SEEN = Exercise(
    id="lenet.seen_rows",
    title="Check 3: the receptive field",
    points=2,
    covers=("M10",),
    cases=lambda draw: [
        seen_case(draw, _ONE, 15, WORKED),
        seen_case(draw, _LENET, 32, "two convolutions of 5 x 5, pooling between"),
    ],
    expect=worked({WORKED: 5, "two convolutions of 5 x 5, pooling between": 14}),
    through=ask_seen,
    mistakes=(
        Mistake(
            "whole output",
            "You followed the gradient of all outputs together, which reaches every pixel. Take "
            "one unit in the middle: Y[0, 0, rows // 2, columns // 2].",
            worked({WORKED: 15, "two convolutions of 5 x 5, pooling between": 32}),
        ),
        Mistake(
            "unit in the corner",
            "You took a unit in the corner, whose window is cut off by the border. Take one in the "
            "middle.",
            worked({WORKED: 3, "two convolutions of 5 x 5, pooling between": 8}),
        ),
        Mistake(
            "pixels, not rows",
            "You counted pixels. Count the rows that hold at least one of them.",
            worked({WORKED: 25, "two convolutions of 5 x 5, pooling between": 196}),
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
            on_worked([0, 1, 0, 1]),
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
