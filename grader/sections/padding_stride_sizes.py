"""Section 02: marking of output sizes, of one number and of whole shapes."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.padding_stride.facts import names_both_sizes
from grader.marking import Marking, Mutant, Part, named_wrongs

Setting = tuple[int, int, int, int, int]
IMPOSSIBLE = "impossible"


def conv_output_size(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    """The solution."""
    covered, padded = d * (k - 1) + 1, n + 2 * p
    if covered > padded:
        raise ValueError(f"the kernel covers {covered} pixels, the padded input has {padded}")
    return (padded - covered) // s + 1


_WRONG_SIZES: dict[str, Callable[..., Any]] = {
    "padding on one side": lambda n, k, p, s, d: (n + p - d * (k - 1) - 1) // s + 1,
    "padding forgotten": lambda n, k, p, s, d: (n - d * (k - 1) - 1) // s + 1,
    "dilation forgotten": lambda n, k, p, s, d: (n + 2 * p - k) // s + 1,
    "kernel d times as long": lambda n, k, p, s, d: (n + 2 * p - d * k) // s + 1,
    "one window forgotten": lambda n, k, p, s, d: (n + 2 * p - d * (k - 1) - 1) // s,
    "stride forgotten": lambda n, k, p, s, d: n + 2 * p - d * (k - 1),
    "rounded up": lambda n, k, p, s, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1,
    "not rounded": lambda n, k, p, s, d: (n + 2 * p - d * (k - 1) - 1) / s + 1,
}
_SIZE_MISTAKES, _SIZE_MUTANTS = named_wrongs("padding_stride.conv_output_size", _WRONG_SIZES)


def _telling_setting(draw: Draw) -> Setting:
    """A setting in which each named mistake gives a number of its own, and the answer exceeds 1."""
    while True:
        n, k, p = draw.integer(25, 60), draw.integer(2, 5), draw.integer(2, 9)
        setting = (n, k, p, draw.integer(2, 4), draw.integer(2, 7))
        given = {float(wrong(*setting)) for wrong in _WRONG_SIZES.values()}
        size = _unchecked(*setting)
        if size > 1 and len(given - {size}) == len(_WRONG_SIZES):
            return setting


def _impossible_case(draw: Draw, about: str, d: int) -> Case:
    k, p = draw.integer(4, 7), draw.integer(0, 1)
    covered = d * (k - 1) + 1
    n = draw.integer(max(1, covered - 2 * p - 3), covered - 2 * p - 1)
    verify = names_both_sizes((covered, n + 2 * p))
    args = (n, k, p, draw.integer(2, 4), d)
    return Case(args=args, about=about, raises="ValueError", verify=verify)


def _size_cases(draw: Draw) -> list[Case]:
    abouts = ("some setting", "another setting", "a third setting", "one more setting")
    return [
        *(Case(args=_telling_setting(draw), about=about) for about in abouts),
        _impossible_case(draw, "a kernel that is too long", 1),
        _impossible_case(draw, "a kernel that is too long once dilated", draw.integer(2, 3)),
    ]


def _many_settings(draw: Draw) -> list[Case]:
    """300 settings of all kinds, in three questions."""

    def settings() -> list[list[int]]:
        return [
            [draw.integer(low, high) for low, high in ((1, 24), (1, 7), (0, 3), (1, 4), (1, 4))]
            for _ in range(100)
        ]

    abouts = ("a hundred settings", "a second hundred", "a third hundred")
    return [Case(args=(settings(),), about=about) for about in abouts]


def _torch_size(n: int, k: int, p: int, s: int, d: int) -> int:
    signal, kernel = (torch.empty(1, 1, size, device="meta") for size in (n, k))
    return F.conv1d(signal, kernel, padding=p, stride=s, dilation=d).shape[-1]


def _torch_size_or_error(n: int, k: int, p: int, s: int, d: int) -> int:
    try:
        return _torch_size(n, k, p, s, d)
    except RuntimeError:
        raise ValueError(f"{k} dilated to {d * (k - 1) + 1} is more than {n + 2 * p}") from None


def torch_sizes(settings: list[Setting]) -> list[int | str]:
    """The reference for many settings: what PyTorch gives, or that it refuses."""
    sizes: list[int | str] = []
    for setting in settings:
        try:
            sizes.append(_torch_size(*setting))
        except RuntimeError:
            sizes.append(IMPOSSIBLE)
    return sizes


def _counted(n: int, k: int, p: int, s: int, d: int) -> int:
    last = n + p - d * (k - 1)
    starts = list(range(-p, last, s))
    if not starts:
        raise ValueError(f"no window of {d * (k - 1) + 1} fits on {n + 2 * p}")
    return len(starts)


def _unchecked(n: int, k: int, p: int, s: int, d: int) -> int:
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _asserted(n: int, k: int, p: int, s: int, d: int) -> int:
    assert d * (k - 1) < n + 2 * p, f"{d * (k - 1) + 1} > {n + 2 * p}"
    return _unchecked(n, k, p, s, d)


def _silent(n: int, k: int, p: int, s: int, d: int) -> int:
    if d * (k - 1) >= n + 2 * p:
        raise ValueError
    return _unchecked(n, k, p, s, d)


def _vague(n: int, k: int, p: int, s: int, d: int) -> int:
    if d * (k - 1) >= n + 2 * p:
        raise ValueError("the kernel is too large")
    return _unchecked(n, k, p, s, d)


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
        sizes = [_counted(shape[2 + a], k[a], p[a], s[a], d[a]) for a in (0, 1)]
        found.append([shape[0], layer["out_channels"], *sizes])
    return found


def _one_after_the_other(layers: list[dict[str, Any]], shape: list[int]) -> list[list[int]]:
    found = []
    for layer in layers:
        shape = _shapes_written_out([layer], shape)[0]
        found.append(shape)
    return found


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


_FIVE = [(1, 32, 60, 60), (1, 32, 64, 64), (1, 32, 32, 32), (1, 32, 32, 32), (1, 32, 64, 64)]

MARKINGS = (
    Marking(
        exercise="padding_stride.conv_output_size",
        cases=_size_cases,
        expect=lambda case: _torch_size(*case.args),
        mistakes=_SIZE_MISTAKES,
        parts={
            "many": Part(cases=_many_settings, expect=lambda case: torch_sizes(case.args[0])),
        },
        solution=conv_output_size,
        mutants=(
            *_SIZE_MUTANTS,
            Mutant("impossible unnoticed", _unchecked, "partly right", "no error"),
            Mutant("an assertion", _asserted, "partly right", "other error"),
            Mutant("no message", _silent, "partly right", "no message"),
            Mutant("no sizes in the message", _vague, "partly right", "property"),
            Mutant("window by window", _counted, state="right"),
        ),
        library={_torch_size_or_error: True},
    ),
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
            Mutant("written out", _shapes_written_out, state="right"),
        ),
        library={_shapes_by_running: False},
    ),
    Marking(
        exercise="padding_stride.five_shapes",
        cases=lambda draw: [Case()],
        solution=_FIVE,
        mutants=(
            Mutant("3 channels", [(1, 3, *one[2:]) for one in _FIVE], mistake="channels kept"),
            Mutant("no batch", [one[1:] for one in _FIVE], mistake="batch axis forgotten"),
            Mutant("e as 66", [*_FIVE[:4], (1, 32, 66, 66)], mistake="dilation forgotten"),
            Mutant("c as 33", [*_FIVE[:2], (1, 32, 33, 33), *_FIVE[3:]]),
            Mutant("lists", [list(one) for one in _FIVE], state="right"),
        ),
    ),
    Marking(
        exercise="padding_stride.demo_shapes",
        cases=lambda draw: [Case()],
        solution=[(8, 8), (8, 8), (2, 2)],
        mutants=(
            Mutant("no padding", [(6, 6), (4, 6), (2, 1)], mistake="padding forgotten"),
            Mutant("one side", [(7, 7), (6, 7), (2, 2)], mistake="padding on one side"),
            Mutant("heights", [8, 8, 2], mistake="one number each"),
            Mutant("no stride", [(8, 8), (8, 8), (6, 6)], mistake="stride forgotten"),
            Mutant("rounded up", [(8, 8), (8, 8), (3, 3)], mistake="rounded up"),
            Mutant("a tensor", torch.tensor([[8, 8], [8, 8], [2, 2]]), state="right"),
        ),
    ),
    Marking(
        exercise="padding_stride.same_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "size kept",
                "“same” keeps the size because at stride one each pixel is the middle of a "
                "window. With a larger stride there are fewer windows, so no padding of a "
                "reasonable size could keep it.",
                lambda case: "A",
            ),
            Mistake(
                "size divided",
                "So other libraries define it. PyTorch leaves open how the border should be cut "
                "then, and asks you to give the padding as a number.",
                lambda case: "B",
            ),
            Mistake(
                "refused when run",
                "It need not see an image: stride and padding are known when the layer is made, "
                "and that is when it refuses.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("size kept", "A", mistake="size kept"),
            Mutant("size divided", "B", mistake="size divided"),
            Mutant("refused when run", "D", mistake="refused when run"),
            Mutant("small letter", "c", state="right"),
        ),
    ),
)
