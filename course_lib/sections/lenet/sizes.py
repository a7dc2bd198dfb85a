"""Part G, the second check of the list: do the sizes fit?"""

from collections.abc import Sequence

import torch

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked
from course_lib.models.configs import Layer, conv, flatten, linear, max_pool, relu
from course_lib.sections.lenet.networks import modules

_EXACT = 1e-10


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

_OTHER_CHANNELS = (*_NET[:3], conv(8, 16, 5), *_NET[4:])
_LAST_WINDOW = (*_NET[:6], conv(16, 20, 5), *_NET[6:])
_POOLED = (*_NET[:3], relu(), *_NET[3:])
_PADDED = (
    *(conv(1, 6, 5, padding=2), relu(), max_pool(2)),
    *(conv(6, 16, 5), relu(), max_pool(2)),
    *(flatten(), linear(400, 84), relu(), linear(84, 10)),
)
_WHOLE = (conv(1, 4, 6), flatten(), linear(4, 3))

_FITS_32 = "the same for 32 x 32, which fits"
_CHANNELS = "channels that do not fit"
_WINDOW = "a window larger than its map"
_NARROW = "a narrow image"
_FITS_28 = "padding and two dense layers, which fit"
_EQUAL = "a window as large as its map, which fits"


def _misfit_cases(_: Draw) -> list[Case]:
    return [
        Case(args=(list(_NET), (1, 1, 28, 28)), about=WORKED),
        Case(args=(list(_NET), (1, 1, 32, 32)), about=_FITS_32),
        Case(args=(list(_OTHER_CHANNELS), (1, 1, 32, 32)), about=_CHANNELS),
        Case(args=(list(_LAST_WINDOW), (1, 1, 28, 28)), about=_WINDOW),
        Case(args=(list(_POOLED), (1, 1, 28, 5)), about=_NARROW),
        Case(args=(list(_PADDED), (1, 1, 28, 28)), about=_FITS_28),
        Case(args=(list(_WHOLE), (1, 1, 6, 6)), about=_EQUAL),
    ]


_TOO_LARGE = (
    "You let a window be larger than its map. In convolutions and poolings, kernel_size must be at "
    "most H + 2 * padding and at most W + 2 * padding, or there is no output."
)

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
            worked({WORKED: 8, _CHANNELS: 4, _WINDOW: 7, _NARROW: 3}),
        ),
        Mistake(
            "dense layers not compared",
            "You let a dense layer read anything. It must be given exactly in_features numbers.",
            on_worked(-1),
        ),
        Mistake(
            "channels not compared",
            "You let a convolution read anything. The map must have exactly in_channels channels.",
            worked({_CHANNELS: -1}),
        ),
        Mistake("windows not compared", _TOO_LARGE, worked({_WINDOW: 8, _NARROW: 8})),
        Mistake("windows not compared", _TOO_LARGE, on(_NARROW, 4)),
        Mistake(
            "full window refused",
            "A window as large as its map fits: there is one place for it.",
            on(_EQUAL, 0),
        ),
        Mistake(
            "dense outputs not carried",
            "A dense layer changes how many numbers there are: behind it there are out_features.",
            on(_FITS_28, 9),
        ),
        Mistake(
            "always something",
            "You found a misfit where everything fits; there the answer is -1. Do your sizes take "
            "the padding, on both sides, and the stride into account?",
            worked({_FITS_32: 7, _FITS_28: 7}),
        ),
        Mistake(
            "always something",
            "You found a misfit where everything fits; there the answer is -1.",
            worked({_FITS_32: 8, _FITS_28: 9, _EQUAL: 2}),
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
