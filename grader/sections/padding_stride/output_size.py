"""Part A: how large the output is, in one direction."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.sections.padding_stride import given
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Size = Callable[..., Any]


def _travel(n: int, k: int, p: int, s: int, d: int) -> int:
    """How far the kernel can move; negative where it does not fit."""
    return n + 2 * p - d * (k - 1) - 1


def _with_rest(draw: Draw, s: int, rest: int) -> tuple[int, int, int, int, int]:
    """n, k, p, s, d with so many pixels left over, and at least two steps."""
    while True:
        n, k, p = draw.integer(20, 40), draw.integer(3, 5), draw.integer(2, 4)
        setting = n, k, p, s, draw.integer(2, 4)
        travel = _travel(*setting)
        # Padding, stride and dilation differ, so that none passes for another.
        if travel >= 2 * s and travel % s == rest and len({*setting[2:]}) == 3:
            return setting


def _settings(draw: Draw) -> list[Case]:
    steps = draw.integer(2, 5)
    k, d = draw.integer(4, 7), draw.integer(2, 3)
    just_fits = (k, k), (d * (k - 1) - 1, k, 1, 3, d), (1, 1, 0, 4, 3)
    large = draw.integer(6, 9)
    return [
        Case(args=(draw.integer(9, 20), draw.integer(3, 5)), about="n and k alone"),
        Case(args=(draw.integer(9, 20), 4, draw.integer(2, 4)), about="padding, the rest left out"),
        Case(args=(2 + 3 * steps + 1, 2, 0, 3), about="a stride that leaves pixels over"),
        Case(args=(3 + 2 * steps, 3, 0, 2), about="a stride that leaves no pixels over"),
        Case(args=(5 + 4 * steps + 3, 5, 0, 4), about="a stride that nearly makes one step more"),
        Case(args=(draw.integer(20, 30), 4), kwargs={"d": 3}, about="dilation alone, by name"),
        Case(args=_with_rest(draw, 5, 0), about="all together, no pixels left over"),
        Case(args=_with_rest(draw, 3, 1), about="all together, a pixel left over"),
        Case(args=_with_rest(draw, 5, 4), about="all together, nearly one step more"),
        Case(
            args=(draw.integer(2, 3), 4, draw.integer(8, 9), 3, 2),
            about="wide padding, without which the kernel would not fit",
        ),
        # A size of one alone is too easily had.
        Case(
            each=(*just_fits, (3, 1, 0, 2, 4), (5, 2, 0, 7), (12, 5, 2, 1, 3)),
            about="kernels that just fit, among others",
        ),
        Case(args=(large - 1, large), about="a kernel that is too long by one pixel"),
        Case(args=(large - 4, large, 1, 2), about="a kernel that is too long, padding included"),
        Case(
            args=(d * (k - 1), k, 0, 2, d),
            about="a kernel that is too long by one pixel once dilated",
        ),
    ]


def _ways(size: Size, fits: Size | None = None) -> tuple[Size, ...]:
    """Ways of computing a size: right checks before it, checks as mistaken as it is, none.

    Args:
        fits: how far the kernel is taken to be able to move.
    """

    def checked(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> Any:
        given.conv_output_size(n, k, p, s, d)
        return size(n, k, p, s, d)

    def checked_alike(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> Any:
        if fits is not None and fits(n, k, p, s, d) < 0:
            raise ValueError("it does not fit")
        return size(n, k, p, s, d)

    def unchecked(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> Any:
        return size(n, k, p, s, d)

    return (checked, unchecked, checked_alike) if fits else (checked, unchecked)


def _moved(travel: Size) -> tuple[Size, ...]:
    return _ways(lambda n, k, p, s, d: travel(n, k, p, s, d) // s + 1, travel)


def _rounded(rounds: Callable[[float], float]) -> tuple[Size, ...]:
    return _ways(lambda *setting: rounds(_travel(*setting) / setting[3]) + 1)


def _defaults(p0: int = 0, s0: int = 1, d0: int = 1) -> Size:
    def answer(n: int, k: int, p: int = p0, s: int = s0, d: int = d0) -> int:
        return given.conv_output_size(n, k, p, s, d)

    return answer


def _swapped(checked: bool = True) -> Size:
    def answer(n: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
        if checked and _travel(n, k, p, s, d) < 0:
            raise ValueError("it does not fit")
        return _travel(n, k, p, s, d) // s + 1

    return answer


def _stricter(refused: Size) -> Size:
    """Right sizes, and an error in more settings than there should be."""

    def answer(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
        if refused(n, k, p, s, d):
            raise ValueError("it does not fit")
        return given.conv_output_size(n, k, p, s, d)

    return answer


def _by_torch(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    signal, kernel = (torch.empty(1, 1, size, device="meta") for size in (n, k))
    try:
        return F.conv1d(signal, kernel, padding=p, stride=s, dilation=d).shape[-1]
    except RuntimeError:
        raise ValueError(f"{d * (k - 1) + 1} is more than {n + 2 * p}") from None


def _step_by_step(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> int:
    last, count, place = n + p - 1, 0, -p
    while place + d * (k - 1) <= last:
        count, place = count + 1, place + s
    if not count:
        raise ValueError(f"{n + 2 * p} pixels, {1 + (k - 1) * d} are covered")
    return count


def _as_float(n: int, k: int, p: int = 0, s: int = 1, d: int = 1) -> float:
    if k + (k - 1) * (d - 1) > n + 2 * p:
        raise ValueError(f"{k + (k - 1) * (d - 1)} > {n + 2 * p}")
    return 1.0 + math.floor((n + 2 * p - k - (k - 1) * (d - 1)) / s)


CONV_OUTPUT_SIZE = Exercise(
    id="padding_stride.conv_output_size",
    title="The size of the output",
    points=3,
    minutes=8,
    covers=("D7.3.1", "M2"),
    example=((Case(args=(7, 3, 1, 2, 1)), 4),),
    cases=_settings,
    reference=given.conv_output_size,
    wrong={
        "padding on one side": (
            "You added the padding once. It is laid on both sides: n + 2·p.",
            *_moved(lambda n, k, p, s, d: n + p - d * (k - 1) - 1),
        ),
        "padding forgotten": (
            "You left out the padding. The kernel slides on n + 2·p pixels.",
            *_moved(lambda n, k, p, s, d: n - d * (k - 1) - 1),
        ),
        "dilation forgotten": (
            "You took the kernel to cover k pixels. With dilation there are gaps between its "
            "entries, so it covers more.",
            *_moved(lambda n, k, p, s, d: n + 2 * p - k),
        ),
        "kernel d times as long": (
            "You took the kernel to cover d·k pixels. Its k entries have only k - 1 gaps between "
            "them: it covers d·(k - 1) + 1.",
            *_moved(lambda n, k, p, s, d: n + 2 * p - d * k),
        ),
        "d pixels in a gap": (
            "You took a gap to have d pixels. Neighbouring entries lie d apart, so there are d - 1 "
            "pixels between them: the kernel covers d·(k - 1) + 1.",
            *_moved(lambda n, k, p, s, d: n + 2 * p - k - d * (k - 1)),
        ),
        "one gap": (
            "You took the kernel to cover k + d - 1 pixels, as if it had one gap. It has k - 1, of "
            "d - 1 pixels each: it covers d·(k - 1) + 1.",
            *_moved(lambda n, k, p, s, d: n + 2 * p - k - d + 1),
        ),
        "kernel one pixel short": (
            "You took the kernel to cover d·(k - 1) pixels, one too few: its last entry counts, "
            "too.",
            *_moved(lambda n, k, p, s, d: n + 2 * p - d * (k - 1)),
        ),
        "one window forgotten": (
            "You counted the steps. There is one window more than there are steps: the first one "
            "needs no step.",
            *_ways(lambda *setting: _travel(*setting) // setting[3]),
        ),
        "stride forgotten": (
            "You counted a window at every pixel. With stride s only every s-th is computed.",
            *_ways(lambda *setting: _travel(*setting) + 1),
        ),
        "rounded up": (
            "You rounded up. A last step that would lead over the border is not taken.",
            *_rounded(math.ceil),
        ),
        "rounded to the nearest": (
            "round() goes to the nearest whole number. A last step that would lead over the border "
            "is never taken, however little is missing: round down (//).",
            *_rounded(round),
        ),
        "not rounded": (
            "A size is a whole number, and yours is not. A step that leads over the border is not "
            "taken: round down (// instead of /).",
            *_rounded(float),
        ),
        "brackets forgotten": (
            "// is computed before + and -, so that you divided the last number only. Put brackets "
            "around all that is divided by s.",
            *_ways(lambda n, k, p, s, d: n + 2 * p - d * (k - 1) - 1 // s + 1),
            *_ways(lambda n, k, p, s, d: n + 2 * p - (d * (k - 1) + 1) // s + 1),
        ),
        "size divided": (
            "You divided a size by the stride: that of the output at stride 1, or that of the "
            "padded input. Divide what is left to travel, padded - covered, and then add the first "
            "window.",
            *_ways(lambda *setting: (_travel(*setting) + 1) // setting[3]),
            *_ways(lambda n, k, p, s, d: (n + 2 * p) // s - d * (k - 1)),
        ),
        "padding and stride swapped": (
            "You took the padding for the stride and the stride for the padding. The order is n, "
            "k, p, s, d.",
            _swapped(),
            _swapped(checked=False),
        ),
        "no window where it just fits": (
            "You raise an error where the kernel covers just as many pixels as there are. There is "
            "one window then: only a kernel that covers more does not fit.",
            _stricter(lambda *setting: _travel(*setting) == 0),
            _stricter(lambda *setting: 0 <= _travel(*setting) < setting[3]),
        ),
        "fit without padding": (
            "You compared what the kernel covers with n. It has to fit on the padded input, n + "
            "2·p.",
            _stricter(lambda n, k, p, s, d: d * (k - 1) >= n),
        ),
        "another default": (
            "Where an argument is left out, your function takes another number for it than the "
            "text: p=0, s=1, d=1.",
            *(_defaults(p, s, d) for p in (0, 1) for s in (1, 2) for d in (1, 2) if p + s + d > 2),
        ),
    },
    right=(
        _step_by_step,
        _as_float,
        lambda *args, **kwargs: given.conv_output_size(*args, **kwargs),
    ),
    library={_by_torch: True},
    hints=(
        "Three questions, one after the other: how many pixels does the kernel cover, gaps "
        "included? How many pixels has the padded input? How many steps of s are possible?",
        "The kernel covers d * (k - 1) + 1 pixels, the padded input has n + 2 * p. The difference "
        "is how far the kernel can travel.",
        'First: if covered > padded, raise ValueError(f"the kernel covers {covered} ... '
        '{padded} ..."). Then return (padded - covered) // s + 1.',
    ),
    tolerance=EXACT,
    stand_in="conv_output_size",
)
