"""Section 03: marking of counts of multiply-adds, and of separating."""

from collections.abc import Callable, Iterator

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.models.configs import Layer, conv, linear, modules
from course_lib.sections.channels.facts import macs
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.channels.parameters import Config, count_params, networks, with_changes


def count_macs(config: Config, height: int, width: int) -> int:
    """The solution: multiply-adds of one image's forward pass, biases left out."""
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            k, padding, stride = layer["kernel_size"], layer["padding"], layer["stride"]
            height = (height + 2 * padding - k) // stride + 1
            width = (width + 2 * padding - k) // stride + 1
            slices = layer["in_channels"] // layer["groups"]
            total += height * width * layer["out_channels"] * slices * k**2
        elif layer["layer"] == "gap":
            height = width = 1
        elif layer["layer"] == "linear":
            total += layer["in_features"] * layer["out_features"]
    return total


def separable(in_channels: int, out_channels: int, kernel_size: int) -> list[Layer]:
    """The solution: a depthwise layer, then a pointwise one."""
    return [
        conv(
            in_channels,
            in_channels,
            kernel_size,
            padding=kernel_size // 2,
            groups=in_channels,
        ),
        conv(in_channels, out_channels, 1),
    ]


def _macs_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(config, height, width), about=about)
        for about, config, height, width in networks(draw)
    ]


def _visited(config: Config, height: int, width: int) -> Iterator[tuple[Layer, int]]:
    """Each layer with weights, and how often they are used: once for each place of its output."""
    rows, columns = height, width
    for layer in config:
        if layer["layer"] == "linear":
            yield layer, 1
        elif layer["layer"] == "gap":
            rows = columns = 1
        elif layer["layer"] == "conv":
            k, p, s = (layer[name] for name in ("kernel_size", "padding", "stride"))
            rows = len(range(-p, rows + p - k + 1, s))
            columns = len(range(-p, columns + p - k + 1, s))
            yield layer, rows * columns


def _by_places(config: Config, height: int, width: int) -> int:
    return sum(
        count_params([{**layer, "bias": False}]) * places
        for layer, places in _visited(config, height, width)
    )


def _at_image_size(config: Config, height: int, width: int) -> int:
    total = 0
    for layer in config:
        places: int = height * width if layer["layer"] == "conv" else 1
        total += count_params([{**layer, "bias": False}]) * places
    return total


def _at_input_size(config: Config, height: int, width: int) -> int:
    """The places of each layer's input, which is the output of the one before it."""
    total, before = 0, height * width
    for layer, places in _visited(config, height, width):
        if layer["layer"] == "conv":
            total += count_params([{**layer, "bias": False}]) * before
            before = places
        else:
            total += count_params([{**layer, "bias": False}])
    return total


def _with_sides(side: Callable[[int, Layer], int]) -> Callable[[Config, int, int], int]:
    """Counts with another formula for the output's sides: side(n, layer)."""

    def counted(config: Config, height: int, width: int) -> int:
        total = 0
        for layer in config:
            weights = count_params([{**layer, "bias": False}])
            if layer["layer"] == "conv":
                height, width = side(height, layer), side(width, layer)
                total += weights * height * width
            else:
                height, width = (1, 1) if layer["layer"] == "gap" else (height, width)
                total += weights
        return total

    return counted


def _places(n: int, layer: Layer, padding: int) -> int:
    return int((n + padding - layer["kernel_size"]) // layer["stride"] + 1)


def _square(config: Config, height: int, width: int) -> int:
    return count_macs(config, height, height)


def _one_filter(config: Config, height: int, width: int) -> int:
    return sum(
        count_params([{**layer, "bias": False}]) // layer.get("out_channels", 1) * places
        for layer, places in _visited(config, height, width)
    )


def _gap_ignored(config: Config, height: int, width: int) -> int:
    return count_macs([layer for layer in config if layer["layer"] != "gap"], height, width)


def _dense_bias(config: Config, height: int, width: int) -> int:
    biases = (layer["out_features"] * layer["bias"] for layer in config if "out_features" in layer)
    return count_macs(config, height, width) + int(sum(biases))


def _with_biases(config: Config, height: int, width: int) -> int:
    return sum(count_params([layer]) * places for layer, places in _visited(config, height, width))


def _counter(config: Config, height: int, width: int) -> int:
    with FlopCounterMode(display=False) as counter:
        modules(config)(torch.zeros(1, config[0]["in_channels"], height, width))
    return int(counter.get_total_flops()) // 2


_MACS_MISTAKES, _MACS_MUTANTS = named_wrongs(
    "channels.count_macs",
    {
        "operations counted twice": lambda *args: 2 * count_macs(*args),
        "biases counted": (_with_biases, _dense_bias),
        "size not followed": (_at_image_size, _at_input_size),
        "size of the output": (
            _with_sides(lambda n, layer: _places(n, layer, 0)),
            _with_sides(lambda n, layer: _places(n, layer, layer["padding"])),
            _with_sides(lambda n, layer: _places(n, layer, 2 * layer["padding"]) - 1),
        ),
        "square image": _square,
        "one filter": _one_filter,
        "dense layers forgotten": lambda config, h, w: count_macs(
            [layer for layer in config if layer["layer"] != "linear"], h, w
        ),
        "groups ignored": lambda config, h, w: count_macs(with_changes(config, groups=1), h, w),
        "weights counted": lambda config, h, w: count_params(with_changes(config, bias=False)),
    },
)
_GAP_MISTAKES, _ = named_wrongs("channels.count_macs", {"size kept behind gap": _gap_ignored})
_SEPARABLE_MISTAKES, _SEPARABLE_MUTANTS = named_wrongs(
    "channels.separable",
    {
        "not grouped": lambda c_i, c_o, k: [
            conv(c_i, c_i, k, padding=k // 2),
            conv(c_i, c_o, 1),
        ],
        "pointwise first": lambda c_i, c_o, k: [
            conv(c_i, c_o, 1),
            conv(c_o, c_o, k, padding=k // 2, groups=c_o),
        ],
        "depthwise widens": lambda c_i, c_o, k: [
            conv(c_i, c_o, k, padding=k // 2, groups=c_i),
            conv(c_o, c_o, 1),
        ],
        "padding forgotten": lambda c_i, c_o, k: with_changes(separable(c_i, c_o, k), padding=0),
        "padding of one": lambda c_i, c_o, k: [
            conv(c_i, c_i, k, padding=1, groups=c_i),
            conv(c_i, c_o, 1),
        ],
        "padding on both": lambda c_i, c_o, k: with_changes(separable(c_i, c_o, k), padding=k // 2),
        "pointwise grouped": lambda c_i, c_o, k: with_changes(separable(c_i, c_o, k), groups=c_i),
        "one standard layer": lambda c_i, c_o, k: [conv(c_i, c_o, k, padding=k // 2)],
    },
)
_NUMBERS = [295_168, 57_802_752, 34_304, 6_648_320, 2_336]

MARKINGS = (
    Marking(
        exercise="channels.count_macs",
        cases=_macs_cases,
        expect=lambda case: macs(*case.args),
        mistakes=(*_MACS_MISTAKES, *_GAP_MISTAKES),
        solution=count_macs,
        mutants=(
            *_MACS_MUTANTS,
            Mutant(
                "pooling ignored",
                _gap_ignored,
                state="partly right",
                mistake="size kept behind gap",
            ),
            Mutant("place by place", _by_places, state="right"),
        ),
        library={_counter: False, macs: False},
    ),
    Marking(
        exercise="channels.separable",
        cases=lambda draw: [
            Case(args=(*draw.distinct(8, 200, 2), kernel_size), about=about)
            for about, kernel_size in (
                ("kernels of five", 5),
                ("larger kernels", 7),
                ("the largest kernels", draw.choice([9, 11])),
            )
        ],
        expect=lambda case: separable(*case.args),
        mistakes=_SEPARABLE_MISTAKES,
        solution=separable,
        mutants=(
            *_SEPARABLE_MUTANTS,
            Mutant(
                "written out",
                lambda c_i, c_o, k: (
                    {
                        "groups": c_i,
                        "layer": "conv",
                        "bias": True,
                        "padding": (k - 1) // 2,
                        "stride": 1,
                        "kernel_size": k,
                        "out_channels": c_i,
                        "in_channels": c_i,
                    },
                    conv(c_i, c_o, 1),
                ),
                state="right",
            ),
        ),
        library={conv: False, linear: False, nn.Conv2d: False},
    ),
    Marking(
        exercise="channels.separable_numbers",
        cases=lambda draw: [Case()],
        solution=_NUMBERS,
        mutants=(
            Mutant(
                "no biases",
                [294_912, 57_802_752, 33_920, 6_648_320, 2_336],
                mistake="biases forgotten",
            ),
            Mutant(
                "operations",
                [295_168, 115_605_504, 34_304, 13_296_640, 2_336],
                mistake="operations counted twice",
            ),
            Mutant(
                "biases as MACs",
                [295_168, 57_852_928, 34_304, 6_723_584, 2_336],
                mistake="biases in the MACs",
            ),
            Mutant(
                "shrunk",
                [295_168, 42_467_328, 34_304, 4_884_480, 2_336],
                mistake="no padding",
            ),
            Mutant(
                "parameters first",
                [295_168, 34_304, 57_802_752, 6_648_320, 2_336],
                mistake="parameters first",
            ),
            Mutant("biases at the end", [*_NUMBERS[:4], 2_432], mistake="biases in the last"),
            Mutant("a tensor", torch.tensor(_NUMBERS), state="right"),
        ),
    ),
)
