"""Section 02: marking of shapes worked out on paper."""

import torch

from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant

_FIVE = [(1, 32, 60, 60), (1, 32, 64, 64), (1, 32, 32, 32), (1, 32, 32, 32), (1, 32, 64, 64)]


def _five(*sizes: int) -> list[tuple[int, ...]]:
    return [(1, 32, size, size) for size in sizes]


MARKINGS = (
    Marking(
        exercise="padding_stride.five_shapes",
        cases=lambda draw: [Case()],
        solution=_FIVE,
        mutants=(
            Mutant("3 channels", [(1, 3, *one[2:]) for one in _FIVE], mistake="channels kept"),
            Mutant("no batch", [one[1:] for one in _FIVE], mistake="batch axis forgotten"),
            Mutant("e as 66", [*_FIVE[:4], (1, 32, 66, 66)], mistake="dilation forgotten"),
            Mutant("c as 33", [*_FIVE[:2], (1, 32, 33, 33), *_FIVE[3:]]),
            Mutant("c and d as 33", _five(60, 64, 33, 33, 64), mistake="rounded up"),
            Mutant("one side", _five(60, 62, 32, 31, 62), mistake="padding on one side"),
            Mutant("no stride", _five(60, 64, 64, 64, 64), mistake="stride forgotten"),
            Mutant("steps", _five(59, 63, 31, 31, 63), mistake="one window forgotten"),
            Mutant("sizes only", [one[2:] for one in _FIVE], mistake="height and width only"),
            Mutant("heights", [one[2] for one in _FIVE], mistake="one number each"),
            Mutant(
                "batch, height, width, channels",
                [(b, h, w, c) for b, c, h, w in _FIVE],
                mistake="channels last",
            ),
            Mutant("lists", [list(one) for one in _FIVE], state="right"),
        ),
    ),
    Marking(
        exercise="padding_stride.demo_shapes",
        cases=lambda draw: [Case()],
        solution=[(8, 8), (8, 8), (2, 2)],
        mutants=(
            Mutant("no padding", [(6, 6), (4, 6), (2, 1)], mistake="padding forgotten"),
            Mutant("one side", [(7, 7), (6, 7), (2, 2)], mistake="padding on one side"),
            Mutant("heights", [8, 8, 2], mistake="one number each"),
            Mutant("no stride", [(8, 8), (8, 8), (6, 6)], mistake="stride forgotten"),
            Mutant("rounded up", [(8, 8), (8, 8), (3, 3)], mistake="rounded up"),
            Mutant(
                "four numbers", [(1, 1, 8, 8), (1, 1, 8, 8), (1, 1, 2, 2)], mistake="whole shapes"
            ),
            Mutant("a tensor", torch.tensor([[8, 8], [8, 8], [2, 2]]), state="right"),
        ),
    ),
    Marking(
        exercise="padding_stride.same_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "size kept",
                "“same” keeps the size because at stride one each pixel is the middle of a "
                "window. With a larger stride there are fewer windows, so no padding of a "
                "reasonable size could keep it.",
                lambda case: "A",
            ),
            Mistake(
                "size divided",
                "So other libraries define it. PyTorch leaves open how the border should be cut "
                "then, and asks you to give the padding as a number.",
                lambda case: "B",
            ),
            Mistake(
                "refused when run",
                "It need not see an image: stride and padding are known when the layer is made, "
                "and that is when it refuses.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("size kept", "A", mistake="size kept"),
            Mutant("size divided", "B", mistake="size divided"),
            Mutant("refused when run", "D", mistake="refused when run"),
            Mutant("small letter", "c", state="right"),
        ),
    ),
)
