"""Section 03: marking of counts of parameters."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.models.configs import Layer, conv, flatten, gap, linear, modules, relu
from course_lib.sections.channels.facts import held
from grader.former.marking import Marking, Mutant, named_wrongs

Config = Sequence[Layer]


def count_params(config: Config) -> int:
    """The solution: weights and biases of all layers."""
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            slices = layer["in_channels"] // layer["groups"]
            total += layer["out_channels"] * slices * layer["kernel_size"] ** 2
            total += layer["out_channels"] * layer["bias"]
        if layer["layer"] == "linear":
            total += layer["out_features"] * (layer["in_features"] + layer["bias"])
    return total


def networks(draw: Draw) -> list[tuple[str, list[Layer], int, int]]:
    """What they are about, config, height, width.

    Each has groups, a stride, layers with and without biases, kernels and a dense layer: a count
    that forgets one of these must not be right anywhere.
    """
    groups, width = draw.integer(2, 4), draw.integer(3, 9)
    narrow, wide = groups * draw.integer(2, 3), groups * draw.integer(4, 6)
    classes = draw.integer(5, 20)
    small = [
        conv(3, narrow, draw.choice([3, 5]), padding=1, bias=True),
        relu(),
        conv(narrow, wide, 3, stride=2, groups=groups, bias=False),
        gap(),
        flatten(),
        linear(wide, classes),
    ]
    depthwise = [
        conv(2, wide, 3, stride=2, padding=1, bias=False),
        conv(wide, wide, 5, padding=2, groups=wide),
        relu(),
        conv(wide, narrow, 1),
        relu(),
        flatten(),
        linear(narrow * 6 * 7, classes),
        linear(classes, width, bias=False),
    ]
    behind = [
        conv(width, narrow, 3, stride=3, padding=2),
        gap(),
        conv(narrow, wide, 1, groups=groups, bias=False),
        flatten(),
        linear(wide, classes),
    ]
    return [
        ("groups and a stride", small, draw.integer(11, 15), draw.integer(16, 20)),
        ("a depthwise layer, no pooling", depthwise, 12, 14),
        ("a convolution behind the pooling", behind, draw.integer(9, 14), draw.integer(15, 20)),
    ]


def _params_cases(draw: Draw) -> list[Case]:
    return [Case(args=(config,), about=about) for about, config, _, _ in networks(draw)]


def with_changes(config: Config, **changes: int) -> list[Layer]:
    """The config with some arguments changed wherever a layer has them."""
    return [
        {**layer, **{name: value for name, value in changes.items() if name in layer}}
        for layer in config
    ]


def _by_filters(config: Config) -> int:
    """Adds up filter by filter."""
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            outputs, inputs = layer["out_channels"], layer["in_channels"] // layer["groups"]
        elif layer["layer"] == "linear":
            outputs, inputs = layer["out_features"], layer["in_features"]
        else:
            continue
        for _ in range(outputs):
            total += inputs * layer.get("kernel_size", 1) ** 2 + int(layer["bias"])
    return total


def _with_biases(config: Config, biases: Callable[[Layer], int]) -> int:
    """Counts with another number of biases in layers that have some."""
    weights = count_params(with_changes(config, bias=False))
    return weights + sum(biases(layer) for layer in config if layer.get("bias"))


def _inputs(layer: Layer) -> int:
    return int(layer.get("in_channels") or layer["in_features"])


def _divided_twice(config: Config) -> int:
    total = 0
    for layer in config:
        biases = layer["out_channels"] * layer["bias"] if layer["layer"] == "conv" else 0
        total += (count_params([layer]) - biases) // layer.get("groups", 1) + biases
    return total


def _one_row(config: Config) -> int:
    total = count_params(config)
    for layer in config:
        if layer["layer"] == "conv":
            k = int(layer["kernel_size"])
            total -= count_params([{**layer, "bias": False}]) // k * (k - 1)
    return total


def _modules_counted(config: Config) -> int:
    return sum(p.numel() for p in modules(config).parameters())


def _layers_counted(config: Config) -> int:
    layers = [
        nn.Conv2d(**{name: value for name, value in layer.items() if name != "layer"})
        for layer in config
        if layer["layer"] == "conv"
    ]
    return sum(p.numel() for layer in layers for p in layer.parameters())


_PARAMS_MISTAKES, _PARAMS_MUTANTS = named_wrongs(
    "channels.count_params",
    {
        "biases forgotten": lambda config: count_params(with_changes(config, bias=False)),
        "biases always counted": lambda config: count_params(with_changes(config, bias=True)),
        "groups ignored": lambda config: count_params(with_changes(config, groups=1)),
        "kernel not squared": _one_row,
        "bias per layer": lambda config: _with_biases(config, lambda layer: 1),
        "bias per input": lambda config: _with_biases(config, _inputs),
        "dense bias forgotten": lambda config: _with_biases(
            config, lambda layer: layer.get("out_channels", 0)
        ),
        "groups divided twice": _divided_twice,
        "first layer only": lambda config: count_params(config[:1]),
        "last layer only": lambda config: count_params(config[-1:]),
        "dense layers forgotten": lambda config: count_params(
            [layer for layer in config if layer["layer"] == "conv"]
        ),
    },
)

MARKINGS = (
    Marking(
        exercise="channels.count_params",
        cases=_params_cases,
        mistakes=_PARAMS_MISTAKES,
        solution=count_params,
        mutants=(*_PARAMS_MUTANTS, Mutant("filter by filter", _by_filters, state="right")),
        library={_modules_counted: False, _layers_counted: False, held: False},
    ),
    Marking(
        exercise="channels.two_layers",
        cases=lambda draw: [Case()],
        solution=[73_856, 4_640],
        mutants=(
            Mutant("no biases", [73_728, 4_608], mistake="biases forgotten"),
            Mutant("one bias", [73_729, 4_609], mistake="one bias per layer"),
            Mutant("bias per input", [73_792, 4_624], mistake="bias per input"),
            Mutant("one without", [73_856, 4_608], mistake="second bias forgotten"),
            Mutant("one slice", [1_280, 320], mistake="one slice"),
            Mutant("swapped", [4_640, 73_856], mistake="order swapped"),
            Mutant("a tensor", torch.tensor([73_856, 4_640]), state="right"),
        ),
    ),
    Marking(
        exercise="channels.three_nets",
        cases=lambda draw: [Case()],
        solution=[393_344, 3_584, 9_728],
        mutants=(
            Mutant("no biases", [393_216, 3_456, 9_600], mistake="biases forgotten"),
            Mutant("grey", [131_200, 1_280, 3_328], mistake="one channel"),
            Mutant("one slice", [393_344, 1_280, 3_328], mistake="one slice"),
            Mutant("places", [393_344, 3_670_016, 9_961_472], mistake="places counted"),
            Mutant("swapped", [393_344, 9_728, 3_584], mistake="order swapped"),
            Mutant("GAP learns", [393_344, 3_712, 9_856], mistake="GAP counted"),
            Mutant("a tuple of floats", (393_344.0, 3_584.0, 9_728.0), state="right"),
        ),
    ),
    Marking(
        exercise="channels.dense_against_conv",
        cases=lambda draw: [Case()],
        solution=[196_608, 1_728, 201_326_592],
        mutants=(
            Mutant("biases", [196_672, 1_792, 201_392_128], mistake="biases counted"),
            Mutant("grey", [65_536, 576, 67_108_864], mistake="one channel"),
            Mutant("one slice", [196_608, 576, 201_326_592], mistake="one slice"),
            Mutant("places", [196_608, 1_769_472, 201_326_592], mistake="places counted"),
            Mutant("64 numbers", [196_608, 1_728, 196_608], mistake="third like the first"),
            Mutant("a tensor", torch.tensor([196_608, 1_728, 201_326_592]), state="right"),
        ),
    ),
)
