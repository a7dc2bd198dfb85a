"""Part D: the networks whose parameters and multiply-adds are counted."""

from collections.abc import Callable, Sequence

from course_lib.models.configs import Layer, conv, flatten, gap, linear, relu
from grader.marking.draw import Draw

Config = Sequence[Layer]

EXAMPLE: list[Layer] = [
    conv(2, 4, 3, padding=1),
    relu(),
    conv(4, 6, 3, stride=2, padding=1, groups=2, bias=False),
    relu(),
    gap(),
    flatten(),
    linear(6, 5),
]
"""The network whose counts are worked out by hand."""

OWN_COUNT = ("torch.nn", "torch.utils", "course_lib", "aten::uniform_")
"""Forbidden where a config is to be counted: making its layers and asking them is no counting."""


def networks(draw: Draw) -> dict[str, list[Layer]]:
    """What a network is about -> the network, convolutions first.

    No number of channels equals another one, so that none can stand for another unseen.
    """
    g = draw.integer(2, 3)
    c, d, e, n = 4 * g, 6 * g, 10 * g, draw.integer(7, 11)
    k = draw.choice((2, 4))
    return {
        "groups with biases": [
            conv(3, c, 3, padding=1),
            relu(),
            conv(c, d, 3, stride=2, groups=g),
            relu(),
            conv(d, e, 1, groups=2),
            gap(),
            flatten(),
            linear(e, n),
        ],
        "groups without biases": [
            conv(1, c, 5, stride=2, padding=2),
            relu(),
            conv(c, d, 3, padding=1, groups=g, bias=False),
            gap(),
            flatten(),
            linear(d, n),
        ],
        "biases in no layer": [
            conv(3, d, 3, stride=3, padding=2, bias=False),
            conv(d, c, 1, bias=False),
            gap(),
            flatten(),
            linear(c, n, bias=False),
        ],
        "a depthwise layer and an even kernel": [
            conv(2, d, k, stride=2, padding=1, bias=False),
            relu(),
            conv(d, d, 5, padding=2, groups=d),
            conv(d, c, 1),
            gap(),
            flatten(),
            linear(c, n),
            relu(),
            linear(n, 3, bias=False),
        ],
        "convolutions only": [
            conv(n, c, 3, padding=1, stride=2),
            relu(),
            conv(c, e, k, padding=k // 2, bias=False),  # an even kernel: one place more
            relu(),
        ],
        "dense layers only": [
            flatten(),
            linear(e, d),
            relu(),
            linear(d, c, bias=False),
            relu(),
            linear(c, n),
        ],
    }


def reads(layer: Layer) -> int:
    """Input channels or features that one output reads."""
    return int(layer.get("in_features") or layer["in_channels"] // layer["groups"])


def inputs(layer: Layer) -> int:
    return int(layer.get("in_features") or layer["in_channels"])


def outputs(layer: Layer) -> int:
    return int(layer.get("out_features") or layer["out_channels"])


def entries(layer: Layer) -> int:
    """Entries of a slice; a dense layer's has one."""
    return int(layer.get("kernel_size", 1)) ** 2


def groups(layer: Layer) -> int:
    return int(layer.get("groups", 1))


def weights(layer: Layer) -> int:
    return outputs(layer) * reads(layer) * entries(layer)


def holding(config: Config) -> list[Layer]:
    """The layers that hold parameters."""
    return [layer for layer in config if "bias" in layer]


def only(kind: str, config: Config) -> list[Layer]:
    """The layers of a kind."""
    return [layer for layer in config if layer["layer"] == kind]


def stale(config: Config, counts: Sequence[int], unset: bool = False) -> int:
    """The sum of the counts where a layer that holds no parameters adds the one before it again.

    Raises:
        UnboundLocalError: the first layer has none before it, and that is `unset`.
    """
    total, count, left = 0, 0, iter(counts)
    for place, layer in enumerate(config):
        if "bias" in layer:
            count = next(left)
        elif unset and not place:
            raise UnboundLocalError
        total += count
    return total


COUNTED_AGAIN = (
    "A layer that holds no parameters adds the count of the layer before it once more. Add a count "
    "where you have worked it out, or set it to 0 for the others."
)
NOT_SUMMED = "You return a list, the counts of the layers. Add them up."

SLIPS_OF_WEIGHTS: dict[str, tuple[str, tuple[Callable[[Layer], int], ...]]] = {
    "groups ignored": (
        "You let every filter read all input channels. With groups=g it reads in_channels / g of "
        "them only, so it has so many slices fewer.",
        (lambda layer: outputs(layer) * inputs(layer) * entries(layer),),
    ),
    "groups divided twice": (
        "You divided in_channels and out_channels by groups. All out_channels filters are there; "
        "only what each of them reads is less.",
        (lambda layer: weights(layer) // groups(layer),),
    ),
    "multiplied by groups": (
        "You multiplied by groups. With groups=g each filter reads in_channels / g channels: "
        "divide, once.",
        (lambda layer: weights(layer) * groups(layer) ** 2,),
    ),
    "kernel not squared": (
        "You counted kernel_size entries for each slice, or twice as many. A kernel is square: "
        "kernel_size · kernel_size entries.",
        (
            lambda layer: outputs(layer) * reads(layer) * layer.get("kernel_size", 1),
            lambda layer: outputs(layer) * reads(layer) * (layer.get("kernel_size", 0.5) * 2),
        ),
    ),
    "one filter": (
        "You counted one filter for each layer. Every output channel (or output feature) has its "
        "own.",
        (lambda layer: reads(layer) * entries(layer),),
    ),
    "one slice": (
        "You counted one slice for each filter, as if it read one channel. It has a slice for "
        "every channel that it reads: in_channels / groups of them.",
        (
            lambda layer: outputs(layer) * entries(layer),
            lambda layer: weights(layer) // (reads(layer) if "groups" in layer else 1),
            lambda layer: weights(layer) // (reads(layer) if groups(layer) > 1 else 1),
        ),
    ),
    "the example's kernel": (
        "You took every kernel to be 3 x 3, as in the example. Read its size from kernel_size.",
        (lambda layer: outputs(layer) * reads(layer) * (9 if "groups" in layer else 1),),
    ),
    "dense sides added": (
        "You added in_features and out_features. A dense layer has a weight for each pair of an "
        "input and an output: multiply.",
        (lambda layer: weights(layer) if "groups" in layer else inputs(layer) + outputs(layer),),
    ),
    "kernel left out": (
        "You left the kernel out: each slice has kernel_size · kernel_size entries.",
        (lambda layer: outputs(layer) * reads(layer),),
    ),
}
"""Mistakes that show in parameters and in multiply-adds: what to tell, and the weights counted."""
