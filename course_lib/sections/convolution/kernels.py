"""Part C, kernels by hand: edges, blur and sharpen."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.compare import as_tensor, describe
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.convolution.facts import cross_correlation, same_padded, striped_image

_EDGE_KERNEL = torch.tensor([[1.0, -1.0]])


def _edge_map() -> torch.Tensor:
    return cross_correlation(striped_image(), _EDGE_KERNEL)


EDGE_ROW = Exercise(
    id="convolution.edge_row",
    title="One row of the edge map",
    points=0,
    covers=("D7.2-edges",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _edge_map()[0].tolist(),
    mistakes=(
        Mistake(
            "sign",
            "Right places, wrong signs: each entry is the left pixel minus the right one.",
            lambda case: -_edge_map()[0],
        ),
        Mistake(
            "sign dropped",
            "Right places, but the sign is missing: from one to zero and from zero to one are "
            "different edges, and the kernel tells them apart.",
            lambda case: _edge_map()[0].abs(),
        ),
        Mistake(
            "padded",
            "Your row is as long as the image is wide. Two neighbours give one entry, so the row "
            "has one entry less.",
            lambda case: cross_correlation(
                same_padded(striped_image(), _EDGE_KERNEL), _EDGE_KERNEL
            )[0],
        ),
        Mistake(
            "whole map",
            "That is the whole output. All its rows are alike; hand in one of them.",
            lambda case: _edge_map(),
        ),
    ),
    hints=(
        "The kernel covers two neighbours. Where both are the same, what is left minus right?",
        "Only two of the seven entries are not zero: where ones turn into zeros, and where zeros "
        "turn into ones.",
    ),
)


def _diagonal_line(answer: Any) -> str | None:
    if not (isinstance(answer, (list, tuple)) and len(answer) == 3):
        return f"Return a list of three outputs, got {describe(answer)}."
    maps = [as_tensor(item) for item in answer]
    if [None if m is None else tuple(m.shape) for m in maps] != [(5, 4), (5, 4), (4, 5)]:
        came = "; ".join(describe(item) for item in answer)
        return f"For a 5x5 image and K = [[1, -1]] the outputs are 5x4, 5x4 and 4x5. Yours: {came}."
    if not torch.equal(answer[0], answer[1]):
        return "The image with the diagonal line is its own transpose: outputs 1 and 2 are alike."
    return None


_EXAMPLE, _TALL = "the example in the text", "a tall image, a kernel that is not square"

RESPONSES = Exercise(
    id="convolution.responses",
    title="Transposing the image, transposing the kernel",
    points=1,
    covers=("D7.2.1",),
    cases=lambda draw: [
        Case(
            args=(torch.tensor([[1.0, 2.0], [5.0, 9.0]]), torch.tensor([[1.0, -1.0]])),
            about=_EXAMPLE,
        ),
        Case(
            args=(
                torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 4.0], [0.0, 2.0, 5.0], [1.0, 0.0, 2.0]]),
                torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]]),
            ),
            about=_TALL,
        ),
        Case(
            args=(torch.eye(5), torch.tensor([[1.0, -1.0]])),
            about="the diagonal line",
            verify=_diagonal_line,
        ),
    ],
    expect=worked(
        {
            _EXAMPLE: [[[-1], [-4]], [[-4], [-7]], [[-4, -7]]],
            _TALL: [[[4, 4], [6, 4]], [[6, 13, 17]], [[6], [13], [17]]],
        }
    ),
    mistakes=(
        Mistake(
            "second and third swapped",
            "The second output is that of the transposed image, the third that of the transposed "
            "kernel; you have them the other way round.",
            on(_EXAMPLE, [[[-1], [-4]], [[-4, -7]], [[-4], [-7]]]),
        ),
        Mistake(
            "output transposed",
            "For the second output you transposed the result. Transpose the image, before the "
            "kernel slides over it.",
            on(_EXAMPLE, [[[-1], [-4]], [[-1, -4]], [[-4, -7]]]),
        ),
        Mistake(
            "both transposed",
            "For the third output you transposed the image as well. Transpose the kernel only.",
            on(_EXAMPLE, [[[-1], [-4]], [[-4], [-7]], [[-1, -4]]]),
        ),
    ),
    hints=(
        "Your corr2d does the work; you call it three times.",
        "X.T is the transposed image, K.T the transposed kernel. Each is used once.",
        "Return a list: first corr2d(X, K), then the call with X.T in place of X, then the call "
        "with K.T in place of K.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
)


def _averages(answer: Any) -> str | None:
    kernel = as_tensor(answer)
    if kernel is None or kernel.shape != (3, 3):
        return f"blur_kernel(3) is a tensor of shape (3, 3), got {describe(answer)}."
    if abs(kernel.sum().item() - 1) > 1e-4:
        return "The entries of blur_kernel(3) should sum to 1, so that grey areas stay as they are."
    image = torch.arange(30.0, dtype=torch.float64).reshape(5, 6) ** 2
    means = F.avg_pool2d(image[None], 3, stride=1)[0]
    if not torch.allclose(cross_correlation(image, kernel), means):
        return "blur_kernel(3) should replace each pixel by the mean of its 3x3 window."
    return None


_BLUR = "blur_kernel(2)"

BLUR_KERNEL = Exercise(
    id="convolution.blur_kernel",
    title="A kernel that blurs",
    points=1,
    covers=("D7.2.2",),
    cases=lambda draw: [
        Case(args=(2,), about=_BLUR),
        Case(args=(3,), about="the mean of each 3x3 window", verify=_averages),
    ],
    expect=worked({_BLUR: [[0.25, 0.25], [0.25, 0.25]]}),
    returns="tensor",
    mistakes=(
        Mistake(
            "not normalised",
            "Your entries are ones, so the blurred image gets brighter. Divide, so that they sum "
            "to 1.",
            on(_BLUR, [[1, 1], [1, 1]]),
        ),
        Mistake(
            "divided by the side",
            "You divided by size. The kernel has size * size entries, and all together sum to 1.",
            on(_BLUR, [[0.5, 0.5], [0.5, 0.5]]),
        ),
        Mistake(
            "one dimension",
            "You made a single row. A box blur has size rows as well as size columns.",
            on(_BLUR, [0.5, 0.5]),
        ),
    ),
    hints=(
        "A box blur replaces each pixel by the mean of its window. Which weights take a mean?",
        "All entries are the same, there are size * size of them, and they sum to 1.",
        "torch.full((size, size), value) makes such a kernel; the value is 1 divided by the number "
        "of entries.",
    ),
)

_FULL, _HALF = "sharpen_kernel(1)", "sharpen_kernel(0.5)"


def _sharpened(
    full: tuple[float, float, float], half: tuple[float, float, float]
) -> Callable[[Case], Any]:
    """Kernels with these entries (corner, side, centre), for amount 1 and for amount 0.5."""
    kernels = {
        about: [[corner, side, corner], [side, centre, side], [corner, side, corner]]
        for about, (corner, side, centre) in {_FULL: full, _HALF: half}.items()
    }
    return worked(kernels)


SHARPEN_KERNEL = Exercise(
    id="convolution.sharpen_kernel",
    title="A kernel that sharpens",
    points=1,
    covers=("D7.2.2",),
    cases=lambda draw: [
        Case(args=(1.0,), about=_FULL),
        Case(args=(0.5,), about=_HALF),
    ],
    expect=_sharpened((0, -1, 5), (0, -0.5, 3)),
    returns="tensor",
    mistakes=(
        Mistake(
            "Laplacian added",
            "You added the Laplacian: that draws each pixel towards its neighbours, a blur. "
            "Subtract it.",
            _sharpened((0, 1, -3), (0, 0.5, -1)),
        ),
        Mistake(
            "identity forgotten",
            "Your entries sum to zero: only the edges are left of the image. Start from the "
            "kernel that changes nothing, a one in the centre.",
            _sharpened((0, -1, 4), (0, -0.5, 2)),
        ),
        Mistake(
            "identity scaled",
            "You multiplied the identity by amount as well, so the image gets brighter or darker. "
            "Only the Laplacian is multiplied.",
            on(_HALF, [[0, -0.5, 0], [-0.5, 2.5, -0.5], [0, -0.5, 0]]),
        ),
        Mistake(
            "eight neighbours",
            "You used the Laplacian with eight neighbours. The one here has four: the corners are "
            "zero.",
            _sharpened((-1, -1, 9), (-0.5, -0.5, 5)),
        ),
        Mistake(
            "torch.eye",
            "You started from torch.eye(3), the identity matrix. The kernel that changes nothing "
            "has a single one, in the centre.",
            worked(
                {
                    _FULL: [[1, -1, 0], [-1, 5, -1], [0, -1, 1]],
                    _HALF: [[1, -0.5, 0], [-0.5, 3, -0.5], [0, -0.5, 1]],
                }
            ),
        ),
        Mistake(
            "ones everywhere",
            "You subtracted from 1 in every entry. The kernel that changes nothing has a single "
            "one, in the centre, and zeros around it.",
            _sharpened((1, 0, 5), (1, 0.5, 3)),
        ),
    ),
    hints=(
        "Which 3x3 kernel leaves every image as it is? That is the identity.",
        "The entries sum to 1 for every amount, because the Laplacian's sum to 0.",
        "Take the identity (zeros with a one in the centre) and subtract amount times "
        "[[0, 1, 0], [1, -4, 1], [0, 1, 0]].",
    ),
)
