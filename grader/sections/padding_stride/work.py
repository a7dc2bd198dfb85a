"""Section 02: marking of the work that a stride saves."""

import math
from collections.abc import Callable
from typing import Any

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.work import window_count
from grader.former.marking import Marking, Mutant, named_wrongs


def multiply_adds(n: int, k: int, p: int, s: int) -> int:
    """The solution."""
    size = (n + 2 * p - k) // s + 1
    return size * size * k * k


def _by_windows(n: int, k: int, p: int, s: int) -> int:
    starts = [(i, j) for i in range(-p, n + p - k + 1, s) for j in range(-p, n + p - k + 1, s)]
    return sum(k * k for _ in starts)


def _without_zeros(n: int, k: int, p: int, s: int) -> int:
    """Products with real pixels only; rows and columns alike."""
    pixels = sum(0 <= i + a < n for i in range(-p, n + p - k + 1, s) for a in range(k))
    return pixels**2


_COUNT_WRONGS: dict[str, Callable[..., Any]] = {
    "one row": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) * k,
    "one row of outputs": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) * k**2,
    "one row of the kernel": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) ** 2 * k,
    "outputs counted": lambda n, k, p, s: ((n + 2 * p - k) // s + 1) ** 2,
    "divided by the stride once": lambda n, k, p, s: multiply_adds(n, k, p, 1) // s,
    "additions as well": lambda n, k, p, s: 2 * multiply_adds(n, k, p, s),
    "padding forgotten": lambda n, k, p, s: multiply_adds(n, k, 0, s),
    "size divided": lambda n, k, p, s: (n // s) ** 2 * k**2,
    "padding on one side": lambda n, k, p, s: ((n + p - k) // s + 1) ** 2 * k**2,
    "one window forgotten": lambda n, k, p, s: ((n + 2 * p - k) // s) ** 2 * k**2,
    "zeros left out": _without_zeros,
    "divided by the square of the stride": lambda n, k, p, s: multiply_adds(n, k, p, 1) / s**2,
    "stride before padding": lambda n, k, p, s: multiply_adds(n, k, s, p),
    "stride forgotten": lambda n, k, p, s: multiply_adds(n, k, p, 1),
}


def _count_case(draw: Draw, about: str, k: int, s: int) -> Case:
    """Sizes at which each named mistake gives a number of its own."""
    while True:
        args = (draw.integer(20, 60), k, draw.integer(s, 7), s)
        given = {wrong(*args) for wrong in _COUNT_WRONGS.values()}
        if len(given - {multiply_adds(*args)}) == len(_COUNT_WRONGS):
            return Case(args=args, about=about)


def _count_cases(draw: Draw) -> list[Case]:
    return [
        _count_case(draw, "stride two", 5, 2),
        _count_case(draw, "a larger kernel", draw.integer(7, 8), 2),
        _count_case(draw, "a larger stride", draw.integer(6, 8), 3),
    ]


_COUNT_MISTAKES, _COUNT_MUTANTS = named_wrongs("padding_stride.multiply_adds", _COUNT_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.multiply_adds",
        cases=_count_cases,
        expect=lambda case: window_count(*case.args) * case.args[1] ** 2,
        mistakes=_COUNT_MISTAKES,
        solution=multiply_adds,
        mutants=(*_COUNT_MUTANTS, Mutant("window by window", _by_windows, state="right")),
        library={math.prod: False},
    ),
)
