"""Parts A and C: the mean of each window, by itself and as a convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import POOLING_OPERATORS
from course_lib.sections.pooling.given import avg_pool2d, max_pool2d
from grader.marking.exercise import Exercise
from grader.sections.pooling.settings import Pair, Pooling, cut_windows, settings, slips, square_map


def _real_pixels(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    return F.avg_pool2d(X, tuple(k), tuple(s), tuple(p), count_include_pad=False)


def _infinity_around(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    return avg_pool2d(F.pad(X, (p[1], p[1], p[0], p[0]), value=-torch.inf), k, s, (0, 0))


def _nonzero(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    total, count = avg_pool2d(X, k, s, p), avg_pool2d((X != 0).float(), k, s, p)
    return total / count.clamp(min=1 / (k[0] * k[1]))


def _other_unfold_order(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    Y = avg_pool2d(X, k, s, p)
    columns = F.unfold(X, tuple(k), padding=tuple(p), stride=tuple(s))
    return columns.reshape(len(X), k[0] * k[1], X.shape[1], -1).mean(1).reshape(Y.shape)


def _padded_like_the_edge(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    padded = F.pad(X, (p[1], p[1], p[0], p[0]), mode="replicate")
    return avg_pool2d(padded, k, s, (0, 0))


def _median(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    padded = F.pad(X, (p[1], p[1], p[0], p[0]))
    windows = padded.unfold(2, k[0], s[0]).unfold(3, k[1], s[1])
    return windows.flatten(4).median(-1).values


def _padded_before_only(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    """At the bottom and right the mean is that of what is there."""
    rows, columns = avg_pool2d(X, k, s, p).shape[2:]
    return cut_windows(F.pad(X, (p[1], 0, p[0], 0)), k, s, (rows, columns), _mean_of_channels)


def _mean_of_channels(Y: Tensor) -> Tensor:
    return Y.mean(1, keepdim=True)


def _square_map(side: int) -> Pooling:
    """By sums: the mean of a window outside of the map is no number."""

    def answer(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        sums = square_map(side, 0, lambda Y: Y.sum(1, keepdim=True))
        return sums(X, k, s, p) / (k[0] * k[1])

    return answer


_SLIPS = slips(avg_pool2d, 0, _mean_of_channels)


def _by_im2col(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    columns = F.unfold(X, tuple(kernel_size), padding=tuple(padding), stride=tuple(stride))
    area = kernel_size[0] * kernel_size[1]
    height = (X.shape[2] + 2 * padding[0] - kernel_size[0]) // stride[0] + 1
    return columns.reshape(*X.shape[:2], area, -1).mean(2).reshape(*X.shape[:2], height, -1)


def _by_convolution(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    weight = torch.ones(X.shape[1], 1, *kernel_size) / (kernel_size[0] * kernel_size[1])
    return F.conv2d(X, weight, None, stride, padding, groups=X.shape[1])


_NINE = torch.arange(9.0).reshape(1, 1, 3, 3)
_FOUR = torch.tensor([[[[4.0, 8.0], [12.0, 16.0]]]])

AVG_POOL2D = Exercise(
    id="pooling.avg_pool2d",
    title="Average pooling with everything",
    points=2,
    minutes=7,
    covers=("D7.5-demo",),
    example=(
        (Case(args=(_NINE, (2, 2), (1, 1), (0, 0))), [[[[2, 3], [5, 6]]]]),
        (
            Case(args=(_FOUR, (2, 2), (2, 2), (1, 1)), about="the example with padding"),
            [[[[1, 2], [3, 4]]]],
        ),
    ),
    cases=lambda draw: settings(draw, 3),
    reference=avg_pool2d,
    promises=("unchanged", "tensor"),
    wrong={
        "padding not counted": (
            "At the border you took the mean of the real pixels only. PyTorch's default counts the "
            "zeros of the padding, too (count_include_pad=True): divide by h * w everywhere.",
            _real_pixels,
        ),
        "padded with minus infinity": (
            "You padded with minus infinity, and so are your means at the border. For a mean the "
            "padding is zeros.",
            _infinity_around,
        ),
        "sum": (
            "You added the numbers of each window. Divide by how many there are.",
            lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[0] * k[1],
        ),
        "divided by something else": (
            "You divided by something else than the number of entries of a window. It holds h * w "
            "numbers: divide by that.",
            *(lambda X, k, s, p, i=i: avg_pool2d(X, k, s, p) * k[i] for i in (0, 1)),
            *(lambda X, k, s, p, i=i: avg_pool2d(X, k, s, p) * k[i] / k[1 - i] for i in (0, 1)),
            lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[0] * k[1] / (k[0] + k[1]),
            lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[0] * k[1] / (s[0] * s[1]),
            lambda X, k, s, p: avg_pool2d(X, k, s, p) / X.shape[1],
        ),
        "zeros not counted": (
            "You divided by how many numbers of a window are not zero. Zeros count like other "
            "numbers, those of the map and those of the padding: divide by h * w everywhere.",
            _nonzero,
        ),
        "rounded down": (
            "You divided with //, which rounds down. A mean need not be whole: use /.",
            lambda X, k, s, p: avg_pool2d(X, k, s, p).floor(),
        ),
        "edge repeated": (
            "You repeated the numbers at the edge of the map in the padding. It holds zeros.",
            _padded_like_the_edge,
        ),
        "median": (
            "That is the median of each window. The mean is the sum divided by h * w.",
            _median,
        ),
        "absolute values": (
            "You took absolute values. The mean is that of the numbers with their signs.",
            lambda X, k, s, p: avg_pool2d(X.abs(), k, s, p),
            lambda X, k, s, p: avg_pool2d(X, k, s, p).abs(),
        ),
        "max": ("You took the largest number of each window, not the mean.", max_pool2d),
        "columns of F.unfold": (
            "F.unfold gives (N, C * h * w, windows): all numbers of a window in the first channel, "
            "then those in the second. Reshape to (N, C, h * w, windows), in this order.",
            _other_unfold_order,
        ),
        **_SLIPS,
        "padding on one side": (*_SLIPS["padding on one side"], _padded_before_only),
        "map taken as square": (_SLIPS["map taken as square"][0], _square_map(2), _square_map(3)),
    },
    right=(_by_im2col, _by_convolution),
    library={F.avg_pool2d: False, F.max_pool2d: False, F.lp_pool2d: False},
    hints=(
        "Your max_pool2d does nearly the same. Two things change: the number in the padding and "
        "what is taken of a window.",
        "The padding is zeros, and it counts: every window has h * w numbers.",
        "F.pad without value pads with zeros; then the mean over the last two axes of each window.",
    ),
    forbidden=POOLING_OPERATORS,
    needs=("pooling.max_pool2d",),
    stand_in="avg_pool2d",
)
