"""Part B, the operation with stride and padding."""

import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw, image_and_kernel
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.padding_stride.facts import WINDOW_OPERATORS, names_both_sizes, strided

KERNEL_AND_PADDED = "the height of the kernel and of the padded input, or the widths"


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
            args=image_and_kernel(draw, (4, 5), (3, 3)),
            kwargs={"padding": 1},
            about="padding=1, the stride left out",
        ),
        Case(
            args=image_and_kernel(draw, (4, 6), (4, 3)),
            kwargs={"stride": 2},
            about="stride=2, the padding left out; the kernel is as tall as the image",
        ),
        Case(
            args=(*image_and_kernel(draw, (2, 3), (4, 4)), 1, 1),
            about="a kernel that fits on the padded input only",
        ),
        Case(
            args=(draw.integers(-4, 5, 2, 6), large, 1, 1),
            about="a kernel 5 high on 4 padded rows",
            raises="ValueError",
            verify=names_both_sizes((5, 4), KERNEL_AND_PADDED),
        ),
        Case(
            args=(draw.integers(-4, 5, 6, 2), large.T, 2, 1),
            about="a kernel 5 wide on 4 padded columns",
            raises="ValueError",
            verify=names_both_sizes((5, 4), KERNEL_AND_PADDED),
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
    expect=lambda case: strided(*case.args, **case.kwargs),
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
            "padded twice",
            "You laid twice as many zeros around the image as asked for: padding is the number on "
            "each side.",
            lambda case: strided(case.args[0], case.args[1], case.args[2], 2 * case.args[3]),
        ),
        Mistake(
            "stride and padding swapped",
            "You took the stride for the padding and the padding for the stride. They are given "
            "in the order input, kernel, stride, padding.",
            lambda case: strided(*(case.args[n] for n in (0, 1, 3, 2))),
        ),
        Mistake(
            "kernel transposed",
            "Rows and columns of the kernel have changed places.",
            lambda case: strided(case.args[0], case.args[1].T, case.args[2], case.args[3]),
        ),
        Mistake(
            "mean",
            "You took the mean of the products. Add them up.",
            lambda case: strided(*case.args) / case.args[1].numel(),
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
