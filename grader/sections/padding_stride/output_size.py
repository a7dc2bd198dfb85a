"""Section 02: marking of the size of an output in one direction."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.facts import names_both_sizes
from course_lib.sections.padding_stride.output_size import COVERED_AND_PADDED, one_window
from grader.former.marking import Marking, Mutant, Part, named_wrongs

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
    "d pixels in a gap": lambda n, k, p, s, d: (n + 2 * p - k - d * (k - 1)) // s + 1,
    "one window forgotten": lambda n, k, p, s, d: (n + 2 * p - d * (k - 1) - 1) // s,
    "stride forgotten": lambda n, k, p, s, d: n + 2 * p - d * (k - 1),
    "rounded up": lambda n, k, p, s, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1,
    "not rounded": lambda n, k, p, s, d: (n + 2 * p - d * (k - 1) - 1) / s + 1,
    "brackets forgotten": lambda n, k, p, s, d: n + 2 * p - d * (k - 1) - 1 // s + 1,
    "stride before padding": lambda n, k, p, s, d: _unchecked(n, k, s, p, d),
    "dilation before stride": lambda n, k, p, s, d: _unchecked(n, k, p, d, s),
}
_SIZE_MISTAKES, _SIZE_MUTANTS = named_wrongs("padding_stride.conv_output_size", _WRONG_SIZES)


def _telling_setting(draw: Draw) -> Setting:
    """A setting in which each named mistake gives a number of its own, and the answer exceeds 1.

    A kernel that is taken to be one pixel short gives one window too many, as rounding up does.
    """
    while True:
        n, k, p = draw.integer(25, 60), draw.integer(2, 5), draw.integer(2, 9)
        setting = (n, k, p, draw.integer(2, 4), draw.integer(2, 7))
        given = {float(wrong(*setting)) for wrong in _WRONG_SIZES.values()}
        size = _unchecked(*setting)
        telling = len(given - {size}) == len(_WRONG_SIZES) and _one_pixel_short(*setting) > size
        if size > 1 and telling:
            return setting


def _just_fits(draw: Draw) -> Case:
    size = draw.integer(3, 7)
    return Case(args=(size, size), about="a kernel that just fits", verify=one_window())


def _impossible_case(draw: Draw, about: str, d: int) -> Case:
    k, p = draw.integer(4, 7), draw.integer(0, 1)
    covered = d * (k - 1) + 1
    n = draw.integer(max(1, covered - 2 * p - 3), covered - 2 * p - 1)
    verify = names_both_sizes((covered, n + 2 * p), COVERED_AND_PADDED)
    args = (n, k, p, draw.integer(2, 4), d)
    return Case(args=args, about=about, raises="ValueError", verify=verify)


def _size_cases(draw: Draw) -> list[Case]:
    abouts = ("some setting", "another setting", "a third setting", "one more setting")
    return [
        *(Case(args=_telling_setting(draw), about=about) for about in abouts),
        _just_fits(draw),
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


def _torch_size_or_error(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
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


def _counted(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    last = n + p - d * (k - 1)
    starts = list(range(-p, last, s))
    if not starts:
        raise ValueError(f"no window of {d * (k - 1) + 1} fits on {n + 2 * p}")
    return len(starts)


def _one_pixel_short(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    return (n + 2 * p - d * (k - 1)) // s + 1


def _unchecked(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _as_float(*setting: int) -> float:
    return float(conv_output_size(*setting))


def _without_defaults(n: int, k: int, p: int, s: int, d: int) -> int:
    return conv_output_size(n, k, p, s, d)


def _strict(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    if d * (k - 1) + 1 >= n + 2 * p:
        raise ValueError(f"{d * (k - 1) + 1} > {n + 2 * p}")
    return _unchecked(n, k, p, s, d)


def _of_the_kernel_alone(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    if k > n + 2 * p:
        raise ValueError(f"{k} > {n + 2 * p}")
    return _unchecked(n, k, p, s, d)


def _asserted(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    assert d * (k - 1) < n + 2 * p, f"{d * (k - 1) + 1} > {n + 2 * p}"
    return _unchecked(n, k, p, s, d)


def _silent(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    if d * (k - 1) >= n + 2 * p:
        raise ValueError
    return _unchecked(n, k, p, s, d)


def _vague(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    if d * (k - 1) >= n + 2 * p:
        raise ValueError("the kernel is too large")
    return _unchecked(n, k, p, s, d)


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
            Mutant("kernel one pixel short", _one_pixel_short, mistake="rounded up"),
            Mutant("a float", _as_float, "partly right", "property"),
            Mutant("no default values", _without_defaults, "partly right", "raises"),
            Mutant("a kernel that just fits refused", _strict, "partly right", "raises"),
            Mutant("gaps not in the comparison", _of_the_kernel_alone, "partly right", "no error"),
            Mutant("impossible unnoticed", _unchecked, "partly right", "no error"),
            Mutant("an assertion", _asserted, "partly right", "other error"),
            Mutant("no message", _silent, "partly right", "no message"),
            Mutant("no sizes in the message", _vague, "partly right", "property"),
            Mutant("window by window", _counted, state="right"),
        ),
        library={_torch_size_or_error: True},
    ),
)
