"""Part F, why reading matters: a strip of the image that serves several outputs."""

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked

_SMALL = "a kernel of 5, room for 60 numbers"

BEST_STRIP = Exercise(
    id="channels.best_strip",
    title="A strip that fits the cache",
    points=2,
    covers=("D7.4.6",),
    cases=lambda draw: [
        Case(args=(3, 32), about=WORKED),
        Case(args=(5, 60), about=_SMALL),
    ],
    expect=worked({WORKED: [7, 10 / 7], _SMALL: [7, 12 / 7]}),
    mistakes=(
        Mistake(
            "kernel's width forgotten",
            "Your strip has delta columns only. It is k + delta columns wide: the last outputs "
            "need columns to their right.",
            on_worked([10, 13 / 10]),
        ),
        Mistake(
            "one row",
            "You fitted one row of the strip. It is k rows high, and all of them must fit.",
            on_worked([29, 32 / 29]),
        ),
        Mistake(
            "one column fewer",
            "You counted k + delta - 1 columns. They would do, but the strip here is k + delta "
            "columns wide, as the usual rule has it.",
            on_worked([8, 10 / 8]),
        ),
        Mistake(
            "one column fewer read",
            "The strip is right, but all of its k + delta columns are read, one more than the "
            "outputs need.",
            on_worked([7, 9 / 7]),
        ),
        Mistake(
            "too wide",
            "Your strip does not fit: k * (k + delta) is more than cache. Take the last delta that "
            "fits, not the first that does not.",
            on_worked([8, 11 / 8]),
        ),
        Mistake(
            "exact fit left out",
            "Your strip could be one column wider: a strip of exactly cache numbers fits.",
            on(_SMALL, [6, 11 / 6]),
        ),
        Mistake(
            "rounded to whole columns",
            "Your second number is rounded: columns per output is a fraction, so divide with /.",
            on_worked([7, 1]),
        ),
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first delta, then the columns per output.",
            on_worked([10 / 7, 7]),
        ),
        Mistake(
            "columns for outputs",
            "You gave all the columns of the strip. delta is the number of outputs, k columns "
            "fewer.",
            on_worked([10, 10 / 7]),
        ),
        Mistake(
            "numbers counted",
            "You counted numbers for each output. Columns are asked for, k numbers each.",
            on_worked([7, 30 / 7]),
        ),
        Mistake(
            "outputs per column",
            "Your second number is the wrong way round: columns read by outputs made.",
            on_worked([7, 0.7]),
        ),
        Mistake(
            "not rounded down",
            "Your delta is no whole number. Round down: what does not fit is read twice.",
            on_worked([32 / 3 - 3, (32 / 3) / (32 / 3 - 3)]),
        ),
    ),
    hints=(
        "How many numbers are in a strip of k rows and k + delta columns?",
        "k * (k + delta) <= cache, so k + delta is at most cache // k.",
        "delta = cache // k - k; then (k + delta) / delta columns are read for each output.",
    ),
    tolerance=EXACT,
)
