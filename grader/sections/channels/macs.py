"""Part D: the multiply-adds of a network that is written down as plain data."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.models.configs import Layer, modules
from course_lib.sections.channels.given import count_macs
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.channels.networks import (
    COUNTED_AGAIN,
    EXAMPLE,
    NOT_SUMMED,
    OWN_COUNT,
    SLIPS_OF_WEIGHTS,
    Config,
    networks,
    only,
    outputs,
    stale,
    weights,
)

Side = Callable[[Any, Layer], Any]
Count = Callable[[Config, int, int], int]


def _settings(draw: Draw) -> list[Case]:
    """Sizes of which the first stride larger than one leaves as many pixels over as it can."""
    cases = [
        Case(args=(config, *_sizes(draw, config)), about=about)
        for about, config in networks(draw).items()
    ]
    config = networks(draw)["groups with biases"]
    return [
        *cases,
        Case(args=(config, 9, 9), about="a square image"),
        Case(args=(config, 3, 3), about="a single place for the strided kernel"),
    ]


def _sizes(draw: Draw, config: Config) -> tuple[int, int]:
    """Height and width, the one or the other larger."""
    low, high = draw.integer(11, 14), draw.integer(18, 23)
    sizes = [_left_over(n, config) for n in draw.choice(((low, high), (high, low)))]
    return sizes[0], sizes[1]


def _left_over(n: int, config: Config) -> int:
    while True:
        side = n
        for layer in only("conv", config):
            room = side + 2 * layer["padding"] - layer["kernel_size"]
            if layer["stride"] > 1 and room % layer["stride"] != layer["stride"] - 1:
                break
            side = _side(side, layer)
        else:
            return n
        n += 1


def _room(n: float, layer: Layer) -> float:
    room: float = n + 2 * layer["padding"] - layer["kernel_size"]
    return room


def _side(n: int, layer: Layer) -> int:
    return int(_room(n, layer) // layer["stride"] + 1)


def _walk(
    config: Config, height: int, width: int, side: Side = _side
) -> Iterator[tuple[Layer, int, int]]:
    """The layers that hold weights, each with the rows and columns that the image then has."""
    for layer in config:
        if layer["layer"] == "conv":
            height, width = side(height, layer), side(width, layer)
        if "bias" in layer:
            yield layer, height, width


def _places(layer: Layer, rows: int, columns: int) -> int:
    return rows * columns if layer["layer"] == "conv" else 1


def _counted(
    weigh: Callable[[Layer], int] = weights,
    side: Side = _side,
    places: Callable[[Layer, int, int], int] = _places,
) -> Count:
    """Counts with other weights, other sides of the output or other places."""
    return lambda config, height, width: sum(
        weigh(layer) * places(layer, rows, columns)
        for layer, rows, columns in _walk(config, height, width, side)
    )


def _at_input_size(config: Config, height: int, width: int) -> int:
    """The places of each layer's input, which is the output of the one before it."""
    total = 0
    for layer, rows, columns in _walk(config, height, width):
        total += weights(layer) * _places(layer, height, width)
        height, width = rows, columns
    return total


def _from_image(config: Config, height: int, width: int) -> int:
    """Each layer's output as if it read the image."""
    return sum(
        weights(layer) * _places(layer, _side(height, layer), _side(width, layer))
        if layer["layer"] == "conv"
        else weights(layer)
        for layer in only("conv", config) + only("linear", config)
    )


def _one_side(config: Config, height: int, width: int, *, follow: str, measured: bool) -> int:
    """One side is followed; the other stays the image's, or is measured from it each time."""
    total = 0
    first: Sequence[int] = (height, width)
    for layer, rows, columns in _walk(config, height, width):
        other = first[follow == "height"]
        if measured and layer["layer"] == "conv":
            other = _side(other, layer)
        at = (rows, other) if follow == "height" else (other, columns)
        total += weights(layer) * _places(layer, *at)
    return total


def _with_biases(*kinds: str) -> Count:
    """With the biases of some kinds of layers, at every place."""
    return _counted(
        lambda layer: weights(layer) + outputs(layer) * (layer["bias"] and layer["layer"] in kinds)
    )


def _by_layer(config: Config, height: int, width: int) -> list[int]:
    return [weights(layer) * _places(layer, *at) for layer, *at in _walk(config, height, width)]


_with_fractions = _counted(side=lambda n, layer: _room(n, layer) / layer["stride"] + 1)


def _again(config: Config, height: int, width: int, unset: bool = False) -> int:
    return stale(config, _by_layer(config, height, width), unset)


def _square(config: Config, height: int, width: int) -> int:
    return count_macs(config, height, height)


def _turned(config: Config, height: int, width: int) -> int:
    return count_macs(config, width, width)


def _height_for_width(config: Config, height: int, width: int) -> int:
    """The width worked out from the height that has just become the output's."""
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            height = _side(height, layer)
            width = _side(height, layer)
        total += weights(layer) * _places(layer, height, width) if "bias" in layer else 0
    return total


def _by_trial(config: Config, height: int, width: int) -> int:
    total = 0
    for layer in config:
        if layer["layer"] == "linear":
            total += layer["in_features"] * layer["out_features"]
        if layer["layer"] == "conv":
            k, p, s = (layer[name] for name in ("kernel_size", "padding", "stride"))
            height = len(range(-p, height + p - k + 1, s))
            width = len(range(-p, width + p - k + 1, s))
            for _ in range(layer["out_channels"]):
                total += layer["in_channels"] // layer["groups"] * k * k * height * width
    return total


def _counter(config: Config, height: int, width: int) -> int:
    with FlopCounterMode(display=False) as counter:
        modules(config)(torch.zeros(1, config[0]["in_channels"], height, width))
    return int(counter.get_total_flops()) // 2


COUNT_MACS = Exercise(
    id="channels.count_macs",
    title="Counting multiply-adds",
    points=3,
    minutes=17,
    covers=("E14.8", "D7.4.2"),
    example=((Case(args=(EXAMPLE, 4, 6)), 2406),),
    cases=_settings,
    reference=count_macs,
    promises=("unchanged",),
    wrong={
        "operations": (
            "You counted a product and a sum as two. A multiply-add (MAC) counts once.",
            lambda *args: 2 * count_macs(*args),
        ),
        "biases counted": (
            "You counted the biases. By the usual convention MACs leave them out.",
            _with_biases("conv", "linear"),
            _with_biases("linear"),
            _with_biases("conv"),
        ),
        "size not followed": (
            "Your sizes are not those of each layer's own output: you took the image's, that of a "
            "layer's input, or measured every layer from the image. A convolution works once for "
            "each place of its own output, and that output is the next layer's input.",
            _counted(side=lambda n, layer: n),
            _at_input_size,
            _from_image,
        ),
        "one side followed": (
            "You followed one side of the image through the layers, and not the other. A "
            "convolution changes both.",
            *(
                partial(_one_side, follow=follow, measured=measured)
                for follow in ("height", "width")
                for measured in (True, False)
            ),
        ),
        "one added too early": (
            "You added 1 before you divided by the stride. First the steps of the kernel, "
            "(n + 2 * padding - kernel_size) // stride, then one place more.",
            _counted(side=lambda n, layer: (_room(n, layer) + 1) // layer["stride"]),
        ),
        "stride alone": (
            "You divided the size by the stride alone. Padding and kernel count, too: "
            "(n + 2 * padding - kernel_size) // stride + 1.",
            _counted(side=lambda n, layer: n // layer["stride"]),
            _counted(side=lambda n, layer: -(-n // layer["stride"])),
        ),
        "padding from the kernel": (
            "You took the padding from the size of the kernel. Read it from padding: it may be "
            "anything.",
            _counted(
                side=lambda n, layer: _side(n, {**layer, "padding": layer["kernel_size"] // 2})
            ),
        ),
        "padding forgotten": (
            "The sizes that you follow come out too small: padding pixels come to both ends of a "
            "side before the kernel is laid down, 2 * padding together.",
            _counted(side=lambda n, layer: (n - layer["kernel_size"]) // layer["stride"] + 1),
            _counted(
                side=lambda n, layer: (
                    (n + layer["padding"] - layer["kernel_size"]) // layer["stride"] + 1
                )
            ),
        ),
        "last place forgotten": (
            "The sizes that you follow come out too small: there is one place more than there are "
            "steps of the kernel.",
            _counted(side=lambda n, layer: _room(n, layer) // layer["stride"]),
        ),
        "stride forgotten": (
            "The sizes that you follow come out too large: the kernel moves on by stride pixels.",
            _counted(side=lambda n, layer: _room(n, layer) + 1),
        ),
        "not rounded down": (
            "Your sizes are not rounded down. Where the stride leaves pixels over, the kernel has "
            "no place more: //.",
            _counted(side=lambda n, layer: -(-_room(n, layer) // layer["stride"]) + 1),
            _with_fractions,
            lambda *args: int(_with_fractions(*args)),
            _counted(side=lambda n, layer: round(_room(n, layer) / layer["stride"]) + 1),
        ),
        "square image": (
            "You took the image to be square. Follow its height and its width.",
            _square,
            _turned,
            _height_for_width,
        ),
        "sides added": (
            "You added the rows and the columns of the output. Its places are rows times columns.",
            _counted(
                places=lambda layer, rows, columns: (
                    rows + columns if layer["layer"] == "conv" else 1
                )
            ),
        ),
        "dense layers forgotten": (
            'You counted the convolutions only; layers "linear" do in_features * out_features '
            "multiply-adds.",
            lambda config, h, w: count_macs(only("conv", config), h, w),
        ),
        "dense layers at every place": (
            "You multiplied the dense layers by the size of the image, too. They read all their "
            "inputs once: each weight works once.",
            _counted(places=lambda layer, rows, columns: rows * columns),
        ),
        "weights counted": (
            "You counted weights. A weight of a convolution works once for each place of the "
            "output.",
            _counted(places=lambda layer, rows, columns: 1),
        ),
        **{
            name: (says, *(_counted(way) for way in ways))
            for name, (says, ways) in SLIPS_OF_WEIGHTS.items()
        },
        "last layer only": (
            "You kept the last count only. Add each layer's to the total, +=, and let the total "
            "be 0 before the loop, not in it.",
            lambda *args: _by_layer(*args)[-1],
            lambda config, *size: _by_layer(config, *size)[-1] * ("bias" in config[-1]),
        ),
        "counted again": (COUNTED_AGAIN, _again, partial(_again, unset=True)),
        "not summed": (NOT_SUMMED, _by_layer),
        "first layer only": (
            "You counted the first layer and stopped: let return stand after the loop, not in it.",
            lambda *args: _by_layer(*args)[0],
        ),
    },
    right=(_by_trial,),
    library={_counter: False},
    hints=(
        "How many multiply-adds does one number of a convolution's output take? And how many "
        "numbers does the output have?",
        "Go through the list and keep the current height and width: a convolution makes each of "
        "them (n + 2 * padding - kernel_size) // stride + 1.",
        'For "conv": out_height * out_width * out_channels * (in_channels // groups) * '
        'kernel_size ** 2. For "linear": in_features * out_features. The others: 0.',
    ),
    forbidden=OWN_COUNT,
    instead="Here the count comes from the numbers in the config alone.",
    needs=("channels.count_params",),
    tolerance=EXACT,
    stand_in="count_macs",
)
