"""Section 02: marking of the receptive field, by formula and by gradient."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.padding_stride.facts import Stack
from course_lib.sections.padding_stride.receptive_field import influences
from grader.marking import Marking, Mutant, named_wrongs


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


_FIELD_WRONGS: dict[str, Callable[..., Any]] = {
    "own stride counted": _own_stride,
    "strides ignored": lambda layers: receptive_field([(k, 1, d) for k, _, d in layers]),
    "dilation ignored": lambda layers: receptive_field([(k, s, 1) for k, s, _ in layers]),
    "kernel sizes added": _whole_kernels,
    "read from the output": lambda layers: receptive_field(layers[::-1]),
    "started at zero": lambda layers: receptive_field(layers) - 1,
}


def _telling_stack(draw: Draw, depth: int) -> Case:
    """A stack in which every named mistake gives a number of its own."""
    while True:
        layers = [
            (draw.integer(2, 5), draw.integer(1, 3), draw.integer(1, 3)) for _ in range(depth)
        ]
        given = {wrong(layers) for wrong in _FIELD_WRONGS.values()}
        if len(given - {receptive_field(layers)}) == len(_FIELD_WRONGS):
            return Case(args=(layers,), about=f"a stack of {('two', 'three', 'four')[depth - 2]}")


def influence(layers: Stack, size: int, i: int, j: int) -> Tensor:
    """The solution: the gradient (size, size) of output pixel [i, j] through layers of ones."""
    X = torch.zeros(size, size, requires_grad=True)
    x = X[None, None]
    for kernel_size, stride, dilation in layers:
        ones = torch.ones(1, 1, kernel_size, kernel_size)
        x = F.conv2d(x, ones, stride=stride, dilation=dilation)
    (gradient,) = torch.autograd.grad(x[0, 0, i, j], X)
    return gradient


def _ways(layers: Sequence[Any], size: int, place: int) -> Any:
    """In how many ways each of `size` pixels reaches the output at `place`, in one direction."""
    ways, start, jump = np.ones(1), place, 1
    for kernel_size, stride, dilation in layers:
        comb = np.zeros((kernel_size - 1) * dilation * jump + 1)
        comb[:: dilation * jump] = 1
        ways = np.convolve(ways, comb)
        jump *= stride
    found = np.zeros(size)
    start = place * jump
    found[start : start + len(ways)] = ways
    return found


def _influence_by_counting(layers: Sequence[Any], size: int, i: int, j: int) -> Tensor:
    """The reference: without autograd, ways counted in each direction and multiplied."""
    return torch.from_numpy(np.outer(_ways(layers, size, i), _ways(layers, size, j)))


def _through_modules(layers: Sequence[Any], size: int, i: int, j: int) -> Tensor:
    X = torch.rand(1, 1, size, size, requires_grad=True)
    stack = torch.nn.Sequential(
        *(torch.nn.Conv2d(1, 1, k, s, dilation=d, bias=False) for k, s, d in layers)
    )
    for weight in stack.parameters():
        torch.nn.init.ones_(weight)
    stack(X)[0, 0, i, j].backward()
    assert X.grad is not None
    return X.grad[0, 0]


def _of_all_outputs(layers: Stack, size: int, i: int, j: int) -> Tensor:
    X = torch.zeros(1, 1, size, size, requires_grad=True)
    x = X
    for k, s, d in layers:
        x = F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d)
    return torch.autograd.grad(x.sum(), X)[0][0, 0]


_INFLUENCE_WRONGS: dict[str, Callable[..., Any]] = {
    "all outputs": _of_all_outputs,
    "i and j swapped": lambda layers, size, i, j: influence(layers, size, j, i),
    "mask": lambda layers, size, i, j: (influence(layers, size, i, j) > 0).float(),
    "strides ignored": lambda layers, size, i, j: influence(
        [(k, 1, d) for k, _, d in layers], size, i, j
    ),
}


def _telling_influence(draw: Draw, about: str, depth: int) -> Case:
    """A stack in which every named mistake gives another gradient."""
    while True:
        layers = [
            (draw.integer(2, 3), draw.integer(1, 2), draw.integer(1, 2)) for _ in range(depth)
        ]
        i, j = draw.distinct(1, 3, 2)
        jump = 1
        for _, stride, _ in layers:
            jump *= stride
        size = receptive_field(layers) + max(i, j) * jump + draw.integer(0, 2)
        args = (layers, size, i, j)
        right = influence(*args)
        if not any(torch.equal(right, wrong(*args)) for wrong in _INFLUENCE_WRONGS.values()):
            return Case(args=args, about=about)


def _influence_cases(draw: Draw) -> list[Case]:
    cases = [
        _telling_influence(draw, about, depth)
        for about, depth in (("two layers", 2), ("three layers", 3), ("three other layers", 3))
    ]
    stack, size = cases[-1].args[:2]
    verify = influences(stack, size, 1, 0)
    about = "as wide as the receptive field"
    return [*cases, Case(args=(stack, size, 1, 0), about=about, verify=verify)]


_FIELD_MISTAKES, _FIELD_MUTANTS = named_wrongs("padding_stride.receptive_field", _FIELD_WRONGS)
_INFLUENCE_MISTAKES, _INFLUENCE_MUTANTS = named_wrongs(
    "padding_stride.influence", _INFLUENCE_WRONGS
)

MARKINGS = (
    Marking(
        exercise="padding_stride.receptive_field",
        cases=lambda draw: [_telling_stack(draw, depth) for depth in (2, 3, 3, 4)],
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
    Marking(
        exercise="padding_stride.influence",
        cases=_influence_cases,
        expect=lambda case: _influence_by_counting(*case.args),
        mistakes=_INFLUENCE_MISTAKES,
        solution=influence,
        mutants=(
            *_INFLUENCE_MUTANTS,
            Mutant("counted, without autograd", _influence_by_counting, state="right"),
            Mutant("through modules", _through_modules, state="right"),
        ),
        library={torch.outer: False},
    ),
)
