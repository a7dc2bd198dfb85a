"""Part C: shapes through any network of these layers, by formulas."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
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
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.pooling.shapes import Config, Shape, by_modules

_POOLINGS = ("max_pool", "avg_pool")
_WITH_WINDOWS = ("conv", *_POOLINGS)
Trace = Callable[[Config, Shape], Any]
Step = Callable[[Layer, Any], Any]
Along = Callable[[Any, int, int, int], Any]
"""Windows along one axis, of its size, the window's, stride and padding."""


def _after(layer: Layer, shape: Any) -> Any:
    match layer["layer"]:
        case "conv" | "max_pool" | "avg_pool":
            return _windows(layer, shape, lambda n, k, s, p: len(range(0, n + 2 * p - k + 1, s)))
        case "gap":
            return *shape[:2], 1, 1
        case "flatten":
            return shape[0], math.prod(shape[1:])
        case "linear":
            return *shape[:-1], layer["out_features"]
    return shape


def _windows(layer: Layer, shape: Any, along: Along) -> Any:
    settings = layer["kernel_size"], layer["stride"], layer["padding"]
    channels = layer.get("out_channels", shape[1])
    return shape[0], channels, *(along(n, *settings) for n in shape[2:])


def _stepwise(kinds: Sequence[str], step: Step) -> Trace:
    """Goes another way at layers of these kinds."""

    def answer(config: Config, shape: Shape) -> list[Any]:
        shapes: list[Any] = [tuple(shape)]
        for layer in config:
            after = step if layer["layer"] in kinds else _after
            shapes.append(after(layer, shapes[-1]))
        return shapes

    return answer


_traced = _stepwise((), _after)


def _sizes(along: Along, *kinds: Sequence[str]) -> tuple[Trace, ...]:
    """Counts windows in another way: in all layers, in convolutions, in poolings only."""
    kinds = kinds or (_WITH_WINDOWS, ("conv",), _POOLINGS)
    return tuple(_stepwise(k, lambda layer, shape: _windows(layer, shape, along)) for k in kinds)


def _flattened(count: Callable[[Any], int], *, batch: bool = True) -> Trace:
    """Goes on with another vector, or one vector for all images."""

    def step(layer: Layer, shape: Any) -> Any:
        if layer["layer"] == "linear":
            return shape[0], layer["out_features"]
        return (shape[0], count(shape)) if batch else (count(shape),)

    return _stepwise(("flatten", "linear"), step)


def _flattened_for_the_next(config: Config, shape: Shape) -> list[Any]:
    """Errors where the next layer is none, or no dense one."""
    shapes = _traced(config, shape)
    for i, layer in enumerate(config):
        if layer["layer"] == "flatten":
            shapes[i + 1] = (shape[0], config[i + 1]["in_features"])
    return list(shapes)


def _relu_gives_a_map(config: Config, shape: Shape) -> list[Any]:
    shapes = _traced(config, shape)
    maps = [shape for shape in shapes if len(shape) == 4]
    return [
        maps[-1] if i and config[i - 1]["layer"] == "relu" and len(now) < 4 else now
        for i, now in enumerate(shapes)
    ]


def _in_place(config: Config, shape: Shape) -> list[Any]:
    """A right way that goes by positions in a list."""
    found = [list(shape)]
    for layer in config:
        now = list(found[-1])
        for axis in (2, 3) if "kernel_size" in layer else ():
            padded = now[axis] + 2 * layer["padding"]
            now[axis] = 1 + (padded - layer["kernel_size"]) // layer["stride"]
        now[1] = layer.get("out_channels", now[1])
        if layer["layer"] == "gap":
            now[2:] = [1, 1]
        if layer["layer"] == "flatten":
            now = [now[0], math.prod(now[1:])]
        now[-1] = layer.get("out_features", now[-1])
        found.append(now)
    return found


def _settings(draw: Draw) -> list[Case]:
    c, first, second = draw.distinct(2, 12, 3)
    widths = draw.distinct(18, 40, 3)

    def asked(
        *body: Layer, head: Sequence[int] = (), images: int = 14, size: Shape = ()
    ) -> tuple[list[Layer], Shape]:
        # One odd size and one even: whatever the window, strides leave a rest along one of them.
        size = size or (draw.choice([15, 27]), draw.choice([22, 34]))
        shape = (images, next((x["in_channels"] for x in body if "in_channels" in x), c), *size)
        config = [*body]
        for outputs in head:
            config += [linear(by_modules(config, shape)[-1][1], outputs), relu()]
        return config[:-1] if head else config, shape

    def case(about: str, *body: Layer, **more: Any) -> Case:
        return Case(args=asked(*body, **more), about=about)

    little = (
        asked(conv(c, first, 7), size=(7, draw.integer(9, 12))),
        asked(),
        asked(relu()),
        asked(max_pool(1), conv(c, second, 1)),
    )
    return [
        case("a convolution with a stride", conv(c, first, 3, stride=2), relu()),
        case(
            "convolutions with padding", conv(c, first, 5, padding=1), conv(first, c, 1, padding=2)
        ),
        case(
            "a convolution with a stride and padding",
            *(conv(c, first, 4, stride=3, padding=2), relu(), conv(first, second, 2)),
        ),
        case("poolings whose windows overlap", max_pool(3, stride=2), avg_pool(2, stride=1)),
        case("max pooling with padding", relu(), max_pool(3, stride=2, padding=1)),
        case("average pooling with padding", avg_pool(5, stride=2, padding=2), relu()),
        case("poolings that leave pixels out", avg_pool(2, stride=3), max_pool(1, stride=2)),
        case(
            "poolings with windows side by side",
            *(max_pool(2), conv(c, second, 3, padding=1), avg_pool(3)),
        ),
        case(
            "a head of several dense layers",
            *(max_pool(5), flatten()),
            head=widths[:2],
        ),
        case(
            "a head after global average pooling",
            *(conv(c, second, 3), gap(), flatten()),
            head=widths[:1],
        ),
        case(
            "ReLU between flatten and a dense layer",
            *(conv(c, second, 3, stride=2), flatten(), relu()),
            head=widths[2:],
        ),
        case("a network that ends in global average pooling", conv(c, first, 2, stride=2), gap()),
        case("a network that ends in flatten", conv(c, first, 4, stride=2), flatten()),
        case(
            "one image of one channel",
            *(conv(1, 1, 3, padding=1), avg_pool(2), flatten()),
            head=(1,),
            images=1,
        ),
        Case(
            each=little, about="windows as high as the map or of one number, no layer, ReLU alone"
        ),
    ]


TRACE_SHAPES = Exercise(
    id="pooling.trace_shapes",
    title="Shapes, layer by layer",
    points=4,
    minutes=25,
    covers=("Q19",),
    example=(
        (
            Case(
                args=(
                    [conv(1, 4, 3, padding=1), relu(), max_pool(2), flatten(), linear(24, 3)],
                    (2, 1, 7, 5),
                )
            ),
            [(2, 1, 7, 5), (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), (2, 3)],
        ),
    ),
    cases=_settings,
    reference=by_modules,
    promises=("unchanged",),
    wrong={
        "input left out": (
            "The list must begin with the shape of the input itself: one shape more than layers.",
            lambda config, shape: _traced(config, shape)[1:],
        ),
        "last shape only": (
            "You returned the last shape only. Collect all of them in a list.",
            lambda config, shape: _traced(config, shape)[-1],
            lambda config, shape: _traced(config, shape)[-1:],
        ),
        "ReLU left out": (
            "Some layers have no shape in your list. Append one after every layer, also where it "
            "does not change.",
            lambda config, shape: _traced([x for x in config if x["layer"] != "relu"], shape),
        ),
        "rounded up": (
            "A size was rounded up. The number of windows is rounded down: what is left at the "
            "bottom and right makes no window.",
            *_sizes(
                lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1, _WITH_WINDOWS, _POOLINGS
            ),
        ),
        "not whole": (
            "Your sizes are not whole: divide by the stride with //, which rounds down.",
            *_sizes(lambda n, k, s, p: (n + 2 * p - k) / s + 1, _WITH_WINDOWS),
        ),
        "padding ignored": (
            "You left out the padding, somewhere at least. It adds to the size on both sides "
            "before windows are counted; a pooling may have it as well as a convolution.",
            *_sizes(lambda n, k, s, p: (n - k) // s + 1),
        ),
        "padding subtracted": (
            "You subtracted the padding. It makes the map larger: size + 2 * padding.",
            *_sizes(lambda n, k, s, p: (n - 2 * p - k) // s + 1, _WITH_WINDOWS),
        ),
        "padding on one side": (
            "You added the padding once. It lies on both sides of each axis: 2 * padding.",
            *_sizes(lambda n, k, s, p: (n + p - k) // s + 1),
        ),
        "stride ignored": (
            "You let windows move by one pixel, somewhere at least. The stride says by how much; a "
            "convolution may have one as well as a pooling.",
            *_sizes(lambda n, k, s, p: n + 2 * p - k + 1),
        ),
        "stride is the window": (
            "You moved windows by their own size. The layer says its stride.",
            *_sizes(lambda n, k, s, p: (n + 2 * p - k) // k + 1, _WITH_WINDOWS, _POOLINGS),
        ),
        "pooling halves": (
            "Pooling does not always halve a size, or divide it by one of its numbers. Window, "
            "stride and padding decide, as for a convolution.",
            *_sizes(lambda n, k, s, p: n // s, _POOLINGS),
            *_sizes(lambda n, k, s, p: n // k, _POOLINGS),
            *_sizes(lambda n, k, s, p: n // 2, _POOLINGS),
        ),
        "convolution keeps the size": (
            "A convolution keeps the size only with padding that fits the kernel, at stride 1. In "
            "general (size + 2 * padding - kernel_size) // stride + 1 is left.",
            _stepwise(("conv",), lambda x, shape: (shape[0], x["out_channels"], *shape[2:])),
        ),
        "first window forgotten": (
            "You counted one window too few in each direction: after dividing by the stride, add 1 "
            "for the first window.",
            *_sizes(lambda n, k, s, p: (n + 2 * p - k) // s, _WITH_WINDOWS),
        ),
        "layer overlooked": (
            'A size did not change where it should: "avg_pool" shrinks the map as "max_pool" does.',
            _stepwise(("avg_pool",), lambda layer, shape: shape),
        ),
        "channels kept": (
            "After a convolution there are out_channels maps, whatever came in.",
            _stepwise(("conv",), lambda x, shape: (*shape[:2], *_after(x, shape)[2:])),
            _stepwise(
                ("conv",), lambda x, shape: (shape[0], x["in_channels"], *_after(x, shape)[2:])
            ),
        ),
        "axes lost in GAP": (
            'Your "gap" takes two axes away. They stay, with size 1: (N, C, 1, 1). Only "flatten" '
            "takes them away.",
            _stepwise(("gap",), lambda layer, shape: shape[:2]),
        ),
        "GAP over other axes": (
            'Your "gap" averages over other axes than height and width. It leaves one number for '
            "each channel of each image: (N, C, 1, 1).",
            _stepwise(("gap",), lambda layer, shape: (shape[0], 1, *shape[2:])),
            _stepwise(("gap",), lambda layer, shape: (1, shape[1], 1, 1)),
        ),
        "batch flattened": (
            'You flattened the batch, too. "flatten" keeps the first axis: one vector per image.',
            _stepwise(("flatten",), lambda layer, shape: (math.prod(shape),)),
            _flattened(math.prod, batch=False),
        ),
        "batch lost": (
            "You lost the axis of the images, somewhere at least. It comes first in every shape.",
            _stepwise(("linear",), lambda layer, shape: (layer["out_features"],)),
            _stepwise(("flatten",), lambda layer, shape: (math.prod(shape[1:]),)),
        ),
        "flattened in part": (
            'Your "flatten" counts wrongly. All numbers of an image stand in its vector, those of '
            "all channels: C * H * W.",
            _flattened(lambda shape: math.prod(shape[2:])),
        ),
        "flattened for the next layer": (
            'You read the length after "flatten" off the layer that follows. That may be another '
            "one than a dense layer, or none: multiply C * H * W.",
            _flattened_for_the_next,
        ),
        "dense layer": (
            'After "linear" there are out_features numbers for each image, whatever came in.',
            _stepwise(("linear",), lambda layer, shape: (*shape[:-1], layer["in_features"])),
        ),
        "ReLU gives a map": (
            'ReLU changes no shape. After "flatten" or a dense layer yours brings back that of a '
            "map: append the last shape again.",
            _relu_gives_a_map,
        ),
        "no layers": (
            "For no layers the list holds one shape, that of the input. You returned the shape "
            "itself.",
            lambda config, shape: _traced(config, shape) if config else tuple(shape),
        ),
        "height and width swapped": (
            "Height and width are swapped after a layer with windows. They stay in their order: "
            "(N, C, height, width).",
            _stepwise(
                _WITH_WINDOWS,
                lambda x, shape: (*(now := _after(x, shape))[:2], now[3], now[2]),
            ),
        ),
        "height alone": (
            "You worked out one size and used it for height and width. A map need not be square.",
            _stepwise(_WITH_WINDOWS, lambda x, shape: (*_after(x, shape)[:3], _after(x, shape)[2])),
        ),
    },
    right=(_in_place, _traced),
    library={modules: False},
    hints=(
        "Start with shapes = [tuple(shape)], go through the layers, and append the new shape each "
        "time. Which kinds of layer change the channels, which the size, which neither?",
        'For "conv", "max_pool" and "avg_pool" height and width become (size + 2 * padding - '
        'kernel_size) // stride + 1; only "conv" changes the channels.',
        '"gap": (N, C, 1, 1). "flatten": (N, C * H * W). "linear": the last number becomes '
        'out_features. "relu": nothing changes.',
    ),
    forbidden=("torch.nn", "torch.utils", "course_lib", "aten::uniform_", "aten::convolution"),
    instead="Work the shapes out by formulas: no layer has to be built for them.",
    tolerance=EXACT,
)
