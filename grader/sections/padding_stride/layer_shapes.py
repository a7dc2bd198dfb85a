"""Section 02: marking of the shapes of whole layers."""

from typing import Any

import torch
from torch import nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant
from grader.sections.padding_stride.output_size import conv_output_size


def shapes(layers: list[dict[str, Any]], shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The solution, with the arguments as nn.Conv2d completes them."""
    found = []
    for arguments in layers:
        layer: Any = nn.Conv2d(**arguments)
        sizes = [
            conv_output_size(n, k, p, s, d)
            for n, k, p, s, d in zip(
                shape[2:],
                layer.kernel_size,
                layer.padding,
                layer.stride,
                layer.dilation,
                strict=True,
            )
        ]
        found.append((shape[0], layer.out_channels, *sizes))
    return found


def _shapes_written_out(layers: list[dict[str, Any]], shape: list[int]) -> list[list[int]]:
    def pair(value: Any) -> tuple[int, int]:
        return (value, value) if isinstance(value, int) else tuple(value)

    found = []
    for layer in layers:
        k, s = pair(layer["kernel_size"]), pair(layer.get("stride", 1))
        p, d = pair(layer.get("padding", 0)), pair(layer.get("dilation", 1))
        sizes = [conv_output_size(shape[2 + a], k[a], p[a], s[a], d[a]) for a in (0, 1)]
        found.append([shape[0], layer["out_channels"], *sizes])
    return found


def _one_after_the_other(layers: list[dict[str, Any]], shape: list[int]) -> list[list[int]]:
    found = []
    for layer in layers:
        shape = _shapes_written_out([layer], shape)[0]
        found.append(shape)
    return found


def _of_changed(layers: list[dict[str, Any]], shape: tuple[int, ...], pair: Any) -> Any:
    changed = [
        {name: value if isinstance(value, int) else pair(*value) for name, value in items}
        for items in (layer.items() for layer in layers)
    ]
    return shapes(changed, shape)


def _shapes_by_running(layers: list[dict[str, Any]], shape: list[int]) -> list[Any]:
    return [tuple(nn.Conv2d(**layer)(torch.zeros(shape)).shape) for layer in layers]


def _shapes_case(draw: Draw, about: str) -> Case:
    channels, out = draw.distinct(2, 12, 2)
    batch, height, width = draw.integer(2, 4), draw.integer(24, 36), draw.integer(48, 60)
    layers: list[dict[str, Any]] = [
        {"kernel_size": draw.integer(3, 5), "stride": draw.integer(2, 3), "padding": 2},
        {"kernel_size": (draw.integer(2, 3), draw.integer(4, 5)), "padding": (0, 3)},
        {"kernel_size": 3, "stride": (2, 3), "padding": 1, "dilation": (2, 1)},
    ]
    layers = [
        {"in_channels": channels, "out_channels": out + i, **la} for i, la in enumerate(layers)
    ]
    return Case(args=(layers, (batch, channels, height, width)), about=about)


MARKINGS = (
    Marking(
        exercise="padding_stride.shapes",
        cases=lambda draw: [
            _shapes_case(draw, about) for about in ("three layers", "three more", "and three more")
        ],
        solution=shapes,
        mutants=(
            Mutant("one after the other", _one_after_the_other, mistake="chained"),
            Mutant(
                "channels of the input",
                lambda layers, shape: [(b, shape[1], h, w) for b, _, h, w in shapes(layers, shape)],
                mistake="channels kept",
            ),
            Mutant(
                "no batch",
                lambda layers, shape: [one[1:] for one in shapes(layers, shape)],
                mistake="batch axis forgotten",
            ),
            Mutant(
                "channels last",
                lambda layers, shape: [(b, h, w, c) for b, c, h, w in shapes(layers, shape)],
                mistake="channels last",
            ),
            Mutant(
                "width as height",
                lambda layers, shape: shapes(layers, (*shape[:2], shape[3], shape[3])),
                mistake="width for the height",
            ),
            Mutant(
                "sizes only",
                lambda layers, shape: [one[2:] for one in shapes(layers, shape)],
                mistake="height and width only",
            ),
            Mutant(
                "no list",
                lambda layers, shape: shapes(layers, shape)[0],
                mistake="first layer only",
            ),
            Mutant(
                "return inside the loop",
                lambda layers, shape: shapes(layers[:1], shape),
                mistake="list of the first layer",
            ),
            Mutant(
                "one number of a pair",
                lambda layers, shape: _of_changed(layers, shape, lambda h, w: (h, h)),
                mistake="first of each pair",
            ),
            Mutant(
                "width before height",
                lambda layers, shape: _of_changed(layers, shape, lambda h, w: (w, h)),
                mistake="pairs swapped",
            ),
            Mutant(
                "no padding",
                lambda layers, shape: shapes([{**la, "padding": 0} for la in layers], shape),
                mistake="padding forgotten",
            ),
            Mutant(
                "no stride",
                lambda layers, shape: shapes([{**la, "stride": 1} for la in layers], shape),
                mistake="stride forgotten",
            ),
            Mutant(
                "no dilation",
                lambda layers, shape: shapes([{**la, "dilation": 1} for la in layers], shape),
                mistake="dilation forgotten",
            ),
            Mutant("by running the layers", _shapes_by_running, mistake="forbidden"),
            Mutant("written out", _shapes_written_out, state="right"),
        ),
        library={_shapes_by_running: False},
    ),
)
