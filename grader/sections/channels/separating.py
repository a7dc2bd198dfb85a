"""Part E: a convolution in two steps, depthwise and pointwise, and what that saves."""

from collections.abc import Sequence

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.models.configs import Layer, conv, relu
from course_lib.sections.channels.given import count_macs, count_params
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _settings(draw: Draw) -> list[Case]:
    few, some, many = (draw.integer(*ends) for ends in ((2, 9), (10, 40), (41, 200)))
    return [
        Case(args=(some, many, 3), about="more channels out than in"),
        Case(args=(many, few, 5), about="fewer channels out than in"),
        Case(args=(some, some, 7), about="as many channels out as in"),
        Case(args=(few, some, draw.choice((9, 11))), about="large kernels"),
        Case(args=(some, few, 1), about="kernels of a single number"),
        Case(args=(1, many, 5), about="a single channel in"),
        Case(args=(many, 1, 3), about="a single channel out"),
    ]


def _layer(layer: nn.Conv2d) -> Layer:
    """The config of a layer of PyTorch's, read from it."""
    return {
        "layer": "conv",
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        "kernel_size": layer.kernel_size[0],
        "stride": layer.stride[0],
        "padding": layer.padding[0],
        "groups": layer.groups,
        "bias": layer.bias is not None,
    }


def _reference(c_i: int, c_o: int, k: int) -> list[Layer]:
    depthwise = nn.Conv2d(c_i, c_i, k, padding=(k - 1) // 2, groups=c_i, device="meta")
    return [_layer(depthwise), _layer(nn.Conv2d(c_i, c_o, 1, device="meta"))]


def _changed(c_i: int, c_o: int, k: int, place: int, **changes: float) -> list[Layer]:
    """The right config with one layer's arguments changed."""
    config = _reference(c_i, c_o, k)
    config[place].update(changes)
    return config


def _written_out(c_i: int, c_o: int, k: int) -> tuple[Layer, Layer]:
    depthwise = {
        "groups": c_i,
        "layer": "conv",
        "bias": True,
        "padding": k // 2,
        "stride": 1,
        "kernel_size": k,
        "out_channels": c_i,
        "in_channels": c_i,
    }
    return depthwise, conv(c_i, c_o, 1)


SEPARABLE = Exercise(
    id="channels.separable",
    title="Depthwise separable convolution",
    points=1,
    minutes=6,
    covers=("E14.8", "Q9"),
    example=((Case(args=(3, 5, 3)), ["conv(3, 3, 3, padding=1, groups=3)", "conv(3, 5, 1)"]),),
    cases=_settings,
    reference=_reference,
    wrong={
        "not grouped": (
            "Your first layer lets every filter read all channels. Depthwise means "
            "groups=in_channels.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, groups=1),
        ),
        "pointwise first": (
            "You mix the channels first. Here the depthwise layer comes first, then the pointwise "
            "one.",
            lambda c_i, c_o, k: [conv(c_i, c_o, 1), conv(c_o, c_o, k, padding=k // 2, groups=c_o)],
            lambda *args: _reference(*args)[::-1],
        ),
        "padding forgotten": (
            "Your depthwise layer shrinks the image. A padding of half the kernel size, rounded "
            "down, keeps it.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=0),
        ),
        "padding of one": (
            "A padding of 1 keeps the size for kernels of 3 x 3 only. Work it out from "
            "kernel_size.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=1),
        ),
        "too much padding": (
            "Your image changes its size: kernel_size - 1 pixels are lost, half of them at each "
            "end, so the padding is (kernel_size - 1) // 2.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=k - 1),
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=(k + 1) // 2),
        ),
        "padding no integer": (
            "Your padding is a float, and PyTorch's layers take integers only: / makes a float of "
            "whole numbers, too. kernel_size // 2 is an integer.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=(k - 1) / 2),
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, padding=k / 2),
        ),
        "the example's kernel": (
            "Your kernels are 3 x 3 whatever is asked for, as in the example. Read kernel_size.",
            lambda c_i, c_o, k: _reference(c_i, c_o, 3),
        ),
        "channels swapped": (
            "You swapped channels in and out: it is conv(channels in, channels out, kernel).",
            lambda c_i, c_o, k: [_reference(c_i, c_o, k)[0], conv(c_o, c_i, 1)],
            lambda c_i, c_o, k: _reference(c_o, c_i, k),
        ),
        "padding on both": (
            "Only the depthwise layer needs padding: a kernel of 1 x 1 does not shrink the image.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, padding=k // 2),
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, padding=1),
        ),
        "depthwise widens": (
            "Your depthwise layer changes the number of channels. It has one filter for each "
            "input channel; the pointwise layer makes the other channels.",
            lambda c_i, c_o, k: [
                conv(c_i, c_o, k, padding=k // 2, groups=c_i),
                conv(c_o, c_o, 1),
            ],
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, out_channels=c_o),
            lambda c_i, c_o, k: [conv(c_i, 1, k, padding=k // 2), conv(1, c_o, 1)],
        ),
        "pointwise grouped": (
            "Your pointwise layer is grouped. It is there to mix the channels, so it reads all of "
            "them.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, groups=c_i),
        ),
        "groups by channels out": (
            "Your groups are as many as the channels out. The depthwise layer has a group for each "
            "channel in.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, groups=c_o),
        ),
        "pointwise too wide": (
            "Your second layer has kernels as large as the first one's. Pointwise means 1 x 1.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, kernel_size=k),
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, kernel_size=k, padding=k // 2),
        ),
        "pointwise keeps the channels": (
            "Your pointwise layer gives as many channels as it reads. It makes the out_channels.",
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, out_channels=c_i),
        ),
        "no biases": (
            "A layer of yours has no biases. Both are to have them, which is `conv`'s default.",
            lambda *args: [{**layer, "bias": False} for layer in _reference(*args)],
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 0, bias=False),
            lambda c_i, c_o, k: _changed(c_i, c_o, k, 1, bias=False),
        ),
        "more than two layers": (
            "Your config holds more than two layers. Only the depthwise and the pointwise one are "
            "asked for, nothing between them or after.",
            lambda *args: [_reference(*args)[0], relu(), _reference(*args)[1]],
            lambda *args: [*_reference(*args), relu()],
        ),
        "one standard layer": (
            "That is the standard convolution. Separate it: one layer for the neighbours in each "
            "channel, one for the channels at each pixel.",
            lambda c_i, c_o, k: [conv(c_i, c_o, k, padding=k // 2)],
        ),
    },
    right=(_written_out,),
    hints=(
        "Two layers: the first looks at neighbours within each channel, the second mixes channels.",
        "The first has as many groups as channels, and as many channels out as in.",
        "conv(in_channels, in_channels, kernel_size, padding=kernel_size // 2, "
        "groups=in_channels), then a layer with kernels of 1 x 1.",
    ),
    through="as_calls",
    tolerance=EXACT,
)


def _counts(bias: bool = True, padding: int = 1, groups: int = 128) -> list[int]:
    """The five numbers, by PyTorch's own modules and its counter."""
    standard = [conv(128, 256, 3, padding=padding, bias=bias)]
    separated = [
        conv(128, 128, 3, padding=padding, groups=groups, bias=bias),
        conv(128, 256, 1, bias=bias),
    ]
    small = [conv(32, 32, 3, groups=32, bias=False), conv(32, 64, 1, bias=False)]
    return [
        count_params(standard),
        count_macs(standard, 14, 14),
        count_params(separated),
        count_macs(separated, 14, 14),
        count_params(small),
    ]


_RIGHT = _counts()
_STANDARD, _SEPARATED = 128 * 256 * 9, (128 * 9, 128 * 256)
_PLACES = 14 * 14


def _instead(numbers: Sequence[int], *places: int) -> list[int]:
    """The right numbers, but for some places those of a mistake."""
    return [numbers[i] if i in places else right for i, right in enumerate(_RIGHT)]


_BIASED_MACS = [
    *(0, _RIGHT[0] * _PLACES),
    *(0, _RIGHT[2] * _PLACES, 0),
]

_WIDE = [conv(128, 256, 3, padding=1, groups=128), conv(256, 256, 1)]
_WIDENED = [0, 0, count_params(_WIDE), count_macs(_WIDE, 14, 14), 64 * 9 + 64 * 64]

SEPARABLE_NUMBERS = Exercise(
    id="channels.separable_numbers",
    title="What separating saves, in numbers",
    points=0,
    minutes=5,
    covers=("E14.8", "M7"),
    asks="value",
    reference=_RIGHT,
    wrong={
        "biases forgotten": (
            "Biases are missing from the parameters of the first two networks, all of them or "
            "some. Each layer has one for each output channel, and the second network has two "
            "layers.",
            *(_instead(_counts(bias=False), *at) for at in ((0, 2), (0,), (2,))),
            *(_instead([0, 0, sum(_SEPARATED) + bias], 2) for bias in (128, 256)),
        ),
        "operations": (
            "Your MACs are twice as many: a product and the sum it goes into count once.",
            *(_instead([2 * n for n in _RIGHT], *at) for at in ((1, 3), (1,), (3,))),
        ),
        "biases in the MACs": (
            "You counted the biases as MACs; those are left out.",
            *(_instead(_BIASED_MACS, *at) for at in ((1, 3), (1,), (3,))),
        ),
        "no padding": (
            "You let the feature map shrink. With padding=1 it stays 14 x 14.",
            *(_instead(_counts(padding=0), *at) for at in ((1, 3), (1,), (3,))),
            _instead([0, _STANDARD * 144, 0, _SEPARATED[0] * 144 + _SEPARATED[1] * 196], 3),
        ),
        "places forgotten": (
            "Your MACs are the weights. Each weight works once at every place of the output, and "
            "there are 14 x 14 of them.",
            *(_instead([0, _STANDARD, 0, sum(_SEPARATED)], *at) for at in ((1, 3), (1,), (3,))),
        ),
        "one side": (
            "Your MACs count one row of places. The output has 14 x 14.",
            *(
                _instead([0, 14 * _STANDARD, 0, 14 * sum(_SEPARATED)], *at)
                for at in ((1, 3), (1,), (3,))
            ),
        ),
        "depthwise not grouped": (
            "Your first layer of the separable convolution lets every filter read all channels. "
            "Depthwise, each reads one.",
            *(_instead(_counts(groups=1), *at) for at in ((2, 3), (2,), (3,))),
            *(
                [*_instead(_counts(groups=1), *at)[:4], 32 * 32 * 9 + 32 * 64]
                for at in ((2, 3), ())
            ),
        ),
        "one layer of the two": (
            "You counted one of the two layers of the separable convolution. It has both, "
            "depthwise and pointwise.",
            *(
                _instead([0, 0, part + bias, part * _PLACES, last], *at)
                for part, bias, last in zip(_SEPARATED, (128, 256), (32 * 9, 32 * 64), strict=True)
                for at in ((2, 3, 4), (2, 3), (2,), (3,), (4,))
            ),
        ),
        "depthwise widens": (
            "Your depthwise layer gives as many channels as the pointwise one. It has one filter "
            "for each channel in, and gives as many channels as it reads.",
            # The fourth alone might as well be twice as many.
            *(_instead(_WIDENED, *at) for at in ((2, 3, 4), (2, 3), (2,), (4,))),
        ),
        "biases in the last": (
            "Only the last number is off: that layer has no biases.",
            *(_instead([0, 0, 0, 0, _RIGHT[4] + biases], 4) for biases in (96, 64, 32)),
        ),
        "parameters first": (
            "The numbers are right, their order is not: parameters and MACs of the standard one, "
            "then both of the separable one.",
            [_RIGHT[place] for place in (0, 2, 1, 3, 4)],
            [_RIGHT[place] for place in (0, 2, 4, 1, 3)],
            [_RIGHT[place] for place in (1, 0, 3, 2, 4)],
            [_RIGHT[place] for place in (2, 3, 0, 1, 4)],
        ),
        "a number missing": (
            "Five numbers are asked for; the last belongs to another layer, with "
            "other numbers of channels.",
            _RIGHT[:4],
        ),
    },
    right=(torch.tensor(_RIGHT), tuple(map(float, _RIGHT))),
    hints=(
        "Make both configs, with conv(...) and with your separable(...), and count.",
        "[params, macs, params, macs, params]; the feature map has the same size before and after.",
        "The last: one filter of 3 x 3 for each of the 32 channels, then a weight for each pair of "
        "a channel in and a channel out.",
    ),
    tolerance=EXACT,
)
