"""Part B, cross-correlation: in one and two dimensions, and as a layer."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import (
    CONVOLUTION_OPERATORS,
    WORKED,
    cross_correlation,
    image_and_kernel,
    same_padded,
    valid_convolution,
)


def _corr1d_cases(draw: Draw) -> list[Case]:
    worked_example = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, -1.0])
    return [
        Case(args=worked_example, about=WORKED),
        Case(
            args=(draw.integers(-4, 5, 7), draw.integers(1, 4, 3) * torch.tensor([1.0, -2.0, 3.0])),
            about="a kernel of three entries",
        ),
    ]


def _correlation_1d(x: Tensor, w: Tensor) -> Tensor:
    """PyTorch's own operator on one channel: (n,), (k,) -> (n-k+1,)."""
    return F.conv1d(x[None, None], w[None, None])[0, 0]


CORR1D = Exercise(
    id="convolution.corr1d",
    title="Cross-correlation in one dimension",
    points=1,
    covers=("M1",),
    cases=_corr1d_cases,
    expect=lambda case: _correlation_1d(*case.args),
    mistakes=(
        Mistake(
            "flipped kernel",
            "Your output is the one of the kernel read backwards: that is true convolution. "
            "Cross-correlation lays the kernel on the signal as it is.",
            lambda case: valid_convolution(case.args[0][None], case.args[1][None])[0],
        ),
        Mistake(
            "padded",
            "Your output is as long as the signal. “Valid” means that the kernel never leaves the "
            "signal, so the output has n - k + 1 entries.",
            lambda case: _correlation_1d(
                same_padded(case.args[0][None], case.args[1][None])[0], case.args[1]
            ),
        ),
        Mistake(
            "last window forgotten",
            "Your output lacks its last entry: the last window starts at n - k, so there are "
            "n - k + 1 of them.",
            lambda case: _correlation_1d(*case.args)[:-1],
        ),
        Mistake(
            "mean",
            "You took the mean of the products; cross-correlation takes their sum.",
            lambda case: _correlation_1d(*case.args) / len(case.args[1]),
        ),
    ),
    hints=(
        "At how many places does the whole kernel fit on the signal?",
        "The window that starts at i is x[i:i + len(w)].",
        "Each entry is (x[i:i + len(w)] * w).sum(), for i from 0 to len(x) - len(w); collect them "
        "with torch.stack.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)

_LESSON_IMAGE = torch.tensor(
    [[1, 2, 3, 0, 1], [0, 1, 2, 1, 0], [1, 0, 1, 2, 1], [2, 1, 0, 1, 2], [0, 2, 1, 0, 1]]
).float()
_LESSON_KERNEL = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).float()

LESSON_WINDOW = Exercise(
    id="convolution.lesson_window",
    title="Nine windows by hand",
    points=0,
    covers=("L2",),
    asks="value",
    cases=lambda draw: [Case()],
    # A list, so that the card draws no picture of what is expected.
    expect=lambda case: cross_correlation(_LESSON_IMAGE, _LESSON_KERNEL).tolist(),
    mistakes=(
        Mistake(
            "the printed table",
            "That table stands in some lecture notes, and it is wrong. Work out the window at the "
            "top left yourself: five products are not zero.",
            lambda case: [[4, 3, 4], [2, 4, 3], [4, 3, 4]],
        ),
        Mistake(
            "transposed",
            "Rows and columns of your table are swapped: moving the window to the right moves you "
            "to the right in the output.",
            lambda case: cross_correlation(_LESSON_IMAGE, _LESSON_KERNEL).T,
        ),
        Mistake(
            "padded",
            "Your table has the size of the image. The kernel never leaves the image here, so "
            "there are only three places for it in each direction.",
            lambda case: cross_correlation(
                same_padded(_LESSON_IMAGE, _LESSON_KERNEL), _LESSON_KERNEL
            ),
        ),
        Mistake(
            "centre forgotten",
            "You added the four corners of each window. The kernel has a one in its centre, too.",
            lambda case: cross_correlation(_LESSON_IMAGE, _LESSON_KERNEL) - _LESSON_IMAGE[1:4, 1:4],
        ),
    ),
    hints=(
        "Lay the kernel on the top left 3x3 of the image. Only where the kernel has a one does a "
        "pixel count.",
        "Each entry is the sum of five pixels: the four corners of the window and its centre.",
    ),
)


def _corr2d_cases(draw: Draw) -> list[Case]:
    worked_example = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    return [
        Case(args=worked_example, about="the worked example, 3x3 and 2x2"),
        Case(args=image_and_kernel(draw, (5, 5), (3, 3)), about="a 5x5 image, a 3x3 kernel"),
        Case(args=image_and_kernel(draw, (4, 7), (2, 3)), about="an image that is not square"),
        Case(args=image_and_kernel(draw, (6, 6), (1, 4)), about="a kernel that is not square"),
    ]


def _corr2d_fast_cases(draw: Draw) -> list[Case]:
    small, kernel = image_and_kernel(draw, (5, 5), (3, 3))
    return [
        Case(args=(small, kernel), about="a small image"),
        Case(args=(draw.integers(-4, 5, 12, 15), kernel), about="a larger one, same kernel"),
        Case(args=image_and_kernel(draw, (6, 6), (1, 4)), about="a kernel that is not square"),
    ]


CORR2D_MISTAKES = (
    Mistake(
        "flipped kernel",
        "Your output is the expected one with the kernel flipped in both directions: that is true "
        "convolution. Cross-correlation lays the kernel on the image as it is.",
        lambda case: valid_convolution(*case.args),
    ),
    Mistake(
        "transposed kernel",
        "Your output is the one of the transposed kernel: rows and columns are swapped somewhere.",
        lambda case: cross_correlation(case.args[0], case.args[1].T),
    ),
    Mistake(
        "padded",
        "Your output has the size of the image. “Valid” means that the kernel never leaves the "
        "image, so the output is smaller: H - h + 1 rows and W - w + 1 columns.",
        lambda case: cross_correlation(same_padded(*case.args), case.args[1]),
    ),
    Mistake(
        "last window forgotten",
        "Your output lacks its last row and column: the last window starts at row H - h, so there "
        "are H - h + 1 of them.",
        lambda case: cross_correlation(*case.args)[:-1, :-1],
    ),
    Mistake(
        "mean",
        "You took the mean of the products; cross-correlation takes their sum.",
        lambda case: cross_correlation(*case.args) / case.args[1].numel(),
    ),
)

CORR2D = Exercise(
    id="convolution.corr2d",
    title="Cross-correlation by loops",
    points=3,
    covers=("D7.2-corr2d",),
    cases=_corr2d_cases,
    expect=lambda case: cross_correlation(*case.args),
    mistakes=CORR2D_MISTAKES,
    hints=(
        "How many places are there where the whole kernel fits on the image, up and down? And "
        "from left to right? That is the shape of the output.",
        "The window at row i and column j is X[i:i + h, j:j + w], with h and w the kernel's shape.",
        "Make the output with torch.zeros, then fill it in two loops: one entry is "
        "(window * K).sum().",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)

CORR2D_FAST = Exercise(
    id="convolution.corr2d_fast",
    title="Cross-correlation without a loop over windows",
    points=2,
    covers=("D7.2-corr2d",),
    cases=_corr2d_fast_cases,
    expect=lambda case: cross_correlation(*case.args),
    mistakes=CORR2D_MISTAKES,
    hints=(
        "All windows are views of one image. Which tensor method gives overlapping slices along "
        "an axis?",
        "Tensor.unfold(dim, size, 1) gives all windows along one axis at once, as a new last axis. "
        "What shape has X.unfold(0, h, 1).unfold(1, w, 1)?",
        "The windows have shape (H - h + 1, W - w + 1, h, w). Multiply by K, which broadcasts over "
        "the first two axes, and sum the last two.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    vectorised=True,
)


def layer_answer(X: Tensor, weight: Tensor, bias: Tensor) -> dict[str, Any]:
    """What a layer with these weights must answer, in the form of `Answer.value`."""
    return _layer_with(cross_correlation(X, weight) + bias, weight)


def _layer_with(output: Tensor, weight: Tensor) -> dict[str, Any]:
    state = {"weight": list(weight.shape), "bias": [1]}
    return {"state": state, "train": [output], "eval": [output]}


def _layer_cases(draw: Draw) -> list[Case]:
    cases = []
    for shape in ((2, 2), (1, 3)):
        state = {"weight": draw.normal(*shape), "bias": draw.normal(1)}
        about = f"Conv2D({shape}) on a 5x6 image"
        cases.append(Case(args=(shape,), state=state, inputs=(draw.normal(5, 6),), about=about))
    return cases


LAYER = Exercise(
    id="convolution.Conv2D",
    title="A convolution layer",
    points=2,
    covers=("D7.2-layer",),
    asks="module",
    cases=_layer_cases,
    expect=lambda case: layer_answer(case.inputs[0], case.state["weight"], case.state["bias"]),
    mistakes=(
        Mistake(
            "bias forgotten",
            "The output lacks the bias: forward returns the cross-correlation plus self.bias.",
            lambda case: layer_answer(case.inputs[0], case.state["weight"], 0 * case.state["bias"]),
        ),
        Mistake(
            "flipped kernel",
            "The output is the one of the flipped kernel: use your corr2d, which does not flip.",
            lambda case: _layer_with(
                valid_convolution(case.inputs[0], case.state["weight"]) + case.state["bias"],
                case.state["weight"],
            ),
        ),
        Mistake(
            "bias multiplied",
            "You multiplied by the bias. It is added, the same number to every entry.",
            lambda case: _layer_with(
                cross_correlation(case.inputs[0], case.state["weight"]) * case.state["bias"],
                case.state["weight"],
            ),
        ),
    ),
    hints=(
        "What does the layer learn? Only what is an nn.Parameter is found by an optimiser.",
        "Two parameters, made in __init__ with nn.Parameter: a weight of shape kernel_size and a "
        "bias of shape (1,).",
        "forward(x) calls your corr2d with self.weight and adds self.bias.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)
