"""Part G, what a stride saves and what it costs: work, aliasing, and one-pixel shifts."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.compare import as_tensor
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import on, worked

_EXACT = 1e-9


def window_count(n: int, k: int, p: int, s: int) -> int:
    """How many windows PyTorch's own unfold makes; nothing is computed on the device "meta"."""
    windows = F.unfold(torch.empty(1, 1, n, n, device="meta"), k, padding=p, stride=s)
    return windows.shape[-1]


_STRIDE_2 = "multiply_adds(11, 5, 2, 2)"

MULTIPLY_ADDS = Exercise(
    id="padding_stride.multiply_adds",
    title="The work of a layer",
    points=1,
    covers=("D7.3.4",),
    cases=lambda draw: [
        Case(args=(11, 5, 2, 2), about=_STRIDE_2),
        Case(args=(11, 5, 2, 1), about="multiply_adds(11, 5, 2, 1)"),
    ],
    expect=lambda case: window_count(*case.args) * case.args[1] ** 2,
    mistakes=(
        Mistake(
            "one row",
            "You counted one row of outputs and one row of the kernel. Both have two directions.",
            on(_STRIDE_2, 30),
        ),
        Mistake(
            "outputs counted",
            "You counted the outputs. Each of them takes as many multiply-adds as the kernel has "
            "entries.",
            on(_STRIDE_2, 36),
        ),
        Mistake(
            "divided by the stride once",
            "You divided the work at stride 1 by the stride. It saves in both directions, and "
            "outputs are whole: count them.",
            on(_STRIDE_2, 1512),
        ),
        Mistake(
            "additions as well",
            "You counted multiplications and additions apart. One multiply-add counts once here.",
            on(_STRIDE_2, 1800),
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding: windows on the border are computed as well.",
            on(_STRIDE_2, 400),
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
            on(_STRIDE_2, 3025),
        ),
    ),
    hints=(
        "How many outputs are there, and how many entries has the kernel?",
        "outputs = conv_output_size(n, k, p, s, 1) ** 2; each takes k * k multiply-adds.",
    ),
    tolerance=_EXACT,
)


def measured_pitch(f: int, rate: int, stride: int) -> int:
    """The loudest frequency (Hz) in every stride-th sample of a second of a tone, by FFT."""
    seconds = torch.arange(0, rate, stride, dtype=torch.float64) / rate
    return int(torch.fft.rfft(torch.cos(2 * torch.pi * f * seconds)).abs().argmax())


_HIGH = "heard_frequency(11000, 24000, 6)"

HEARD_FREQUENCY = Exercise(
    id="padding_stride.heard_frequency",
    title="The tone that comes out",
    points=2,
    covers=("D7.3.2", "B02-aliasing"),
    cases=lambda draw: [
        Case(args=(11000, 24000, 6), about=_HIGH),
        Case(args=(5000, 16000, 2), about="heard_frequency(5000, 16000, 2)"),
        Case(
            args=(1500, 16000, 2),
            about="heard_frequency(1500, 16000, 2), which the new rate can hold",
        ),
    ],
    expect=lambda case: measured_pitch(*case.args),
    mistakes=(
        Mistake(
            "unchanged",
            "You leave the tone as it is. That is right only as long as it lies below half of the "
            "new rate.",
            on(_HIGH, 11000),
        ),
        Mistake(
            "divided by the stride",
            "You divided the frequency by the stride. The samples that are left are still played "
            "in their own time, so low tones stay as they are.",
            on(_HIGH, 11000 / 6),
        ),
        Mistake(
            "clipped",
            "You put a high tone at the highest one that the new rate can hold. It does not stop "
            "there: it is folded back.",
            on(_HIGH, 2000),
        ),
        Mistake(
            "remainder only",
            "Taking away whole multiples of the new rate is right. What is left may still lie "
            "above half of it; then it is mirrored.",
            on(_HIGH, 3000),
        ),
        Mistake(
            "mirrored once",
            "You mirrored the tone at the new rate once. A high tone passes several multiples of "
            "it; take these away first.",
            on(_HIGH, 7000),
        ),
        Mistake(
            "negative",
            "A frequency is not negative. Take whole multiples of the new rate away first; then "
            "mirror what is left, if it lies above half of the new rate.",
            on(_HIGH, -7000),
        ),
    ),
    hints=(
        "Sampled at the rate r, the tones f, f + r and f + 2r give the same samples. So do f and "
        "r - f. Which r counts here?",
        "r = rate / stride. Take whole multiples of r away: f % r lies between 0 and r.",
        "If the rest is above r / 2, the tone heard is r minus the rest: min(rest, r - rest).",
    ),
    tolerance=1e-6,
)


def constant_kept(level: float, shape: tuple[int, int]) -> Callable[[Any], str | None]:
    """Verifies the blurred and thinned image of an even area."""

    def verify(answer: Any) -> str | None:
        image = as_tensor(answer)
        if image is None or image.shape != shape:
            return "The output keeps every second row and column, the first ones included."
        if not torch.allclose(image, torch.full_like(image, level), atol=1e-4):
            return (
                "An even area should keep its brightness, also at the border: the weights add up "
                "to 1, and the border is mirrored."
            )
        return None

    return verify


def stripes_gone(level: float, shape: tuple[int, int]) -> Callable[[Any], str | None]:
    """Verifies the blurred and thinned image of stripes one pixel wide around `level`."""

    def verify(answer: Any) -> str | None:
        image = as_tensor(answer)
        if image is None or image.shape != shape:
            return "The output keeps every second row and column, the first ones included."
        if not torch.allclose(image, torch.full_like(image, level), atol=1e-4):
            return (
                "Stripes one pixel wide cannot be shown by every second pixel. Blurred first, they "
                "become an even area."
            )
        return None

    return verify


_IMAGE = torch.tensor([[4.0, 0, 8, 4], [8, 16, 0, 4], [0, 4, 12, 0], [4, 8, 4, 12]])

_SMALL = "a 4x4 image"

BLUR_DOWN = Exercise(
    id="padding_stride.blur_down",
    title="Blur before the stride",
    points=2,
    covers=("B02-aliasing",),
    cases=lambda draw: [
        Case(args=(_IMAGE,), about=_SMALL),
        Case(
            args=(torch.tensor([1.0, 3.0]).repeat(6, 4),),
            about="stripes one pixel wide",
            verify=stripes_gone(2.0, (3, 4)),
        ),
    ],
    expect=worked({_SMALL: [[7, 5], [5.5, 6.5]]}),
    mistakes=(
        Mistake(
            "not blurred",
            "You took every second pixel of the image as it is. Blur it first.",
            on(_SMALL, [[4, 8], [0, 12]]),
        ),
        Mistake(
            "blurred afterwards",
            "You blurred the small image. Then it is too late: what the stride has mixed up cannot "
            "be told apart any more. Blur the large one.",
            on(_SMALL, [[6, 6], [6, 6]]),
        ),
        Mistake(
            "weights too large",
            "Your weights are [1, 2, 1] without the division by 4 in each direction. They should "
            "add up to 1, so that an even area keeps its brightness.",
            on(_SMALL, [[112, 80], [88, 104]]),
        ),
        Mistake(
            "box",
            "You took the plain mean of nine pixels. The weights here are [1, 2, 1] / 4 in each "
            "direction.",
            on(_SMALL, [[84 / 9, 52 / 9], [68 / 9, 60 / 9]]),
        ),
        Mistake(
            "zeros outside",
            "Your border is too dark, because it was padded with zeros. Use your mirror_pad.",
            on(_SMALL, [[3, 3.75], [3.5, 6.5]]),
        ),
        Mistake(
            "one direction",
            "You blurred along the rows only. Blur down the columns, too.",
            on(_SMALL, [[2, 5], [2, 7]]),
        ),
        Mistake(
            "second pixel first",
            "You kept the second, fourth, ... pixel. Begin with the first.",
            on(_SMALL, [[7, 4], [5.5, 7]]),
        ),
        Mistake(
            "not thinned",
            "You blurred and kept every pixel. Keep every second row and column.",
            on(_SMALL, [[7, 6.5, 5, 4], [7, 7, 5.5, 4], [5.5, 6.5, 6.5, 5.5], [4, 5.5, 7, 7]]),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Three steps: a mirror of one pixel around the image, a blur, a stride of 2. The last two "
        "can be one convolution.",
        "The kernel is the product of a column and a row [1, 2, 1] / 4: torch.outer(row, row).",
        "manual_conv2d(mirror_pad(X, 1), kernel, stride=2)",
    ),
)

ONE_PIXEL_CHANGE = Exercise(
    id="padding_stride.one_pixel_change",
    title="What one pixel changes",
    points=2,
    covers=("B02-aliasing",),
    cases=lambda draw: [
        Case(args=(_IMAGE,), about=_SMALL),
        Case(args=(torch.tensor([1.0, 3.0]).repeat(4, 3),), about="stripes of 1 and 3"),
    ],
    expect=worked({_SMALL: [0.755929, 0.264511], "stripes of 1 and 3": [2, 0]}),
    mistakes=(
        Mistake(
            "order swapped",
            "The other way round: first every second pixel as it is, then the blurred way.",
            on(_SMALL, [0.264511, 0.755929]),
        ),
        Mistake(
            "moved down",
            "You moved the image down. To the right is along the last axis, dims=1.",
            on(_SMALL, [1, 0.300739]),
        ),
        Mistake(
            "rolled through",
            "Without dims, torch.roll moves through all rows as if they were one: what leaves a "
            "row comes in at the next. Name the axis: dims=1.",
            on(_SMALL, [0.963624, 0.240874]),
        ),
        Mistake(
            "moved by two",
            "You moved by two pixels, a whole stride. Move by one.",
            on(_SMALL, [1.195229, 0.309133]),
        ),
        Mistake(
            "not relative",
            "You did not divide by the norm of the first output.",
            on(_SMALL, [11.313708, 3.201562]),
        ),
        Mistake(
            "squared",
            "Your numbers are the squares of the expected ones: a norm ends with a square root.",
            on(_SMALL, [0.571429, 0.069966]),
        ),
    ),
    keeps_inputs=True,
    hints=(
        "moved = torch.roll(X, 1, dims=1). Make both small in the two ways, and compare.",
        "The change is (new - old).norm() / old.norm(), with old from X and new from moved.",
        "For the first number old = X[::2, ::2], for the second old = blur_down(X); new likewise "
        "from moved. Return a list of two floats.",
    ),
)
