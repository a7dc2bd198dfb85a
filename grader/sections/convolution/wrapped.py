"""What both exercises on the Fourier transform ask, and what makes their mistakes."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw

EXAMPLE = Case(args=(torch.tensor([[1.0, 2, 3]]), torch.tensor([[1.0, -1]])))


def settings(draw: Draw) -> list[Case]:
    """Odd widths among them: the transform of a real image does not tell them from even ones.

    Unless both are square or of one size, the image has more rows than the kernel by another
    number than it has columns: zeros on the wrong axis then show.
    """
    return [
        Case(args=(draw.normal(*size), draw.normal(*kernel)), about=about)
        for about, size, kernel in (
            ("a wide image", (5, draw.choice((7, 9))), (2, 3)),
            ("a tall image", (draw.integer(7, 8), 5), (3, 2)),
            ("a square image and kernel", (6, 6), (3, 3)),
            ("a kernel of one row", (4, 7), (1, 3)),
            ("a kernel of one column", (7, 4), (3, 1)),
            ("a kernel of a single number", (4, 5), (1, 1)),
            ("a kernel as large as the image", (4, 5), (4, 5)),
        )
    ]


def circular_correlation(X: Tensor, K: Tensor) -> Tensor:
    """PyTorch's operator on the image that goes on below and right with what stands above, left."""
    around = F.pad(X[None, None], (0, K.shape[1] - 1, 0, K.shape[0] - 1), mode="circular")
    return F.conv2d(around, K[None, None])[0, 0]


def filled(X: Tensor, K: Tensor) -> Tensor:
    return F.pad(K, (0, X.shape[1] - K.shape[1], 0, X.shape[0] - K.shape[0]))
