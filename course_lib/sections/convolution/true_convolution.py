"""Part F, true convolution: flipped, full, and commutative."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.convolution.facts import (
    cross_correlation,
    full_convolution,
    valid_convolution,
)

_IMAGE = torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 4.0]])
_KERNEL = torch.tensor([[1.0, 2.0], [0.0, -1.0]])

_EXAMPLE = "true_conv2d([[1, 2, 0], [3, 1, 4]], [[1, 2], [0, -1]])"


def _true_conv2d_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(_IMAGE[:2, :3], _KERNEL), about=_EXAMPLE),
        Case(args=image_and_kernel(draw, (5, 6), (3, 2)), about="a kernel that is not square"),
    ]


TRUE_CONV2D = Exercise(
    id="convolution.true_conv2d",
    title="True convolution",
    points=2,
    covers=("Q21",),
    cases=_true_conv2d_cases,
    expect=lambda case: valid_convolution(*case.args),
    mistakes=(
        Mistake(
            "not flipped",
            "That is cross-correlation: the kernel was not flipped. True convolution flips it "
            "first.",
            lambda case: cross_correlation(*case.args),
        ),
        Mistake(
            "transposed",
            "You transposed the kernel. Flipping turns it by 180 degrees: reverse the order of the "
            "rows and the order within each row.",
            lambda case: cross_correlation(case.args[0], case.args[1].T),
        ),
        Mistake(
            "flipped up and down only",
            "You reversed the order of the rows only. Reverse the order within each row, too.",
            on(_EXAMPLE, [[3, 9]]),
        ),
        Mistake(
            "flipped left and right only",
            "You reversed the order within each row only. Reverse the order of the rows, too.",
            on(_EXAMPLE, [[1, 3]]),
        ),
        Mistake(
            "image flipped",
            "You flipped the image, so the output comes out turned by 180 degrees. Flip the "
            "kernel.",
            on(_EXAMPLE, [[4, 6]]),
        ),
        Mistake(
            "full",
            "That is the full convolution, larger than the image. “Valid” keeps the places where "
            "the kernel lies wholly on the image.",
            lambda case: full_convolution(*case.args),
        ),
    ),
    hints=(
        "You have an operation that lays a kernel on the image as it is. What must be done to the "
        "kernel beforehand?",
        "torch.flip(K, dims=...) reverses the order of the entries along the axes you name.",
        "Flip K along both axes, 0 and 1, and hand it to your corr2d together with X.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)


def _padded_correlation(A: Tensor, B: Tensor) -> Tensor:
    """PyTorch's own operator with h-1 rows and w-1 columns of zeros on each side."""
    padding = (B.shape[0] - 1, B.shape[1] - 1)
    return F.conv2d(A[None, None], B[None, None], padding=padding)[0, 0]


def _pads_swapped(A: Tensor, B: Tensor) -> Tensor:
    """PyTorch's own operators, with w-1 rows and h-1 columns of zeros on each side."""
    rows, columns = B.shape[1] - 1, B.shape[0] - 1
    return valid_convolution(F.pad(A, (columns, columns, rows, rows)), B)


FULL_CONV2D = Exercise(
    id="convolution.full_conv2d",
    title="Full convolution",
    points=2,
    covers=("D7.1.8",),
    cases=lambda draw: [
        Case(
            args=(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])),
            about="full_conv2d([[1, 2]], [[3, 4]])",
        ),
        Case(args=(_KERNEL, _IMAGE), about="a 2x2 and a 2x3 matrix"),
        Case(args=image_and_kernel(draw, (3, 5), (2, 3)), about="a larger one first"),
        Case(args=image_and_kernel(draw, (2, 2), (3, 4)), about="a larger one second"),
    ],
    expect=lambda case: full_convolution(*case.args),
    mistakes=(
        Mistake(
            "not flipped",
            "That is full cross-correlation: the second matrix was not flipped.",
            lambda case: _padded_correlation(*case.args),
        ),
        Mistake(
            "valid",
            "You kept only the places where B lies wholly on A. “Full” keeps every place where "
            "they overlap at all.",
            lambda case: valid_convolution(*case.args),
        ),
        Mistake(
            "one zero too many",
            "Your output has a border of zeros: you padded with h and w zeros. With h - 1 and "
            "w - 1 the two overlap at every place.",
            lambda case: F.pad(full_convolution(*case.args), (1, 1, 1, 1)),
        ),
        Mistake(
            "rows and columns of zeros swapped",
            "You laid w - 1 zeros around the rows and h - 1 around the columns, or handed them to "
            "F.pad in that order. It takes the last axis first: left, right, above, below.",
            lambda case: _pads_swapped(*case.args),
        ),
        Mistake(
            "as large as the first",
            "Your output has the size of the first matrix. “Full” is larger: H + h - 1 rows and "
            "W + w - 1 columns.",
            lambda case: full_convolution(*case.args)[
                : case.args[0].shape[0], : case.args[0].shape[1]
            ],
        ),
    ),
    hints=(
        "Where do A and B overlap in at least one entry? Lay zeros around A so that B may stand "
        "there.",
        "h - 1 rows of zeros above and below A and w - 1 columns on either side are enough; then "
        "it is a valid convolution.",
        "torch.nn.functional.pad(A, (w - 1, w - 1, h - 1, h - 1)) makes the zeros (last axis "
        "first); your true_conv2d does the rest.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)


def two_residuals(answer: Any) -> str | None:
    """Verifies what holds for all residuals of matrices in general position."""
    residuals = as_tensor(answer)
    if residuals is None or residuals.shape != (2,):
        return f"The answer is a list of two numbers, [r_conv, r_corr], got {describe(answer)}."
    if not residuals[0] < 1e-3:
        return "Full convolution commutes, so the first residual is zero, up to rounding."
    if not residuals[1] > 1e-3:
        return "Cross-correlation does not commute, so the second residual is positive."
    return None


_ROWS, _MATRICES = "residuals([[1, 2]], [[3, 4]])", "a 2x3 and a 2x2 matrix"


def _residual_cases(draw: Draw) -> list[Case]:
    A, B = torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 2.0]]), torch.tensor([[1.0, 0.0], [-1.0, 2.0]])
    image, kernel = image_and_kernel(draw, (4, 3), (2, 5))
    row, other = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])
    return [
        Case(args=(row, other), about=_ROWS),
        Case(args=(A, B), about=_MATRICES),
        Case(args=(image, kernel), about="zero and not zero", verify=two_residuals),
    ]


RESIDUALS = Exercise(
    id="convolution.residuals",
    title="Which of the two commutes?",
    points=1,
    covers=("D7.1.8",),
    cases=_residual_cases,
    expect=worked({_ROWS: [0.0, 2.0], _MATRICES: [0.0, 8.0]}),
    mistakes=(
        Mistake(
            "order swapped",
            "The numbers are the other way round: first convolution, then cross-correlation.",
            on(_ROWS, [2.0, 0.0]),
        ),
        Mistake(
            "convolution twice",
            "Your second residual is that of convolution again. For cross-correlation nothing may "
            "be flipped.",
            worked({_ROWS: [0.0, 0.0], _MATRICES: [0.0, 0.0]}),
        ),
        Mistake(
            "mean",
            "You took the mean of the differences; a residual here is the largest one.",
            worked({_ROWS: [0.0, 4 / 3], _MATRICES: [0.0, 10 / 3]}),
        ),
        Mistake(
            "sum",
            "You summed the differences; a residual here is the largest one.",
            worked({_ROWS: [0.0, 4.0], _MATRICES: [0.0, 40.0]}),
        ),
    ),
    hints=(
        "A residual compares an operation on (A, B) with the same one on (B, A).",
        "For full cross-correlation lay the same zeros around the first as in full_conv2d, and "
        "call corr2d instead of true_conv2d.",
        "Each residual is (op(A, B) - op(B, A)).abs().max().item(), with op = full_conv2d for the "
        "first and your full cross-correlation for the second.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)
