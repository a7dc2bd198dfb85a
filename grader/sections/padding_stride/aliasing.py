"""Section 02: marking of the tone that comes out of a stride."""

import math
from collections.abc import Callable
from typing import Any

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.aliasing import measured_pitch
from grader.former.marking import Marking, Mutant, Part, named_wrongs


def heard_frequency(f: int, rate: int, stride: int) -> float:
    """The solution: folded into the band that the new rate can hold."""
    new_rate = rate / stride
    rest = f % new_rate
    return min(rest, new_rate - rest)


def _nearest_multiple(f: int, rate: int, stride: int) -> float:
    """The reference: how far f is from the nearest multiple of the new rate."""
    return min(abs(f - m * rate / stride) for m in range(2 * stride))


_HEARD_WRONGS: dict[str, Callable[..., Any]] = {
    "unchanged": lambda f, rate, stride: f,
    "divided by the stride": lambda f, rate, stride: f / stride,
    "clipped": lambda f, rate, stride: min(f, rate / stride / 2),
    "remainder only": lambda f, rate, stride: f % (rate / stride),
    "half of the rate taken away": lambda f, rate, stride: f % (rate / stride / 2),
    "mirrored once": lambda f, rate, stride: abs(rate / stride - f),
    "negative": lambda f, rate, stride: rate / stride - f,
}


def _heard_case(draw: Draw, about: str) -> Case:
    """A tone that is folded more than once: every half-way fold goes wrong in its own way."""
    while True:
        stride, new_rate = draw.integer(6, 8), 1000 * draw.integer(2, 4)
        args = (
            int(new_rate * 2.5) + 10 * draw.integer(5, new_rate // 20 - 5),
            stride * new_rate,
            stride,
        )
        given = {round(wrong(*args)) for wrong in _HEARD_WRONGS.values()}
        if len(given - {round(heard_frequency(*args))}) == len(_HEARD_WRONGS):
            return Case(args=args, about=about)


def _heard_cases(draw: Draw) -> list[Case]:
    abouts = ("a high tone", "another high tone", "a third high tone")
    return [_heard_case(draw, about) for about in abouts]


def _other_tones(draw: Draw) -> list[Case]:
    low, high = 10 * draw.integer(20, 350), 4000 + 10 * draw.integer(20, 350)
    return [
        Case(args=(low, 16000, 2), about="a tone that stays"),
        Case(args=(high, 16000, 2), about="a tone that is folded once"),
        Case(args=(draw.integer(3000, 3900), 8000, 4), about="just below a multiple"),
        Case(args=(draw.integer(2100, 2900), 8000, 4), about="just above a multiple"),
    ]


_HEARD_MISTAKES, _HEARD_MUTANTS = named_wrongs("padding_stride.heard_frequency", _HEARD_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.heard_frequency",
        cases=_heard_cases,
        expect=lambda case: _nearest_multiple(*case.args),
        mistakes=_HEARD_MISTAKES,
        parts={
            "other tones": Part(
                cases=_other_tones, expect=lambda case: _nearest_multiple(*case.args)
            )
        },
        solution=heard_frequency,
        mutants=(
            *_HEARD_MUTANTS,
            Mutant("distance to a multiple", _nearest_multiple, state="right"),
            Mutant("measured", measured_pitch, state="right"),
        ),
        library={math.remainder: False},
    ),
)
