"""Extra: softmax pooling, between the mean and the maximum."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import POOLING_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.pooling.settings import Pair


def _windows(X: Tensor, kernel_size: Pair) -> Tensor:
    """(N, C, H, W) -> (N, C, H / h, W / w, h * w)."""
    h, w = kernel_size
    columns = F.unfold(X, (h, w), stride=(h, w))
    return columns.reshape(*X.shape[:2], h * w, X.shape[2] // h, -1).movedim(2, 4)


def _in_double(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    """From the ratios of the exponentials to the largest one of each window."""
    windows = _windows(X.double(), kernel_size)
    ratios = ((windows - windows.amax(-1, keepdim=True)) / temperature).exp()
    return (ratios * windows).sum(-1) / ratios.sum(-1)


def _settings(draw: Draw) -> list[Case]:
    temperate = 1.5 + 0.5 * float(draw.uniform())
    table: tuple[tuple[str, tuple[int, ...], Pair, float, float], ...] = (
        ("wide windows", (1, 2, 4, 12), (2, 4), temperate, 0),
        ("tall windows", (2, 1, 12, 4), (4, 2), temperate, 0),
        ("square windows on a square map", (2, 3, 4, 4), (2, 2), temperate, 0),
        ("a low temperature", (1, 2, 4, 6), (2, 3), 0.3 + 0.2 * float(draw.uniform()), 0),
        ("a high temperature", (2, 1, 6, 4), (3, 2), 6 + 4 * float(draw.uniform()), 0),
        ("a temperature of one", (1, 2, 4, 6), (2, 3), 1, 0),
        ("all negative", (1, 3, 4, 3), (2, 3), temperate, -9),
        (
            "numbers around a thousand, where exp(x / T) is infinite",
            (1, 2, 4, 6),
            (2, 3),
            0.5,
            1000,
        ),
        (
            "numbers around minus a thousand, where all exp(x / T) are zero",
            (2, 1, 6, 4),
            (3, 2),
            0.5,
            -1000,
        ),
        ("one image of one channel, one row of windows", (1, 1, 2, 9), (2, 3), temperate, 0),
        ("one image of one channel, one column of windows", (1, 1, 9, 2), (3, 2), temperate, 0),
    )
    cases = [
        Case(args=(2 * draw.normal(*size) + shift, kernel_size, temperature), about=about)
        for about, size, kernel_size, temperature, shift in table
    ]
    apart = 2 * draw.normal(1, 2, 4, 6) + torch.tensor([-1000.0, 1000]).repeat_interleave(3)
    signs = torch.tensor([1.0, -1]).repeat(2, 3)
    equal = draw.integers(2, 9, 1, 2, 2, 2).repeat_interleave(3, 2).repeat_interleave(2, 3)
    return [
        *cases,
        Case(
            args=(apart, (2, 3), 0.5),
            about="a window so far below the other that the map's maximum is too large for it",
        ),
        Case(
            args=(2 * draw.normal(1, 1, 2, 6) + 1000 * signs, (2, 2), 0.5),
            about="windows that reach from minus a thousand to a thousand",
        ),
        Case(
            each=(
                (equal, (3, 2), 0.7),
                (draw.normal(1, 2, 3, 2), (1, 1), 2),
                (draw.normal(2, 1, 2, 3), (2, 3), 2),
                (draw.normal(1, 1, 3, 2), (3, 2), 2),
            ),
            about="equal numbers, windows of one pixel or as large as the map",
        ),
    ]


def _pooled(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    windows = _windows(X, kernel_size)
    return ((windows / temperature).softmax(-1) * windows).sum(-1)


def _cut(X: Tensor, kernel_size: Pair, stride: Pair, temperature: float) -> Tensor:
    """Softmax pooling with another window or stride."""
    (h, w), (s_h, s_w) = kernel_size, stride
    windows = X.unfold(2, h, s_h).unfold(3, w, s_w).flatten(4)
    return ((windows / temperature).softmax(-1) * windows).sum(-1)


def _over_axis(X: Tensor, kernel_size: Pair, temperature: float, axis: int) -> Tensor:
    """The weights add up to 1 over images, channels, or rows or columns of windows."""
    windows = _windows(X, kernel_size)
    return ((windows / temperature).softmax(axis) * windows).sum(-1)


def _twice(X: Tensor, kernel_size: Pair, temperature: float, axis: int) -> Tensor:
    """Softmax pooling of rows, or columns, of a window, then of what comes out."""
    windows = _windows(X, kernel_size).unflatten(-1, tuple(kernel_size))
    pooled: Tensor = ((windows / temperature).softmax(axis) * windows).sum(axis)
    return ((pooled / temperature).softmax(-1) * pooled).sum(-1)


def _whole_map(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    weights = (X / temperature).flatten(2).softmax(-1).reshape(X.shape)
    return _windows(weights * X, kernel_size).sum(-1)


def _along(X: Tensor, kernel_size: Pair, temperature: float, axis: int) -> Tensor:
    """The weights add up to 1 in each row, or column, of a window."""
    windows = _windows(X, kernel_size).unflatten(-1, tuple(kernel_size))
    weighted: Tensor = (windows / temperature).softmax(axis) * windows
    return weighted.sum((-2, -1))


def _log_sum_exp(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    return temperature * (_windows(X, kernel_size) / temperature).logsumexp(-1)


def _exponentials(X: Tensor, kernel_size: Pair, temperature: float, shifted: bool) -> Tensor:
    windows = _windows(X, kernel_size)
    above = windows.amax(-1, keepdim=True) if shifted else 0
    return (((windows - above) / temperature).exp() * windows).sum(-1)


def _clamped(X: Tensor, kernel_size: Pair, temperature: float, bound: float) -> Tensor:
    windows = _windows(X, kernel_size)
    weights = (windows / temperature).clamp(-bound, bound).exp()
    return (weights * windows).sum(-1) / weights.sum(-1)


def _reshaped(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    (h, w), (H, W) = kernel_size, X.shape[2:]
    windows = X.reshape(*X.shape[:2], H // h, W // w, h * w)
    return ((windows / temperature).softmax(-1) * windows).sum(-1)


def _by_loops(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
    (h, w), (N, C, H, W) = kernel_size, X.shape
    Y = torch.zeros(N, C, H // h, W // w)
    for i in range(H // h):
        for j in range(W // w):
            window = X[:, :, i * h : (i + 1) * h, j * w : (j + 1) * w].flatten(2)
            weights = torch.exp((window - window.amax(2, keepdim=True)) / temperature)
            Y[:, :, i, j] = (weights * window).sum(2) / weights.sum(2)
    return Y


_LN3 = math.log(3)
_WINDOW = torch.tensor([[[[0.0, 0.0], [0.0, _LN3]]]])

SOFTMAX_POOL2D = Exercise(
    id="pooling.softmax_pool2d",
    title="Softmax pooling",
    points=3,
    minutes=8,
    core=False,
    covers=("D7.5.5", "D7.5.7"),
    example=(
        (Case(args=(_WINDOW, (2, 2), 1.0)), [[[[_LN3 / 2]]]]),
        (Case(args=(_WINDOW, (2, 2), 0.5), about="the example, colder"), [[[[_LN3 * 9 / 12]]]]),
    ),
    cases=_settings,
    reference=_in_double,
    promises=("unchanged", "tensor"),
    wrong={
        "temperature upside down": (
            "You multiplied by the temperature. Divide: the colder, the nearer to the maximum.",
            lambda X, k, T: _pooled(X, k, 1 / T),
        ),
        "smallest weighs most": (
            "Your smallest number weighs most. The exponents are x / T, not -x / T.",
            lambda X, k, T: -_pooled(-X, k, T),
        ),
        "weights divided": (
            "You divided the weights, or the result, by the temperature. It belongs into the "
            "exponents: softmax of x / T.",
            lambda X, k, T: _pooled(X, k, 1) / T,
        ),
        "temperature ignored": (
            "The temperature changes nothing in your answer. The weights are the softmax of the "
            "numbers divided by it.",
            lambda X, k, T: _pooled(X, k, 1),
        ),
        "divided numbers weighed": (
            "You weighed x / T. The temperature belongs into the weights only: they weigh the "
            "numbers x themselves.",
            lambda X, k, T: _pooled(X, k, T) / T,
        ),
        "distances weighed": (
            "You weighed the distances to the maximum. Subtract it in the exponents only: the "
            "weights weigh the numbers x themselves.",
            lambda X, k, T: _in_double(X, k, T) - _windows(X.double(), k).amax(-1),
            lambda X, k, T: _in_double(X, k, T) - X.max(),
        ),
        "weights returned": (
            "You returned the weights, or their sum, which is 1. They weigh the numbers of the "
            "window: multiply, then add.",
            lambda X, k, T: (_windows(X, k) / T).softmax(-1),
            lambda X, k, T: (_windows(X, k) / T).softmax(-1).sum(-1),
            lambda X, k, T: (_windows(X, k) / T).softmax(-1).amax(-1),
        ),
        "mean of the products": (
            "You took the mean of the weighted numbers. The weights add up to 1 already, so take "
            "the sum.",
            lambda X, k, T: _pooled(X, k, T) / (k[0] * k[1]),
        ),
        "not divided by the sum": (
            "You weighed with the exponentials themselves. Divide by the sum of these over the "
            "window, so that the weights add up to 1.",
            *(lambda X, k, T, s=s: _exponentials(X, k, T, s) for s in (False, True)),
        ),
        "maximum": (
            "That is the largest number of each window, whatever the temperature.",
            lambda X, k, T: _windows(X, k).amax(-1),
        ),
        "mean": (
            "That is the mean of each window, whatever the temperature.",
            lambda X, k, T: _windows(X, k).mean(-1),
        ),
        "all weights one": (
            "You added the numbers of each window: all your weights are 1. That happens where "
            "softmax runs over an axis of size 1; it must run over the numbers of a window.",
            lambda X, k, T: _windows(X, k).sum(-1),
        ),
        "softmax of each row": (
            "Your weights add up to 1 in each row, or in each column, of a window. They must do so "
            "over all its numbers: put the last two axes together with .flatten(4) before softmax.",
            lambda X, k, T: _along(X, k, T, -1),
            lambda X, k, T: _along(X, k, T, -2),
        ),
        "pooled twice": (
            "You pooled the rows, or columns, of each window and then what came out. That gives "
            "other weights: put the last two axes together with .flatten(4), and pool once.",
            lambda X, k, T: _twice(X, k, T, -1),
            lambda X, k, T: _twice(X, k, T, -2),
        ),
        "softmax over another axis": (
            "Your weights add up to 1 over images, channels, or windows. They must do so over the "
            "numbers of a window: the last axis, after .flatten(4).",
            *(lambda X, k, T, axis=axis: _over_axis(X, k, T, axis) for axis in (1, 2, 3)),
        ),
        "rows and columns swapped": (
            "Rows and columns are swapped: the window (h, w) has h rows and w columns.",
            lambda X, k, T: _cut(X, k[::-1], k[::-1], T),
        ),
        "one side for both": (
            "You used one side of the window for rows and columns alike: it has h rows and w "
            "columns.",
            *(lambda X, k, T, i=i: _cut(X, (k[i],) * 2, (k[i],) * 2, T) for i in (0, 1)),
        ),
        "windows overlap": (
            "You moved the window by one pixel. Windows lie side by side: it moves by h rows and w "
            "columns.",
            lambda X, k, T: _cut(X, k, (1, 1), T),
        ),
        "log of the mean of exp": (
            "That is the logarithm of a mean or a sum of exponentials, another way towards the "
            "maximum. Here it is the sum of softmax weights times numbers.",
            _log_sum_exp,
            lambda X, k, T: _log_sum_exp(X, k, T) - T * math.log(k[0] * k[1]),
        ),
        "softmax of the whole map": (
            "Your weights add up to 1 over the whole map. They must do so in each window.",
            _whole_map,
        ),
        "reshaped": (
            "reshape alone cuts the map in reading order, not into windows. Gather the windows by "
            "X.unfold(2, h, h).unfold(3, w, w) first.",
            _reshaped,
        ),
        "exponents clamped": (
            "You clamped the exponents: numbers that lie beyond the bound then weigh the same. "
            "Subtract the maximum of each window instead, which changes no weight.",
            lambda X, k, T: _clamped(X, k, T, 80),
        ),
        "an axis lost": (
            "Your numbers are right, but axes are missing: the output has the shape "
            "(N, C, H / h, W / w), also where one of these is 1.",
            lambda X, k, T: _pooled(X, k, T).squeeze(),
        ),
    },
    right=(_by_loops,),
    library={F.max_pool2d: False, torch.softmax: False},
    hints=(
        "First gather the windows: X.unfold(2, h, h).unfold(3, w, w) has shape (N, C, rows, "
        "columns, h, w). Put the last two axes together with .flatten(4).",
        "weights = softmax(windows / temperature) over the last axis; torch.softmax does not "
        "overflow. By hand, take exp((x - m) / T), where m is the maximum of the window.",
        "The result is (weights * windows).sum(-1).",
    ),
    forbidden=POOLING_OPERATORS,
)
