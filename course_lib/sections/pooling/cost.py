"""Part B, what pooling costs: numbers read and compared."""

from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked

_REST = "two channels, a rest at the edges"
_PADDED = "two channels, overlapping windows, padding"

POOL_COST = Exercise(
    id="pooling.pool_cost",
    title="The cost of max pooling",
    points=2,
    covers=("D7.5.4",),
    cases=lambda draw: [
        Case(args=((1, 32, 32), (2, 2), (2, 2), (0, 0)), about=WORKED),
        Case(args=((2, 6, 9), (3, 2), (2, 3), (0, 0)), about=_REST),
        Case(args=((2, 4, 6), (3, 2), (1, 2), (1, 1)), about=_PADDED),
    ],
    expect=worked({WORKED: [1024, 768], _REST: [72, 60], _PADDED: [192, 160]}),
    mistakes=(
        Mistake(
            "as many comparisons as reads",
            "The reads are right. To find the largest of n numbers, though, you compare n - 1 "
            "times: the first one has nothing to be compared with.",
            on_worked([1024, 1024]),
        ),
        Mistake(
            "channels forgotten",
            "You counted one channel. Every channel is pooled by itself, at the same cost.",
            on(_REST, [36, 30]),
        ),
        Mistake(
            "every pixel once",
            "You counted each pixel once. Where windows overlap, a pixel is read once for every "
            "window that holds it; where they leave pixels out, less often.",
            on(_REST, [108, 60]),
        ),
        Mistake(
            "stride ignored",
            "You counted windows at every position. With stride s only every s-th one is computed.",
            on_worked([3844, 2883]),
        ),
        Mistake(
            "stride is the window",
            "You moved the window by its own size. Here stride says by how much it moves.",
            on(_REST, [96, 80]),
        ),
        Mistake(
            "divided with /",
            "Your number of windows is not whole: divide with //. What is left at the edge makes "
            "no window.",
            on(_REST, [100, 250 / 3]),
        ),
        Mistake(
            "rounded up",
            "You rounded the number of windows up. What is left at the edge makes no window: "
            "divide with //.",
            on(_REST, [144, 120]),
        ),
        Mistake(
            "size over stride",
            "You divided the size by the stride. The last window must fit as well: take the "
            "window's size away first, divide, and add 1.",
            on(_REST, [108, 90]),
        ),
        Mistake(
            "first window forgotten",
            "You counted one row and one column of windows too few: after dividing, add 1 for the "
            "first window.",
            on_worked([900, 675]),
        ),
        Mistake(
            "square only",
            "You used the first number of a pair for columns, too. The second one is for them.",
            on(_REST, [144, 128]),
        ),
        Mistake(
            "square only",
            "You took the window for square. It holds h * w numbers.",
            on(_REST, [108, 96]),
        ),
        Mistake(
            "padding ignored",
            "You left out the padding: it adds to the map on both sides, so there are more "
            "windows. Numbers of the padding count as read.",
            on(_PADDED, [72, 60]),
        ),
        Mistake(
            "padding on one side",
            "You added the padding once. It lies on both sides of each axis: 2 * padding.",
            on(_PADDED, [108, 90]),
        ),
        Mistake(
            "padding not read",
            "You left out the numbers of the padding that lie in a window. Here they count like "
            "all others.",
            on(_PADDED, [120, 160]),
        ),
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first the reads, then the comparisons.",
            on_worked([768, 1024]),
        ),
        Mistake(
            "one comparison per window",
            "The reads are right. A window of n numbers takes n - 1 comparisons, not one.",
            on_worked([1024, 256]),
        ),
        Mistake(
            "one window of all",
            "The reads are right. One comparison is saved in each window, not one in all.",
            on_worked([1024, 1023]),
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
