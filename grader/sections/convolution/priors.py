"""Section 01: marking of weight counts and of what weight sharing brings."""

import math

from torch import nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant, named_wrongs


def dense_weights(height: int, width: int, channels: int, units: int) -> int:
    """The solution."""
    return height * width * channels * units


def kernel_weights(kernel_size: int, in_channels: int, out_channels: int) -> int:
    """The solution."""
    return kernel_size * kernel_size * in_channels * out_channels


def _dense_cases(draw: Draw) -> list[Case]:
    height, width, units = draw.distinct(20, 300, 3)
    more_units = draw.integer(1000, 4000)
    return [
        Case(args=(height, width, 3, units), about="a colour image"),
        Case(args=(width, height, draw.integer(4, 9), more_units), about="a feature map"),
        Case(args=(units, units + 1, 2, draw.integer(2, 9)), about="few units"),
    ]


def _kernel_cases(draw: Draw) -> list[Case]:
    narrow, wide, wider = sorted(draw.distinct(2, 200, 3))
    return [
        Case(args=(draw.integer(3, 5), narrow, wide), about="more channels out than in"),
        Case(args=(draw.integer(6, 9), wider, narrow), about="more channels in than out"),
        Case(args=(draw.integer(2, 4), wide, wider), about="another kernel"),
    ]


def _layer_count(case: Case) -> int:
    """The weights of PyTorch's own layers, which take no memory on the device "meta"."""
    if len(case.args) == 4:
        height, width, channels, units = case.args
        linear = nn.Linear(height * width * channels, units, bias=False, device="meta")
        return linear.weight.numel()
    kernel_size, in_channels, out_channels = case.args
    return nn.Conv2d(in_channels, out_channels, kernel_size, device="meta").weight.numel()


_DENSE_MISTAKES, _DENSE_MUTANTS = named_wrongs(
    "convolution.dense_weights",
    {
        "biases counted": lambda h, w, c, units: h * w * c * units + units,
        "channels forgotten": lambda h, w, c, units: h * w * units,
        "units forgotten": lambda h, w, c, units: h * w * c,
        "one weight per pixel and unit, added": lambda h, w, c, units: h * w * c + units,
    },
)
_KERNEL_MISTAKES, _KERNEL_MUTANTS = named_wrongs(
    "convolution.kernel_weights",
    {
        "biases counted": lambda k, c_in, c_out: k * k * c_in * c_out + c_out,
        "kernel not squared": lambda k, c_in, c_out: k * c_in * c_out,
        "input channels forgotten": lambda k, c_in, c_out: k * k * c_out,
        "output channels forgotten": lambda k, c_in, c_out: k * k * c_in,
    },
)

MARKINGS = (
    Marking(
        exercise="convolution.dense_weights",
        cases=_dense_cases,
        expect=_layer_count,
        mistakes=_DENSE_MISTAKES,
        solution=dense_weights,
        mutants=(
            *_DENSE_MUTANTS,
            Mutant("product of all", lambda *sizes: math.prod(sizes), state="right"),
        ),
        library={math.prod: False, nn.Linear: False},
    ),
    Marking(
        exercise="convolution.kernel_weights",
        cases=_kernel_cases,
        expect=_layer_count,
        mistakes=_KERNEL_MISTAKES,
        solution=kernel_weights,
        mutants=(
            *_KERNEL_MUTANTS,
            Mutant(
                "counted by a layer",
                lambda k, c_in, c_out: nn.Conv2d(c_in, c_out, k).weight.numel(),
                state="right",
            ),
        ),
        library={math.prod: False, nn.Conv2d: False},
    ),
    Marking(
        exercise="convolution.lesson_numbers",
        cases=lambda draw: [Case()],
        solution=[150_528, 150_528_000, 27],
        mutants=(
            Mutant("biases", [150_528, 150_529_000, 28], mistake="biases counted"),
            Mutant("one channel", [50_176, 50_176_000, 9], mistake="channels forgotten"),
            Mutant("9, not 27", [150_528, 150_528_000, 9], mistake="filter in one channel"),
            Mutant("in millions", [150_528, 150, 27]),
            Mutant("a tuple of floats", (150_528.0, 150_528e3, 27.0), state="right"),
        ),
    ),
    Marking(
        exercise="convolution.sharing_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "B",
        mistakes=(
            Mistake(
                "locality",
                "A layer may look at small windows and still weigh every window with other "
                "numbers; a shifted image then meets other weights. Ask what makes all places "
                "alike.",
                lambda case: "A",
            ),
            Mistake(
                "both",
                "One of the two is enough. A kernel as large as the image that slides around in a "
                "circle is not local at all, and yet a shift of the image shifts its output.",
                lambda case: "C",
            ),
            Mistake(
                "learned",
                "Training is not needed: even a kernel of random numbers shifts its output with "
                "the image. The property is built into the layer.",
                lambda case: "D",
            ),
        ),
        solution="B",
        mutants=(
            Mutant("locality", "A", mistake="locality"),
            Mutant("both", "C", mistake="both"),
            Mutant("learned", "D", mistake="learned"),
            Mutant("with a blank", " b", state="right"),
        ),
    ),
)
