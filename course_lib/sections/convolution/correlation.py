"""Part B, cross-correlation: in one and two dimensions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import cross_correlation, same_padded, valid_convolution


def _corr1d_cases(draw: Draw) -> list[Case]:
    worked_example = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, -1.0])
    return [
        Case(args=worked_example, about="corr1d([1, 2, 3], [1, -1])"),
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
    image, kernel = draw.integers(-4, 5, 3, 4), draw.integers(-3, 3, 2, 2) + 0.5
    return [
        Case(args=worked_example, about="the example in the text, 3x3 and 2x2"),
        Case(args=image_and_kernel(draw, (5, 5), (3, 3)), about="a 5x5 image, a 3x3 kernel"),
        Case(args=image_and_kernel(draw, (4, 7), (2, 3)), about="an image that is not square"),
        Case(args=image_and_kernel(draw, (6, 6), (1, 4)), about="a kernel that is not square"),
        Case(args=(image, kernel.requires_grad_()), about="a kernel that requires a gradient"),
    ]


def _corr2d_fast_cases(draw: Draw) -> list[Case]:
    small, kernel = image_and_kernel(draw, (5, 5), (3, 3))
    return [
        Case(args=(small, kernel), about="a small image"),
        Case(args=(draw.integers(-4, 5, 12, 15), kernel), about="a larger one, same kernel"),
        Case(args=image_and_kernel(draw, (6, 6), (1, 4)), about="a kernel that is not square"),
    ]


def _first_rows_only(output: Tensor) -> Tensor:
    """What is left when the loop over rows ends after its first turn."""
    return torch.cat([output[:1], torch.zeros_like(output[1:])])


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
        "transposed output",
        "Rows and columns of your output are swapped: the window at row i and column j gives "
        "Y[i, j].",
        lambda case: cross_correlation(*case.args).T,
    ),
    Mistake(
        "first row only",
        "Only the first row of your output is filled. Does the return stand inside the outer loop?",
        lambda case: _first_rows_only(cross_correlation(*case.args)),
    ),
    Mistake(
        "as large as the image",
        "Your output has the shape of X, with zeros where no window starts. Only H - h + 1 rows "
        "and W - w + 1 columns have a window: give Y that shape.",
        lambda case: F.pad(
            cross_correlation(*case.args),
            (0, case.args[1].shape[1] - 1, 0, case.args[1].shape[0] - 1),
        ),
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
    gradient="kept",
    keeps_inputs=True,
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
    forbidden=(*CONVOLUTION_OPERATORS, "numpy", ".numpy", ".tolist"),
    vectorised=True,
)
