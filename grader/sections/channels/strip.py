"""Section 03: marking of the widest strip that fits the cache."""

from collections.abc import Callable
from typing import Any

from course_lib.checks.compare import EXACT, difference
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake, find
from grader.former.marking import Marking, Mutant, named_wrongs

_LEFT_OUT = "exact fit left out"


def best_strip(k: int, cache: int) -> list[float]:
    """The solution: [delta, columns read per output]."""
    delta = cache // k - k
    return [delta, (k + delta) / delta]


def _strip_cases(draw: Draw) -> list[Case]:
    def strip(about: str, k: int, columns: int) -> Case:
        # Nearly another column: rounding to the nearest number, or up, must show.
        return Case(args=(k, k * columns + k - 1), about=about)

    k, columns = draw.integer(4, 6), draw.integer(10, 20)
    return [
        strip("a small cache", 3, draw.integer(9, 20)),
        strip("a larger kernel", draw.integer(5, 8), draw.integer(20, 40)),
        strip("a large cache", draw.integer(3, 5), draw.integer(100, 300)),
        Case(args=(k, k * columns), about="a strip that just fits", verify=_just_fits(k, columns)),
    ]


def _just_fits(k: int, columns: int) -> Callable[[Any], Mistake | str | None]:
    """Tells who leaves the exact fit out, beside values that are no exact fit."""

    def verify(answer: Any) -> Mistake | str | None:
        delta = columns - k
        if difference([delta, columns / delta], answer, EXACT) is None:
            return None
        narrower = [delta - 1, (columns - 1) / (delta - 1)]
        if difference(narrower, answer, EXACT) is None:
            return next(m for m in find("channels.best_strip").mistakes if m.name == _LEFT_OUT)
        return "The strip is not the widest one, or the columns per output do not belong to it."

    return verify


def _by_trying(case: Case) -> list[float]:
    """The reference: the largest strip that fits, by trying."""
    k, cache = case.args
    delta = max(delta for delta in range(1, cache) if k * (k + delta) <= cache)
    return [delta, (k + delta) / delta]


_STRIP_MISTAKES, _STRIP_MUTANTS = named_wrongs(
    "channels.best_strip",
    {
        "kernel's width forgotten": lambda k, cache: [cache // k, (k + cache // k) / (cache // k)],
        "one row": lambda k, cache: [cache - k, cache / (cache - k)],
        "one column fewer": lambda k, cache: [
            cache // k - k + 1,
            (cache // k) / (cache // k - k + 1),
        ],
        "one column fewer read": lambda k, cache: [
            cache // k - k,
            (cache // k - 1) / (cache // k - k),
        ],
        "too wide": (
            lambda k, cache: [cache // k - k + 1, (cache // k + 1) / (cache // k - k + 1)],
            lambda k, cache: [round(cache / k) - k, round(cache / k) / (round(cache / k) - k)],
        ),
        "rounded to whole columns": lambda k, cache: [
            cache // k - k,
            cache // k // (cache // k - k),
        ],
        "order swapped": lambda k, cache: best_strip(k, cache)[::-1],
        "columns for outputs": lambda k, cache: [cache // k, best_strip(k, cache)[1]],
        "numbers counted": lambda k, cache: [cache // k - k, k * best_strip(k, cache)[1]],
        "outputs per column": lambda k, cache: [cache // k - k, (cache // k - k) / (cache // k)],
        "not rounded down": lambda k, cache: [cache / k - k, (cache / k) / (cache / k - k)],
    },
)

MARKINGS = (
    Marking(
        exercise="channels.best_strip",
        cases=_strip_cases,
        expect=_by_trying,
        mistakes=_STRIP_MISTAKES,
        solution=best_strip,
        mutants=(
            *_STRIP_MUTANTS,
            Mutant(
                "a strip that just fits left out",
                lambda k, cache: best_strip(k, cache - 1),
                state="partly right",
                mistake=_LEFT_OUT,
            ),
            Mutant("by trying", lambda k, cache: _by_trying(Case(args=(k, cache))), state="right"),
        ),
        library={divmod: False},
    ),
)
