"""Section 05: marking of the checklist's second check, the sizes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.models.configs import Layer, conv, flatten, linear, max_pool, relu
from grader.former.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]


def _also(name: str, wrong: Callable[..., Any]) -> Mistake:
    """A further function that makes a public mistake of `first_misfit`."""
    (mistake,), _ = named_wrongs("lenet.first_misfit", {name: wrong})
    return mistake


def first_misfit(
    config: Sequence[Layer],
    shape: Shape,
    *,
    channels: bool = True,
    windows: Sequence[str] = ("conv", "max_pool", "avg_pool"),
    smaller: int = 0,
    padded: bool = True,
    dense: bool = True,
    carried: bool = True,
) -> int:
    """The solution: number of the first layer that does not fit, or -1; the rest does it wrong."""
    _, C, H, W = shape
    numbers = 0
    for number, layer in enumerate(config):
        kind = layer["layer"]
        if kind == "conv":
            if channels and layer["in_channels"] != C:
                return number
            C = layer["out_channels"]
        if "kernel_size" in layer:
            k, s, p = layer["kernel_size"], layer["stride"], layer["padding"] * padded
            if kind in windows and k + smaller > min(H, W) + 2 * p:
                return number
            H, W = ((size + 2 * p - k) // s + 1 for size in (H, W))
        if kind == "flatten":
            numbers = C * H * W
        if kind == "linear":
            if dense and layer["in_features"] != numbers:
                return number
            numbers = layer["out_features"] if carried else numbers
    return -1


def _counted_from_1(config: Sequence[Layer], shape: Shape) -> int:
    found = first_misfit(config, shape)
    return found + 1 if found >= 0 else -1


def _always_something(config: Sequence[Layer], shape: Shape) -> int:
    found = first_misfit(config, shape)
    return found if found >= 0 else len(config) - 1


_MISFIT_MISTAKES, _MISFIT_MUTANTS = named_wrongs(
    "lenet.first_misfit",
    {
        "counted from 1": _counted_from_1,
        "dense layers not compared": partial(first_misfit, dense=False),
        "channels not compared": partial(first_misfit, channels=False),
        "windows not compared": partial(first_misfit, windows=()),
        "full window refused": partial(first_misfit, smaller=1),
        "dense outputs not carried": partial(first_misfit, carried=False),
        "always something": _always_something,
    },
)
_MISFIT_MISTAKES += (
    _also("windows not compared", partial(first_misfit, windows=("conv",))),
    _also("always something", partial(first_misfit, padded=False)),
)
_MISFIT_MUTANTS += (
    Mutant(
        "pooling not compared",
        partial(first_misfit, windows=("conv",)),
        mistake="windows not compared",
    ),
    Mutant("no padding", partial(first_misfit, padded=False), mistake="always something"),
)


def _misfit_cases(draw: Draw) -> list[Case]:
    a, b, side = draw.integer(3, 6), draw.integer(7, 9), 2 * draw.integer(7, 9)
    high, wide = side // 2 - 2, (side + 2) // 2 - 2
    good: list[Layer] = [
        *(conv(2, a, 3, padding=1), relu(), max_pool(2), relu(), conv(a, b, 3)),
        *(flatten(), linear(b * high * wide, 12), relu(), linear(12, 5), relu()),
    ]
    shape = (draw.integer(2, 4), 2, side, side + 2)
    narrow = (*shape[:3], 1)

    def changed(number: int, layer: Layer) -> list[Layer]:
        return [*good[:number], layer, *good[number + 1 :]]

    whole = draw.integer(4, 7)
    return [
        Case(args=(changed(6, linear(b * high, 12)), shape), about="a dense layer"),
        Case(args=(changed(8, linear(13, 5)), shape), about="the last dense layer"),
        Case(args=(changed(4, conv(a + 1, b, 3)), shape), about="channels"),
        Case(args=(good, narrow), about="a narrow image"),
        Case(args=(changed(4, conv(a, b, 11)), shape), about="a large window"),
        Case(args=(good, shape), about="everything fits"),
        Case(
            args=([conv(1, a, whole), flatten(), linear(a, 2)], (1, 1, whole, whole)),
            about="a window as large as the map",
        ),
    ]


def _misfit_by_shapes(config: Sequence[Layer], shape: Shape) -> int:
    """With windows of an empty tensor in place of formulas."""
    x = torch.empty(shape, device="meta")
    for number, layer in enumerate(config):
        kind = layer["layer"]
        try:
            if kind == "flatten":
                x = x.flatten(1)
            elif kind == "linear":
                x = x @ torch.empty(layer["in_features"], layer["out_features"], device="meta")
            elif kind != "relu":
                k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
                if kind == "conv" and x.shape[1] != layer["in_channels"]:
                    return number
                channels = layer["out_channels"] if kind == "conv" else x.shape[1]
                padded = torch.empty(1, channels, *(n + 2 * p for n in x.shape[2:]), device="meta")
                x = padded.unfold(2, k, s).unfold(3, k, s)[..., 0, 0]
        except RuntimeError:
            return number
    return -1


MARKINGS = (
    Marking(
        exercise="lenet.first_misfit",
        cases=_misfit_cases,
        expect=lambda case: first_misfit(*case.args),
        mistakes=_MISFIT_MISTAKES,
        solution=first_misfit,
        mutants=(
            *(Mutant(m.name, m.answer, "partly right", m.mistake) for m in _MISFIT_MUTANTS),
            Mutant("shapes by broadcasting", _misfit_by_shapes, state="right"),
        ),
    ),
)
