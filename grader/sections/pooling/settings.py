"""Window, stride and padding: what is asked of every pooling, and what goes wrong with any."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw

Pair = tuple[int, int]
Pooling = Callable[[Tensor, Pair, Pair, Pair], Tensor]
"""(X, kernel_size, stride, padding) -> output."""

Axis = tuple[int, int, int, int, int]
"""Along one axis: window, stride, padding, how many windows there are, and pixels left over."""


def settings(draw: Draw, shift: float) -> list[Case]:
    """Every setting of `X, kernel_size, stride, padding`, with numbers around `shift`.

    Where nothing else is said, the two numbers of each pair differ, and so do the numbers of
    images, of channels, of rows and of columns. Windows fit on the map alone, and with padding or
    sides mixed up, so that a mistake gives numbers, not one error here and another there.
    """
    long, few = draw.integer(3, 4), draw.integer(3, 4)
    table: tuple[tuple[str, Pair, Axis, Axis], ...] = (
        ("windows side by side", (1, 2), (2, 2, 0, 2, 0), (3, 3, 0, 3, 0)),
        ("tall windows, rows padded only", (1, 2), (long, 2, 1, 3, 1), (2, 1, 0, few, 0)),
        ("wide windows, columns padded only", (2, 1), (2, 1, 0, few, 0), (long, 2, 1, 3, 1)),
        (
            "rows padded more than columns",
            (1, 2),
            (5, 3, 2, 3, draw.integer(1, 2)),
            (3, 2, 1, 3, 1),
        ),
        ("columns padded more than rows", (3, 1), (3, 2, 1, 2, 1), (4, 1, 2, 5, 0)),
        ("a stride larger than the window", (2, 3), (2, 3, 0, 2, 2), (1, 2, 0, 3, 0)),
        # Here all is square, so that rows and columns that are mixed up show by being right.
        ("everything square", (1, 2), (3, 2, 1, 3, 0), (3, 2, 1, 3, 0)),
        ("a single row of windows", (1, 1), (4, 1, 0, 1, 0), (2, 3, 1, few, 0)),
        ("a single column of windows", (1, 1), (2, 1, 0, 3, 0), (3, 3, 1, 1, 2)),
        ("more images than rows", (4, 2), (2, 1, 1, 4, 0), (2, 2, 0, 2, 1)),
    )
    cases = [
        _case(draw.normal(*_shape(maps, axes)) * 4 + shift, axes, about)
        for about, maps, *axes in table
    ]
    few_values = ((3, 1, 0, 3, 0), (2, 2, 1, 3, 0))
    # On the side of zero where the map's own zeros win: they are no padding.
    X = draw.integers(0, 2, *_shape((1, 2), few_values)) * (1 if shift > 0 else -1)
    X[..., 2, 1] = 0
    return [
        *cases,
        _case(X, few_values, "equal numbers, and zeros"),
        _extreme_windows(draw, shift),
    ]


def _extreme_windows(draw: Draw, shift: float) -> Case:
    """A window of one pixel at stride 1 gives the map itself, so others are asked beside it.

    The one that is the map is square: swapped it fits as well.
    """
    asked = (
        ((1, 2), (1, 1, 0, 3, 0), (1, 1, 0, 2, 0)),
        ((2, 1), (1, 2, 0, 2, 1), (1, 1, 0, 3, 0)),
        ((2, 3), (2, 1, 0, 1, 0), (2, 1, 0, 1, 0)),
        ((1, 1), (3, 1, 0, 1, 0), (3, 1, 0, 1, 0)),
    )
    rows = [(draw.normal(*_shape(maps, axes)) * 4 + shift, *_pairs(axes)) for maps, *axes in asked]
    return Case(each=tuple(rows), about="windows of one pixel, or as large as the map")


def far_numbers(draw: Draw, sign: int) -> Case:
    """Numbers so far from zero that no number stands in for infinity in the padding."""
    axes = ((3, 1, 1, 3, 0), (4, 2, 2, 3, 1))
    X = sign * (1 + draw.uniform(*_shape((1, 2), axes))) * 1e12
    return _case(X, axes, f"all numbers very far {'above' if sign > 0 else 'below'} zero")


def _case(X: Tensor, axes: Any, about: str) -> Case:
    return Case(args=(X, *_pairs(axes)), about=about)


def _shape(maps: Pair, axes: Any) -> tuple[int, ...]:
    return (*maps, *(k - 2 * p + s * (windows - 1) + rest for k, s, p, windows, rest in axes))


def _pairs(axes: Any) -> tuple[Pair, Pair, Pair]:
    """kernel_size, stride, padding."""
    (h, s_h, p_h, *_), (w, s_w, p_w, *_) = axes
    return (h, w), (s_h, s_w), (p_h, p_w)


def _only_number(i: int) -> tuple[Callable[[Pair, Pair, Pair], Any], ...]:
    """Pairs of which number i stands for both, all of them or one."""
    return (
        lambda k, s, p: ((k[i],) * 2, (s[i],) * 2, (p[i],) * 2),
        lambda k, s, p: ((k[i],) * 2, s, p),
        lambda k, s, p: (k, (s[i],) * 2, p),
        lambda k, s, p: (k, s, (p[i],) * 2),
    )


def cut_windows(
    X: Tensor, k: Pair, s: Pair, grid: Pair, over_channels: Callable[[Tensor], Tensor]
) -> Tensor:
    """`grid` windows of a map; those that stick out are cut off, as slices do by themselves.

    Raises:
        IndexError: a window lies outside, and nothing has no largest number.
    """
    windows = [
        X[:, :, i * s[0] : i * s[0] + k[0], j * s[1] : j * s[1] + k[1]].flatten(2).transpose(1, 2)
        for i in range(grid[0])
        for j in range(grid[1])
    ]
    found = torch.cat([over_channels(window[..., None]) for window in windows], 1)
    return found[..., 0].transpose(1, 2).reshape(*X.shape[:2], *grid)


def square_map(side: int, value: float, over_channels: Callable[[Tensor], Tensor]) -> Pooling:
    """As many windows along each axis as a map would have whose sides are both this one."""

    def answer(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        rows, columns = ((X.shape[side] + 2 * p[i] - k[i]) // s[i] + 1 for i in (0, 1))
        padded = F.pad(X, (p[1], p[1], p[0], p[0]), value=value)
        return cut_windows(padded, k, s, (rows, columns), over_channels)

    return answer


def slips(pool: Pooling, value: float, over_channels: Callable[[Tensor], Tensor]) -> dict[str, Any]:
    """What goes wrong with the settings of a pooling, whatever it takes of each window.

    Args:
        pool: PyTorch's own.
        value: what the padding holds.
        over_channels: what it takes, (N, C, rows, columns) -> (N, 1, rows, columns).
    """

    def around(X: Tensor, k: Pair, s: Pair, p: Sequence[int]) -> Tensor:
        """Pooling of the map in a ring of left, right, upper and lower padding."""
        return pool(F.pad(X, list(p), value=value), k, s, (0, 0))

    def with_pairs(change: Callable[[Pair, Pair, Pair], Any]) -> Pooling:
        def answer(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
            kernel_size, stride, padding = change(k, s, p)
            return around(X, kernel_size, stride, (padding[1],) * 2 + (padding[0],) * 2)

        return answer

    def unpadded_count(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        rows, columns = (len(range(0, X.shape[2 + i] - k[i] + 1, s[i])) for i in (0, 1))
        return pool(X, k, s, p)[..., :rows, :columns]

    def whole_map(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        Y = pool(X, k, s, p)
        padded = F.pad(X, (p[1], p[1], p[0], p[0]), value=value)
        return pool(padded, (padded.shape[2], padded.shape[3]), (1, 1), (0, 0)).expand_as(Y)

    def one_pixel_apart(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        rows, columns = pool(X, k, s, p).shape[2:]
        return pool(X, k, (1, 1), p)[..., :rows, :columns]

    def rounded_up(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        return around(X, k, s, (p[1], p[1] + s[1] - 1, p[0], p[0] + s[0] - 1))

    return {
        "padding left out": (
            "You left the padding out: first lay padding[0] rows above and below the map and "
            "padding[1] columns on either side, then move the window.",
            lambda X, k, s, p: pool(X, k, s, (0, 0)),
        ),
        "some padding left out": (
            "Some of the padding is missing: padding[0] rows belong above and below, padding[1] "
            "columns on either side, also where one of the two numbers is 0.",
            with_pairs(lambda k, s, p: (k, s, p if p[0] else (0, 0))),
            with_pairs(lambda k, s, p: (k, s, p if p[1] else (0, 0))),
        ),
        "padding not counted with the size": (
            "You laid the padding around the map, but counted windows as if there were none. "
            "There are (H + 2 * padding[0] - h) // stride[0] + 1 rows of them.",
            unpadded_count,
        ),
        "padding on one side": (
            "You padded on one side only. padding = (1, 0) adds a row above and one below.",
            lambda X, k, s, p: around(X, k, s, (p[1], 0, p[0], 0)),
            lambda X, k, s, p: around(X, k, s, (0, p[1], 0, p[0])),
        ),
        "padding on the other axis": (
            "The padding lies on the wrong axis. F.pad counts from the last axis: (left, right, "
            "above, below), that is columns first, and two numbers pad the columns only; padding "
            "is (rows, columns).",
            with_pairs(lambda k, s, p: (k, s, p[::-1])),
            lambda X, k, s, p: around(X, k, s, p),
            lambda X, k, s, p: around(X, k, s, p[::-1]),
            lambda X, k, s, p: around(X, k, s, (p[0], p[1]) * 2),
        ),
        "always one ring of padding": (
            "You padded by one row and one column, whatever padding says: it may ask for none, or "
            "for more.",
            with_pairs(lambda k, s, p: (k, s, (1, 1))),
        ),
        "rows and columns swapped": (
            "Rows and columns are swapped somewhere: each pair is (for rows, for columns), and the "
            "output has the shape (N, C, rows, columns).",
            with_pairs(lambda k, s, p: (k[::-1], s[::-1], p[::-1])),
            with_pairs(lambda k, s, p: (k[::-1], s, p)),
            with_pairs(lambda k, s, p: (k, s[::-1], p)),
            lambda X, k, s, p: pool(X, k, s, p).transpose(2, 3),
            lambda X, k, s, p: (Y := pool(X, k, s, p)).reshape(*Y.shape[:2], *Y.shape[:1:-1]),
        ),
        "map taken as square": (
            "You counted rows and columns of windows from one side of the map. It need not be "
            "square: the rows follow from H, the columns from W.",
            *(square_map(side, value, over_channels) for side in (2, 3)),
        ),
        "one number of a pair": (
            "You used one number of a pair for rows and columns alike. The first one is for the "
            "rows, the second for the columns.",
            *(with_pairs(change) for i in (0, 1) for change in _only_number(i)),
        ),
        "stride ignored": (
            "You moved the window by its own size. Here stride says by how much it moves.",
            lambda X, k, s, p: pool(X, k, k, p),
        ),
        "stride one": (
            "You moved the window by one pixel. It moves by stride[0] rows and stride[1] columns.",
            lambda X, k, s, p: pool(X, k, (1, 1), p),
        ),
        "stride not multiplied": (
            "The shape is right, but your windows lie one pixel apart: window (i, j) starts at row "
            "i * stride[0] and column j * stride[1] of the padded map.",
            one_pixel_apart,
        ),
        "channels merged": (
            "You pooled over the channels as well. Each channel of each image is pooled by itself, "
            "so the output has as many channels as the input.",
            lambda X, k, s, p: over_channels(pool(X, k, s, p)),
            lambda X, k, s, p: over_channels(pool(X, k, s, p)).expand_as(pool(X, k, s, p)),
        ),
        "first only": (
            "You pooled the first image, or the first channel, only. Each channel of each image is "
            "pooled by itself.",
            lambda X, k, s, p: pool(X[:1], k, s, p),
            lambda X, k, s, p: pool(X[:, :1], k, s, p),
            lambda X, k, s, p: (Y := pool(X, k, s, p))[:1].expand_as(Y),
        ),
        "images and channels swapped": (
            "Images and channels are swapped: the output has the shape (N, C, rows, columns).",
            lambda X, k, s, p: pool(X, k, s, p).transpose(0, 1),
        ),
        "whole map": (
            "You took all of the map instead of a window. Each number of the output belongs to the "
            "h x w numbers of one window.",
            whole_map,
        ),
        "an axis lost": (
            "Your numbers are right, but axes are missing: the output has the shape "
            "(N, C, rows, columns), also where one of these is 1.",
            lambda X, k, s, p: pool(X, k, s, p).squeeze(),
            lambda X, k, s, p: pool(X, k, s, p)[0] if len(X) == 1 else pool(X, k, s, p),
        ),
        "last window forgotten": (
            "Your output lacks its last row or column of windows: there are "
            "(H + 2 * padding[0] - h) // stride[0] + 1 rows of them.",
            lambda X, k, s, p: pool(X, k, s, p)[..., :-1, :-1],
            lambda X, k, s, p: pool(X, k, s, p)[..., :-1, :],
            lambda X, k, s, p: pool(X, k, s, p)[..., :-1],
        ),
        "rounded up": (
            "You counted windows that stick out at the bottom or right. The number of windows is "
            "rounded down: (H + 2 * padding - h) // stride + 1.",
            rounded_up,
        ),
    }
