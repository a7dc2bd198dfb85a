"""Part A, window, stride and padding: cases, and what goes wrong with them in any pooling."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake

Pair = tuple[int, int]
Pooling = Callable[[Tensor, Pair, Pair], Tensor]
"""(X, kernel_size, stride) -> output, without padding."""
Mistaken = Callable[[Case], Tensor]
"""What a mistaken function answers to a case."""


def strided_cases(draw: Draw, low: float) -> list[Case]:
    """Numbers from `low` - 9 to `low` + 3; of each pair of settings, both numbers differ."""
    return [
        Case(
            args=(draw.integers(-9, 3, 1, 1, 6, 7) + low, (3, 2), (2, 1), (1, 0)),
            about="one channel, padding above and below",
        ),
        Case(
            args=(draw.integers(-9, 3, 2, 3, 7, 6) + low, (2, 3), (3, 1), (0, 1)),
            about="two images of three channels",
        ),
    ]


def settings(case: Case) -> tuple[Tensor, Pair, Pair, Pair]:
    """X, kernel_size, stride and padding of a case."""
    X, *pairs = case.args
    kernel_size, stride, padding = ((pair[0], pair[1]) for pair in pairs)
    return X, kernel_size, stride, padding


def ring(X: Tensor, padding: Pair, value: float, *, after: bool = True) -> Tensor:
    """The map with `value` laid around it; without `after` only above and to the left."""
    rows, columns = padding
    return F.pad(X, (columns, columns * after, rows, rows * after), value=value)


def wide(case: Case) -> Case:
    """The case, if its map is large enough to tell these mistakes apart."""
    if case.args[0].shape[-1] < 3:
        raise ValueError("both give the same numbers")
    return case


def setting_mistakes(
    pool: Pooling, value: float, over_channels: Callable[[Tensor], Tensor]
) -> tuple[Mistake, ...]:
    """What goes wrong with the settings of a pooling, whatever it takes of each window.

    Args:
        pool: PyTorch's own, without padding.
        value: what the padding holds.
        over_channels: what the pooling takes, (N, C, rows, columns) -> (N, 1, rows, columns).
    """

    def pooled(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
        return pool(ring(X, padding, value), kernel_size, stride)

    def one_side(case: Case) -> Tensor:
        X, kernel_size, stride, padding = settings(wide(case))
        return pool(ring(X, padding, value, after=False), kernel_size, stride)

    def last_window_forgotten(case: Case) -> Tensor:
        return pooled(*settings(wide(case)))[..., :-1, :-1]

    def last_axis_only(case: Case) -> Tensor:
        X, kernel_size, stride, padding = settings(case)
        return pool(F.pad(X, padding, value=value), kernel_size, stride)

    def rounded_up(case: Case) -> Tensor:
        X, kernel_size, stride, padding = settings(case)
        longer = F.pad(ring(X, padding, value), (0, stride[1] - 1, 0, stride[0] - 1), value=value)
        return pool(longer, kernel_size, stride)

    def not_multiplied(case: Case) -> Tensor:
        X, kernel_size, stride, padding = settings(case)
        rows, columns = pooled(X, kernel_size, stride, padding).shape[2:]
        return pooled(X, kernel_size, (1, 1), padding)[..., :rows, :columns]

    def with_pairs(change: Callable[[Pair, Pair, Pair], tuple[Pair, Pair, Pair]]) -> Mistaken:
        def gives(case: Case) -> Tensor:
            X, *pairs = settings(case)
            return pooled(X, *change(*pairs))

        return gives

    wrong_axis = (
        "The padding lies on the wrong axis. F.pad counts from the last axis: (left, right, above, "
        "below), that is columns first, and two numbers pad the columns only; padding is (rows, "
        "columns)."
    )
    turned = "Rows and columns are swapped somewhere: each pair is (for rows, for columns)."
    return (
        Mistake(
            "padding left out",
            "You left the padding out: first lay padding[0] rows above and below the map and "
            "padding[1] columns on either side, then move the window.",
            with_pairs(lambda k, s, p: (k, s, (0, 0))),
        ),
        Mistake(
            "padding on one side",
            "You padded above and to the left only. padding = (1, 0) adds a row above and one "
            "below.",
            one_side,
        ),
        Mistake(
            "padding on the other axis",
            wrong_axis,
            with_pairs(lambda k, s, p: (k, s, p[::-1])),
        ),
        Mistake("padding on the other axis", wrong_axis, last_axis_only),
        Mistake(
            "rows and columns swapped",
            turned,
            with_pairs(lambda k, s, p: (k[::-1], s[::-1], p[::-1])),
        ),
        Mistake("rows and columns swapped", turned, with_pairs(lambda k, s, p: (k[::-1], s, p))),
        Mistake("rows and columns swapped", turned, with_pairs(lambda k, s, p: (k, s[::-1], p))),
        Mistake(
            "square only",
            "You used the first number of a pair for rows and columns alike. The second one is for "
            "the columns.",
            with_pairs(lambda k, s, p: ((k[0], k[0]), (s[0], s[0]), (p[0], p[0]))),
        ),
        Mistake(
            "stride ignored",
            "You moved the window by its own size. Here stride says by how much it moves.",
            with_pairs(lambda k, s, p: (k, k, p)),
        ),
        Mistake(
            "stride one",
            "You moved the window by one pixel. It moves by stride[0] rows and stride[1] columns.",
            with_pairs(lambda k, s, p: (k, (1, 1), p)),
        ),
        Mistake(
            "stride not multiplied",
            "The shape is right, but your windows lie one pixel apart: window (i, j) starts at row "
            "i * stride[0] and column j * stride[1] of the padded map.",
            not_multiplied,
        ),
        Mistake(
            "channels merged",
            "You pooled over the channels as well. Each channel of each image is pooled by itself, "
            "so the output has as many channels as the input.",
            lambda case: over_channels(pooled(*settings(case))),
        ),
        Mistake(
            "last window forgotten",
            "Your output lacks its last row and column of windows: there are (H + 2 * padding[0] - "
            "h) // stride[0] + 1 rows of them.",
            last_window_forgotten,
        ),
        Mistake(
            "rounded up",
            "You counted windows that stick out at the bottom or right. The number of windows is "
            "rounded down: (H + 2 * padding - h) // stride + 1.",
            rounded_up,
        ),
    )


def max_pooled(case: Case) -> Tensor:
    """PyTorch's own max pooling of a case."""
    return F.max_pool2d(*settings(case))


def mean_pooled(case: Case) -> Tensor:
    """PyTorch's own average pooling of a case; padding counts as zeros, as is its default."""
    return F.avg_pool2d(*settings(case))
