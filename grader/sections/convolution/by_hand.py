"""Part B, extra: nine windows with a pencil."""

import torch

from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import cross_correlation, same_padded

_IMAGE = torch.tensor(
    [[1, 2, 3, 0, 1], [0, 1, 2, 1, 0], [1, 0, 1, 2, 1], [2, 1, 0, 1, 2], [0, 2, 1, 0, 1]]
).float()
_KERNEL = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).float()

LESSON_WINDOW = Exercise(
    id="convolution.lesson_window",
    title="Nine windows by hand",
    points=0,
    minutes=5,
    core=False,
    covers=("L2",),
    asks="value",
    reference=cross_correlation(_IMAGE, _KERNEL).tolist(),
    wrong={
        "the printed table": (
            "That table stands in some lecture notes, and it is wrong. Work out the window at the "
            "top left yourself: five products are not zero.",
            [[4, 3, 4], [2, 4, 3], [4, 3, 4]],
        ),
        "transposed": (
            "Rows and columns of your table are swapped: moving the window to the right moves you "
            "to the right in the output.",
            cross_correlation(_IMAGE, _KERNEL).T.tolist(),
        ),
        "padded": (
            "Your table has the size of the image. The kernel never leaves the image here, so "
            "there are only three places for it in each direction.",
            cross_correlation(same_padded(_IMAGE, _KERNEL), _KERNEL).tolist(),
        ),
        "centre forgotten": (
            "You added the four corners of each window. The kernel has a one in its centre, too.",
            (cross_correlation(_IMAGE, _KERNEL) - _IMAGE[1:4, 1:4]).tolist(),
        ),
        "centre only": (
            "You took the middle pixel of each window only. The kernel has ones in its four "
            "corners, too: add all five.",
            _IMAGE[1:4, 1:4].tolist(),
        ),
        "whole windows": (
            "You added all nine pixels of each window. Where the kernel has a zero, the pixel does "
            "not count.",
            cross_correlation(_IMAGE, torch.ones(3, 3)).tolist(),
        ),
        "where the kernel is zero": (
            "You added the pixels at which the kernel is zero, or those above, below and beside "
            "the middle. It is those at its ones that count.",
            cross_correlation(_IMAGE, 1 - _KERNEL).tolist(),
            cross_correlation(_IMAGE, torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])).tolist(),
        ),
        "mean": (
            "You divided the sums. Cross-correlation adds the products, and divides by nothing.",
            (cross_correlation(_IMAGE, _KERNEL) / 9).tolist(),
            (cross_correlation(_IMAGE, _KERNEL) / 5).tolist(),
        ),
        "flat": (
            "The nine numbers are right, their form is not: make three rows of three.",
            cross_correlation(_IMAGE, _KERNEL).flatten().tolist(),
            cross_correlation(_IMAGE, _KERNEL)[None].tolist(),
        ),
    },
    right=(torch.tensor([[7, 6, 7], [4, 5, 6], [4, 4, 5]]),),
    hints=(
        "Lay the kernel on the top left 3x3 of the image. Only where the kernel has a one does a "
        "pixel count.",
        "Each entry is the sum of five pixels: the four corners of the window and its centre.",
    ),
)
