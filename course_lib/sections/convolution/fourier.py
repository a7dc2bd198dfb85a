"""Part H, convolution by Fourier transform."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import (
    CONVOLUTION_OPERATORS,
    WORKED,
    cross_correlation,
    full_convolution,
    image_and_kernel,
    on_worked,
    valid_convolution,
    worked,
)

_IMAGE = torch.tensor([[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 4.0, 1.0], [2.0, 0.0, 1.0, 5.0]])
_KERNEL = torch.tensor([[1.0, 2.0], [0.0, -1.0]])


def _circular_cases(draw: Draw) -> list[Case]:
    image = draw.integers(-4, 5, 4, 5)

    def moves(answer: Any) -> str | None:
        output = as_tensor(answer)
        if output is None or output.shape != image.shape:
            return "The output is a real tensor with the shape of X."
        if not torch.allclose(output, torch.roll(image, (1, 2), (0, 1)).double(), atol=1e-4):
            return (
                "A kernel with a single one, in row 1 and column 2, moves the image down by one "
                "and right by two; what leaves on one side comes back on the other."
            )
        return None

    one = torch.zeros(2, 3)
    one[1, 2] = 1
    return [
        Case(args=(_IMAGE, _KERNEL), about=WORKED),
        Case(args=(image, one), about="a kernel that moves the image", verify=moves),
    ]


CIRCULAR_CONV2D = Exercise(
    id="convolution.circular_conv2d",
    title="Circular convolution by Fourier transform",
    points=2,
    covers=("L2-fft",),
    cases=_circular_cases,
    expect=worked({WORKED: [[2, 2, 4, 2], [-1, 0, 4, 9], [11, 4, 0, 3]]}),
    mistakes=(
        Mistake(
            "cross-correlation",
            "That is circular cross-correlation: a factor was conjugated, or the kernel flipped. "
            "For convolution multiply the two transforms as they are.",
            on_worked([[4, -2, 5, 5], [2, 8, 1, -1], [0, 2, 8, 8]]),
        ),
        Mistake(
            "kernel centred",
            "Your output is moved up and to the left. Leave the kernel at the top left corner of "
            "its zeros: K[0, 0] stands at [0, 0].",
            on_worked([[0, 4, 9, -1], [4, 0, 3, 11], [2, 4, 2, 2]]),
        ),
        Mistake(
            "zeros in front",
            "Your output is moved down and to the right: the zeros stand above and left of the "
            "kernel. They belong below and right of it.",
            on_worked([[0, 3, 11, 4], [4, 2, 2, 2], [4, 9, -1, 0]]),
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


def _top_left(full: Tensor, X: Tensor, K: Tensor) -> Tensor:
    return full[: X.shape[0] - K.shape[0] + 1, : X.shape[1] - K.shape[1] + 1]


FFT_CORR2D = Exercise(
    id="convolution.fft_corr2d",
    title="Cross-correlation by Fourier transform",
    points=2,
    covers=("L2-fft",),
    cases=lambda draw: [
        Case(args=(_IMAGE, _KERNEL), about="a 3x4 image, a 2x2 kernel"),
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
            "That is the full convolution. Flip the kernel beforehand, and keep the valid part.",
            lambda case: full_convolution(*case.args),
        ),
    ),
    hints=(
        "Three things stand between circular convolution and your corr2d: the wrapping, the "
        "flipping and the size.",
        "With zeros up to (H + h - 1, W + w - 1) nothing wraps around; with the kernel flipped the "
        "convolution is a cross-correlation; the valid part is cut out at the end.",
        "Transform X and the kernel flipped along both axes with s=(H + h - 1, W + w - 1), "
        "multiply, go back, and keep rows h - 1 to H - 1 and columns w - 1 to W - 1 (both "
        "included).",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=("aten::_fft",),
)
