"""Section 04: marking of pooling by hand."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case
from grader.marking import Marking, Mutant

Pair = tuple[int, int]


def pool2d(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    """The solution: (H, W) -> (H-h+1, W-w+1)."""
    h, w = pool_size
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i : i + h, j : j + w]
            Y[i, j] = window.max() if mode == "max" else window.mean()
    return Y


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


def _pool2d_by_unfold(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((-2, -1)) if mode == "max" else windows.mean((-2, -1))


def _pool2d_side_by_side(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    return _pool2d_by_unfold(X, pool_size, mode)[:: pool_size[0], :: pool_size[1]]


def _pool2d_sum(X: Tensor, pool_size: Pair, mode: str) -> Tensor:
    Y = pool2d(X, pool_size, mode)
    return Y if mode == "max" else Y * pool_size[0] * pool_size[1]


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


def _zero_padded(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    return _windows(X, kernel_size, stride, padding, 0.0).amax((-2, -1))


def _min_zero_padded(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    return _windows(X, kernel_size, stride, padding, 0.0).amin((-2, -1))


def _one_side(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    padded = F.pad(X, (padding[1], 0, padding[0], 0), value=-torch.inf)
    return max_pool2d(padded, kernel_size, stride, (0, 0))


def _mean_one_side(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    padded = F.pad(X, (padding[1], 0, padding[0], 0))
    return avg_pool2d(padded, kernel_size, stride, (0, 0))


def _mean_of_real_pixels(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    real = avg_pool2d(torch.ones_like(X), kernel_size, stride, padding)
    return avg_pool2d(X, kernel_size, stride, padding) / real


def _swapped(pool: Any) -> Any:
    return lambda X, *pairs: pool(X, *(pair[::-1] for pair in pairs))


def _rounded_up(pool: Any, value: float) -> Any:
    """Pooling that goes on as long as windows start inside the map."""

    def answer(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Any:
        (rows, columns), (more_rows, more_columns) = padding, (s - 1 for s in stride)
        ends = (columns, columns + more_columns, rows, rows + more_rows)
        return pool(F.pad(X, ends, value=value), kernel_size, stride, (0, 0))

    return answer


def strided_cases(draw: Draw, low: float, high: float) -> list[Case]:
    """Numbers in [low, high]. In every case one axis is padded and its windows fill it; along the
    other the stride differs from the window and leaves a rest. So nothing can be mixed up unseen.
    """
    cases = []
    for about in ("two channels", "several channels", "several images"):
        images = 2 if about == "several images" else 1
        channels = 2 if about == "two channels" else draw.integer(2, 4)
        kernel, stride = draw.integer(2, 3), draw.integer(1, 2)
        padded = (kernel, stride, 1, kernel - 2 + stride * (6 // stride))
        kernel, stride = draw.choice([(4, 2), (5, 2), (4, 3), (5, 3)])
        free = (kernel, stride, 0, kernel + stride * draw.integer(2, 3) + stride - 1)
        first, second = draw.choice([(padded, free), (free, padded)])
        (h, s_h, p_h, H), (w, s_w, p_w, W) = first, second
        X = low + (high - low) * draw.uniform(images, channels, H, W)
        cases.append(Case(args=(X, (h, w), (s_h, s_w), (p_h, p_w)), about=about))
    return cases


def _pool2d_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, mode in (("maximum", "max"), ("mean", "avg")):
        for form in ("a wide window", "a tall window"):
            short, long = draw.integer(1, 2), draw.integer(3, 4)
            size = (short, long) if form == "a wide window" else (long, short)
            X = draw.normal(*draw.distinct(5, 9, 2))
            cases.append(Case(args=(X, size, mode), about=f"{about}, {form}"))
    return cases


_MODULE_OUTPUTS = [
    [[10]],
    [[5, 7], [13, 15]],
    [[[5, 7], [13, 15]], [[6, 8], [14, 16]]],
]

MARKINGS = (
    Marking(
        exercise="pooling.patch",
        cases=lambda draw: [Case()],
        solution=[5, 3.0],
        mutants=(
            Mutant("mean first", [3, 5], mistake="order swapped"),
            Mutant("sum", [5, 12], mistake="sum"),
            Mutant("halved", [5, 6], mistake="divided by the side"),
            Mutant("median", [5, 2], mistake="median"),
            Mutant("a tensor", torch.tensor([5.0, 3.0]), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.lesson_map",
        cases=lambda draw: [Case()],
        solution=[[3, 4], [5, 4]],
        mutants=(
            Mutant("as printed", [[3, 3], [1, 4]], mistake="the printed table"),
            Mutant("means", [[1.25, 2.25], [2.25, 2.5]], mistake="mean"),
            Mutant("transposed", [[3, 5], [4, 4]], mistake="transposed"),
            Mutant("minimum", [[0, 1], [0, 1]], mistake="minimum"),
            Mutant("by one", [[3, 4, 4], [5, 4, 4], [5, 4, 4]], mistake="window moves by one"),
            Mutant("one slip", [[3, 4], [5, 3]]),
            Mutant("a tensor", torch.tensor([[3.0, 4.0], [5.0, 4.0]]), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.pool2d",
        cases=_pool2d_cases,
        solution=pool2d,
        mutants=(
            Mutant("side by side", _pool2d_side_by_side, mistake="windows side by side"),
            Mutant(
                "one window short",
                lambda X, size, mode: pool2d(X, size, mode)[:-1, :-1],
                mistake="last window forgotten",
            ),
            Mutant(
                "transposed window",
                lambda X, size, mode: pool2d(X, size[::-1], mode),
                mistake="window transposed",
            ),
            Mutant(
                "always the maximum",
                lambda X, size, mode: pool2d(X, size, "max"),
                state="partly right",
                mistake="mode ignored",
            ),
            Mutant("sum", _pool2d_sum, state="partly right", mistake="sum"),
            Mutant("by unfold", _pool2d_by_unfold, state="right"),
        ),
        library={
            F.max_pool2d: False,
            lambda X, size, mode: F.max_pool2d(X[None], tuple(size), 1)[0]: False,
            lambda X, size, mode: F.avg_pool2d(X[None], tuple(size), 1)[0]: False,
        },
    ),
    Marking(
        exercise="pooling.max_pool2d",
        cases=lambda draw: strided_cases(draw, -6, -1),
        solution=max_pool2d,
        mutants=(
            Mutant("zeros around", _zero_padded, mistake="zero padding"),
            Mutant(
                "means",
                lambda X, k, s, p: avg_pool2d(X, k, s, p),
                mistake="mean",
            ),
            Mutant("above and left only", _one_side, mistake="padding on one side"),
            Mutant(
                "rows to F.pad first",
                lambda X, k, s, p: max_pool2d(X, k, s, p[::-1]),
                mistake="padding on the other axis",
            ),
            Mutant("pairs swapped", _swapped(max_pool2d), mistake="rows and columns swapped"),
            Mutant(
                "stride is the window",
                lambda X, k, s, p: max_pool2d(X, k, k, p),
                mistake="stride ignored",
            ),
            Mutant(
                "over channels, too",
                lambda X, k, s, p: max_pool2d(X, k, s, p).amax(1, keepdim=True),
                mistake="channels merged",
            ),
            Mutant("one window more", _rounded_up(max_pool2d, -torch.inf), mistake="rounded up"),
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
            Mutant("maximum", max_pool2d, mistake="max"),
            Mutant("above and left only", _mean_one_side, mistake="padding on one side"),
            Mutant(
                "rows to F.pad first",
                lambda X, k, s, p: avg_pool2d(X, k, s, p[::-1]),
                mistake="padding on the other axis",
            ),
            Mutant("pairs swapped", _swapped(avg_pool2d), mistake="rows and columns swapped"),
            Mutant(
                "stride is the window",
                lambda X, k, s, p: avg_pool2d(X, k, k, p),
                mistake="stride ignored",
            ),
            Mutant(
                "over channels, too",
                lambda X, k, s, p: avg_pool2d(X, k, s, p).mean(1, keepdim=True),
                mistake="channels merged",
            ),
            Mutant("one window more", _rounded_up(avg_pool2d, 0.0), mistake="rounded up"),
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
        cases=lambda draw: strided_cases(draw, 1, 6),
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
            Mutant("zeros around", _min_zero_padded, mistake="zero padding"),
            Mutant(
                "smallest of windows padded with infinity",
                lambda X, k, s, p: _windows(X, k, s, p, torch.inf).amin((-2, -1)),
                state="right",
            ),
        ),
        library={F.max_pool2d: False, F.avg_pool2d: False},
    ),
)
