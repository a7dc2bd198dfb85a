"""Extra: what pooling costs, in numbers read and compared."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = Sequence[int]
Triple = Sequence[int]
Along = Callable[[int, int, int, int], float]
"""Windows along one axis, of its size, the window's, stride and padding."""


def _counted(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> list[int]:
    """Goes through all windows and counts."""
    (C, H, W), (h, w) = shape, kernel_size
    reads = comparisons = 0
    for _ in range(C):
        for _ in range(-padding[0], H + padding[0] - h + 1, stride[0]):
            for _ in range(-padding[1], W + padding[1] - w + 1, stride[1]):
                reads += h * w
                comparisons += h * w - 1
    return [reads, comparisons]


def _other_windows(along: Along) -> Callable[..., list[float]]:
    """The costs with another number of windows along each axis."""

    def answer(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> list[float]:
        sides = zip(shape[1:], kernel_size, stride, padding, strict=True)
        rows, columns = (along(*side) for side in sides)
        windows, area = shape[0] * rows * columns, kernel_size[0] * kernel_size[1]
        return [windows * area, windows * (area - 1)]

    return answer


_formula = _other_windows(lambda n, k, s, p: (n + 2 * p - k) // s + 1)
"""Unlike a count it gives less than none where windows do not fit."""


def _first_of_pairs(shape: Triple, k: Pair, s: Pair, p: Pair) -> list[float]:
    return _formula(shape, (k[0], k[0]), (s[0], s[0]), (p[0], p[0]))


def _real_reads(shape: Triple, k: Pair, s: Pair, p: Pair) -> list[int]:
    """Numbers of the padding are not read."""
    ones = F.pad(torch.ones(tuple(shape)), (p[1], p[1], p[0], p[0]))
    reads = ones.unfold(1, k[0], s[0]).unfold(2, k[1], s[1]).sum()
    return [int(reads), _counted(shape, k, s, p)[1]]


def _real_numbers(shape: Triple, k: Pair, s: Pair, p: Pair) -> list[int]:
    """Numbers of the padding are neither read nor compared."""
    reads, (all_reads, comparisons) = _real_reads(shape, k, s, p)[0], _counted(shape, k, s, p)
    return [reads, reads - (all_reads - comparisons)]


def _windows(shape: Triple, k: Pair, s: Pair, p: Pair) -> int:
    reads, comparisons = _counted(shape, k, s, p)
    return reads - comparisons


def _padded_size(shape: Triple, p: Pair) -> int:
    return shape[0] * (shape[1] + 2 * p[0]) * (shape[2] + 2 * p[1])


def _comparisons(change: Callable[[int, int], float]) -> Callable[..., list[float]]:
    """Right reads, and comparisons made of reads and the window's numbers."""

    def answer(shape: Triple, k: Pair, s: Pair, p: Pair) -> list[float]:
        reads = _counted(shape, k, s, p)[0]
        return [reads, change(reads, k[0] * k[1])]

    return answer


def _settings(draw: Draw) -> list[Case]:
    def case(about: str, channels: int, *sides: tuple[int, int, int, int]) -> Case:
        """Sides: window, stride, padding, and what is left over after the windows that fit."""
        rows, columns = (
            k - 2 * p + s * n + rest
            for (k, s, p, rest), n in zip(sides, draw.distinct(3, 6, 2), strict=True)
        )
        pairs: Any = zip(*(side[:3] for side in sides), strict=True)
        return Case(args=((channels, rows, columns), *map(tuple, pairs)), about=about)

    many = draw.choice([11, 13])  # a prime that no number of windows holds
    one_window = ((many, 4, 3), (4, 3), (1, 1), (0, 0))
    one_pixel = ((2, 5, 7), (1, 1), (2, 3), (0, 0))
    return [
        case("overlapping windows, with padding", many, (5, 2, 1, 0), (6, 2, 2, 1)),
        case("windows that leave pixels out", many, (2, 3, 1, 2), (3, 4, 0, 3)),
        case("windows higher than wide", many, (6, 2, 0, 1), (4, 1, 2, 0)),
        case("one channel", 1, (3, 1, 0, 0), (2, 2, 1, 1)),
        case("windows side by side", many, (2, 2, 0, 0), (3, 3, 0, 2)),
        Case(each=(one_window, one_pixel), about="a single window, and windows of one number"),
    ]


POOL_COST = Exercise(
    id="pooling.pool_cost",
    title="The cost of max pooling",
    points=2,
    minutes=9,
    core=False,
    covers=("D7.5.4",),
    example=((Case(args=((1, 32, 32), (2, 2), (2, 2), (0, 0))), [1024, 768]),),
    cases=_settings,
    reference=_counted,
    promises=("unchanged",),
    wrong={
        "as many comparisons as reads": (
            "The reads are right. To find the largest of n numbers, though, you compare n - 1 "
            "times: the first one has nothing to be compared with.",
            _comparisons(lambda reads, area: reads),
        ),
        "one comparison per window": (
            "The reads are right. A window of n numbers takes n - 1 comparisons, not one.",
            _comparisons(lambda reads, area: reads // area),
        ),
        "one window of all": (
            "The reads are right. One comparison is saved in each window of each channel: not one "
            "in all, nor one at each place.",
            _comparisons(lambda reads, area: reads - 1),
            lambda shape, k, s, p: [
                _counted(shape, k, s, p)[0],
                _counted(shape, k, s, p)[0] - _windows((1, *shape[1:]), k, s, p),
            ],
        ),
        "channels forgotten": (
            "You counted one channel. Every channel is pooled by itself, at the same cost.",
            lambda shape, *rest: _counted((1, *shape[1:]), *rest),
        ),
        "every pixel once": (
            "You counted each pixel once. Where windows overlap, a pixel is read once for every "
            "window that holds it; where they leave pixels out, less often.",
            lambda shape, *rest: [shape[0] * shape[1] * shape[2], _counted(shape, *rest)[1]],
            lambda shape, k, s, p: [_padded_size(shape, p), _counted(shape, k, s, p)[1]],
        ),
        "stride ignored": (
            "You counted windows at every position. With stride s only every s-th one is computed.",
            lambda shape, k, s, p: _counted(shape, k, (1, 1), p),
        ),
        "stride is the window": (
            "You moved the window by its own size. Here stride says by how much it moves.",
            lambda shape, k, s, p: _counted(shape, k, k, p),
        ),
        "not whole": (
            "Your number of windows is not whole: divide with //. What is left at the edge makes "
            "no window.",
            _other_windows(lambda n, k, s, p: (n + 2 * p - k) / s + 1),
        ),
        "rounded up": (
            "You rounded the number of windows up. What is left at the edge makes no window: "
            "divide with //.",
            _other_windows(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1),
        ),
        "size over stride": (
            "You divided the size by the stride. The last window must fit as well: take the "
            "window's size away first, divide, and add 1.",
            _other_windows(lambda n, k, s, p: n // s),
            _other_windows(lambda n, k, s, p: (n + 2 * p) // s),
        ),
        "first window forgotten": (
            "You counted one row and one column of windows too few: after dividing, add 1 for the "
            "first window.",
            _other_windows(lambda n, k, s, p: (n + 2 * p - k) // s),
        ),
        "windows returned": (
            "The comparisons are right. The first number is that of the windows: each reads h * w "
            "numbers.",
            lambda *args: [_windows(*args), _counted(*args)[1]],
        ),
        "a single window": (
            "You counted what one window of each channel costs. There are many: multiply by their "
            "number.",
            lambda shape, k, s, p: [shape[0] * k[0] * k[1], shape[0] * (k[0] * k[1] - 1)],
            lambda shape, k, s, p: [k[0] * k[1], k[0] * k[1] - 1],
        ),
        "one less on each side": (
            "The reads are right. A window takes h * w - 1 comparisons, not (h - 1) * (w - 1).",
            lambda shape, k, s, p: [
                _counted(shape, k, s, p)[0],
                _windows(shape, k, s, p) * (k[0] - 1) * (k[1] - 1),
            ],
        ),
        "brackets missing": (
            "Brackets are missing: // binds before + and -. It is (H + 2 * padding[0] - h) that is "
            "divided.",
            _other_windows(lambda n, k, s, p: n + 2 * p - k // s + 1),
        ),
        "rows and columns swapped": (
            "Rows and columns are swapped somewhere: the shape is (C, H, W), and each pair is (for "
            "rows, for columns).",
            lambda shape, k, s, p: _formula((shape[0], shape[2], shape[1]), k, s, p),
            lambda shape, k, s, p: _formula(shape, k[::-1], s, p),
            lambda shape, k, s, p: _formula(shape, k, s[::-1], p),
            lambda shape, k, s, p: _formula(shape, k, s, p[::-1]),
            lambda shape, k, s, p: _formula(shape, k[::-1], s[::-1], p[::-1]),
        ),
        "square only": (
            "You used the first number of a pair for columns, too. The second one is for them.",
            _first_of_pairs,
            lambda shape, k, s, p: _formula(shape, (k[0], k[0]), s, p),
        ),
        "padding ignored": (
            "You left out the padding: it adds to the map on both sides, so there are more "
            "windows. Numbers of the padding count as read.",
            lambda shape, k, s, p: _counted(shape, k, s, (0, 0)),
        ),
        "padding on one side": (
            "You added the padding once. It lies on both sides of each axis: 2 * padding.",
            _other_windows(lambda n, k, s, p: (n + p - k) // s + 1),
        ),
        "padding not read": (
            "You left out the numbers of the padding that lie in a window. Here they count like "
            "all others.",
            _real_reads,
            _real_numbers,
        ),
        "order swapped": (
            "The numbers are right, their order is not: first the reads, then the comparisons.",
            lambda *args: _counted(*args)[::-1],
        ),
    },
    right=(_other_windows(lambda n, k, s, p: len(range(0, n + 2 * p - k + 1, s))),),
    hints=(
        "Count the windows first: how many rows of them, how many columns, how many channels?",
        "Rows of windows: (H + 2 * padding[0] - h) // stride[0] + 1; columns alike.",
        "reads = windows * h * w and comparisons = windows * (h * w - 1).",
    ),
    needs=("pooling.max_pool2d",),
    tolerance=EXACT,
)
