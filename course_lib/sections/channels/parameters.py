"""Part D, counting: the parameters of a network that is written down as plain data."""

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked
from course_lib.models.configs import Layer, conv, flatten, gap, linear, relu
from course_lib.sections.channels.facts import held

EXAMPLE: tuple[Layer, ...] = (
    conv(2, 4, 3, padding=1),
    relu(),
    conv(4, 6, 3, stride=2, padding=1, groups=2, bias=False),
    relu(),
    gap(),
    flatten(),
    linear(6, 5),
)
"""The network whose counts are worked out by hand."""

# Building the modules and asking them would be no counting.
OWN_COUNT = ("torch.nn", "torch.utils", "course_lib", "aten::uniform_")


def _count_cases(_: object) -> list[Case]:
    small = [conv(3, 8, 5), relu(), conv(8, 8, 3, groups=8, bias=False), conv(8, 16, 1)]
    return [
        Case(args=(list(EXAMPLE),), about=WORKED),
        Case(
            args=([*small, gap(), flatten(), linear(16, 10, bias=False)],), about="a longer network"
        ),
        Case(args=([linear(12, 7), relu(), linear(7, 3)],), about="dense layers only"),
    ]


COUNT_PARAMS = Exercise(
    id="channels.count_params",
    title="Counting parameters",
    points=3,
    covers=("E14.2", "Q4", "M3"),
    cases=_count_cases,
    expect=lambda case: held(case.args[0]),
    mistakes=(
        Mistake(
            "biases forgotten",
            'You counted the weights only. A layer with "bias": True has one bias for each output '
            "channel (or output feature), too.",
            on_worked(210),
        ),
        Mistake(
            "biases always counted",
            'You counted biases for every layer. One with "bias": False has none.',
            on_worked(225),
        ),
        Mistake(
            "groups ignored",
            "You let every filter read all input channels. With groups=g it reads in_channels / g "
            "of them only, so it has so many slices fewer.",
            on_worked(327),
        ),
        Mistake(
            "kernel not squared",
            "You counted one row of each kernel. It is square: kernel_size · kernel_size entries.",
            on_worked(99),
        ),
        Mistake(
            "bias per layer",
            "You counted one bias for a whole layer. Every output channel (or output feature) has "
            "its own.",
            on_worked(212),
        ),
        Mistake(
            "bias per input",
            "You counted a bias for each input. There is one for each output channel (or output "
            "feature).",
            on_worked(218),
        ),
        Mistake(
            "dense bias forgotten",
            'You left out the biases of the dense layer; "linear" has one for each output feature.',
            on_worked(214),
        ),
        Mistake(
            "groups divided twice",
            "You divided in_channels and out_channels by groups. All out_channels filters are "
            "there; only what each of them reads is less.",
            on_worked(165),
        ),
        Mistake(
            "first layer only",
            "You counted the first layer and stopped: let return stand behind the loop, not in it.",
            on_worked(76),
        ),
        Mistake(
            "last layer only",
            "You kept the last count only. Add each layer's to the total: +=.",
            on_worked(35),
        ),
        Mistake(
            "dense layers forgotten",
            'You counted the convolutions only; layers "linear" hold weights and biases, too.',
            on_worked(184),
        ),
    ),
    hints=(
        "Which of the five kinds of layer hold parameters at all? Go through the list and add up.",
        "A convolution has out_channels filters; each has in_channels / groups slices of "
        "kernel_size · kernel_size weights.",
        'For a layer "conv": out_channels * (in_channels // groups) * kernel_size ** 2 weights. '
        'For "linear": in_features * out_features. Either way, with "bias": True, one bias for '
        "each output.",
    ),
    forbidden=OWN_COUNT,
    instead="Here the count comes from the numbers in the config alone.",
    keeps_inputs=True,
    tolerance=EXACT,
)


def _three_nets(bias: bool = True, input_channels: int = 3) -> list[int]:
    """The three architectures of exercise 14.2, as PyTorch's own modules hold them."""
    dense = [linear(input_channels * 32 * 32, 128, bias=bias)]
    return [
        held(dense),
        held([conv(input_channels, 128, 3, padding=1, bias=bias), gap()]),
        held([conv(input_channels, 128, 5, padding=2, bias=bias), gap()]),
    ]


THREE_NETS = Exercise(
    id="channels.three_nets",
    title="Dense against convolution with GAP",
    points=0,
    covers=("E14.2",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _three_nets(),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You left out the biases: 128 in each of the three.",
            lambda case: _three_nets(bias=False),
        ),
        Mistake(
            "one channel",
            "You counted a grey image. RGB has three channels, so every filter has three slices.",
            lambda case: _three_nets(input_channels=1),
        ),
        Mistake(
            "GAP counted",
            "Global average pooling has nothing to learn: it adds no parameters.",
            lambda case: [_three_nets()[0], *(count + 128 for count in _three_nets()[1:])],
        ),
        Mistake(
            "one slice",
            "The dense layer is right. In the others each of the 128 filters has three slices, one "
            "for each input channel.",
            lambda case: [_three_nets()[0], *_three_nets(input_channels=1)[1:]],
        ),
        Mistake(
            "places counted",
            "You counted a filter's weights once for each place of the image. All places share "
            "them.",
            lambda case: [_three_nets()[0], *(1024 * count for count in _three_nets()[1:])],
        ),
        Mistake(
            "order swapped",
            "The counts are right, their order is not: the dense layer, then 3 x 3, then 5 x 5.",
            lambda case: [_three_nets()[place] for place in (0, 2, 1)],
        ),
    ),
    hints=(
        "Write each network as a config and call your count_params.",
        "The first is [linear(3 * 32 * 32, 128)], the second [conv(3, 128, 3, padding=1), gap()].",
    ),
    tolerance=EXACT,
)


def _two_layers(bias: bool = True) -> list[int]:
    return [held([conv(64, 128, 3, padding=1, bias=bias)]), held([conv(16, 32, 3, bias=bias)])]


TWO_LAYERS = Exercise(
    id="channels.two_layers",
    title="Two layers on paper",
    points=0,
    covers=("Q4", "M3"),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _two_layers(),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You left out the biases: one for each output channel.",
            lambda case: _two_layers(bias=False),
        ),
        Mistake(
            "one bias per layer",
            "You counted one bias for the whole layer. Every output channel has its own.",
            lambda case: [count + 1 for count in _two_layers(bias=False)],
        ),
        Mistake(
            "bias per input",
            "You counted a bias for each input channel. There is one for each output channel.",
            lambda case: [
                weights + inputs
                for weights, inputs in zip(_two_layers(bias=False), (64, 16), strict=True)
            ],
        ),
        Mistake(
            "second bias forgotten",
            "The first count is right. The second layer has biases, too: one for each output "
            "channel.",
            lambda case: [_two_layers()[0], _two_layers(bias=False)[1]],
        ),
        Mistake(
            "one slice",
            "You counted one slice for each filter. A filter has a slice for every input channel.",
            lambda case: [held([conv(1, 128, 3)]), held([conv(1, 32, 3)])],
        ),
        Mistake(
            "order swapped",
            "The counts are right, their order is not.",
            lambda case: _two_layers()[::-1],
        ),
    ),
    hints=(
        "c_o · c_i · k · k weights and c_o biases. Padding plays no part.",
        "In the first, 128 filters with 64 slices of 9 weights each.",
    ),
    tolerance=EXACT,
)


def _dense_against_conv(channels: int = 3, bias: bool = False) -> list[int]:
    """Weights: dense to 64 numbers, convolution to 64 maps, dense to 64 maps."""
    inputs = channels * 32 * 32
    return [
        held([linear(inputs, 64, bias=bias)]),
        held([conv(channels, 64, 3, padding=1, bias=bias)]),
        held([linear(inputs, 64 * 32 * 32, bias=bias)]),
    ]


DENSE_AGAINST_CONV = Exercise(
    id="channels.dense_against_conv",
    title="64 numbers against 64 maps",
    points=0,
    covers=("M4",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _dense_against_conv(),
    mistakes=(
        Mistake(
            "biases counted",
            "You counted biases as well; here only the weights count.",
            lambda case: _dense_against_conv(bias=True),
        ),
        Mistake(
            "one channel",
            "You counted a grey image. RGB has three channels.",
            lambda case: _dense_against_conv(channels=1),
        ),
        Mistake(
            "one slice",
            "The convolution's filters have a slice for each of the three channels.",
            lambda case: [
                _dense_against_conv()[0],
                _dense_against_conv(channels=1)[1],
                _dense_against_conv()[2],
            ],
        ),
        Mistake(
            "places counted",
            "You counted the convolution's weights once for each place. All places share them.",
            lambda case: [
                count * places
                for count, places in zip(_dense_against_conv(), (1, 1024, 1), strict=True)
            ],
        ),
        Mistake(
            "third like the first",
            "The third layer gives 64 maps of 32 x 32 numbers, each of them its own output with "
            "its own weights.",
            lambda case: [*_dense_against_conv()[:2], _dense_against_conv()[0]],
        ),
    ),
    hints=(
        "A dense layer has a weight for each pair of an input number and an output number.",
        "The third one has 3 · 32 · 32 inputs and 64 · 32 · 32 outputs.",
    ),
    tolerance=EXACT,
)
