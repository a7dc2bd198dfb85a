"""Section 04: marking of what pooling costs."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs

Triple = tuple[int, int, int]
Pair = tuple[int, int]


def _window_count(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> int:
    C, *size = shape
    rows, columns = (
        (n + 2 * p - k) // s + 1
        for n, k, s, p in zip(size, kernel_size, stride, padding, strict=True)
    )
    return C * rows * columns


def pool_cost(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> list[int]:
    """The solution: [numbers read, comparisons]."""
    windows, area = _window_count(shape, kernel_size, stride, padding), _area(kernel_size)
    return [windows * area, windows * (area - 1)]


def _area(kernel_size: Pair) -> int:
    return kernel_size[0] * kernel_size[1]


def _counted(case: Case) -> list[int]:
    """The reference: goes through all windows and counts."""
    (C, H, W), (h, w), (s_h, s_w), (p_h, p_w) = case.args
    reads = comparisons = 0
    for _ in range(C):
        for _ in range(-p_h, H + p_h - h + 1, s_h):
            for _ in range(-p_w, W + p_w - w + 1, s_w):
                for number in range(h * w):
                    reads += 1
                    comparisons += number > 0
    return [reads, comparisons]


def _cases(draw: Draw) -> list[Case]:
    """Settings for which every way to count that is wrong gives another number."""
    cases = []
    for about, kernel_size, stride, padding, rest in (
        ("overlapping windows", (5, 6), (2, 2), (1, 2), (1, 1)),
        ("windows that leave pixels out", (2, 3), (3, 4), (1, 1), (1, 0)),
        ("windows higher than wide", (6, 5), (2, 1), (2, 1), (1, 0)),
    ):
        rows, columns = (
            k - 2 * p + s * n + left_over
            for k, s, p, left_over, n in zip(
                kernel_size, stride, padding, rest, draw.distinct(3, 6, 2), strict=True
            )
        )
        # A prime that no number of windows holds.
        shape = (draw.choice([11, 13]), rows, columns)
        cases.append(Case(args=(shape, kernel_size, stride, padding), about=about))
    return cases


def _costs(shape: Triple, kernel_size: Pair, windows: Sequence[float]) -> list[float]:
    """Reads and comparisons with another number of windows along the two axes."""
    count, area = shape[0] * windows[0] * windows[1], _area(kernel_size)
    return [count * area, count * (area - 1)]


def _real_reads(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> int:
    """Numbers read that are not of the padding."""
    ones = F.pad(torch.ones(shape), (padding[1],) * 2 + (padding[0],) * 2)
    windows = ones.unfold(1, kernel_size[0], stride[0]).unfold(2, kernel_size[1], stride[1])
    return int(windows.sum())


_MISTAKES, _MUTANTS = named_wrongs(
    "pooling.pool_cost",
    {
        "as many comparisons as reads": lambda *args: [pool_cost(*args)[0]] * 2,
        "channels forgotten": lambda shape, *rest: pool_cost((1, *shape[1:]), *rest),
        "every pixel once": lambda shape, k, *rest: [
            shape[0] * shape[1] * shape[2],
            pool_cost(shape, k, *rest)[1],
        ],
        "stride ignored": lambda shape, k, s, p: pool_cost(shape, k, (1, 1), p),
        "stride is the window": lambda shape, k, s, p: pool_cost(shape, k, k, p),
        "divided with /": lambda shape, k, s, p: _costs(
            shape,
            k,
            [(n + 2 * q - b) / t + 1 for n, b, t, q in zip(shape[1:], k, s, p, strict=True)],
        ),
        "rounded up": lambda shape, k, s, p: _costs(
            shape,
            k,
            [-(-(n + 2 * q - b) // t) + 1 for n, b, t, q in zip(shape[1:], k, s, p, strict=True)],
        ),
        "size over stride": lambda shape, k, s, p: _costs(
            shape, k, [n // t for n, t in zip(shape[1:], s, strict=True)]
        ),
        "first window forgotten": lambda shape, k, s, p: _costs(
            shape, k, [(n + 2 * q - b) // t for n, b, t, q in zip(shape[1:], k, s, p, strict=True)]
        ),
        "square only": lambda shape, k, s, p: pool_cost(shape, (k[0],) * 2, (s[0],) * 2, p),
        "padding ignored": lambda shape, k, s, p: pool_cost(shape, k, s, (0, 0)),
        "padding on one side": lambda shape, k, s, p: _costs(
            shape, k, [(n + q - b) // t + 1 for n, b, t, q in zip(shape[1:], k, s, p, strict=True)]
        ),
        "padding not read": lambda *args: [_real_reads(*args), pool_cost(*args)[1]],
        "one window of all": lambda *args: [pool_cost(*args)[0], pool_cost(*args)[0] - 1],
        "order swapped": lambda *args: pool_cost(*args)[::-1],
        "one comparison per window": lambda *args: [pool_cost(*args)[0], _window_count(*args)],
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.pool_cost",
        cases=_cases,
        expect=_counted,
        mistakes=_MISTAKES,
        solution=pool_cost,
        mutants=(
            *_MUTANTS,
            Mutant("counted one by one", lambda *args: _counted(Case(args=args)), state="right"),
        ),
    ),
)
