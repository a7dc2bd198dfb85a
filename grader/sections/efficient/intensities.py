"""Part D: arithmetic intensity."""

from collections.abc import Callable

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Counts = dict[str, float]


def _settings(draw: Draw) -> list[Case]:
    few, some, many = draw.integer(2, 5), draw.integer(6, 11), draw.integer(12, 20)
    side, odd, g = draw.integer(6, 9), draw.integer(11, 14), draw.integer(2, 3)
    return [
        Case(args=(few, many, 3, side), about="more channels out than in, groups left out"),
        Case(args=(many, few, 5, odd), about="fewer channels out than in, a larger kernel"),
        Case(args=(some, many, 1, odd), about="a kernel of a single number"),
        Case(args=(some, some, 3, side, some), about="as many groups as channels"),
        Case(args=(few * g, some * g, 3, odd, g), about="some groups, more channels out than in"),
        Case(
            args=(some * g, few * g, 5, side),
            kwargs={"groups": g},
            about="some groups by name, fewer channels out than in",
        ),
        Case(args=(few, some, 3, 1), about="an input of a single pixel"),
        Case(args=(1, 1, 3, side), about="one channel in and out"),
    ]


def _counts(in_channels: int, out_channels: int, kernel: int, size: int, groups: int) -> Counts:
    """Of a layer of PyTorch's, which runs without computing anything."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        layer = nn.Conv2d(
            in_channels, out_channels, kernel, padding=kernel // 2, groups=groups, bias=False
        )
        x = torch.empty(1, in_channels, size, size)
        y = layer(x)
    return {
        "macs": counter.get_total_flops() // 2,
        **{"input": x.numel(), "weight": layer.weight.numel(), "output": y.numel()},
    }


def _by(change: Callable[..., float]) -> Callable[..., float]:
    """Another quotient, made of the right counts and the arguments: (counts, d, k, s, g)."""

    def intensity(
        in_channels: int, out_channels: int, kernel: int, size: int, groups: int = 1
    ) -> float:
        counts = _counts(in_channels, out_channels, kernel, size, groups)
        return float(change(counts, out_channels, kernel, size, groups))

    return intensity


def _moved(c: Counts) -> float:
    return c["input"] + c["weight"] + c["output"]


def _inner(n: int, k: int) -> int:
    """The side of an output without padding."""
    return n - k + 1


intensity = _by(lambda c, *settings: c["macs"] / _moved(c))


def _written_out(
    in_channels: int, out_channels: int, kernel: int, size: int, groups: int = 1
) -> float:
    """Group by group."""
    come, go = in_channels // groups, out_channels // groups
    moved = groups * (come * size**2 + go * size**2 + come * go * kernel**2)
    return groups * come * go * (kernel * size) ** 2 / moved


INTENSITY = Exercise(
    id="efficient.intensity",
    title="Arithmetic intensity",
    points=1,
    minutes=8,
    covers=("E14.18",),
    example=((Case(args=(2, 4, 3, 5)), 1800 / 222),),
    cases=_settings,
    reference=intensity,
    wrong={
        "weight not moved": (
            "You left the weight out of what is moved. The layer reads each of its numbers, too.",
            _by(lambda c, *_: c["macs"] / (c["input"] + c["output"])),
        ),
        "output not moved": (
            "You left the output out of what is moved. The layer writes each of its numbers.",
            _by(lambda c, *_: c["macs"] / (c["input"] + c["weight"])),
        ),
        "input not moved": (
            "You left the input out of what is moved. The layer reads each of its numbers.",
            _by(lambda c, *_: c["macs"] / (c["weight"] + c["output"])),
        ),
        "one of three moved": (
            "Below the line stands one of three things. The layer moves its input, its weight and "
            "its output.",
            *(
                _by(lambda c, *_, part=part: c["macs"] / c[part])
                for part in ("input", "weight", "output")
            ),
        ),
        "operations": (
            "You counted a product and a sum as two. A multiply-add counts once.",
            _by(lambda c, *_: 2 * c["macs"] / _moved(c)),
        ),
        "bytes": (
            "You divided by bytes. Divide by the numbers that are moved.",
            _by(lambda c, *_: c["macs"] / (4 * _moved(c))),
        ),
        "operations and bytes": (
            "You divided operations by bytes. Here it is multiply-adds, divided by numbers.",
            _by(lambda c, *_: 2 * c["macs"] / (4 * _moved(c))),
        ),
        "upside down": (
            "Your quotient is upside down: multiply-adds come first, divided by what is moved.",
            _by(lambda c, *_: _moved(c) / c["macs"]),
        ),
        "groups ignored": (
            "Groups divide the weights and nothing else: each filter reads the channels of its own "
            "group only, in_channels // groups, and all numbers of input and output are moved.",
            _by(lambda c, d, k, s, g: g * c["macs"] / (c["input"] + g * c["weight"] + c["output"])),
            _by(lambda c, d, k, s, g: g * c["macs"] / _moved(c)),
            _by(lambda c, d, k, s, g: c["macs"] / (c["input"] + g * c["weight"] + c["output"])),
        ),
        "groups divided twice": (
            "You divided both numbers of channels by the groups. All the filters of all groups "
            "together are out_channels: divide in_channels alone.",
            _by(lambda c, d, k, s, g: c["macs"] / g / (c["input"] + c["weight"] / g + c["output"])),
            _by(lambda c, d, k, s, g: c["macs"] / g / _moved(c)),
        ),
        "side of the kernel": (
            "You took the side of the kernel for its numbers. Each slice has kernel * kernel.",
            _by(lambda c, d, k, s, g: c["macs"] / k / (c["input"] + c["weight"] / k + c["output"])),
            _by(lambda c, d, k, s, g: c["macs"] / k / _moved(c)),
        ),
        "side of the input": (
            "You took the side of a map for its places. It has size * size.",
            _by(
                lambda c, d, k, s, g: (
                    c["macs"] / s / (c["input"] / s + c["weight"] + c["output"] / s)
                )
            ),
            _by(lambda c, d, k, s, g: c["macs"] / (c["input"] / s + c["weight"] + c["output"] / s)),
            _by(lambda c, d, k, s, g: c["macs"] / s / _moved(c)),
        ),
        "smaller output": (
            "Your output is smaller than the input. The padding keeps the size: it has size * size "
            "places.",
            _by(
                lambda c, d, k, s, g: (
                    c["weight"]
                    * _inner(s, k) ** 2
                    / (c["input"] + c["weight"] + d * _inner(s, k) ** 2)
                )
            ),
        ),
        "places forgotten": (
            "Each weight works once at every place of the output. You counted it once in all.",
            _by(lambda c, *_: c["weight"] / _moved(c)),
        ),
        "bias": (
            "You counted a bias. Here the layer has none.",
            _by(lambda c, d, k, s, g: c["macs"] / (_moved(c) + d)),
            _by(lambda c, d, k, s, g: (c["macs"] + d * s**2) / (_moved(c) + d)),
            _by(lambda c, d, k, s, g: (c["macs"] + d * s**2) / _moved(c)),
        ),
        "read at every place": (
            "You counted a number of the input or of the weight each time it is used. Here it is "
            "moved once.",
            _by(lambda c, d, k, s, g: c["macs"] / (c["input"] * k**2 + c["weight"] + c["output"])),
            _by(lambda c, d, k, s, g: c["macs"] / (c["input"] + c["weight"] * s**2 + c["output"])),
        ),
        "padding moved": (
            "You counted zeros of the padding. They are not moved: the input has size * size "
            "places.",
            _by(
                lambda c, d, k, s, g: (
                    c["macs"] / (c["input"] / s**2 * (s + k - 1) ** 2 + c["weight"] + c["output"])
                )
            ),
        ),
        "rounded": (
            "You rounded the quotient. Return it as it is: / and not //.",
            _by(lambda c, *_: c["macs"] // _moved(c)),
            _by(lambda c, *_: round(c["macs"] / _moved(c))),
            _by(lambda c, *_: round(c["macs"] / _moved(c), 1)),
            *(
                _by(lambda c, *_, digits=digits: round(c["macs"] / _moved(c), digits))
                for digits in (2, 3, 4)
            ),
        ),
    },
    right=(_written_out,),
    hints=(
        "How many numbers does the weight hold? Each filter reads in_channels // groups channels.",
        "The input has in_channels * size ** 2 numbers, the output out_channels * size ** 2.",
        "Above the line: weights * size ** 2. Below: input, weight and output added up.",
    ),
    forbidden=(),
    needs=("efficient.count_macs_of",),
    tolerance=1e-6,
)
