"""Section 04: marking of pooling with any window, stride, padding and channels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant

Pair = tuple[int, int]
Pooling = Callable[[Tensor, Pair, Pair, Pair], Tensor]


def _windows(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair, value: float) -> Tensor:
    """All windows of the padded map: (N, C, H, W) -> (N, C, rows, columns, h, w)."""
    rows, columns = padding
    padded = F.pad(X, (columns, columns, rows, rows), value=value)
    return padded.unfold(2, kernel_size[0], stride[0]).unfold(3, kernel_size[1], stride[1])


def max_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """The solution: (N, C, H, W), padded with minus infinity."""
    return _windows(X, kernel_size, stride, padding, -torch.inf).amax((-2, -1))


def avg_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """The solution: (N, C, H, W), padded with zeros that count."""
    return _windows(X, kernel_size, stride, padding, 0.0).mean((-2, -1))


def min_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    """The solution: the sign turned twice."""
    return -max_pool2d(-X, kernel_size, stride, padding)


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


def _by_im2col(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    columns = F.unfold(X, tuple(kernel_size), padding=tuple(padding), stride=tuple(stride))
    area = kernel_size[0] * kernel_size[1]
    height = (X.shape[2] + 2 * padding[0] - kernel_size[0]) // stride[0] + 1
    return columns.reshape(*X.shape[:2], area, -1).mean(2).reshape(*X.shape[:2], height, -1)


def _mean_of_real_pixels(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    real = avg_pool2d(torch.ones_like(X), kernel_size, stride, padding)
    return avg_pool2d(X, kernel_size, stride, padding) / real


def _setting_mutants(pool: Pooling, value: float) -> tuple[Mutant, ...]:
    """What goes wrong with the settings, whatever is taken of a window; the padding is `value`."""

    def one_side(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        return pool(F.pad(X, (p[1], 0, p[0], 0), value=value), k, s, (0, 0))

    def last_axis(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        return pool(F.pad(X, p, value=value), k, s, (0, 0))

    def rounded_up(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        ends = (p[1], p[1] + s[1] - 1, p[0], p[0] + s[0] - 1)
        return pool(F.pad(X, ends, value=value), k, s, (0, 0))

    def one_pixel_apart(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        rows, columns = pool(X, k, s, p).shape[2:]
        return pool(X, k, (1, 1), p)[..., :rows, :columns]

    def from_first(X: Tensor, k: Pair, s: Pair, p: Pair) -> Tensor:
        return pool(X, (k[0], k[0]), (s[0], s[0]), (p[0], p[0]))

    swapped = "rows and columns swapped"
    wrongs: dict[str, tuple[Pooling, str]] = {
        "no padding": (lambda X, k, s, p: pool(X, k, s, (0, 0)), "padding left out"),
        "above and left only": (one_side, "padding on one side"),
        "padding straight to F.pad": (last_axis, "padding on the other axis"),
        "rows to F.pad first": (
            lambda X, k, s, p: pool(X, k, s, p[::-1]),
            "padding on the other axis",
        ),
        "pairs swapped": (lambda X, k, s, p: pool(X, k[::-1], s[::-1], p[::-1]), swapped),
        "window swapped": (lambda X, k, s, p: pool(X, k[::-1], s, p), swapped),
        "stride swapped": (lambda X, k, s, p: pool(X, k, s[::-1], p), swapped),
        "first of each pair": (from_first, "square only"),
        "stride is the window": (lambda X, k, s, p: pool(X, k, k, p), "stride ignored"),
        "at every position": (lambda X, k, s, p: pool(X, k, (1, 1), p), "stride one"),
        "i instead of i times stride": (one_pixel_apart, "stride not multiplied"),
        "one window short": (
            lambda X, k, s, p: pool(X, k, s, p)[..., :-1, :-1],
            "last window forgotten",
        ),
        "one window more": (rounded_up, "rounded up"),
    }
    return tuple(Mutant(name, wrong, mistake=said) for name, (wrong, said) in wrongs.items())


def strided_cases(draw: Draw, low: float, high: float) -> list[Case]:
    """Numbers in [low, high]. In every case one axis is padded and its windows fill it; along the
    other the stride differs from the window and leaves a rest. Both strides differ, and so do both
    sides of the window: nothing can be mixed up unseen.
    """
    cases = []
    for about in ("two channels", "several channels", "several images"):
        small = about == "two channels"
        images = 2 if about == "several images" else 1
        channels = 2 if small else draw.integer(2, 4)
        # Small steps and windows show any padding: at stride 1 one more row makes one more window,
        # and in a window of two rows no number from inside the map stands in for the padding.
        stride, other = draw.choice([(1, 2), (1, 3)] if small else [(1, 2), (1, 3), (2, 3)])
        kernel = 2 if small else draw.integer(2, 3)
        padded = (kernel, stride, 1, kernel - 2 + stride * (6 // stride))
        kernel = draw.integer(4, 5)
        free = (kernel, other, 0, kernel + other * draw.integer(2, 3) + other - 1)
        first, second = draw.choice([(padded, free), (free, padded)])
        (h, s_h, p_h, H), (w, s_w, p_w, W) = first, second
        X = low + (high - low) * draw.uniform(images, channels, H, W)
        cases.append(Case(args=(X, (h, w), (s_h, s_w), (p_h, p_w)), about=about))
    return cases


def _min_cases(draw: Draw) -> list[Case]:
    """Positive numbers in the first channel, where zeros would win; both signs in the others."""
    cases = strided_cases(draw, 1, 6)
    for case in cases:
        case.args[0][:, 1:] -= 4
    return cases


_MODULE_OUTPUTS = [
    [[10]],
    [[5, 7], [13, 15]],
    [[[5, 7], [13, 15]], [[6, 8], [14, 16]]],
]

MARKINGS = (
    Marking(
        exercise="pooling.max_pool2d",
        cases=lambda draw: strided_cases(draw, -6, -1),
        solution=max_pool2d,
        mutants=(
            Mutant(
                "zeros around",
                lambda X, k, s, p: _windows(X, k, s, p, 0.0).amax((-2, -1)),
                mistake="zero padding",
            ),
            Mutant(
                "from zero upwards",
                lambda X, k, s, p: max_pool2d(X, k, s, p).clamp(min=0),
                mistake="largest starts at zero",
            ),
            Mutant("means", lambda X, k, s, p: avg_pool2d(X, k, s, p), mistake="mean"),
            Mutant(
                "over channels, too",
                lambda X, k, s, p: max_pool2d(X, k, s, p).amax(1, keepdim=True),
                mistake="channels merged",
            ),
            *_setting_mutants(max_pool2d, -torch.inf),
            Mutant("windows cut at the border", _by_loops, state="right"),
        ),
        library={
            F.max_pool2d: False,
            F.adaptive_max_pool2d: False,
            F.avg_pool2d: False,
        },
    ),
    Marking(
        exercise="pooling.avg_pool2d",
        cases=lambda draw: strided_cases(draw, 1, 6),
        solution=avg_pool2d,
        mutants=(
            Mutant("real pixels only", _mean_of_real_pixels, mistake="padding not counted"),
            Mutant("sum", lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[0] * k[1], mistake="sum"),
            Mutant(
                "sum over h",
                lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[1],
                mistake="divided by one side",
            ),
            Mutant(
                "sum over w",
                lambda X, k, s, p: avg_pool2d(X, k, s, p) * k[0],
                mistake="divided by one side",
            ),
            Mutant("maximum", max_pool2d, mistake="max"),
            Mutant(
                "over channels, too",
                lambda X, k, s, p: avg_pool2d(X, k, s, p).mean(1, keepdim=True),
                mistake="channels merged",
            ),
            *_setting_mutants(avg_pool2d, 0.0),
            Mutant("by im2col", _by_im2col, state="right"),
        ),
        library={F.avg_pool2d: False, F.max_pool2d: False, F.adaptive_avg_pool2d: False},
    ),
    Marking(
        exercise="pooling.module_outputs",
        cases=lambda draw: [Case()],
        solution=_MODULE_OUTPUTS,
        mutants=(
            Mutant(
                "stride one",
                [[[10, 11], [14, 15]], *_MODULE_OUTPUTS[1:]],
                mistake="stride one",
            ),
            Mutant(
                "one channel",
                [*_MODULE_OUTPUTS[:2], [[5, 7], [13, 15]]],
                mistake="channel forgotten",
            ),
            Mutant(
                "largest over channels",
                [*_MODULE_OUTPUTS[:2], [[6, 8], [14, 16]]],
                mistake="channels merged",
            ),
            Mutant(
                "no padding",
                [[[10]], [[6], [14]], _MODULE_OUTPUTS[2]],
                mistake="padding left out",
            ),
            Mutant(
                "tensors",
                [torch.tensor(part, dtype=torch.float32) for part in _MODULE_OUTPUTS],
                state="right",
            ),
        ),
    ),
    Marking(
        exercise="pooling.min_pool2d",
        cases=_min_cases,
        solution=min_pool2d,
        mutants=(
            Mutant("maximum", max_pool2d, mistake="max"),
            Mutant(
                "negated once",
                lambda X, k, s, p: max_pool2d(-X, k, s, p),
                mistake="negated once",
            ),
            Mutant(
                "output negated",
                lambda X, k, s, p: -max_pool2d(X, k, s, p),
                mistake="output negated",
            ),
            Mutant(
                "zeros around",
                lambda X, k, s, p: _windows(X, k, s, p, 0.0).amin((-2, -1)),
                mistake="zero padding",
            ),
            Mutant(
                "one over the largest reciprocal",
                lambda X, k, s, p: 1 / max_pool2d(1 / X, k, s, p),
                mistake="reciprocals",
            ),
            Mutant(
                "smallest of windows padded with infinity",
                lambda X, k, s, p: _windows(X, k, s, p, torch.inf).amin((-2, -1)),
                state="right",
            ),
        ),
        library={F.max_pool2d: False, F.avg_pool2d: False},
    ),
)
