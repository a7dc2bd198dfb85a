"""Part G, what a stride saves: the work of a layer."""

import torch
import torch.nn.functional as F

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on


def window_count(n: int, k: int, p: int, s: int) -> int:
    """How many windows PyTorch's own unfold makes; nothing is computed on the device "meta"."""
    windows = F.unfold(torch.empty(1, 1, n, n, device="meta"), k, padding=p, stride=s)
    return windows.shape[-1]


_STRIDE_2 = "multiply_adds(11, 5, 4, 2)"

MULTIPLY_ADDS = Exercise(
    id="padding_stride.multiply_adds",
    title="The work of a layer",
    points=1,
    covers=("D7.3.4",),
    cases=lambda draw: [
        Case(args=(11, 5, 4, 2), about=_STRIDE_2),
        Case(args=(11, 5, 2, 1), about="multiply_adds(11, 5, 2, 1)"),
    ],
    expect=lambda case: window_count(*case.args) * case.args[1] ** 2,
    mistakes=(
        Mistake(
            "one row",
            "You counted one row of outputs and one row of the kernel. Both have two directions.",
            on(_STRIDE_2, 40),
        ),
        Mistake(
            "one row of outputs",
            "You counted one row of outputs. There are as many rows as columns of them.",
            on(_STRIDE_2, 200),
        ),
        Mistake(
            "one row of the kernel",
            "You counted one row of the kernel. It has k rows of k entries.",
            on(_STRIDE_2, 320),
        ),
        Mistake(
            "outputs counted",
            "You counted the outputs. Each of them takes as many multiply-adds as the kernel has "
            "entries.",
            on(_STRIDE_2, 64),
        ),
        Mistake(
            "divided by the stride once",
            "You divided the work at stride 1 by the stride. It saves in both directions, and "
            "outputs are whole: count them.",
            on(_STRIDE_2, 2812),
        ),
        Mistake(
            "additions as well",
            "You counted multiplications and additions apart. One multiply-add counts once here.",
            on(_STRIDE_2, 3200),
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding: windows on the border are computed as well.",
            on(_STRIDE_2, 400),
        ),
        Mistake(
            "padding on one side",
            "You added the padding once. It is laid on both sides.",
            on(_STRIDE_2, 900),
        ),
        Mistake(
            "one window forgotten",
            "You counted the steps of the kernel. There is one window more than there are steps.",
            on(_STRIDE_2, 1225),
        ),
        Mistake(
            "zeros left out",
            "You left out the products with the zeros of the padding. Here they count, too: every "
            "output takes k·k.",
            on(_STRIDE_2, 784),
        ),
        Mistake(
            "divided by the square of the stride",
            "You divided the work at stride 1 by s². That is nearly so for large images, but "
            "outputs are whole: count them.",
            on(_STRIDE_2, 1406.25),
        ),
        Mistake(
            "stride before padding",
            "You took the padding for the stride and the stride for the padding. They are given in "
            "the order n, k, p, s.",
            on(_STRIDE_2, 225),
        ),
        Mistake(
            "size divided",
            "You took n // s for the size of the output. That is not the number of windows: use "
            "your conv_output_size.",
            on(_STRIDE_2, 625),
        ),
        Mistake(
            "stride forgotten",
            "You counted a window at every pixel; with stride s there are fewer.",
            on(_STRIDE_2, 5625),
        ),
    ),
    hints=(
        "How many outputs are there, and how many entries has the kernel?",
        "outputs = conv_output_size(n, k, p, s, 1) ** 2; each takes k * k multiply-adds.",
    ),
    tolerance=EXACT,
)
