"""Part D, maximum or mean, and what lies between them."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, on_worked, worked
from course_lib.sections.pooling.facts import POOLING_OPERATORS

_WORKED_AVG = "the worked example, avg"


def _gradient_cases(draw: Draw) -> list[Case]:
    X, upstream = torch.tensor([[1.0, 5.0], [2.0, 4.0]]), torch.tensor([[8.0]])
    return [
        Case(args=(X, upstream, (2, 2), "max"), about=WORKED),
        Case(args=(X, upstream, (2, 2), "avg"), about=_WORKED_AVG),
        Case(args=(draw.normal(4, 6), draw.normal(2, 2), (2, 3), "max"), about="four windows, max"),
        Case(args=(draw.normal(6, 2), draw.normal(2, 2), (3, 1), "avg"), about="four windows, avg"),
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
            "mean not divided",
            "You gave each pixel the whole gradient. In a mean of n numbers each counts 1 / n, and "
            "so does its gradient.",
            worked({_WORKED_AVG: [[8, 8], [8, 8]]}),
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
)

_OVERFLOW = Mistake(
    "overflow",
    "Large numbers divided by a small temperature make exp overflow, and infinity divided by "
    "infinity is NaN. Subtract the window's maximum before exp, or let torch.softmax do so.",
)


def between_mean_and_max(
    X: Tensor, kernel_size: tuple[int, int]
) -> Callable[[Any], Mistake | str | None]:
    """Says what is wrong with a softmax pooling of large numbers, windows side by side."""

    def verify(answer: Any) -> Mistake | str | None:
        Y = as_tensor(answer)
        low, high = (pool(X.double(), tuple(kernel_size)) for pool in (F.avg_pool2d, F.max_pool2d))
        if Y is None or Y.shape != low.shape:
            return "With large numbers, too, there is one output for each window."
        if not Y.isfinite().all():
            return _OVERFLOW
        if not ((low - 1e-2 <= Y) & (high + 1e-2 >= Y)).all():
            return "Softmax pooling of large numbers left the range between mean and maximum."
        return None

    return verify


_SINGLE = "windows of a single number"


def _softmax_cases(draw: Draw) -> list[Case]:
    worked_example = torch.tensor([[[[0.0, 0.0], [0.0, 1.0986123]]]])
    large = 1000 + 100 * draw.normal(1, 1, 4, 4)
    constant = draw.integers(-9, 9, 1, 2, 2, 2).repeat_interleave(3, 2).repeat_interleave(2, 3)
    return [
        Case(args=(worked_example, (2, 2), 1.0), about=WORKED),
        Case(args=(worked_example, (2, 2), 0.5), about="the same, colder"),
        Case(args=(draw.integers(-9, 9, 1, 2, 2, 2), (1, 1), 2.0), about=_SINGLE),
        Case(args=(constant, (3, 2), 0.7), about="windows of equal numbers, two channels"),
        Case(
            args=(large, (2, 2), 0.5),
            about="numbers around 1000",
            verify=between_mean_and_max(large, (2, 2)),
        ),
    ]


def _softmax_facts(case: Case) -> Any:
    """Answers worked out by hand; a window of one number, or of equal ones, gives that number."""
    if case.about == _SINGLE:
        return case.args[0]
    if case.about.startswith("windows of equal numbers"):
        return case.args[0][:, :, ::3, ::2]
    # exp(log(3) / T) is 3 and 9: weights 1, 1, 1, 3 of 6, then 1, 1, 1, 9 of 12.
    weight = {WORKED: 3 / 6, "the same, colder": 9 / 12}[case.about]
    return torch.tensor([[[[weight * 1.0986123]]]])


SOFTMAX_POOL2D = Exercise(
    id="pooling.softmax_pool2d",
    title="Softmax pooling",
    points=3,
    covers=("D7.5.5", "D7.5.7"),
    cases=_softmax_cases,
    expect=_softmax_facts,
    mistakes=(
        Mistake(
            "temperature upside down",
            "You multiplied by the temperature. Divide: the colder, the nearer to the maximum.",
            worked({"the same, colder": [[[[1.0986123 * 3**0.5 / (3 + 3**0.5)]]]]}),
        ),
        Mistake(
            "temperature ignored",
            "The temperature changes nothing in your answer. The weights are the softmax of the "
            "numbers divided by it.",
            worked({"the same, colder": [[[[1.0986123 / 2]]]]}),
        ),
        Mistake(
            "weights only",
            "You added the weights up, which gives 1. They weigh the numbers of the window: "
            "multiply before you add.",
            on_worked([[[[1.0]]]]),
        ),
        Mistake(
            "mean of the products",
            "You took the mean of the weighted numbers. The weights add up to 1 already, so take "
            "the sum.",
            on_worked([[[[1.0986123 / 8]]]]),
        ),
        Mistake(
            "log of the mean of exp",
            "That is the logarithm of a mean of exponentials, another way between mean and "
            "maximum. Here it is the sum of softmax weights times numbers.",
            on_worked([[[[0.4054651]]]]),
        ),
        Mistake(
            "softmax of the whole map",
            "Your weights add up to 1 over the whole map. They must do so in each window.",
            lambda case: worked(
                {_SINGLE: case.args[0] * (case.args[0] / 2).flatten(2).softmax(2).view(1, 2, 2, 2)}
            )(case),
        ),
        _OVERFLOW,
    ),
    hints=(
        "First gather the windows: X.unfold(2, h, h).unfold(3, w, w) has shape (N, C, rows, "
        "columns, h, w). Put the last two axes together with .flatten(4).",
        "weights = softmax(windows / temperature) over the last axis; torch.softmax does not "
        "overflow.",
        "The result is (weights * windows).sum(-1).",
    ),
    forbidden=POOLING_OPERATORS,
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
