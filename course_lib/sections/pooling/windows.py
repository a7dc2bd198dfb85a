"""Part A, pooling at every position: the largest number, or the mean, of each window."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import worked
from course_lib.sections.pooling.facts import (
    LESSON_MAP,
    PATCH,
    POOLING_OPERATORS,
    count_up,
    pooled,
)

PATCH_NUMBERS = Exercise(
    id="pooling.patch",
    title="One window, two summaries",
    points=0,
    covers=("M5",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: [PATCH.max(), PATCH.mean()],
    mistakes=(
        Mistake(
            "order swapped",
            "Both numbers are right, their order is not: first the maximum, then the mean.",
            lambda case: [PATCH.mean(), PATCH.max()],
        ),
        Mistake(
            "sum",
            "The maximum is right. The second number is the mean: divide the sum by how many "
            "numbers the window holds.",
            lambda case: [PATCH.max(), PATCH.sum()],
        ),
        Mistake(
            "divided by the side",
            "The maximum is right. For the mean you divided by the side of the window; divide by "
            "the number of its entries.",
            lambda case: [PATCH.max(), PATCH.sum() / len(PATCH)],
        ),
        Mistake(
            "median",
            "The maximum is right. The second number is the mean, not the lower median that "
            "torch.median gives.",
            lambda case: [PATCH.max(), PATCH.median()],
        ),
    ),
    hints=("The mean is the sum of the four numbers, divided by four. patch = [max, mean].",),
)

LESSON_WINDOWS = Exercise(
    id="pooling.lesson_map",
    title="Four windows by hand",
    points=0,
    covers=("L4",),
    asks="value",
    cases=lambda draw: [Case()],
    # A list, so that the card draws no picture of what is expected.
    expect=lambda case: F.max_pool2d(LESSON_MAP[None], 2)[0].tolist(),
    mistakes=(
        Mistake(
            "the printed table",
            "That table stands in some lecture notes, and it is wrong. Look at the window at the "
            "top right: rows 0 and 1, columns 2 and 3.",
            lambda case: [[3, 3], [1, 4]],
        ),
        Mistake(
            "mean",
            "Those are the means of the four windows. The largest numbers are asked for.",
            lambda case: F.avg_pool2d(LESSON_MAP[None], 2)[0],
        ),
        Mistake(
            "window moves by one",
            "You let the window move by one pixel. Here the stride is 2: the windows lie side by "
            "side, and there are two of them in each direction.",
            lambda case: F.max_pool2d(LESSON_MAP[None], 2, 1)[0],
        ),
        Mistake(
            "transposed",
            "Rows and columns of your table are swapped: the window at the top right belongs to "
            "the first row.",
            lambda case: F.max_pool2d(LESSON_MAP[None], 2)[0].T,
        ),
        Mistake(
            "minimum",
            "Those are the smallest numbers of the four windows. The largest ones are asked for.",
            lambda case: -F.max_pool2d(-LESSON_MAP[None], 2)[0],
        ),
    ),
    hints=(
        "Draw a line down the middle of the map and one across it: those are the four windows.",
        "Write lesson_map = [[top left, top right], [bottom left, bottom right]].",
    ),
)


_MAX_OF_NINE, _MEAN_OF_NINE = "0 … 8, largest of 2x2", "0 … 8, mean of 2x2"


def _pool2d_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(count_up(3, 3), (2, 2), "max"), about=_MAX_OF_NINE),
        Case(args=(count_up(3, 3), (2, 2), "avg"), about=_MEAN_OF_NINE),
        Case(
            args=(draw.integers(-9, -1, 4, 6), (2, 3), "max"),
            about="all negative, a wide window, max",
        ),
        Case(args=(draw.integers(-9, 9, 6, 5), (3, 2), "avg"), about="a tall window, avg"),
    ]


def _telling(case: Case, pool: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The pooling, where its windows side by side differ from those without the last one."""
    if case.args[0].shape == (3, 3):
        raise ValueError("both leave one number")
    return pool


def _scaled(side: int) -> Callable[[Case], Tensor]:
    """A mean divided by the other side of the window only; a maximum stays as it is."""

    def gives(case: Case) -> Tensor:
        X, pool_size, mode = case.args
        return pooled(X, pool_size, mode) * (pool_size[side] if mode == "avg" else 1)

    return gives


def _zeros_at_the_end(case: Case) -> Tensor:
    Y = pooled(*case.args)
    Y[-1], Y[:, -1] = 0, 0
    return Y


def _first_row_only(case: Case) -> Tensor:
    Y = pooled(*case.args)
    Y[1:] = 0
    return Y


def _smaller_window(case: Case) -> Tensor:
    X, (h, w), mode = case.args
    return pooled(X[:-1, :-1], (h - 1, w - 1), mode)


_ONE_SIDE = "You divided by one side of the window. It holds h * w numbers: divide by that."

POOL2D = Exercise(
    id="pooling.pool2d",
    title="Pooling by loops",
    points=2,
    covers=("D7.5-demo",),
    cases=_pool2d_cases,
    expect=lambda case: pooled(*case.args),
    mistakes=(
        Mistake(
            "mode ignored",
            'You took the maximum although mode is "avg": then the mean is asked for.',
            lambda case: pooled(case.args[0], case.args[1], "max"),
        ),
        Mistake(
            "always the mean",
            'You took the mean although mode is "max": then the largest number is asked for.',
            lambda case: pooled(case.args[0], case.args[1], "avg"),
        ),
        Mistake(
            "sum",
            "You added the numbers of each window. Their mean is asked for.",
            lambda case: (
                pooled(case.args[0], case.args[1], "avg") * case.args[1][0] * case.args[1][1]
            ),
        ),
        Mistake("divided by one side", _ONE_SIDE, _scaled(0)),
        Mistake("divided by one side", _ONE_SIDE, _scaled(1)),
        Mistake(
            "largest starts at zero",
            "Where all numbers of a window are negative you answer 0: your search for the largest "
            "starts at 0. Start it at minus infinity, or take the maximum of the window itself.",
            lambda case: pooled(*case.args).clamp(min=0),
        ),
        Mistake(
            "windows side by side",
            "You moved the window by its own size. Here it moves by one pixel, so windows overlap "
            "and there are H - h + 1 rows of them.",
            lambda case: _telling(case, F.max_pool2d if case.args[2] == "max" else F.avg_pool2d)(
                case.args[0][None], tuple(case.args[1])
            )[0],
        ),
        Mistake(
            "last window forgotten",
            "Your output lacks its last row and column: the last window starts at row H - h, so "
            "there are H - h + 1 of them.",
            lambda case: _telling(case, pooled)(*case.args)[:-1, :-1],
        ),
        Mistake(
            "last window left at zero",
            "The last row and column of your output were never filled: range(n) already ends at "
            "n - 1, so loop over range(H - h + 1).",
            _zeros_at_the_end,
        ),
        Mistake(
            "returned too early",
            "Only the first row of your output is filled: your function returns inside the loop. "
            "Put return behind both loops.",
            _first_row_only,
        ),
        Mistake(
            "slices one short",
            "Your window lacks its last row and column: a slice i : i + h ends before i + h, so "
            "nothing has to be taken away.",
            _smaller_window,
        ),
        Mistake(
            "slices end in one place",
            "Your windows shrink: their slices end at the same row and column for every i and j. "
            "The end must move along with the start.",
            worked(
                {_MAX_OF_NINE: [[4, 4], [4, 4]], _MEAN_OF_NINE: [[2, 2.5], [3.5, 4]]},
            ),
        ),
        Mistake(
            "window transposed",
            "Your window has its height and width swapped: pool_size is (rows, columns).",
            lambda case: pooled(case.args[0], case.args[1][::-1], case.args[2]),
        ),
    ),
    hints=(
        "This is your cross-correlation of section 01, with another sum: the loops are the same.",
        "The window at row i and column j is X[i:i + h, j:j + w].",
        "Make the output with torch.zeros(H - h + 1, W - w + 1); each entry is window.max() if "
        'mode is "max", else window.mean().',
    ),
    forbidden=POOLING_OPERATORS,
    returns="tensor",
    keeps_inputs=True,
)
