"""Section 04: marking of shapes and heads."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.pooling.configs import (
    Layer,
    avg_pool,
    conv,
    flatten,
    gap,
    linear,
    max_pool,
    modules,
    relu,
)
from course_lib.sections.pooling.shapes import CIFAR_NET
from grader.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]


def trace_shapes(config: list[Layer], shape: Shape) -> list[Shape]:
    """The solution: the shape of the input and the one after each layer."""
    shapes = [tuple(shape)]
    for layer in config:
        shapes.append(_after(layer, shapes[-1]))
    return shapes


def _after(layer: Layer, shape: Shape) -> Shape:
    match layer["layer"]:
        case "conv" | "max_pool" | "avg_pool":
            k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
            channels = layer["out_channels"] if layer["layer"] == "conv" else shape[1]
            return shape[0], channels, *((n + 2 * p - k) // s + 1 for n in shape[2:])
        case "gap":
            return *shape[:2], 1, 1
        case "flatten":
            return shape[0], math.prod(shape[1:])
        case "linear":
            return *shape[:-1], layer["out_features"]
    return shape


def _changed(config: list[Layer], shape: Shape, **changes: Any) -> list[Shape]:
    """The shapes of the network with other settings, where a layer has them."""
    other = [{**layer, **{k: v for k, v in changes.items() if k in layer}} for layer in config]
    return trace_shapes(other, shape)


def _rounded_up(config: list[Layer], shape: Shape) -> list[Shape]:
    shapes = [tuple(shape)]
    for layer in config:
        more = layer.get("stride", 1) - 1
        n, *rest = shapes[-1]
        grown = (n, *rest) if len(rest) < 3 else (n, rest[0], rest[1] + more, rest[2] + more)
        shapes.append(_after(layer, grown))
    return shapes


def _one_side(config: list[Layer], shape: Shape) -> list[Shape]:
    shapes = [tuple(shape)]
    for layer in config:
        n, *rest = shapes[-1]
        less = layer.get("padding", 0)
        shrunk = (n, *rest) if len(rest) < 3 else (n, rest[0], rest[1] - less, rest[2] - less)
        shapes.append(_after(layer, shrunk))
    return shapes


def _channels_kept(config: list[Layer], shape: Shape) -> list[Shape]:
    return _changed(config, shape, out_channels=shape[1])


def _batch_flattened(config: list[Layer], shape: Shape) -> list[Shape]:
    shapes = [tuple(shape)]
    for layer in config:
        flat = layer["layer"] == "flatten"
        shapes.append((math.prod(shapes[-1]),) if flat else _after(layer, shapes[-1]))
    return shapes


def _gap_flattens(config: list[Layer], shape: Shape) -> list[Shape]:
    return [after[:2] if after[2:] == (1, 1) else after for after in trace_shapes(config, shape)]


def _by_modules(case: Case) -> list[Shape]:
    """The reference: PyTorch's own layers, with shapes and no numbers."""
    config, shape = case.args
    X = torch.empty(*shape, device="meta")
    shapes = [tuple(X.shape)]
    for module in modules(config, "meta"):
        X = module(X)
        shapes.append(tuple(X.shape))
    return shapes


def _by_kind(config: list[Layer], shape: Shape) -> list[list[int]]:
    found = [list(shape)]
    for layer in config:
        now = list(found[-1])
        if "kernel_size" in layer:
            for axis in (2, 3):
                padded = now[axis] + 2 * layer["padding"]
                now[axis] = len(range(0, padded - layer["kernel_size"] + 1, layer["stride"]))
        now[1] = layer.get("out_channels", now[1])
        if layer["layer"] == "gap":
            now[2:] = [1, 1]
        if layer["layer"] == "flatten":
            now = [now[0], math.prod(now[1:])]
        now[-1] = layer.get("out_features", now[-1])
        found.append(now)
    return found


def _trace_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("a dense head", "a head after global average pooling", "windows that overlap"):
        channels, first, second = sorted(draw.distinct(2, 12, 3))
        height, width = draw.distinct(6, 12, 2)
        # Odd sizes, so that pooling with stride 2 leaves a row and a column over.
        shape = (draw.integer(2, 5), channels, 2 * height + 1, 2 * width + 1)
        body = [conv(channels, first, 3, padding=1), relu(), max_pool(2)]
        if about == "windows that overlap":
            body += [avg_pool(3, stride=2, padding=1), conv(first, second, 3, padding=1)]
        else:
            body += [conv(first, second, 5, stride=3, padding=2), relu(), avg_pool(2, stride=1)]
        head = [flatten()] if "dense" in about else [gap(), flatten()]
        if about == "windows that overlap":
            head = [max_pool(2, stride=1), flatten()]
        features = trace_shapes([*body, *head], shape)[-1][1]
        config = [*body, *head, linear(features, draw.integer(5, 20))]
        cases.append(Case(args=(config, shape), about=about))
    return cases


_TRACE_MISTAKES, _TRACE_MUTANTS = named_wrongs(
    "pooling.trace_shapes",
    {
        "input left out": lambda config, shape: trace_shapes(config, shape)[1:],
        "rounded up": _rounded_up,
        "padding ignored": lambda config, shape: _changed(config, shape, padding=0),
        "padding on one side": _one_side,
        "stride ignored": lambda config, shape: _changed(config, shape, stride=1),
        "channels kept": _channels_kept,
        "batch flattened": _batch_flattened,
        "axes lost in GAP": _gap_flattens,
    },
)


def head_params(feature_shape: Shape, widths: Shape) -> int:
    """The solution: weights and biases of dense layers on a flattened map."""
    sizes = [math.prod(feature_shape), *widths]
    return sum(n * m + m for n, m in pairwise(sizes))


def _held(case: Case) -> int:
    """The reference: what PyTorch's own layers hold; they take no memory on the device "meta"."""
    (C, H, W), widths = case.args
    inputs = (C * H * W, *widths[:-1])
    layers = [nn.Linear(i, o, device="meta") for i, o in zip(inputs, widths, strict=True)]
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _head_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, count in (("two layers", 2), ("three layers", 3)):
        shape = (draw.integer(20, 90), *draw.distinct(3, 9, 2))
        cases.append(Case(args=(shape, tuple(draw.distinct(10, 99, count))), about=about))
    return cases


_HEAD_MISTAKES, _HEAD_MUTANTS = named_wrongs(
    "pooling.head_params",
    {
        "biases forgotten": lambda shape, widths: head_params(shape, widths) - sum(widths),
        "one number per channel": lambda shape, widths: head_params(shape[:1], widths),
        "first layer only": lambda shape, widths: head_params(shape, widths[:1]),
        "every layer reads the map": lambda shape, widths: sum(
            head_params(shape, (width,)) for width in widths
        ),
    },
)

CIFAR_SHAPES = [
    (8, 3, 32, 32), (8, 32, 32, 32), (8, 32, 32, 32), (8, 32, 16, 16),
    (8, 64, 16, 16), (8, 64, 16, 16), (8, 64, 8, 8),
    (8, 128, 8, 8), (8, 128, 8, 8), (8, 128, 1, 1), (8, 128), (8, 10),
]  # fmt: skip

MARKINGS = (
    Marking(
        exercise="pooling.cifar_shapes",
        cases=lambda draw: [Case()],
        solution=CIFAR_SHAPES,
        mutants=(
            Mutant("without the input", CIFAR_SHAPES[1:], mistake="input left out"),
            Mutant(
                "NHWC",
                [(n, *rest[1:], rest[0]) for n, *rest in CIFAR_SHAPES],
                mistake="channels last",
            ),
            Mutant(
                "without batch",
                [shape[1:] for shape in CIFAR_SHAPES],
                mistake="batch axis forgotten",
            ),
            Mutant(
                "GAP flattens",
                [*CIFAR_SHAPES[:9], (8, 128), *CIFAR_SHAPES[10:]],
                mistake="nothing left of GAP",
            ),
            Mutant(
                "pooling by one",
                trace_shapes([{**layer, "stride": 1} for layer in CIFAR_NET], (8, 3, 32, 32)),
                mistake="pooling by one",
            ),
            Mutant("torch.Size", [torch.Size(shape) for shape in CIFAR_SHAPES], state="right"),
        ),
    ),
    Marking(
        exercise="pooling.trace_shapes",
        cases=_trace_cases,
        expect=_by_modules,
        mistakes=_TRACE_MISTAKES,
        solution=trace_shapes,
        mutants=(
            *_TRACE_MUTANTS[:-1],
            # Right where a network has no GAP.
            replace(_TRACE_MUTANTS[-1], state="partly right"),
            Mutant("axis by axis", _by_kind, state="right"),
        ),
        library={modules: False},
    ),
    Marking(
        exercise="pooling.head_params",
        cases=_head_cases,
        expect=_held,
        mistakes=_HEAD_MISTAKES,
        solution=head_params,
        mutants=(
            *_HEAD_MUTANTS,
            Mutant("counted by layers", lambda *args: _held(Case(args=args)), state="right"),
        ),
        library={math.prod: False},
    ),
    Marking(
        exercise="pooling.vgg_numbers",
        cases=lambda draw: [Case()],
        solution=[123_642_856, 138_357_544, 513_000],
        mutants=(
            Mutant("weights only", [123_633_664, 138_344_128, 512_000], mistake="biases forgotten"),
            Mutant("no head", [123_642_856, 138_357_544, 0], mistake="no head left"),
            Mutant(
                "without the dense layers",
                [123_642_856, 14_714_688, 513_000],
                mistake="convolutions only",
            ),
            Mutant("in millions", [124, 138, 0.5]),
            Mutant("floats", (123_642_856.0, 138_357_544.0, 513e3), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.gap_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "D",
        mistakes=(
            Mistake(
                "convolution wants a size",
                "A convolution has no size of image built in: its kernel visits as many windows as "
                "there are.",
                lambda case: "A",
            ),
            Mistake(
                "linear wants a size",
                "The last layer reads one number for each channel. How many channels are there "
                "after global average pooling of a larger map?",
                lambda case: "B",
            ),
            Mistake(
                "more scores",
                "The map before global average pooling is larger, but each channel becomes one "
                "number all the same.",
                lambda case: "C",
            ),
        ),
        solution="D",
        mutants=(
            Mutant("first layer", "A", mistake="convolution wants a size"),
            Mutant("last layer", "B", mistake="linear wants a size"),
            Mutant("more scores", "C", mistake="more scores"),
            Mutant("small letter", "d", state="right"),
        ),
    ),
)
