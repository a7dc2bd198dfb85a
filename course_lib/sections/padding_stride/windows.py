"""Parts B and C, the operation with stride and padding; mirrors at the border; dilation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import image_and_kernel, on, worked
from course_lib.sections.padding_stride.facts import WINDOW_OPERATORS, names_both_sizes, strided


def _manual_cases(draw: Draw) -> list[Case]:
    large = draw.integers(-3, 3, 5, 3) + 0.5
    return [
        Case(
            args=(*image_and_kernel(draw, (8, 7), (3, 2)), 3, 1),
            about="a 3x2 kernel, stride 3, padding 1",
        ),
        Case(
            args=(*image_and_kernel(draw, (6, 8), (2, 3)), 2, 2),
            about="a 2x3 kernel, stride 2, padding 2",
        ),
        Case(
            args=(*image_and_kernel(draw, (4, 5), (3, 3)), 1, 0),
            about="a 3x3 kernel, stride 1, no padding",
        ),
        Case(
            args=(draw.integers(-4, 5, 2, 6), large, 1, 1),
            about="a kernel 5 high on 4 padded rows",
            raises="ValueError",
            verify=names_both_sizes((5, 4)),
        ),
        Case(
            args=(draw.integers(-4, 5, 6, 2), large.T, 2, 1),
            about="a kernel 5 wide on 4 padded columns",
            raises="ValueError",
            verify=names_both_sizes((5, 4)),
        ),
    ]


def _skipped(case: Case) -> Tensor:
    """Every s-th window, from the wrong one on."""
    places = slice(case.args[2] - 1, None, case.args[2])
    return _dense(case)[places, places]


def _dense(case: Case) -> Tensor:
    """A window at every pixel."""
    X, K, _, padding = case.args
    return strided(X, K, 1, padding)


MANUAL_CONV2D = Exercise(
    id="padding_stride.manual_conv2d",
    title="Convolution with stride and padding, by hand",
    points=4,
    covers=("E14.11",),
    cases=_manual_cases,
    expect=lambda case: strided(*case.args),
    mistakes=(
        Mistake(
            "flipped kernel",
            "Your output is the one of the flipped kernel: that is true convolution. PyTorch lays "
            "the kernel on the image as it is.",
            lambda case: strided(case.args[0], case.args[1].flip(0, 1), *case.args[2:]),
        ),
        Mistake(
            "stride ignored",
            "You computed a window at every pixel. Neighbouring windows lie stride pixels apart, "
            "in both directions.",
            _dense,
        ),
        Mistake(
            "stride in one direction",
            "You took the stride along one axis only. It holds for rows and for columns.",
            lambda case: _dense(case)[:: case.args[2]],
        ),
        Mistake(
            "stride in the size only",
            "Your output has the right size, but its windows lie one pixel apart. The window of "
            "output [i, j] starts at row i·stride and column j·stride.",
            lambda case: _dense(case)[tuple(map(slice, strided(*case.args).shape))],
        ),
        Mistake(
            "padding ignored",
            "You left out the padding: lay that many rings of zeros around the image first.",
            lambda case: strided(*case.args[:3]),
        ),
        Mistake(
            "padding on one side",
            "You padded below and on the right only. The zeros belong on all four sides.",
            lambda case: strided(F.pad(case.args[0], (0, case.args[3]) * 2), *case.args[1:3]),
        ),
        Mistake(
            "last window forgotten",
            "Your output lacks its last row and column. There is one window more than there are "
            "steps.",
            lambda case: strided(*case.args)[:-1, :-1],
        ),
        Mistake(
            "first window skipped",
            "Your windows start at row and column stride - 1. The first one starts at 0.",
            _skipped,
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Three steps: pad the image, compare the sizes, and then slide as in section 01, but by "
        "stride pixels at a time.",
        "F.pad(input, (p, p, p, p)) lays p zeros on all four sides. The output has "
        "conv_output_size(H, kH, p, s, 1) rows, and columns likewise.",
        "With X the padded image, the window of output [i, j] starts at row i * s and column "
        "j * s. Or all at once: X.unfold(0, kH, s).unfold(1, kW, s), times the kernel, summed over "
        "the last two axes.",
    ),
    forbidden=WINDOW_OPERATORS,
)


def _padded(mode: str) -> Callable[[Case], Tensor]:
    """PyTorch's own padding in this mode."""
    return lambda case: F.pad(case.args[0][None, None], (case.args[1],) * 4, mode=mode)[0, 0]


def _border_twice(case: Case) -> Tensor:
    return torch.from_numpy(np.pad(case.args[0].numpy(), case.args[1], "symmetric"))


MIRROR_PAD = Exercise(
    id="padding_stride.mirror_pad",
    title="A mirror at the border",
    points=2,
    covers=("D7.3.3",),
    cases=lambda draw: [
        Case(args=(draw.integers(-4, 5, 3, 4), 2), about="a 3x4 image, p = 2"),
        Case(args=(draw.integers(-4, 5, 6, 5), 3), about="a 6x5 image, p = 3"),
        Case(
            args=(draw.integers(-4, 5, 7, 3), 5),
            about="p = 5 on an image 3 wide",
            raises="ValueError",
            verify=names_both_sizes((5, 3)),
        ),
    ],
    expect=_padded("reflect"),
    mistakes=(
        Mistake(
            "border twice",
            "You repeat the border pixel: the mirror stands behind it. Here it stands on it, and "
            "the first pixel outside equals the second one inside.",
            _border_twice,
        ),
        Mistake(
            "border copied",
            "You copy the border pixel outwards. A mirror shows the pixels further inside, in "
            "reversed order.",
            _padded("replicate"),
        ),
        Mistake(
            "wrapped",
            "You took the pixels of the other side: the image goes round. A mirror shows those of "
            "the same side, in reversed order.",
            _padded("circular"),
        ),
        Mistake(
            "zeros",
            "Outside of your image there are zeros. A mirror shows the pixels inside, in reversed "
            "order.",
            _padded("constant"),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Look at one row first: which column of the image stands at place -1, -2, ... of the "
        "padded one, and which at W, W + 1, ...?",
        "Place -1 shows column 1, place -2 column 2; place W shows column W - 2. Write the list of "
        "columns from -p to W - 1 + p.",
        "columns = [abs(j) if j < W else 2 * (W - 1) - j for j in range(-p, W + p)]; likewise for "
        "the rows; then X[rows][:, columns]. Before: ValueError if p is not smaller than both "
        "sides.",
    ),
    forbidden=(
        "aten::reflection_pad2d",
        "aten::reflection_pad1d",
        "torch.nn.ReflectionPad1d",
        "torch.nn.ReflectionPad2d",
        "numpy.pad",
        "scipy.ndimage",
    ),
)

_TWO_ROWS = "two rows of three, d = 2"

_STUFFED = {_TWO_ROWS: [[1, 0, 2, 0, 3], [0, 0, 0, 0, 0], [4, 0, 5, 0, 6]]}


def dilates(X: Tensor, K: Tensor, dilation: int) -> Callable[[Any], str | None]:
    """Verifies on an image that a kernel does what K does with this dilation."""

    def verify(answer: Any) -> str | None:
        kernel = as_tensor(answer)
        if kernel is None or kernel.dim() != 2:
            return "The answer is a kernel, a tensor with two axes."
        wanted = strided(X, K, 1, dilation=dilation).double()
        given = strided(X.double(), kernel, 1)
        if given.shape != wanted.shape:
            return (
                "Your kernel has not the size that PyTorch's dilated one covers: d·(k - 1) + 1 in "
                "each direction."
            )
        if not torch.allclose(given, wanted, atol=1e-4):
            return "The right size, but the output is not that of PyTorch's dilated convolution."
        return None

    return verify


def _stuff_cases(draw: Draw) -> list[Case]:
    X, K = image_and_kernel(draw, (9, 12), (2, 3))
    return [
        Case(args=(torch.tensor([[1.0, 2, 3], [4, 5, 6]]), 2), about=_TWO_ROWS),
        Case(args=(K, 3), about="dilation 3, compared with PyTorch's", verify=dilates(X, K, 3)),
    ]


STUFF_KERNEL = Exercise(
    id="padding_stride.stuff_kernel",
    title="Dilation is zeros in the kernel",
    points=2,
    covers=("Q12",),
    cases=_stuff_cases,
    expect=worked(_STUFFED),
    mistakes=(
        Mistake(
            "zeros at the end",
            "There are zeros behind the last row and column, too. Gaps lie between entries only.",
            on(
                _TWO_ROWS,
                [[1, 0, 2, 0, 3, 0], [0, 0, 0, 0, 0, 0], [4, 0, 5, 0, 6, 0], [0, 0, 0, 0, 0, 0]],
            ),
        ),
        Mistake(
            "d zeros in a gap",
            "You put d zeros between two entries. Neighbouring entries lie d apart, so there are "
            "d - 1 zeros between them.",
            on(_TWO_ROWS, [[1, 0, 0, 2, 0, 0, 3], [0] * 7, [0] * 7, [4, 0, 0, 5, 0, 0, 6]]),
        ),
        Mistake(
            "columns only",
            "You put zeros between the columns only. The rows are moved apart as well.",
            on(_TWO_ROWS, [[1, 0, 2, 0, 3], [4, 0, 5, 0, 6]]),
        ),
        Mistake(
            "entries repeated",
            "You repeated the entries. Between two entries there are zeros: the pixels there are "
            "not looked at.",
            on(_TWO_ROWS, [[1, 1, 2, 2, 3], [1, 1, 2, 2, 3], [4, 4, 5, 5, 6]]),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Neighbouring entries of K come to lie d apart. How large is the whole?",
        "Make zeros of shape (d * (h - 1) + 1, d * (w - 1) + 1) and write the entries of K into "
        "them.",
        "A slice with a step does it at once: kernel[::d, ::d] = K.",
    ),
    forbidden=("aten::convolution",),
)
