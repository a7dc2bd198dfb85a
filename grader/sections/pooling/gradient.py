"""Part D: which pixel learns through a maximum, and which through a mean."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import POOLING_OPERATORS
from course_lib.sections.pooling.given import pool_gradient
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.pooling.settings import Pair

Gradient = Callable[[Tensor, Tensor, Pair, str], Tensor]


def _case(draw: Draw, about: str, mode: str, kernel_size: Pair, grid: Pair, shift: float) -> Case:
    """`grid` says how many windows lie below and beside each other."""
    X = 3 * draw.normal(grid[0] * kernel_size[0], grid[1] * kernel_size[1]) + shift
    upstream = draw.normal(*grid)
    upstream[0, 1] = 0
    return Case(args=(X, upstream, kernel_size, mode), about=about)


def _settings(draw: Draw) -> list[Case]:
    few, many = draw.distinct(2, 3, 2)
    return [
        _case(draw, "maximum, wide windows", "max", (2, 4), (few, many), 0),
        _case(draw, "maximum, tall windows", "max", (4, 2), (many, few), 0),
        _case(draw, "maximum, square windows", "max", (2, 2), (3, 3), 0),
        _case(draw, "maximum, all numbers negative", "max", (2, 3), (2, 2), -20),
        _case(draw, "maximum, all numbers positive", "max", (3, 2), (2, 2), 20),
        _shared_numbers(draw, "maximum, the same numbers in all windows", step=0),
        _shared_numbers(draw, "maximum, a winner is in other windows, too", step=1),
        _each_place(draw),
        _case(draw, "mean, wide windows", "avg", (2, 4), (many, few), 0),
        _case(draw, "mean, tall windows", "avg", (4, 2), (few, many), 0),
        _case(draw, "mean, square windows", "avg", (2, 2), (2, 3), 1),
        _extreme_windows(draw),
    ]


def _shared_numbers(draw: Draw, about: str, step: int) -> Case:
    """Windows of one row of numbers each, in random order; from window to window `step` larger."""
    (h, w), (rows, columns) = (2, 3), (3, 2)
    windows = [
        torch.tensor(draw.distinct(0, h * w - 1, h * w)) + float(step * place - 2)
        for place in draw.distinct(0, rows * columns - 1, rows * columns)
    ]
    X = torch.stack(windows).reshape(rows, columns, h, w).transpose(1, 2).reshape(rows * h, -1)
    return Case(args=(X.clone(), draw.normal(rows, columns), (h, w), "max"), about=about)


def _each_place(draw: Draw) -> Case:
    """As many windows as places in a window: in each, another place holds the largest number."""
    h, w = 3, 2
    X = draw.normal(h * h * w, w)
    for window, place in enumerate(draw.distinct(0, h * w - 1, h * w)):
        X[window * h + place // w, place % w] += 9
    about = "maximum, in one column of windows each place wins once"
    return Case(args=(X, draw.normal(h * w, 1), (h, w), "max"), about=about)


def _extreme_windows(draw: Draw) -> Case:
    """One window that is the map; windows of one pixel, which pass upstream on as it is."""
    rows = [
        (draw.normal(*size), draw.normal(*grid), kernel_size, mode)
        for mode in ("max", "avg")
        for size, grid, kernel_size in (
            ((3, 4), (1, 1), (3, 4)),
            ((1, 6), (1, 2), (1, 3)),
            ((2, 3), (2, 3), (1, 1)),
        )
    ]
    return Case(each=tuple(rows), about="windows of one pixel, of one row, or the whole map")


def _spread_out(values: Tensor, kernel_size: Pair) -> Tensor:
    """Every number repeated over its window."""
    return values.repeat_interleave(kernel_size[0], 0).repeat_interleave(kernel_size[1], 1)


def _largest(X: Tensor, kernel_size: Pair) -> Tensor:
    """The largest number of each window."""
    pooled: Tensor = F.max_pool2d(X[None], tuple(kernel_size))[0]
    return pooled


def _only(mode: str, wrong: Callable[[Tensor, Tensor, Pair], Tensor]) -> Gradient:
    """A function that is wrong in one mode only."""

    def answer(X: Tensor, upstream: Tensor, kernel_size: Pair, asked: str) -> Tensor:
        if asked == mode:
            return wrong(X, upstream, kernel_size)
        return pool_gradient(X, upstream, kernel_size, asked)

    return answer


def _searched_from_zero(first: bool) -> Callable[[Tensor, Tensor, Pair], Tensor]:
    """Where no number of a window is larger than 0, the first pixel gets all, or none does."""

    def answer(X: Tensor, upstream: Tensor, kernel_size: Pair) -> Tensor:
        h, w = kernel_size
        found = pool_gradient(X, upstream, kernel_size, "max")
        lost = _largest(X, kernel_size) <= 0
        found = torch.where(_spread_out(lost, kernel_size), torch.zeros(()), found)
        if first:
            found[::h, ::w] = torch.where(lost, upstream, found[::h, ::w])
        return found

    return answer


def _all_over_the_map(added: bool) -> Callable[[Tensor, Tensor, Pair], Tensor]:
    """Each window's gradient goes to all pixels of the map that equal its largest number."""

    def answer(X: Tensor, upstream: Tensor, kernel_size: Pair) -> Tensor:
        found = torch.zeros_like(X)
        winners = _largest(X, kernel_size).flatten().tolist()
        for winner, gradient in zip(winners, upstream.flatten(), strict=True):
            found[winner == X] = gradient + (found[winner == X] if added else 0)
        return found

    return answer


def _placed(place: Callable[[Tensor, Pair], Tensor]) -> Callable[[Tensor, Tensor, Pair], Tensor]:
    """Each window's gradient goes where `place` is True."""
    return lambda X, upstream, kernel_size: (
        _spread_out(upstream, kernel_size) * place(X, kernel_size)
    )


def _line_maxima(axis: int) -> Callable[[Tensor, Pair], Tensor]:
    """The winners of each window's columns (0) or rows (1)."""

    def place(X: Tensor, kernel_size: Pair) -> Tensor:
        line: Pair = (kernel_size[0], 1) if axis == 0 else (1, kernel_size[1])
        return _spread_out(_largest(X, line), line) == X

    return place


def _window_by_window(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """Windows one after the other, laid out as if they were rows of the map."""
    (h, w), (rows, columns) = kernel_size, upstream.shape
    right = pool_gradient(X, upstream, kernel_size, mode)
    return right.reshape(rows, h, columns, w).transpose(1, 2).reshape(X.shape)


def _but_for_the_last(axes: tuple[int, ...]) -> Gradient:
    """Nothing for the last row or column of windows, where there are several."""

    def answer(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
        upstream = upstream.clone()
        for axis in axes:
            if upstream.shape[axis] > 1:
                upstream.select(axis, -1).zero_()
        return pool_gradient(X, upstream, kernel_size, mode)

    return answer


def _square_map(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """As many columns of windows as fit into the height."""
    found = pool_gradient(X, upstream, kernel_size, mode)
    if X.shape[0] // kernel_size[1] > upstream.shape[1]:
        raise IndexError
    found[:, X.shape[0] // kernel_size[1] * kernel_size[1] :] = 0
    return found


def _tiled(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """upstream as a whole beside itself, not each of its numbers."""
    return upstream.repeat(*kernel_size) * pool_gradient(
        X, torch.ones_like(upstream), kernel_size, mode
    )


def _divided_by(divisor: Callable[[Pair], int]) -> Gradient:
    return _only("avg", lambda X, up, k: _spread_out(up, k) / divisor(k))


def _without_loops(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    (h, w), spread = kernel_size, _spread_out(upstream, kernel_size)
    if mode == "avg":
        return spread / (h * w)
    largest = X.unfold(0, h, h).unfold(1, w, w).amax((-2, -1))
    return spread * (_spread_out(largest, kernel_size) == X)


def _by_autograd(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    X = X.clone().requires_grad_()
    windows = X.unfold(0, kernel_size[0], kernel_size[0]).unfold(1, kernel_size[1], kernel_size[1])
    Y = windows.amax((-2, -1)) if mode == "max" else windows.mean((-2, -1))
    Y.backward(upstream)
    assert X.grad is not None
    return X.grad


def _max_unpooled(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    _, places = F.max_pool2d(X[None], tuple(kernel_size), return_indices=True)
    return F.max_unpool2d(upstream[None], places, tuple(kernel_size))[0]


_WINDOW = (torch.tensor([[1.0, 5.0], [2.0, 4.0]]), torch.tensor([[8.0]]), (2, 2))

POOL_GRADIENT = Exercise(
    id="pooling.pool_gradient",
    title="Which pixel learns?",
    points=2,
    minutes=13,
    covers=("D7.5.5",),
    example=(
        (Case(args=(*_WINDOW, "max")), [[0, 8], [0, 0]]),
        (Case(args=(*_WINDOW, "avg"), about="the example, by the mean"), [[2, 2], [2, 2]]),
    ),
    cases=_settings,
    reference=pool_gradient,
    promises=("unchanged", "tensor"),
    wrong={
        "max spread": (
            "You shared the gradient among all pixels of the window in max mode, too. Only the "
            "largest pixel had any influence on the output, so it gets everything.",
            _only("max", lambda X, up, k: pool_gradient(X, up, k, "avg")),
        ),
        "mode ignored": (
            'You gave everything to the largest pixel although mode is "avg": each pixel of the '
            "window has a share in the mean.",
            _only("avg", lambda X, up, k: pool_gradient(X, up, k, "max")),
        ),
        "mean not divided": (
            "You gave each pixel the whole gradient. In a mean of n numbers each counts 1 / n, and "
            "so does its gradient.",
            _only("avg", lambda X, up, k: _spread_out(up, k)),
        ),
        "divided by something else": (
            "In the mean of a window each of its h * w numbers counts 1 / (h * w). You divided "
            "by one side of it, by the sum of its sides, or by how many windows or numbers the map "
            "holds.",
            _divided_by(lambda k: k[0]),
            _divided_by(lambda k: k[1]),
            _divided_by(sum),
            _only("avg", lambda X, up, k: _spread_out(up, k) / up.numel()),
            _only("avg", lambda X, up, k: _spread_out(up, k) / X.numel()),
        ),
        "largest of the map": (
            "You looked for the largest number of the whole map. Every window has a largest number "
            "of its own, and each of these gets its window's number of upstream.",
            _only("max", lambda X, up, k: _spread_out(up, k) * (X.max() == X)),
        ),
        "equal numbers elsewhere": (
            "You compared all numbers of the map with the largest one of a window. The same number "
            "may stand in other windows, too: compare within the window.",
            _only("max", _all_over_the_map(added=True)),
            _only("max", _all_over_the_map(added=False)),
            _only("max", _placed(lambda X, k: torch.isin(X, _largest(X, k)))),
        ),
        "largest starts at zero": (
            "Where all numbers of a window are negative you find no largest one: your search "
            "starts at 0. Start it at minus infinity, or at the window's first number.",
            _only("max", _searched_from_zero(first=True)),
            _only("max", _searched_from_zero(first=False)),
        ),
        "smallest": (
            "You gave the gradient to the smallest number of each window. The maximum is moved by "
            "the largest one.",
            _only("max", lambda X, up, k: pool_gradient(-X, up, k, "max")),
        ),
        "largest absolute value": (
            "You looked for the largest absolute value of each window. The largest number counts: "
            "-3 is smaller than 1.",
            _only("max", lambda X, up, k: pool_gradient(X.abs(), up, k, "max")),
        ),
        "times the pixel": (
            "You multiplied by the pixel's value. The maximum passes its winner on unchanged: the "
            "derivative is 1 for the winner and 0 for the others.",
            _only("max", lambda X, up, k: X * pool_gradient(X, up, k, "max")),
        ),
        "every pixel learns": (
            "You gave the whole gradient to every pixel of the window in max mode. Only the "
            "largest one moves the output.",
            _only("max", lambda X, up, k: _spread_out(up, k)),
        ),
        "modes exchanged": (
            'You exchanged the modes: with "max" the largest pixel gets all, with "avg" each gets '
            "its share.",
            lambda X, up, k, mode: pool_gradient(X, up, k, "avg" if mode == "max" else "max"),
        ),
        "winner divided": (
            "You divided by the size of the window in max mode, too. The largest pixel passes on "
            "its change in full, so it gets all of the gradient.",
            _only("max", lambda X, up, k: pool_gradient(X, up, k, "max") / (k[0] * k[1])),
        ),
        "largest of a line": (
            "You looked for the largest number of each row or column of a window. The output has "
            "one number for each window: only the largest of them all moves it.",
            *(_only("max", _placed(_line_maxima(axis))) for axis in (0, 1)),
        ),
        "sign of upstream": (
            "You changed the sign of upstream, or left out its negative numbers. It is multiplied "
            "as it is, whatever its sign.",
            lambda X, up, k, mode: pool_gradient(X, up.clamp(min=0), k, mode),
            lambda X, up, k, mode: pool_gradient(X, up.abs(), k, mode),
            lambda X, up, k, mode: pool_gradient(X, -up, k, mode),
        ),
        "upstream tiled": (
            "You laid copies of upstream side by side. Each of its numbers belongs to one window: "
            "repeat every number over its window (repeat_interleave), not all in turn.",
            _tiled,
        ),
        "windows as rows": (
            "Your numbers are those asked for, at other places: a reshape of all windows into the "
            "shape of the map puts one window after the other. Bring the axes into the order "
            "(window row, row, window column, column) first.",
            _window_by_window,
        ),
        "last windows forgotten": (
            "You left out the last row or column of windows: there are H // h rows of them and "
            "W // w columns.",
            *(_but_for_the_last(axes) for axes in ((0,), (1,), (0, 1))),
        ),
        "map taken as square": (
            "You counted columns of windows from the height of the map. It need not be square: "
            "there are W // w of them.",
            _square_map,
        ),
        "an axis lost": (
            "Your numbers are right, but an axis is missing: the gradient has the shape of X, also "
            "where a side is 1.",
            lambda X, up, k, mode: pool_gradient(X, up, k, mode).squeeze(),
        ),
        "upstream forgotten": (
            "You returned the derivative alone. By the chain rule it is multiplied by upstream, "
            "the gradient that arrives at the output.",
            lambda X, up, k, mode: pool_gradient(X, torch.ones_like(up), k, mode),
        ),
        "the pixel itself": (
            "You put the largest number itself in its place. What goes there is the gradient: the "
            "derivative, 1, times the window's number of upstream.",
            _only("max", lambda X, up, k: X * pool_gradient(X, torch.ones_like(up), k, "max")),
        ),
    },
    right=(_without_loops, _by_autograd),
    library={_max_unpooled: False, pool_gradient: False},
    hints=(
        "Change one pixel of a window by a little: by how much does the output of this window "
        "change? That is the derivative.",
        "Mean: every pixel of window (i, j) gets upstream[i, j] / (h * w). Maximum: the largest "
        "pixel gets upstream[i, j], the others 0.",
        "Loop over the windows X[i*h:(i+1)*h, j*w:(j+1)*w]; for the maximum, window == "
        "window.max() marks the winner.",
    ),
    forbidden=POOLING_OPERATORS,
    instead="Here you are to say yourself how much each pixel gets.",
    needs=("pooling.max_pool2d", "pooling.avg_pool2d"),
    stand_in="pool_gradient",
)
