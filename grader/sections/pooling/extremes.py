"""Part A: the largest number of each window, and the smallest."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import POOLING_OPERATORS
from course_lib.sections.pooling.given import avg_pool2d, max_pool2d, min_pool2d
from grader.marking.exercise import Exercise
from grader.sections.pooling.settings import Pair, Pooling, far_numbers, settings, slips


def _padded_with(value: float, pool: Pooling) -> Pooling:
    """The pooling of a map that holds `value` all around."""

    def answer(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        return pool(F.pad(X, (p[1], p[1], p[0], p[0]), value=value), k, s, (0, 0))

    return answer


def _zeros_as_padding(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
    """A map that is padded with zeros, and then all zeros are replaced."""
    padded = F.pad(X, (p[1], p[1], p[0], p[0]))
    return max_pool2d(padded.masked_fill(padded == 0, -torch.inf), k, s, (0, 0))


def _by_loops(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Max pooling that cuts the windows at the border, instead of padding."""
    (h, w), (rows, columns) = kernel_size, padding
    H, W = X.shape[2:]
    output = []
    for top in range(-rows, H + rows - h + 1, stride[0]):
        for left in range(-columns, W + columns - w + 1, stride[1]):
            window = X[:, :, max(top, 0) : top + h, max(left, 0) : left + w]
            output.append(window.amax((2, 3)))
    height = (H + 2 * rows - h) // stride[0] + 1
    return torch.stack(output, -1).reshape(*X.shape[:2], height, -1)


def _by_running_maximum(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Max pooling of rows, then of columns, each by shifted copies."""
    (h, w), (s_h, s_w), (p_h, p_w) = kernel_size, stride, padding
    lowest = torch.finfo(X.dtype).min
    X = F.pad(X, (p_w, p_w, p_h, p_h), value=lowest)
    tall = X[:, :, : X.shape[2] - h + 1]
    for a in range(1, h):
        tall = torch.maximum(tall, X[:, :, a : a + tall.shape[2]])
    both = tall[..., : X.shape[3] - w + 1]
    for b in range(1, w):
        both = torch.maximum(both, tall[..., b : b + both.shape[3]])
    return both[:, :, ::s_h, ::s_w]


def _by_amin(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    ring = (padding[1], padding[1], padding[0], padding[0])
    windows = F.pad(X, ring, value=torch.inf).unfold(2, kernel_size[0], stride[0])
    return windows.unfold(3, kernel_size[1], stride[1]).amin((4, 5))


_SMALL = torch.tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]])
_NINE = torch.arange(9.0).reshape(1, 1, 3, 3)
_SIXTEEN = torch.arange(1.0, 17).reshape(1, 1, 4, 4)

MAX_POOL2D = Exercise(
    id="pooling.max_pool2d",
    title="Max pooling with everything",
    points=3,
    minutes=9,
    covers=("D7.5-demo",),
    example=(
        (Case(args=(_NINE, (2, 2), (1, 1), (0, 0))), [[[[4, 5], [7, 8]]]]),
        (
            Case(args=(_SMALL, (2, 2), (1, 1), (1, 1)), about="the example with padding"),
            [[[[-1, -1, -2], [-1, -1, -2], [-3, -3, -4]]]],
        ),
    ),
    cases=lambda draw: [*settings(draw, -3), far_numbers(draw, -1)],
    reference=max_pool2d,
    promises=("unchanged", "tensor"),
    wrong={
        "zero padding": (
            "You padded with zeros. In a window of negative numbers a zero would win. Padding must "
            "never win a maximum: pad with minus infinity.",
            _padded_with(0, max_pool2d),
        ),
        "finite padding": (
            "You padded with a number that is small, but not small enough for every map: smaller "
            "numbers lose against it. Pad with minus infinity, -torch.inf.",
            *(_padded_with(-(10.0**power), max_pool2d) for power in (2, 9, 10)),
        ),
        "largest starts at zero": (
            "Where all numbers of a window are negative you answer 0: your search for the largest "
            "starts at 0. Start it at minus infinity, or take the maximum of the window itself.",
            lambda X, k, s, p: max_pool2d(X, k, s, p).clamp(min=0),
        ),
        "zeros of the map lost": (
            "You turned zeros into minus infinity after padding, and with them those of the map, "
            "which are numbers like any other. Pad with -torch.inf at once.",
            _zeros_as_padding,
        ),
        "largest absolute value": (
            "You took absolute values before you compared. -3 is smaller than 1.",
            lambda X, k, s, p: max_pool2d(X.abs(), k, s, p),
        ),
        "mean": ("You took means. Take the largest number of each window.", avg_pool2d),
        "minimum": ("That is the smallest number of each window.", min_pool2d),
        **slips(max_pool2d, -torch.inf, lambda Y: Y.amax(1, keepdim=True)),
    },
    right=(_by_loops, _by_running_maximum),
    library={
        F.max_pool2d: False,
        F.avg_pool2d: False,
        lambda X, k, s, p: torch.nn.MaxPool2d(tuple(k), tuple(s), tuple(p))(X): False,
    },
    hints=(
        "Do it in two steps: first lay the padding around the map, then pool without padding. "
        "Which number can never be the largest?",
        "F.pad(X, (left, right, above, below), value=-torch.inf) pads the last two axes. The "
        "window of output row i starts at row i * stride[0] of the padded map.",
        "Windows are X[:, :, i * s_h : i * s_h + h, j * s_w : j * s_w + w]; their maximum over the "
        "last two axes is .amax(dim=(2, 3)), of shape (N, C).",
        "Without loops: X.unfold(2, h, s_h).unfold(3, w, s_w) has shape (N, C, rows, columns, h, "
        "w); take .amax over the last two axes.",
    ),
    forbidden=POOLING_OPERATORS,
    stand_in="max_pool2d",
)

MIN_POOL2D = Exercise(
    id="pooling.min_pool2d",
    title="Min pooling",
    points=1,
    minutes=3,
    core=False,
    covers=("D7.5.6",),
    example=((Case(args=(_SIXTEEN, (2, 2), (2, 2), (0, 0))), [[[[1, 3], [9, 11]]]]),),
    cases=lambda draw: [*settings(draw, 3), far_numbers(draw, 1)],
    reference=min_pool2d,
    promises=("unchanged", "tensor"),
    wrong={
        "max": (
            "That is max pooling. Which number of the window is asked for?",
            max_pool2d,
        ),
        "mean": ("You took means. Take the smallest number of each window.", avg_pool2d),
        "negated once": (
            "You turned the order of the numbers round and took the largest, but did not turn the "
            "result back: minus the largest of -X, or m minus the largest of m - X.",
            lambda X, k, s, p: max_pool2d(-X, k, s, p),
            lambda X, k, s, p: max_pool2d(X.max() - X, k, s, p),
        ),
        "absolute values": (
            "You took absolute values before you compared. -3 is smaller than 1.",
            lambda X, k, s, p: min_pool2d(X.abs(), k, s, p),
        ),
        "smallest starts at zero": (
            "Where all numbers of a window are positive you answer 0: your search for the smallest "
            "starts at 0. Start it at infinity, or take the minimum of the window itself.",
            lambda X, k, s, p: min_pool2d(X, k, s, p).clamp(max=0),
        ),
        "window and stride swapped": (
            "Window and stride are mixed up: first kernel_size, then stride.",
            lambda X, k, s, p: _padded_with(torch.inf, min_pool2d)(X, s, k, p),
            lambda X, k, s, p: min_pool2d(X, s, k, p),
        ),
        "output negated": (
            "You negated the output only: that is minus the largest number. Negate the input as "
            "well.",
            lambda X, k, s, p: -max_pool2d(X, k, s, p),
        ),
        "zero padding": (
            "Zeros of the padding win at the border. For a minimum the padding must be larger than "
            "every number; max pooling of the negated map has that built in.",
            _padded_with(0, min_pool2d),
        ),
        "padded with minus infinity": (
            "You padded with minus infinity, which is the smallest number of every window at the "
            "border. For a minimum the padding is plus infinity.",
            _padded_with(-torch.inf, min_pool2d),
        ),
        "finite padding": (
            "You padded with a number that is large, but not large enough for every map. Pad with "
            "infinity, or use max pooling of the negated map.",
            *(_padded_with(10.0**power, min_pool2d) for power in (2, 9, 10)),
        ),
        "reciprocals": (
            "1 / x turns the order of positive numbers round, but not that of numbers of both "
            "signs. Which operation turns the order of all numbers round?",
            lambda X, k, s, p: 1 / max_pool2d(1 / X, k, s, p),
        ),
        **slips(min_pool2d, torch.inf, lambda Y: Y.amin(1, keepdim=True)),
    },
    right=(_by_amin,),
    library={F.max_pool2d: False, lambda X, k, s, p: -F.max_pool2d(-X, k, s, p): False},
    hints=(
        "When you change the sign of all numbers, the smallest becomes the largest.",
        "min(a, b) = -max(-a, -b). One line is enough, with your max_pool2d.",
    ),
    forbidden=POOLING_OPERATORS,
    needs=("pooling.max_pool2d",),
    stand_in="min_pool2d",
)
