"""Part B, the border: what padding saves, and how often each pixel is seen."""

from typing import Any

import torch
from torch import nn

from course_lib.compare import as_tensor
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import (
    WORKED,
    on_worked,
    worked,
)


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
    ),
    hints=(
        "In how many places, from left to right, does a window of 3 fit on 32 pixels?",
        "padding=1 makes the image larger by one pixel on each of its four sides. Then count "
        "again. Write answer = [(1, ..., ..., ...), (1, ..., ..., ...)].",
    ),
)


def _coverage_sums(answer: Any) -> str | None:
    counts = as_tensor(answer)
    if counts is None or counts.shape != (7, 7):
        return "For n = 7 and k = 2 the answer is a tensor of shape (7, 7)."
    if counts.sum() != 144:
        return (
            "For n = 7 and k = 2 your counts do not add up: there are 36 windows of 4 pixels each, "
            "so all counts together are 144."
        )
    if not torch.equal(counts, counts.T) or not torch.equal(counts, counts.flip(0)):
        return "Your counts should look the same from all four sides of the image."
    return None


COVERAGE = Exercise(
    id="convolution.coverage",
    title="How often each pixel is seen",
    points=2,
    covers=("D7.1.7",),
    cases=lambda draw: [
        Case(args=(4, 3), about=WORKED),
        Case(args=(7, 2), about="counts that add up, n = 7 and k = 2", verify=_coverage_sums),
    ],
    expect=worked({WORKED: torch.tensor([[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]])}),
    mistakes=(
        Mistake(
            "middle everywhere",
            "You gave every pixel the count of a pixel in the middle. Near the border fewer "
            "windows fit around a pixel; that is what this exercise is about.",
            on_worked(torch.full((4, 4), 9)),
        ),
        Mistake(
            "added, not multiplied",
            "You added the counts along rows and columns. A window is a choice of rows and a "
            "choice of columns, so the counts multiply.",
            on_worked([[2, 3, 3, 2], [3, 4, 4, 3], [3, 4, 4, 3], [2, 3, 3, 2]]),
        ),
        Mistake(
            "one border only",
            "Your counts grow from the top left but do not shrink again at the bottom right: "
            "there, too, windows would leave the image.",
            on_worked([[1, 2, 3, 3], [2, 4, 6, 6], [3, 6, 9, 9], [3, 6, 9, 9]]),
        ),
        Mistake(
            "padded",
            "You counted windows that hang over the border of the image. Without padding a "
            "window lies wholly inside.",
            on_worked([[4, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]]),
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
