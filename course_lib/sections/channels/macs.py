"""Part D, counting: multiply-adds, and what separating a layer saves."""

from dataclasses import replace

from course_lib.checks.compare import EXACT
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked
from course_lib.models.configs import conv, flatten, gap, linear, relu
from course_lib.sections.channels.facts import held, macs
from course_lib.sections.channels.parameters import EXAMPLE, OWN_COUNT

_BEHIND = "a convolution behind the pooling"


def _macs_cases(_: Draw) -> list[Case]:
    longer = [conv(3, 8, 5, stride=2), relu(), conv(8, 8, 3, padding=1, groups=8), conv(8, 4, 1)]
    return [
        Case(args=(list(EXAMPLE), 4, 6), about=WORKED),
        Case(
            args=([*longer, relu(), flatten(), linear(4 * 5 * 7, 10)], 13, 17),
            about="no pooling before the dense layer",
        ),
        Case(
            args=([conv(2, 4, 3), gap(), conv(4, 6, 1), flatten(), linear(6, 3)], 8, 9),
            about=_BEHIND,
        ),
    ]


_BIASES = Mistake(
    "biases counted",
    "You counted the biases. By the usual convention MACs leave them out.",
    on_worked(2507),
)
_SIZE = Mistake(
    "size of the output",
    "The sizes that you follow come out too small. A side of n gives "
    "(n + 2 * padding - kernel_size) // stride + 1: padding on both sides, and one place more than "
    "there are steps.",
    on_worked(606),
)

COUNT_MACS = Exercise(
    id="channels.count_macs",
    title="Counting multiply-adds",
    points=3,
    covers=("E14.8", "D7.4.2"),
    cases=_macs_cases,
    expect=lambda case: macs(*case.args),
    mistakes=(
        Mistake(
            "operations counted twice",
            "You counted a product and a sum as two. A multiply-add (MAC) counts once.",
            on_worked(4812),
        ),
        _BIASES,
        replace(_BIASES, gives=on_worked(2411)),
        Mistake(
            "size not followed",
            "You multiplied by the size of the image, or of a layer's input. A convolution does "
            "its work once for each place of its own output, and that is the next layer's input. "
            "(Or is the stride missing where you work out the sizes?)",
            on_worked(4350),
        ),
        _SIZE,
        replace(_SIZE, gives=on_worked(1326)),
        Mistake(
            "not rounded down",
            "Your sizes are no whole numbers. Where the stride does not divide, round down: //.",
            on_worked(2703),
        ),
        Mistake(
            "square image",
            "You took the width to be as large as the height. Follow both.",
            on_worked(1614),
        ),
        Mistake(
            "one filter",
            "You counted one filter for each layer. Every output channel has its own.",
            on_worked(570),
        ),
        Mistake(
            "dense layers forgotten",
            'You counted the convolutions only; layers "linear" do in_features * out_features '
            "multiply-adds.",
            on_worked(2376),
        ),
        Mistake(
            "size kept behind gap",
            'You kept the height and width behind "gap". It leaves one number of each channel.',
            on(_BEHIND, 4050),
        ),
        Mistake(
            "groups ignored",
            "You let every filter read all input channels. With groups=g it reads in_channels / g "
            "of them.",
            on_worked(3054),
        ),
        Mistake(
            "weights counted",
            "You counted weights. A weight of a convolution works once for each place of the "
            "output.",
            on_worked(210),
        ),
    ),
    hints=(
        "How many multiply-adds does one number of a convolution's output take? And how many "
        "numbers does the output have?",
        "Go through the list and keep the current height and width: a convolution makes each of "
        "them (n + 2 * padding - kernel_size) // stride + 1, gap makes both 1.",
        'For "conv": out_height * out_width * out_channels * (in_channels // groups) * '
        'kernel_size ** 2. For "linear": in_features * out_features. The others: 0.',
    ),
    forbidden=OWN_COUNT,
    instead="Here the count comes from the numbers in the config alone.",
    keeps_inputs=True,
    tolerance=EXACT,
)

_LARGER = "kernels of 5 x 5, six channels to four"

SEPARABLE = Exercise(
    id="channels.separable",
    title="Depthwise separable convolution",
    points=1,
    covers=("E14.8", "Q9"),
    cases=lambda draw: [
        Case(args=(3, 5, 3), about=WORKED),
        Case(args=(6, 4, 5), about=_LARGER),
    ],
    expect=worked(
        {
            WORKED: [conv(3, 3, 3, padding=1, groups=3), conv(3, 5, 1)],
            _LARGER: [conv(6, 6, 5, padding=2, groups=6), conv(6, 4, 1)],
        }
    ),
    mistakes=(
        Mistake(
            "not grouped",
            "Your first layer is a standard convolution: every filter reads all channels. "
            "Depthwise means one group for each channel.",
            on_worked([conv(3, 3, 3, padding=1), conv(3, 5, 1)]),
        ),
        Mistake(
            "pointwise first",
            "The order is the other way round: first the depthwise, then the pointwise layer. "
            "(The other order exists as well, but costs more when channels grow.)",
            on_worked([conv(3, 5, 1), conv(5, 5, 3, padding=1, groups=5)]),
        ),
        Mistake(
            "padding forgotten",
            "Your layers shrink the image. An odd kernel needs a padding of half its size, "
            "rounded down.",
            on_worked([conv(3, 3, 3, groups=3), conv(3, 5, 1)]),
        ),
        Mistake(
            "padding of one",
            "A padding of 1 keeps the size for kernels of 3 x 3. Work it out from kernel_size.",
            on(_LARGER, [conv(6, 6, 5, padding=1, groups=6), conv(6, 4, 1)]),
        ),
        Mistake(
            "padding on both",
            "Only the depthwise layer needs padding: a kernel of 1 x 1 does not shrink the image.",
            on_worked([conv(3, 3, 3, padding=1, groups=3), conv(3, 5, 1, padding=1)]),
        ),
        Mistake(
            "depthwise widens",
            "Your depthwise layer changes the number of channels. It has one filter for each "
            "input channel; the pointwise layer makes the other channels.",
            on_worked([conv(3, 5, 3, padding=1, groups=3), conv(5, 5, 1)]),
        ),
        Mistake(
            "pointwise grouped",
            "Your pointwise layer is grouped. It is there to mix the channels, so it reads all of "
            "them.",
            on_worked([conv(3, 3, 3, padding=1, groups=3), conv(3, 5, 1, groups=3)]),
        ),
        Mistake(
            "one standard layer",
            "That is the standard convolution. Separate it: one layer for the neighbours in each "
            "channel, one for the channels at each pixel.",
            on_worked([conv(3, 5, 3, padding=1)]),
        ),
    ),
    hints=(
        "Two layers: the first looks at neighbours within each channel, the second mixes channels.",
        "The first has as many groups as channels, and as many channels out as in.",
        "conv(in_channels, in_channels, kernel_size, padding=kernel_size // 2, "
        "groups=in_channels), then a layer with kernels of 1 x 1.",
    ),
    tolerance=EXACT,
)


def _separable_numbers(
    bias: bool = True, per_mac: int = 1, padding: int = 1, bias_macs: bool = False
) -> list[int]:
    """Exercise 14.8 and M7, as PyTorch's own modules and counter have them."""
    standard = [conv(128, 256, 3, padding=padding, bias=bias)]
    separated = [
        conv(128, 128, 3, padding=padding, groups=128, bias=bias),
        conv(128, 256, 1, bias=bias),
    ]
    biases = [14 * 14 * channels * bias_macs for channels in (256, 128 + 256)]
    small = [conv(32, 32, 3, groups=32, bias=False), conv(32, 64, 1, bias=False)]
    return [
        held(standard),
        per_mac * macs(standard, 14, 14) + biases[0],
        held(separated),
        per_mac * macs(separated, 14, 14) + biases[1],
        held(small),
    ]


SEPARABLE_NUMBERS = Exercise(
    id="channels.separable_numbers",
    title="What separating saves, in numbers",
    points=0,
    covers=("E14.8", "M7"),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _separable_numbers(),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You left the biases out of the parameters of the first two networks.",
            lambda case: _separable_numbers(bias=False),
        ),
        Mistake(
            "operations counted twice",
            "Your MACs are twice as many: a product and the sum it goes into count once.",
            lambda case: _separable_numbers(per_mac=2),
        ),
        Mistake(
            "biases in the MACs",
            "You counted the biases as MACs; those are left out.",
            lambda case: _separable_numbers(bias_macs=True),
        ),
        Mistake(
            "no padding",
            "You let the feature map shrink to 12 x 12. With padding=1 it stays 14 x 14.",
            lambda case: _separable_numbers(padding=0),
        ),
        Mistake(
            "parameters first",
            "The numbers are right, their order is not: parameters and MACs of the standard one, "
            "then both of the separable one.",
            lambda case: [_separable_numbers()[place] for place in (0, 2, 1, 3, 4)],
        ),
        Mistake(
            "biases in the last",
            "Only the last number is off: that layer has no biases.",
            lambda case: [
                *_separable_numbers()[:4],
                held([conv(32, 32, 3, groups=32), conv(32, 64, 1)]),
            ],
        ),
    ),
    hints=(
        "Make both configs, with conv(...) and with your separable(...), and count.",
        "[params, macs, params, macs, params]; the feature map is 14 x 14 before and after.",
    ),
    tolerance=EXACT,
)
