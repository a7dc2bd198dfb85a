"""Part H, convolution by Fourier transform."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import worked
from course_lib.sections.convolution.facts import (
    cross_correlation,
    full_convolution,
    valid_convolution,
)

_IMAGE = torch.tensor([[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 4.0, 1.0], [2.0, 0.0, 1.0, 5.0]])
_KERNEL = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
_ROW, _DIFFERENCE = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, -1.0]])

_CIRCULAR = "circular_conv2d([[1, 2, 3]], [[1, -1]])"
_PLANE = "a 3x4 image, a 2x2 kernel"


def _circular_cases(draw: Draw) -> list[Case]:
    image = draw.integers(-4, 5, 4, 5)

    def moves(answer: Any) -> str | None:
        output = as_tensor(answer)
        if output is None or output.shape != image.shape:
            return f"The output is a real tensor with the shape of X; got {describe(answer)}."
        if not torch.allclose(output, torch.roll(image, (1, 2), (0, 1)).double(), atol=1e-4):
            return (
                "A kernel with a single one, in row 1 and column 2, moves the image down by one "
                "and right by two; what leaves on one side comes back on the other."
            )
        return None

    one = torch.zeros(2, 3)
    one[1, 2] = 1
    return [
        Case(args=(_ROW, _DIFFERENCE), about=_CIRCULAR),
        Case(args=(_IMAGE, _KERNEL), about=_PLANE),
        Case(args=(image, one), about="a kernel that moves the image", verify=moves),
    ]


CIRCULAR_CONV2D = Exercise(
    id="convolution.circular_conv2d",
    title="Circular convolution by Fourier transform",
    points=2,
    covers=("L2-fft",),
    cases=_circular_cases,
    expect=worked({_CIRCULAR: [[-2, 1, 1]], _PLANE: [[2, 2, 4, 2], [-1, 0, 4, 9], [11, 4, 0, 3]]}),
    mistakes=(
        Mistake(
            "cross-correlation",
            "That is circular cross-correlation: a factor was conjugated, or the kernel flipped. "
            "For convolution multiply the two transforms as they are.",
            worked(
                {_CIRCULAR: [[-1, -1, 2]], _PLANE: [[4, -2, 5, 5], [2, 8, 1, -1], [0, 2, 8, 8]]}
            ),
        ),
        Mistake(
            "kernel centred",
            "Your output is moved up and to the left. Leave the kernel at the top left corner of "
            "its zeros: K[0, 0] stands at [0, 0].",
            worked({_CIRCULAR: [[1, 1, -2]], _PLANE: [[0, 4, 9, -1], [4, 0, 3, 11], [2, 4, 2, 2]]}),
        ),
        Mistake(
            "zeros in front",
            "Your output is moved down and to the right: the zeros stand above and left of the "
            "kernel. They belong below and right of it.",
            worked({_CIRCULAR: [[1, -2, 1]], _PLANE: [[0, 3, 11, 4], [4, 2, 2, 2], [4, 9, -1, 0]]}),
        ),
    ),
    hints=(
        "In the frequency domain convolution is a product, entry by entry. So both transforms "
        "must have one shape.",
        "torch.fft.fft2(K, s=X.shape) fills up with zeros, below and right, before it transforms.",
        "Multiply fft2(X) with fft2(K, s=X.shape), go back by torch.fft.ifft2 and take the real "
        "part.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=("aten::_fft",),
)


def _full_size(X: Tensor, K: Tensor) -> Tensor:
    """PyTorch's own operator with zeros around: the full cross-correlation."""
    padding = (K.shape[0] - 1, K.shape[1] - 1)
    return F.conv2d(X[None, None], K[None, None], padding=padding)[0, 0]


def _wrapped(X: Tensor, K: Tensor) -> Tensor:
    """The valid output, with the windows before it that hang over to the other side."""
    around = F.pad(X[None, None], (K.shape[1] - 1, 0, K.shape[0] - 1, 0), mode="circular")
    return F.conv2d(around, K[None, None])[0, 0]


def _top_left(full: Tensor, X: Tensor, K: Tensor) -> Tensor:
    return full[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1]


FFT_CORR2D = Exercise(
    id="convolution.fft_corr2d",
    title="Cross-correlation by Fourier transform",
    points=2,
    covers=("L2-fft",),
    cases=lambda draw: [
        Case(args=(_ROW, _DIFFERENCE), about="fft_corr2d([[1, 2, 3]], [[1, -1]])"),
        Case(args=(_IMAGE, _KERNEL), about=_PLANE),
        Case(args=image_and_kernel(draw, (6, 7), (3, 2)), about="a kernel that is not square"),
    ],
    expect=lambda case: cross_correlation(*case.args),
    mistakes=(
        Mistake(
            "not flipped",
            "That is true convolution. The product of transforms convolves, which flips; flip the "
            "kernel once more beforehand.",
            lambda case: valid_convolution(*case.args),
        ),
        Mistake(
            "not cropped",
            "You return all windows, also those that wrapped around. They stand first: keep the "
            "rows from h - 1 on and the columns from w - 1 on.",
            lambda case: _wrapped(*case.args),
        ),
        Mistake(
            "cropped at the wrong end",
            "The right size from the wrong place: the windows that wrapped around stand first, in "
            "the first h - 1 rows and w - 1 columns. You cut off the last ones.",
            lambda case: _top_left(_wrapped(*case.args), *case.args),
        ),
        Mistake(
            "full output",
            "You return the full output. Keep the valid part, where the kernel lies wholly on the "
            "image.",
            lambda case: _full_size(*case.args),
        ),
        Mistake(
            "cropped at the corner",
            "The right size from the wrong place: you kept the top left corner of the full output. "
            "The valid part starts at row h - 1 and column w - 1.",
            lambda case: _top_left(_full_size(*case.args), *case.args),
        ),
        Mistake(
            "neither flipped nor cropped",
            "That is circular convolution, with the windows that wrapped around. Flip the kernel "
            "beforehand, and keep the rows from h - 1 on and the columns from w - 1 on.",
            lambda case: _wrapped(case.args[0], case.args[1].flip(0, 1)),
        ),
        Mistake(
            "full convolution",
            "That is the full convolution. Flip the kernel beforehand, and keep the valid part.",
            lambda case: full_convolution(*case.args),
        ),
    ),
    hints=(
        "Two things stand between circular_conv2d and your corr2d: it flips the kernel, and some "
        "of its windows wrap around the border.",
        "A kernel that you flip beforehand, along both axes, is flipped back. Then: at which rows "
        "and columns of the output does the window hang over the upper or the left border?",
        "The windows that wrap fill the first h - 1 rows and the first w - 1 columns. Cut those "
        "off the output of circular_conv2d for the flipped kernel.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=("aten::_fft",),
)
