"""Part B, what pooling costs: numbers read and compared."""

from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, on_worked, worked

_PADDED = "two channels, overlapping windows, padding"

POOL_COST = Exercise(
    id="pooling.pool_cost",
    title="The cost of max pooling",
    points=2,
    covers=("D7.5.4",),
    cases=lambda draw: [
        Case(args=((2, 5, 7), (3, 3), (2, 2), (0, 0)), about=WORKED),
        Case(args=((2, 4, 4), (3, 3), (1, 1), (1, 1)), about=_PADDED),
    ],
    expect=worked({WORKED: [108, 96], _PADDED: [288, 256]}),
    mistakes=(
        Mistake(
            "as many comparisons as reads",
            "The reads are right. To find the largest of n numbers, though, you compare n - 1 "
            "times: the first one has nothing to be compared with.",
            on_worked([108, 108]),
        ),
        Mistake(
            "channels forgotten",
            "You counted one channel. Every channel is pooled by itself, at the same cost.",
            on_worked([54, 48]),
        ),
        Mistake(
            "every pixel once",
            "You counted each pixel once. Where windows overlap, a pixel is read once for every "
            "window that holds it; where they leave pixels out, less often.",
            on_worked([70, 96]),
        ),
        Mistake(
            "stride ignored",
            "You counted windows at every position. With stride s only every s-th one is computed.",
            on_worked([270, 240]),
        ),
        Mistake(
            "padding ignored",
            "You left out the padding: it adds to the map on both sides, so there are more "
            "windows. Numbers of the padding count as read.",
            worked({_PADDED: [72, 64]}),
        ),
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first the reads, then the comparisons.",
            on_worked([96, 108]),
        ),
        Mistake(
            "one comparison per window",
            "The reads are right. A window of n numbers takes n - 1 comparisons, not one.",
            on_worked([108, 12]),
        ),
    ),
    hints=(
        "Count the windows first: how many rows of them, how many columns, how many channels?",
        "Rows of windows: (H + 2 * padding[0] - h) // stride[0] + 1; columns alike.",
        "reads = windows * h * w and comparisons = windows * (h * w - 1).",
    ),
    # Counts are exact.
    tolerance=1e-10,
)
