"""Extra, why reading matters: a strip of the image that serves several outputs."""

from collections.abc import Callable

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _settings(draw: Draw) -> list[Case]:
    """Where pixels are left over, nearly another column: rounding up, or to the nearest, shows."""
    odd, even = draw.choice((3, 5, 7)), draw.choice((2, 4, 6))
    n, few, many = draw.integer(2, 6), draw.integer(9, 20), draw.integer(100, 300)
    return [
        Case(args=(odd, odd * few + odd - 1), about="an odd kernel, numbers left over"),
        Case(args=(even, even * few + even - 1), about="an even kernel, numbers left over"),
        Case(args=(odd, odd * (few + 3)), about="an odd kernel, a strip that just fits"),
        Case(args=(even, even * (few + 4)), about="an even kernel, a strip that just fits"),
        Case(args=(n, n * many + 1), about="a large cache"),
        Case(args=(n, n * n + n), about="two outputs at once"),
        Case(
            each=((n, n * n), (n + 1, (n + 1) ** 2 + n), (1, few), (1, 1), (odd, odd * few)),
            about="one output, and a kernel of a single number",
        ),
    ]


def _by_trying(k: int, cache: int) -> list[float]:
    """The largest strip that fits, by trying."""
    delta = max(delta for delta in range(1, cache + 1) if k * (k - 1 + delta) <= cache)
    return [delta, (k - 1 + delta) / delta]


def _fitted(delta: Callable[[int, int], float], extra: int = -1) -> Callable[..., list[float]]:
    """The answer with another delta, for a strip of k + extra + delta columns."""

    def answer(k: int, cache: int) -> list[float]:
        found = delta(k, cache)
        return [found, (k + extra + found) / found]

    return answer


def _loads(second: Callable[[int, float, float], float]) -> Callable[..., list[float]]:
    """The right delta with another second number: second(k, delta, loads)."""

    def answer(k: int, cache: int) -> list[float]:
        delta, loads = _by_trying(k, cache)
        return [delta, second(k, delta, loads)]

    return answer


BEST_STRIP = Exercise(
    id="channels.best_strip",
    title="A strip that fits the cache",
    points=2,
    minutes=7,
    core=False,
    covers=("D7.4.6",),
    example=((Case(args=(3, 32)), [8, 1.25]),),
    cases=_settings,
    reference=_by_trying,
    wrong={
        "kernel's width forgotten": (
            "Your strip has delta columns only. It is k - 1 + delta columns wide: the last outputs "
            "need columns to their right.",
            _fitted(lambda k, cache: cache // k),
            lambda k, cache: [cache // k, 1.0],
        ),
        "one column too many": (
            "You counted k + delta columns. For delta outputs, k - 1 + delta columns are read: the "
            "first output takes k, each of the others one more.",
            _fitted(lambda k, cache: cache // k - k, extra=0),
            _loads(lambda k, delta, loads: (k + delta) / delta),
        ),
        "one column too few": (
            "You counted one column too few. A strip for delta outputs is k - 1 + delta columns "
            "wide.",
            _fitted(lambda k, cache: cache // k - k + 2, extra=-2),
        ),
        "odd kernels only": (
            "You took the kernel to be odd, with k // 2 columns on either side of the middle. All "
            "but one are k - 1 columns, also where k is even.",
            _fitted(lambda k, cache: cache // k - k // 2 * 2),
            _fitted(lambda k, cache: cache // k - k // 2 * 2, extra=0),
        ),
        "one output too few": (
            "Your delta is one too small: a strip of one column more still fits. It has k - 1 + "
            "delta columns in all, at most cache // k. (And range ends before its last number.)",
            _fitted(lambda k, cache: cache // k - k),
            _fitted(lambda k, cache: max(1, cache // k - k)),
        ),
        "numbers for columns": (
            "You counted numbers where columns are meant: each output more takes a column of k "
            "numbers. Divide by k first.",
            _fitted(lambda k, cache: cache - k * (k - 1)),
            _fitted(lambda k, cache: cache - k * k + 1),
        ),
        "windows": (
            "You divided the cache by the k * k numbers of a window. Neighbouring windows share "
            "all columns but one.",
            _fitted(lambda k, cache: cache // (k * k)),
        ),
        "one row": (
            "You fitted one row of the strip. It is k rows high, and all of them must fit.",
            _fitted(lambda k, cache: cache - k + 1),
        ),
        "too wide": (
            "Your strip does not fit: k * (k - 1 + delta) is more than cache. Take the last delta "
            "that fits, not the first that does not.",
            _fitted(lambda k, cache: cache // k - k + 2),
            _fitted(lambda k, cache: -(-cache // k) - k + 1),
            _fitted(lambda k, cache: round(cache / k) - k + 1),
        ),
        "exact fit left out": (
            "Your strip could be one column wider: a strip of exactly cache numbers fits.",
            _fitted(lambda k, cache: (cache - 1) // k - k + 1),
            _fitted(lambda k, cache: max(1, (cache - 1) // k - k + 1)),
        ),
        "rounded": (
            "Your second number is rounded: columns per output is a fraction, so divide with / and "
            "give all digits.",
            _loads(lambda k, delta, loads: loads // 1),
            *(
                _loads(lambda k, delta, loads, digits=digits: round(loads, digits))  # type: ignore[misc]
                for digits in (0, 1, 2)
            ),
        ),
        "order": (
            "The numbers are right, their order is not: first delta, then the columns per output.",
            lambda k, cache: _by_trying(k, cache)[::-1],
        ),
        "columns for outputs": (
            "You gave all the columns of the strip. delta is the number of outputs, k - 1 columns "
            "fewer.",
            lambda k, cache: [cache // k, _by_trying(k, cache)[1]],
        ),
        "numbers counted": (
            "You counted numbers for each output. Columns are asked for, k numbers each.",
            _loads(lambda k, delta, loads: k * loads),
        ),
        "columns of the whole strip": (
            "Your second number is all the columns of the strip. Divide them by the outputs.",
            _loads(lambda k, delta, loads: k - 1 + delta),
        ),
        "columns that do not fit": (
            "Your second number divides the whole cache by the outputs. What is left over in the "
            "cache is no column: count the k - 1 + delta that are read.",
            lambda k, cache: [cache // k - k + 1, cache / k / (cache // k - k + 1)],
        ),
        "brackets missing": (
            "Your second number is k, whatever delta is. It is (k - 1 + delta) / delta, with "
            "brackets: neighbouring outputs share columns.",
            _loads(lambda k, delta, loads: k),
        ),
        "outputs for each column": (
            "Your second number is the wrong way round: columns read by outputs made.",
            _loads(lambda k, delta, loads: 1 / loads),
        ),
        "not rounded down": (
            "Your delta is no whole number. Round down: what does not fit is read twice.",
            _fitted(lambda k, cache: cache / k - k + 1),
        ),
    },
    right=(lambda k, cache: ((cache - cache % k) / k - k + 1, 1 + (k - 1) / (cache // k - k + 1)),),
    hints=(
        "How many numbers are in a strip of k rows and k - 1 + delta columns?",
        "k * (k - 1 + delta) <= cache, so k - 1 + delta is at most cache // k.",
        "delta = cache // k - (k - 1); then cache // k columns are read for delta outputs.",
    ),
    tolerance=EXACT,
)
