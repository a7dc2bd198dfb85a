"""Section 04: marking of shapes, layer by layer."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.models.configs import (
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
from grader.former.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]
Step = Callable[[Layer, Shape], Shape]
POOLINGS = ("max_pool", "avg_pool")
WITH_WINDOWS = ("conv", *POOLINGS)


def trace_shapes(config: list[Layer], shape: Shape) -> list[Shape]:
    """The solution: the shape of the input and the one after each layer."""
    return _step(config, shape, _after)


def _step(config: list[Layer], shape: Shape, after: Step) -> list[Shape]:
    """The shapes where `after` says what a layer makes of a shape."""
    shapes = [tuple(shape)]
    for layer in config:
        shapes.append(after(layer, shapes[-1]))
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


def _stepwise(wrong: Step, kinds: tuple[str, ...]) -> Callable[[list[Layer], Shape], list[Shape]]:
    """A function that goes wrong at layers of these kinds."""

    def after(layer: Layer, shape: Shape) -> Shape:
        return wrong(layer, shape) if layer["layer"] in kinds else _after(layer, shape)

    return lambda config, shape: _step(config, shape, after)


def _grown(layer: Layer, shape: Shape, more: int) -> Shape:
    """What a layer with windows makes of a map that is larger by so many rows and columns."""
    return _after(layer, (*shape[:2], *(n + more for n in shape[2:])))


def _one_less(layer: Layer, shape: Shape) -> Shape:
    made = _after(layer, shape)
    return *made[:2], *(n - 1 for n in made[2:])


def _sizes_over(setting: str) -> Step:
    """Height and width divided by one of the settings."""
    return lambda layer, shape: (*shape[:2], *(n // layer[setting] for n in shape[2:]))


def _not_rounded(layer: Layer, shape: Shape) -> Any:
    k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
    channels = layer.get("out_channels", shape[1])
    return shape[0], channels, *((n + 2 * p - k) / s + 1 for n in shape[2:])


def _changed(config: list[Layer], shape: Shape, **changes: Any) -> list[Shape]:
    """The shapes of the network with other settings, where a layer has them."""
    other = [{**layer, **{k: v for k, v in changes.items() if k in layer}} for layer in config]
    return trace_shapes(other, shape)


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
    for about in ("windows that overlap", "a dense head", "a head after global average pooling"):
        channels, first, second = sorted(draw.distinct(2, 12, 3))
        # An odd size and an even one, neither a multiple of 3: rounding shows in every layer.
        height, width = draw.choice([7, 11, 13]), draw.choice([8, 10, 14])
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
        outputs = draw.choice([n for n in range(13, 30) if n != features])
        config = [*body, *head, linear(features, outputs)]
        cases.append(Case(args=(config, shape), about=about))
    return cases


_TRACE_MISTAKES, _TRACE_MUTANTS = named_wrongs(
    "pooling.trace_shapes",
    {
        "input left out": lambda config, shape: trace_shapes(config, shape)[1:],
        "rounded up": _stepwise(
            lambda layer, shape: _grown(layer, shape, layer["stride"] - 1), WITH_WINDOWS
        ),
        "padding ignored": lambda config, shape: _changed(config, shape, padding=0),
        "padding on one side": _stepwise(
            lambda layer, shape: _grown(layer, shape, -layer["padding"]), WITH_WINDOWS
        ),
        "stride ignored": lambda config, shape: _changed(config, shape, stride=1),
        "channels kept": lambda config, shape: _changed(config, shape, out_channels=shape[1]),
        "batch flattened": _stepwise(lambda layer, shape: (math.prod(shape),), ("flatten",)),
        "first window forgotten": (
            _stepwise(_one_less, WITH_WINDOWS),
            _stepwise(_one_less, POOLINGS),
        ),
        "not rounded": _stepwise(_not_rounded, WITH_WINDOWS),
        "ReLU left out": lambda config, shape: trace_shapes(
            [layer for layer in config if layer["layer"] != "relu"], shape
        ),
        "last shape only": lambda config, shape: trace_shapes(config, shape)[-1],
        "pooling halves": (
            _stepwise(_sizes_over("stride"), POOLINGS),
            _stepwise(_sizes_over("kernel_size"), POOLINGS),
        ),
        "layer overlooked": _stepwise(lambda layer, shape: shape, ("avg_pool",)),
        "axes lost in GAP": _gap_flattens,
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
                "without the ReLUs",
                [shape for i, shape in enumerate(CIFAR_SHAPES) if i not in (2, 5, 8)],
                mistake="ReLU left out",
            ),
            Mutant(
                "GAP left out",
                [*CIFAR_SHAPES[:10], (8, 8192), (8, 10)],
                mistake="flattened before GAP",
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
)
