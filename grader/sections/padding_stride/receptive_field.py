"""Section 02: marking of the receptive field by formula."""

import math
from collections.abc import Callable
from typing import Any

import torch

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.padding_stride.facts import Stack
from grader.former.marking import Marking, Mutant, named_wrongs


def receptive_field(layers: Stack) -> int:
    """The solution."""
    r, jump = 1, 1
    for kernel_size, stride, dilation in layers:
        r += (kernel_size - 1) * dilation * jump
        jump *= stride
    return r


def _seen(case: Case) -> int:
    """The reference: the pixels that output 0 sees, layer by layer back to the input."""
    places = {0}
    for kernel_size, stride, dilation in reversed(case.args[0]):
        places = {p * stride + t * dilation for p in places for t in range(kernel_size)}
    return max(places) - min(places) + 1


def _from_the_output(layers: Stack) -> int:
    r = 1
    for kernel_size, stride, dilation in reversed(layers):
        r = (r - 1) * stride + dilation * (kernel_size - 1) + 1
    return r


def _own_stride(layers: Stack) -> int:
    r, jump = 1, 1
    for kernel_size, stride, dilation in layers:
        jump *= stride
        r += (kernel_size - 1) * dilation * jump
    return r


def _whole_kernels(layers: Stack) -> int:
    r, jump = 0, 1
    for kernel_size, stride, dilation in layers:
        r += ((kernel_size - 1) * dilation + 1) * jump
        jump *= stride
    return r


def _field(
    layers: Stack,
    steps: Callable[[int, int], int] = lambda k, d: d * (k - 1),
    jump: Callable[[int, int, int], int] = lambda before, s, d: before * s,
) -> int:
    """The formula with other steps for a layer, or another way for neighbours to move apart."""
    r, apart = 1, 1
    for kernel_size, stride, dilation in layers:
        r += steps(kernel_size, dilation) * apart
        apart = jump(apart, stride, dilation)
    return r


def _all_strides(layers: Stack) -> int:
    apart = math.prod(stride for _, stride, _ in layers)
    return 1 + sum(dilation * (kernel_size - 1) * apart for kernel_size, _, dilation in layers)


_FIELD_WRONGS: dict[str, Callable[..., Any]] = {
    "own stride counted": _own_stride,
    "strides ignored": lambda layers: receptive_field([(k, 1, d) for k, _, d in layers]),
    "dilation ignored": lambda layers: receptive_field([(k, s, 1) for k, s, _ in layers]),
    "kernel sizes added": _whole_kernels,
    "k instead of k - 1": lambda layers: _field(layers, lambda k, d: d * k),
    "d times k": lambda layers: _field(layers, lambda k, d: d * k - 1),
    "strides added": lambda layers: _field(layers, jump=lambda before, s, d: before + s),
    "one stride only": lambda layers: _field(layers, jump=lambda before, s, d: s),
    "all strides": _all_strides,
    "dilation as a stride": lambda layers: _field(layers, jump=lambda before, s, d: before * s * d),
    "dilation before stride": lambda layers: receptive_field([(k, d, s) for k, s, d in layers]),
    "first layer only": lambda layers: receptive_field(layers[:1]),
    "read from the output": lambda layers: receptive_field(layers[::-1]),
    "started at zero": lambda layers: receptive_field(layers) - 1,
}


def _telling_stack(draw: Draw, about: str, depth: int) -> Case:
    """A stack in which every named mistake gives a number of its own."""
    while True:
        layers = [
            (draw.integer(2, 5), draw.integer(1, 3), draw.integer(1, 3)) for _ in range(depth)
        ]
        given = {wrong(layers) for wrong in _FIELD_WRONGS.values()}
        if len(given - {receptive_field(layers)}) == len(_FIELD_WRONGS):
            return Case(args=(layers,), about=about)


_FIELD_MISTAKES, _FIELD_MUTANTS = named_wrongs("padding_stride.receptive_field", _FIELD_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.receptive_field",
        cases=lambda draw: [
            _telling_stack(draw, "three layers", 3),
            _telling_stack(draw, "three other layers", 3),
            _telling_stack(draw, "three more", 3),
            _telling_stack(draw, "four layers", 4),
        ],
        expect=_seen,
        mistakes=_FIELD_MISTAKES,
        solution=receptive_field,
        mutants=(
            *_FIELD_MUTANTS,
            Mutant("from the output back", _from_the_output, state="right"),
        ),
        library={len: False},
    ),
    Marking(
        exercise="padding_stride.stack_fields",
        cases=lambda draw: [Case()],
        solution=[7, 9, 7, 7],
        mutants=(
            Mutant("sizes added", [9, 10, 6, 6], mistake="kernel sizes added"),
            Mutant("no stride", [7, 9, 5, 7], mistake="strides ignored"),
            Mutant("no dilation", [7, 9, 7, 5], mistake="dilation ignored"),
            Mutant("own stride", [7, 9, 9, 7], mistake="own stride counted"),
            Mutant("dilation as a stride", [7, 9, 7, 9], mistake="dilation as a stride"),
            Mutant("one short", [6, 8, 6, 6], mistake="started at zero"),
            Mutant("multiplied", [27, 25, 9, 15], mistake="sizes multiplied"),
            Mutant("one slip", [7, 9, 7, 8]),
            Mutant("a tensor", torch.tensor([7, 9, 7, 7]), state="right"),
        ),
    ),
    Marking(
        exercise="padding_stride.fewest_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "D",
        mistakes=(
            Mistake(
                "small kernels",
                "Its kernels are no smaller than those of two other stacks, and it has one layer "
                "more than these.",
                lambda case: "A",
            ),
            Mistake(
                "stride saves parameters",
                "A stride makes the feature map smaller, not the kernel: parameters belong to the "
                "kernel.",
                lambda case: "B",
            ),
            Mistake(
                "dilation saves parameters",
                "True, but it has not fewer than a plain kernel of the same size, either: the gaps "
                "are free. Compare it with the stack that has the same kernels and a stride.",
                lambda case: "C",
            ),
        ),
        solution="D",
        mutants=(
            Mutant("small kernels", "A", mistake="small kernels"),
            Mutant("stride", "B", mistake="stride saves parameters"),
            Mutant("dilation", "C", mistake="dilation saves parameters"),
            Mutant("small letter", "d", state="right"),
        ),
    ),
)
