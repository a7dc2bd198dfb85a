"""Part B, the border: what padding saves, and how often each pixel is seen."""

from typing import Any

import torch
from torch import nn

from course_lib.checks.compare import as_tensor, describe
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked


def _border_shapes(*padding: int, out_channels: int = 64) -> list[list[int]]:
    """Shapes that PyTorch's own layer gives for a (1, 3, 32, 32) image; nothing is computed."""
    image = torch.empty(1, 3, 32, 32, device="meta")
    layers = (nn.Conv2d(3, out_channels, 3, padding=p, device="meta") for p in padding)
    return [list(layer(image).shape) for layer in layers]


BORDER_SHAPES = Exercise(
    id="convolution.border_shapes",
    title="What padding saves of the border",
    points=0,
    covers=("D7.1.7",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _border_shapes(0, 1),
    mistakes=(
        Mistake(
            "order swapped",
            "The shapes are right, their order is not: first the layer without padding.",
            lambda case: _border_shapes(1, 0),
        ),
        Mistake(
            "channels kept",
            "The sizes are right. The number of channels, though, is the layer's out_channels, "
            "not that of the image.",
            lambda case: _border_shapes(0, 1, out_channels=3),
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [[n, h, w, c] for n, c, h, w in _border_shapes(0, 1)],
        ),
        Mistake(
            "batch axis forgotten",
            "You left out the batch axis, which stands first: here it has size 1.",
            lambda case: [shape[1:] for shape in _border_shapes(0, 1)],
        ),
        Mistake(
            "padding on one side",
            "The first shape is right. In the second, padding=1 adds a pixel on both sides of each "
            "axis; you counted one side.",
            lambda case: [
                shape if padding == 0 else [*shape[:2], shape[2] - 1, shape[3] - 1]
                for padding, shape in enumerate(_border_shapes(0, 1))
            ],
        ),
        Mistake(
            "last window forgotten",
            "Each size is one too small: on n pixels a window of k fits in n - k + 1 places, since "
            "the first place counts, too.",
            lambda case: [[n, c, h - 1, w - 1] for n, c, h, w in _border_shapes(0, 1)],
        ),
        Mistake(
            "kernel forgotten",
            "You gave the size of the padded image. The kernel stays inside that: the output is "
            "smaller by kernel size - 1.",
            lambda case: [
                [n, c, h + 2 * padding, w + 2 * padding]
                for padding, (n, c, h, w) in enumerate(_border_shapes(0, 1))
            ],
        ),
        Mistake(
            "kernel forgotten",
            "You gave the sizes of the images before the kernel. The kernel stays inside them: "
            "each output is smaller by kernel size - 1.",
            lambda case: [[n, c, h + 2, w + 2] for n, c, h, w in _border_shapes(0, 1)],
        ),
    ),
    hints=(
        "In how many places, from left to right, does a window of 3 fit on 32 pixels?",
        "padding=1 makes the image larger by one pixel on each of its four sides. Then count "
        "again. Write border_shapes = [(1, ..., ..., ...), (1, ..., ..., ...)].",
    ),
)


def _coverage_sums(answer: Any) -> str | None:
    counts = as_tensor(answer)
    if counts is None or counts.shape != (7, 7):
        return f"coverage(7, 2) is a tensor of shape (7, 7), got {describe(answer)}."
    if counts.sum() != 144:
        return (
            "For n = 7 and k = 2 your counts do not add up: there are 36 windows of 4 pixels each, "
            "so all counts together are 144."
        )
    if not torch.equal(counts, counts.T) or not torch.equal(counts, counts.flip(0)):
        return "Your counts should look the same from all four sides of the image."
    return None


_EXAMPLE, _FILLED = "coverage(3, 2)", "coverage(5, 4)"

COVERAGE = Exercise(
    id="convolution.coverage",
    title="How often each pixel is seen",
    points=2,
    covers=("D7.1.7",),
    cases=lambda draw: [
        Case(args=(3, 2), about=_EXAMPLE),
        Case(args=(5, 4), about=_FILLED),
        Case(args=(7, 2), about="counts that add up, coverage(7, 2)", verify=_coverage_sums),
    ],
    expect=worked(
        {
            _EXAMPLE: torch.tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
            _FILLED: torch.tensor(
                [[1, 2, 2, 2, 1], *[[2, 4, 4, 4, 2] for _ in range(3)], [1, 2, 2, 2, 1]]
            ),
        }
    ),
    mistakes=(
        Mistake(
            "middle everywhere",
            "You gave every pixel the count of a pixel in the middle. Near the border fewer "
            "windows fit around a pixel; that is what this exercise is about.",
            on(_EXAMPLE, torch.full((3, 3), 4)),
        ),
        Mistake(
            "added, not multiplied",
            "You added the counts along rows and columns. A window is a choice of rows and a "
            "choice of columns, so the counts multiply.",
            on(_EXAMPLE, [[2, 3, 2], [3, 4, 3], [2, 3, 2]]),
        ),
        Mistake(
            "one border only",
            "Your counts grow from the top left but do not shrink again at the bottom right: "
            "there, too, windows would leave the image.",
            on(_EXAMPLE, [[1, 2, 2], [2, 4, 4], [2, 4, 4]]),
        ),
        Mistake(
            "padded",
            "You counted windows that hang over the border of the image. Without padding a "
            "window lies wholly inside.",
            on(_EXAMPLE, [[4, 4, 2], [4, 4, 2], [2, 2, 1]]),
        ),
        Mistake(
            "never more than k",
            "Your counts grow up to k in each direction, but there are only n - k + 1 windows in "
            "it: no pixel is in more.",
            on(_FILLED, [[i * j for j in (1, 2, 3, 2, 1)] for i in (1, 2, 3, 2, 1)]),
        ),
    ),
    hints=(
        "Start with one dimension, n = 4 and k = 3: which windows hold the first pixel, which the "
        "second?",
        "Instead of asking each pixel for its windows, let each window mark its pixels: add one "
        "to all of them.",
        "Start from torch.zeros(n, n); for every i and j from 0 to n - k do "
        "counts[i:i + k, j:j + k] += 1.",
    ),
)
