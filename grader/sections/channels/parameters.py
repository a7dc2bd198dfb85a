"""Part D: the parameters of a network that is written down as plain data."""

from collections.abc import Callable

from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.models.configs import Layer, conv, flatten, gap, linear, modules, relu
from course_lib.sections.channels.given import count_params
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.channels.networks import (
    COUNTED_AGAIN,
    EXAMPLE,
    NOT_SUMMED,
    OWN_COUNT,
    SLIPS_OF_WEIGHTS,
    Config,
    groups,
    holding,
    inputs,
    networks,
    only,
    outputs,
    reads,
    stale,
    weights,
)

Of = Callable[[Layer], int]


def _settings(draw: Draw) -> list[Case]:
    g, n = draw.integer(2, 3), draw.integer(7, 11)
    after = [
        conv(n, 4 * g, 3, stride=3, padding=2),
        gap(),
        conv(4 * g, 6 * g, 1, groups=g, bias=False),
        relu(),
        conv(6 * g, 5, 3, padding=1),
    ]
    single = (
        conv(2 * g, 4 * g, 3, groups=2),
        conv(n, 5, 2, stride=2, bias=False),
        linear(n, 6),
        linear(n, 4, bias=False),
        conv(n, n, 3, padding=1, groups=n),
        conv(1, n, 5, bias=False),
    )
    return [
        *(Case(args=(config,), about=about) for about, config in networks(draw).items()),
        Case(args=(after,), about="a convolution after the pooling"),
        Case(
            each=(*(([layer],) for layer in single), ([relu(), gap(), flatten()],)),
            about="a single layer, and none that holds parameters",
        ),
    ]


def _added(weigh: Of, biases: Of) -> Callable[[Config], int]:
    return lambda config: sum(weigh(layer) + biases(layer) for layer in holding(config))


def _biases(layer: Layer) -> int:
    return outputs(layer) if layer["bias"] else 0


def _without(kind: str) -> Of:
    return lambda layer: _biases(layer) if layer["layer"] != kind else 0


def _always(kind: str) -> Of:
    return lambda layer: outputs(layer) if layer["layer"] == kind else _biases(layer)


def _by_layer(config: Config) -> list[int]:
    return [count_params([layer]) for layer in config]


def _again(config: Config, unset: bool = False) -> int:
    return stale(config, _by_layer(holding(config)), unset)


def _by_outputs(config: Config) -> int:
    """Adds up output by output."""
    total = 0
    for layer in config:
        if "bias" in layer:
            for _ in range(outputs(layer)):
                total += reads(layer) * layer.get("kernel_size", 1) ** 2 + int(layer["bias"])
    return total


def _as_floats(config: Config) -> float:
    total = 0.0
    for layer in config:
        if layer["layer"] == "conv":
            k, g = layer["kernel_size"], layer["groups"]
            total += layer["in_channels"] / g * layer["out_channels"] * k * k
        if layer["layer"] == "linear":
            total += layer["in_features"] * layer["out_features"]
        if layer.get("bias"):
            total += outputs(layer)
    return total


def _modules_counted(config: Config) -> int:
    return sum(p.numel() for p in modules(config).parameters())


def _layers_counted(config: Config) -> int:
    layers = [
        nn.Conv2d(**{name: value for name, value in layer.items() if name != "layer"})
        for layer in only("conv", config)
    ]
    return sum(p.numel() for layer in layers for p in layer.parameters())


COUNT_PARAMS = Exercise(
    id="channels.count_params",
    title="Counting parameters",
    points=3,
    minutes=14,
    covers=("E14.2", "Q4", "M3"),
    example=((Case(args=(EXAMPLE,)), 219),),
    cases=_settings,
    reference=count_params,
    promises=("unchanged",),
    wrong={
        "biases forgotten": (
            'You counted the weights only. A layer with "bias": True has one bias for each output '
            "channel (or output feature), too.",
            _added(weights, lambda layer: 0),
        ),
        "biases always counted": (
            'You counted biases where there are none: a layer with "bias": False has none.',
            _added(weights, outputs),
            _added(weights, _always("linear")),
            _added(weights, _always("conv")),
        ),
        "one bias a layer": (
            "You counted one bias for a whole layer. Every output channel (or output feature) has "
            "its own.",
            _added(weights, lambda layer: int(layer["bias"])),
        ),
        "a bias for each input": (
            "You counted a bias for each input. There is one for each output channel (or output "
            "feature).",
            _added(weights, lambda layer: inputs(layer) * layer["bias"]),
            _added(weights, lambda layer: reads(layer) * layer["bias"]),
        ),
        "biases of dense layers": (
            'You left out the biases of the dense layers: "linear" has one for each output '
            'feature where "bias" is True.',
            _added(weights, _without("linear")),
        ),
        "biases of convolutions": (
            'You left out the biases of the convolutions: "conv" has one for each output channel '
            'where "bias" is True.',
            _added(weights, _without("conv")),
        ),
        "biases in groups": (
            "In a layer with groups your biases are off. Every output channel has one, whatever "
            "groups is.",
            _added(weights, lambda layer: _biases(layer) // groups(layer)),
            _added(weights, lambda layer: _biases(layer) * (groups(layer) == 1)),
            _added(weights, lambda layer: _biases(layer) * groups(layer)),
        ),
        **{
            name: (says, *(_added(way, _biases) for way in ways))
            for name, (says, ways) in SLIPS_OF_WEIGHTS.items()
        },
        "filters and biases by groups": (
            "You divided the whole layer by groups. Only what a filter reads is less: all "
            "out_channels filters are there, each with its bias.",
            _added(
                lambda layer: weights(layer) // groups(layer),
                lambda layer: _biases(layer) // groups(layer),
            ),
        ),
        "first layer only": (
            "You counted the first layer and stopped: let return stand after the loop, not in it.",
            lambda config: count_params(config[:1]),
            lambda config: count_params(holding(config)[:1]),
        ),
        "last layer only": (
            "You kept the last count only. Add each layer's to the total, +=, and let the total "
            "be 0 before the loop, not in it.",
            lambda config: count_params(holding(config)[-1:]),
            lambda config: count_params(config[-1:]),
        ),
        "counted again": (COUNTED_AGAIN, _again, lambda config: _again(config, unset=True)),
        "not summed": (NOT_SUMMED, _by_layer, lambda config: _by_layer(holding(config))),
        "dense layers forgotten": (
            'You counted the convolutions only; layers "linear" hold weights and biases, too.',
            lambda config: count_params(only("conv", config)),
        ),
        "convolutions forgotten": (
            'You counted the dense layers only; layers "conv" hold weights and biases, too.',
            lambda config: count_params(only("linear", config)),
        ),
    },
    right=(_by_outputs, _as_floats),
    library={_modules_counted: False, _layers_counted: False},
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
    tolerance=EXACT,
    stand_in="count_params",
)
