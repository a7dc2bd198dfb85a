"""Section 04: marking of the dense heads of networks."""

import math
from itertools import pairwise

from torch import nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]


def head_params(feature_shape: Shape, widths: Shape) -> int:
    """The solution: weights and biases of dense layers on a flattened map."""
    sizes = [math.prod(feature_shape), *widths]
    return sum(n * m + m for n, m in pairwise(sizes))


def _held(case: Case) -> int:
    """The reference: what PyTorch's own layers hold; they take no memory on the device "meta"."""
    (C, H, W), widths = case.args
    inputs = (C * H * W, *widths[:-1])
    layers = [nn.Linear(i, o, device="meta") for i, o in zip(inputs, widths, strict=True)]
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _head_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, count in (("two layers", 2), ("three layers", 3)):
        shape = (draw.integer(20, 90), *draw.distinct(3, 9, 2))
        cases.append(Case(args=(shape, tuple(draw.distinct(10, 99, count))), about=about))
    return cases


_HEAD_MISTAKES, _HEAD_MUTANTS = named_wrongs(
    "pooling.head_params",
    {
        "biases forgotten": lambda shape, widths: head_params(shape, widths) - sum(widths),
        "one number per channel": lambda shape, widths: head_params(shape[:1], widths),
        "first layer only": lambda shape, widths: head_params(shape, widths[:1]),
        "one bias per layer": lambda shape, widths: (
            head_params(shape, widths) - sum(widths) + len(widths)
        ),
        "biases of the last layer only": lambda shape, widths: (
            head_params(shape, widths) - sum(widths[:-1])
        ),
        "not added up": lambda shape, widths: [
            head_params((n,), (m,)) for n, m in pairwise([math.prod(shape), *widths])
        ],
        "every layer reads the map": lambda shape, widths: sum(
            head_params(shape, (width,)) for width in widths
        ),
    },
)


MARKINGS = (
    Marking(
        exercise="pooling.head_params",
        cases=_head_cases,
        expect=_held,
        mistakes=_HEAD_MISTAKES,
        solution=head_params,
        mutants=(
            *_HEAD_MUTANTS,
            Mutant("counted by layers", lambda *args: _held(Case(args=args)), state="right"),
        ),
        library={math.prod: False},
    ),
    Marking(
        exercise="pooling.vgg_numbers",
        cases=lambda draw: [Case()],
        solution=[123_642_856, 138_357_544, 513_000],
        mutants=(
            Mutant("weights only", [123_633_664, 138_344_128, 512_000], mistake="biases forgotten"),
            Mutant("no head", [123_642_856, 138_357_544, 0], mistake="no head left"),
            Mutant(
                "without the dense layers",
                [123_642_856, 14_714_688, 513_000],
                mistake="convolutions only",
            ),
            Mutant(
                "small head without biases",
                [123_642_856, 138_357_544, 512_000],
                mistake="bias of the small head forgotten",
            ),
            Mutant(
                "small head on the flattened map",
                [123_642_856, 138_357_544, 25_089_000],
                mistake="flattened, not averaged",
            ),
            Mutant(
                "three layers after GAP",
                [123_642_856, 138_357_544, 22_979_560],
                mistake="all three layers after GAP",
            ),
            Mutant("in millions", [124, 138, 0.5]),
            Mutant("floats", (123_642_856.0, 138_357_544.0, 513e3), state="right"),
        ),
    ),
    Marking(
        exercise="pooling.gap_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "D",
        mistakes=(
            Mistake(
                "convolution wants a size",
                "A convolution has no size of image built in: its kernel visits as many windows as "
                "there are.",
                lambda case: "A",
            ),
            Mistake(
                "linear wants a size",
                "The last layer reads one number for each channel. How many channels are there "
                "after global average pooling of a larger map?",
                lambda case: "B",
            ),
            Mistake(
                "more scores",
                "The map before global average pooling is larger, but each channel becomes one "
                "number all the same.",
                lambda case: "C",
            ),
        ),
        solution="D",
        mutants=(
            Mutant("first layer", "A", mistake="convolution wants a size"),
            Mutant("last layer", "B", mistake="linear wants a size"),
            Mutant("more scores", "C", mistake="more scores"),
            Mutant("small letter", "d", state="right"),
        ),
    ),
)
