"""Part E, two convolutions in a row: when they are one, and when one is two."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import EXACT, as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked, worked
from course_lib.sections.channels.facts import convolution


def _same_as_two(answer: Any, image: Tensor, K1: Tensor, K2: Tensor) -> Mistake | str | None:
    """Verifies a merged layer on an image: (c_o, c_i, h1 + h2 - 1, w1 + w2 - 1)."""
    merged = as_tensor(answer)
    sides = [a + b - 1 for a, b in zip(K1.shape[2:], K2.shape[2:], strict=True)]
    if merged is None or list(merged.shape[-2:]) != sides:
        return (
            f"The kernels have {K1.shape[2]} x {K1.shape[3]} and {K2.shape[2]} x {K2.shape[3]} "
            f"entries; together they see {sides[0]} x {sides[1]} pixels, so the merged kernel has "
            "that size."
        )
    if merged.dim() == 2:
        merged = merged[None, None]
    if merged.shape == (K1.shape[1], len(K2), *sides) and K1.shape[1] != len(K2):
        return _AXES_SWAPPED
    if merged.shape[:2] != (len(K2), K1.shape[1]):
        return "The merged weight has the shape (c_o, c_i, rows, columns) of a layer's weight."
    two = convolution(convolution(image, K1), K2)
    if not torch.allclose(convolution(image, merged.float()), two, atol=1e-2):
        return "On a random image the merged kernel gives another output than the two in a row."
    return None


def _merge_kernels_cases(draw: Draw) -> list[Case]:
    K1, K2 = draw.integers(-3, 3, 3, 2) + 0.5, draw.integers(-3, 3, 2, 3) + 0.5
    image = draw.integers(-4, 5, 1, 7, 8)
    return [
        Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0, 4], [0, 1]])), about=WORKED),
        Case(
            args=(K1, K2),
            about="the same output on a random image",
            verify=lambda answer: _same_as_two(answer, image, K1[None, None], K2[None, None]),
        ),
    ]


_AXES_SWAPPED = Mistake(
    "axes swapped",
    "The first two axes of your weight are swapped: a weight has its output channels first, then "
    "its input channels.",
)

_NOT_FLIPPED = (
    "You cross-correlated the kernels. The merged kernel is their true convolution: one of the two "
    "has to be flipped, in both directions."
)

MERGE_KERNELS = Exercise(
    id="channels.merge_kernels",
    title="Two kernels into one",
    points=2,
    covers=("E14.5", "D7.4.1"),
    cases=_merge_kernels_cases,
    expect=worked({WORKED: [[3, 10, 8], [0, 1, 2]]}),
    mistakes=(
        Mistake(
            "not flipped",
            _NOT_FLIPPED,
            on_worked([[1, 2, 0], [4, 11, 6]]),
        ),
        Mistake(
            "not flipped, order swapped",
            _NOT_FLIPPED,
            on_worked([[6, 11, 4], [0, 2, 1]]),
        ),
        Mistake(
            "merged kernel flipped",
            "Your kernel is the right one, turned by 180 degrees. Laid on the image as it is, "
            "without a flip, it must do what the two did.",
            on_worked([[2, 1, 0], [8, 10, 3]]),
        ),
        Mistake(
            "flipped left and right only",
            "You flipped a kernel left and right only. Its rows must be reversed, too.",
            on_worked([[0, 1, 2], [3, 10, 8]]),
        ),
        Mistake(
            "flipped up and down only",
            "You flipped a kernel up and down only. Its columns must be reversed, too.",
            on_worked([[4, 11, 6], [1, 2, 0]]),
        ),
        Mistake(
            "overwritten",
            "Where copies of the first kernel overlap, the later has overwritten the earlier. Both "
            "count: add them, with +=.",
            on_worked([[3, 4, 8], [0, 1, 2]]),
        ),
        Mistake(
            "as large as the first",
            "Your kernel has the size of the first one. The two in a row see more pixels than one "
            "of them: h1 + h2 - 1 down and w1 + w2 - 1 across.",
            on_worked([[3, 10]]),
        ),
    ),
    hints=(
        "Write out one output of the second layer in terms of the image, for kernels of one row. "
        "Which product of the kernels' entries meets which pixel?",
        "Entry K2[a, b] looks at the first layer's output at (a, b), whose window starts at (a, b) "
        "of the image: so it lays a copy of K1 there, times K2[a, b].",
        "This is the full true convolution of K1 with K2. Start from torch.zeros(h1 + h2 - 1, "
        "w1 + w2 - 1) and add K2[a, b] * K1 into its part [a:a + h1, b:b + w1].",
    ),
    returns="tensor",
    keeps_inputs=True,
)


def _merge_layers_cases(draw: Draw) -> list[Case]:
    K1, K2 = draw.integers(-2, 2, 3, 2, 2, 3) + 0.5, draw.integers(-2, 2, 4, 3, 3, 2) + 0.5
    image = draw.integers(-4, 5, 2, 6, 7)
    example = torch.tensor([[[[1.0, 2]]], [[[0, 1.0]]]]), torch.tensor([[[[3.0, 4]], [[1, 5]]]])
    return [
        Case(args=example, about=WORKED),
        Case(
            args=(K1, K2),
            about="two channels in, three between, four out",
            verify=lambda answer: _same_as_two(answer, image, K1, K2),
        ),
    ]


MERGE_LAYERS = Exercise(
    id="channels.merge_layers",
    title="Two layers into one",
    points=2,
    covers=("E14.5", "D7.4.1"),
    cases=_merge_layers_cases,
    expect=worked({WORKED: [[[[3, 11, 13]]]]}),
    mistakes=(
        Mistake(
            "not flipped",
            "Channels are right, but the kernels were cross-correlated. Each pair is merged by "
            "true convolution, as your merge_kernels does it.",
            on_worked([[[[4, 16, 7]]]]),
        ),
        Mistake(
            "one channel between",
            "You followed one channel between the layers. Every path counts: from input channel i "
            "through each channel m between them to output channel o.",
            on_worked([[[[3, 10, 8]]]]),
        ),
        Mistake(
            "mean",
            "You took the mean over the channels between. The second layer adds them.",
            on_worked([[[[1.5, 5.5, 6.5]]]]),
        ),
        _AXES_SWAPPED,
        Mistake(
            "channels summed first",
            "You added the kernels over the channels between and merged the sums. Each channel's "
            "first kernel belongs to its own second kernel: merge first, then add.",
            on_worked([[[[4, 21, 27]]]]),
        ),
    ),
    hints=(
        "Which ways lead from input channel i to output channel o?",
        "One through each channel m between: the first layer's kernel K1[m, i], then the second "
        "layer's K2[o, m].",
        "Entry [o, i] is the sum over m of merge_kernels(K1[m, i], K2[o, m]); stack "
        "them for all i, then for all o.",
    ),
    returns="tensor",
    keeps_inputs=True,
)

MERGED_WEIGHTS = Exercise(
    id="channels.merged_weights",
    title="Is the merged kernel a saving?",
    points=0,
    covers=("D7.4.1",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: [
        2 * torch.ones(3, 3).numel(),
        convolution(torch.ones(1, 7, 7), torch.ones(1, 1, 3, 3)).numel(),
    ],
    mistakes=(
        Mistake(
            "order swapped",
            "The numbers are right, their order is not: first the two kernels apart.",
            lambda case: [25, 18],
        ),
        Mistake(
            "one kernel",
            "There are two kernels of 3 x 3.",
            lambda case: [9, 25],
        ),
        Mistake(
            "as large as one",
            "The merged kernel is larger than 3 x 3: a window of windows sees more pixels. Its "
            "side is k1 + k2 - 1.",
            lambda case: [18, 9],
        ),
        Mistake(
            "side counted",
            "The merged kernel's side is right. Count all its entries, rows times columns.",
            lambda case: [18, 5],
        ),
        Mistake(
            "sizes added",
            "You added the sides: 3 + 3. That counts the pixel where the two meet twice: "
            "k1 + k2 - 1.",
            lambda case: [18, 36],
        ),
    ),
    hints=(
        "What size has the merged kernel? k1 + k2 - 1.",
        "Two times nine, and the square of it.",
    ),
    tolerance=EXACT,
)

BORDER_CHOICE = Exercise(
    id="channels.border_choice",
    title="Where the merged layer differs",
    points=1,
    covers=("D7.4.1",),
    asks="choice",
    options={
        "A": "Nowhere: two linear layers are one, whatever the padding.",
        "B": "In the outermost ring, one pixel wide.",
        "C": "In a ring two pixels wide.",
        "D": "In a ring three pixels wide.",
    },
)
