"""Extra: the largest number of a window, by three ReLUs."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.pooling.relu import FORBIDDEN, TOLERANCE


def _maps(draw: Draw) -> list[Case]:
    """Of each map the four numbers N, C, H and W differ, but where one of something is asked."""
    table: tuple[tuple[str, tuple[int, ...], float], ...] = (
        ("even sizes", (1, 2, 4, 2 * draw.integer(3, 4)), 0),
        ("an odd number of rows", (1, 2, 2 * draw.integer(2, 3) + 1, 4), 0),
        ("an odd number of columns", (2, 1, 4, 2 * draw.integer(2, 3) + 1), 0),
        ("both odd", (1, 2, 7, 5), 0),
        ("all negative", (2, 1, 5, 6), -20),
        ("more images than rows", (draw.integer(5, 7), 1, 3, 4), 0),
        ("more channels than rows", (1, draw.integer(5, 7), 4, 3), 0),
        ("one row of windows, one image of one channel", (1, 1, 2, 6), 0),
        ("one column of windows, one image of one channel", (1, 1, 6, 3), 0),
    )
    cases = [
        Case(args=(16 * draw.uniform(*shape) - 8 + shift,), about=about)
        for about, shape, shift in table
    ]
    single = [(16 * draw.uniform(1, 1, 2, 2) - 8,), (16 * draw.uniform(1, 2, 3, 3) - 8,)]
    return [
        *cases,
        Case(args=(draw.integers(2, 4, 1, 2, 6, 4),), about="equal numbers"),
        Case(each=tuple(single), about="a single window"),
    ]


def _four(X: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four pixels of each window, without a last odd row or column."""
    H, W = X.shape[2] // 2, X.shape[3] // 2
    even = X[..., : 2 * H, : 2 * W]
    return even[..., ::2, ::2], even[..., ::2, 1::2], even[..., 1::2, ::2], even[..., 1::2, 1::2]


def _larger(*places: int) -> Callable[[Tensor], Tensor]:
    """The largest of some pixels of each window."""
    return lambda X: torch.stack([_four(X)[place] for place in places]).amax(0)


def _pooled(X: Tensor, stride: tuple[int, int] = (2, 2)) -> Tensor:
    pooled: Tensor = F.max_pool2d(X, 2, stride)
    return pooled


def _distances(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return F.relu(a - b) + F.relu(b - a) + F.relu(c - a) + F.relu(d - a)


def _distances_from_the_first(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return a + F.relu(b - a) + F.relu(c - a) + F.relu(d - a)


def _distances_twice(X: Tensor) -> Tensor:
    """The sum of both ReLUs, in a tournament."""
    a, b, c, d = _four(X)
    return ((a - b).abs() - (c - d).abs()).abs()


def _padded(X: Tensor, mode: str) -> Tensor:
    """Windows of the map with one more row and column where it is odd."""
    return _pooled(F.pad(X, (0, X.shape[3] % 2, 0, X.shape[2] % 2), mode=mode))


def _uncut(X: Tensor) -> Tensor:
    """By slices of a map with its last odd row and column, which do not fit together."""
    a, b = X[..., ::2, ::2], X[..., ::2, 1::2]
    c, d = X[..., 1::2, ::2], X[..., 1::2, 1::2]
    return torch.maximum(torch.maximum(a, b), torch.maximum(c, d))


def _square(X: Tensor, axis: int) -> Tensor:
    """One side of the map decides on both."""
    even = X.shape[axis] // 2 * 2
    return _uncut(X[:, :, :even, :even])


def _winners(X: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The larger ones above and below, then left and right."""
    a, b, c, d = _four(X)
    pairs = ((a, b), (c, d), (a, c), (b, d))
    above, below, left, right = (torch.maximum(*pair) for pair in pairs)
    return above, below, left, right


def _wrong_final(X: Tensor, first: int, second: int) -> Tensor:
    winners = _winners(X)
    return winners[first] + F.relu(winners[first] - winners[second])


def _reshaped(X: Tensor) -> Tensor:
    (N, C), (H, W) = X.shape[:2], (side // 2 for side in X.shape[2:])
    return X[:, :, : 2 * H, : 2 * W].reshape(N, C, H, W, 4).amax(-1)


def _from_far_below(X: Tensor, start: float) -> Tensor:
    largest = torch.full_like(_four(X)[0], start)
    for pixel in _four(X):
        largest = F.relu(pixel - largest) + largest
    return largest


def _quarters(X: Tensor) -> Tensor:
    H, W = X.shape[2] // 2, X.shape[3] // 2
    rows = torch.maximum(X[..., :H, :], X[..., -H:, :])
    return torch.maximum(rows[..., :W], rows[..., -W:])


def _one_after_the_other(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    for other in (b, c, d):
        a = a + F.relu(other - a)
    return a


def _by_windows(X: Tensor) -> Tensor:
    windows = F.unfold(X[..., : X.shape[2] // 2 * 2, : X.shape[3] // 2 * 2], 2, stride=2)
    a, b, c, d = windows.reshape(X.shape[0], X.shape[1], 4, -1).unbind(2)
    largest = b + torch.relu(a - b)
    for other in (c, d):
        largest = other + torch.relu(largest - other)
    return largest.reshape(*X.shape[:2], X.shape[2] // 2, X.shape[3] // 2)


RELU_MAX_POOL2D = Exercise(
    id="pooling.relu_max_pool2d",
    title="2x2 max pooling by ReLU",
    points=3,
    minutes=8,
    core=False,
    covers=("D7.5.3",),
    example=((Case(args=(torch.tensor([[[[2.0, 5.0], [-1.0, 3.0]]]]),)), [[[[5]]]]),),
    cases=_maps,
    reference=_pooled,
    promises=("unchanged", "tensor"),
    tolerance=TOLERANCE,
    wrong={
        "sum of pairwise ReLUs": (
            "You added ReLUs of differences. That sum stands in some solutions, and it is no "
            "maximum. Use your relu_max, three times.",
            _distances,
            _distances_twice,
            _distances_from_the_first,
            lambda X: (_four(X)[0] - _four(X)[1]).abs() + (_four(X)[2] - _four(X)[3]).abs(),
        ),
        "padded at the end": (
            "With an odd size you made one window too many. nn.MaxPool2d(2) rounds down: the last "
            "row or column is left out.",
            lambda X: F.max_pool2d(X, 2, ceil_mode=True),
            lambda X: _padded(X, "constant"),
        ),
        "always one row less": (
            "You cut off the last row and column of every map. Only an odd one has to go.",
            lambda X: _larger(0, 1, 2, 3)(X[..., :-1, :-1]),
        ),
        "not all four": (
            "You left out a pixel of each window, or two. It has four: compare two pairs, then the "
            "two winners.",
            *(_larger(*places) for places in ((0, 1), (0, 2), (0, 3), (2, 3))),
            *(_larger(*places) for places in ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3))),
        ),
        "quarters": (
            "You compared the four quarters of the map with each other. A window is four pixels "
            "side by side: every second row, every second column.",
            _quarters,
            lambda X: _quarters(X[..., : X.shape[2] // 2 * 2, : X.shape[3] // 2 * 2]),
        ),
        "reshaped": (
            "reshape alone cuts the map in reading order, not into windows. Take slices: every "
            "second row, every second column.",
            _reshaped,
        ),
        "odd sizes not cut": (
            "Your slices do not fit together where H or W is odd: 0::2 finds one more than 1::2. "
            "Leave out the last odd row or column first: X[:, :, :H // 2 * 2, :W // 2 * 2].",
            _uncut,
        ),
        "first row dropped": (
            "With an odd size you left out the first row or column. It is the last one that goes.",
            lambda X: _pooled(X[:, :, X.shape[2] % 2 :, X.shape[3] % 2 :]),
        ),
        "one side for both": (
            "One side of the map decides on both in your answer. H says whether the last row has "
            "to go, W whether the last column has.",
            lambda X: _square(X, 2),
            lambda X: _square(X, 3),
            lambda X: _uncut(X[..., :-1, :-1] if X.shape[2] % 2 else X),
        ),
        "minimum": (
            "That is the smallest number of each window: turn the sign of something.",
            lambda X: -_pooled(-X),
        ),
        "winners added": (
            "You added the two winners. Compare them once more: the larger one is asked for.",
            lambda X: sum(_winners(X)[:2]),
            lambda X: sum(_winners(X)[2:]),
        ),
        "the wrong winner added": (
            "The two winners are right, the final is not: ReLU(x - y) must be added to y.",
            *(lambda X, pair=pair: _wrong_final(X, *pair) for pair in ((0, 1), (1, 0), (2, 3))),
        ),
        "start far below": (
            "You start at a number far below all others. ReLU(x - y) + y then adds a large number "
            "and takes it away again, and the digits of x are lost. Start with a pixel.",
            *(lambda X, power=power: _from_far_below(X, -(10.0**power)) for power in (6, 9)),
        ),
        "one direction only": (
            "You compared in one direction only: each window is left with two numbers. Do the same "
            "once more along the other axis.",
            lambda X: F.max_pool2d(X, (2, 1)),
            lambda X: F.max_pool2d(X, (1, 2)),
            lambda X: F.max_pool2d(X[..., : X.shape[3] // 2 * 2], (2, 1)),
            lambda X: F.max_pool2d(X[..., : X.shape[2] // 2 * 2, :], (1, 2)),
        ),
        "largest starts at zero": (
            "Where all numbers of a window are negative you answer 0, by one ReLU too many, or by "
            "a search that starts at 0.",
            lambda X: F.relu(_pooled(X)),
        ),
        "windows overlap": (
            "Your windows move by one pixel, in one direction or in both. They lie side by side: "
            "every second row, every second column.",
            lambda X: _pooled(X, (1, 1)),
            lambda X: _pooled(X, (1, 2)),
            lambda X: _pooled(X, (2, 1)),
        ),
        "an axis lost": (
            "Your numbers are right, but axes are missing: the output has the shape "
            "(N, C, H // 2, W // 2), also where one of these is 1.",
            lambda X: _pooled(X).squeeze(),
        ),
    },
    right=(_one_after_the_other, _by_windows),
    library={_pooled: False, F.relu: False},
    hints=(
        "It is a tournament: the largest of four is the larger of two winners.",
        "X[..., 0::2, 0::2] holds the upper left pixel of every window. With an odd number of "
        "rows 0::2 finds one more than 1::2; cut the map to even sizes first.",
        "After the cut: relu_max(relu_max(a, b), relu_max(c, d)), with a, b, c, d the four slices.",
    ),
    forbidden=FORBIDDEN,
    instead="Here sums, differences and ReLU are to do it.",
    required=("aten::relu",),
    needs=("pooling.relu_max",),
)
