"""Part D, maximum or mean: what they keep, and which pixel learns through them."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked
from course_lib.sections.pooling.facts import POOLING_OPERATORS

_WORKED_AVG = "the worked example, avg"
_TWO = "two windows, max"


def _gradient_cases(draw: Draw) -> list[Case]:
    X, upstream = torch.tensor([[1.0, 5.0], [2.0, 4.0]]), torch.tensor([[8.0]])
    two = torch.tensor([[1.0, 5.0, 3.0, 2.0], [2.0, 4.0, 9.0, 0.0]])
    return [
        Case(args=(X, upstream, (2, 2), "max"), about=WORKED),
        Case(args=(X, upstream, (2, 2), "avg"), about=_WORKED_AVG),
        Case(args=(two, torch.tensor([[8.0, 6.0]]), (2, 2), "max"), about=_TWO),
        Case(args=(draw.normal(4, 6), draw.normal(2, 2), (2, 3), "max"), about="four windows, max"),
        Case(args=(draw.normal(6, 4), draw.normal(2, 2), (3, 2), "avg"), about="four windows, avg"),
    ]


def gradient_by_autograd(case: Case) -> Tensor:
    """PyTorch's own gradient of pooling with windows side by side: (H, W)."""
    X, upstream, kernel_size, mode = case.args
    with torch.enable_grad():
        X = X.detach().clone().requires_grad_()
        pool = F.max_pool2d if mode == "max" else F.avg_pool2d
        pooled: Tensor = pool(X[None], tuple(kernel_size))[0]
        gradient: Tensor = torch.autograd.grad(pooled, X, upstream)[0]
    return gradient


POOL_GRADIENT = Exercise(
    id="pooling.pool_gradient",
    title="Which pixel learns?",
    points=2,
    covers=("D7.5.5",),
    cases=_gradient_cases,
    expect=gradient_by_autograd,
    mistakes=(
        Mistake(
            "max spread",
            "You shared the gradient among all pixels of the window in max mode, too. Only the "
            "largest pixel had any influence on the output, so it gets everything.",
            on_worked([[2, 2], [2, 2]]),
        ),
        Mistake(
            "mode ignored",
            'You gave everything to the largest pixel although mode is "avg": each pixel of the '
            "window has a share in the mean.",
            on(_WORKED_AVG, [[0, 8], [0, 0]]),
        ),
        Mistake(
            "mean not divided",
            "You gave each pixel the whole gradient. In a mean of n numbers each counts 1 / n, and "
            "so does its gradient.",
            on(_WORKED_AVG, [[8, 8], [8, 8]]),
        ),
        Mistake(
            "divided by one side",
            "You divided by one side of the window. It holds h * w numbers, and each counts "
            "1 / (h * w).",
            on(_WORKED_AVG, [[4, 4], [4, 4]]),
        ),
        Mistake(
            "largest of the map",
            "You looked for the largest number of the whole map. Every window has a largest number "
            "of its own, and each of these gets its window's number of upstream.",
            on(_TWO, [[0, 0, 0, 0], [0, 0, 6, 0]]),
        ),
        Mistake(
            "times the pixel",
            "You multiplied by the pixel's value. The maximum passes its winner on unchanged: the "
            "derivative is 1 for the winner and 0 for the others.",
            on_worked([[0, 40], [0, 0]]),
        ),
        Mistake(
            "every pixel learns",
            "You gave the whole gradient to every pixel of the window in max mode. Only the "
            "largest one moves the output.",
            on_worked([[8, 8], [8, 8]]),
        ),
        Mistake(
            "upstream forgotten",
            "You returned the derivative alone. By the chain rule it is multiplied by upstream, "
            "the gradient that arrives at the output.",
            on_worked([[0, 1], [0, 0]]),
        ),
        Mistake(
            "the pixel itself",
            "You put the largest number itself in its place. What goes there is the gradient: the "
            "derivative, 1, times the window's number of upstream.",
            on_worked([[0, 5], [0, 0]]),
        ),
    ),
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
    returns="tensor",
    keeps_inputs=True,
)

KIND_CHOICE = Exercise(
    id="pooling.kind_choice",
    title="What a pooling can no longer tell",
    points=1,
    covers=("Q8",),
    asks="choice",
    options={
        "A": "Max pooling.",
        "B": "Both of them.",
        "C": "Average pooling.",
        "D": "Neither of them.",
    },
)
