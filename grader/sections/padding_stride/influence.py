"""Section 02: marking of the receptive field as measured by a gradient."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.padding_stride.facts import Stack
from course_lib.sections.padding_stride.influence import influences
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.padding_stride.receptive_field import receptive_field


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


def _averaging(layers: Sequence[Any], size: int, i: int, j: int) -> Tensor:
    weights: int = math.prod(kernel_size**2 for kernel_size, _, _ in layers)
    return influence(layers, size, i, j) / weights


def _last_alone(layers: Sequence[Any], size: int, i: int, j: int) -> Tensor:
    """Every layer reads the image, so that only the last one counts."""
    return influence(layers[-1:], size, i, j)


_INFLUENCE_WRONGS: dict[str, Callable[..., Any]] = {
    "all outputs": _of_all_outputs,
    "i and j swapped": lambda layers, size, i, j: influence(layers, size, j, i),
    "mask": lambda layers, size, i, j: (influence(layers, size, i, j) > 0).float(),
    "strides ignored": lambda layers, size, i, j: influence(
        [(k, 1, d) for k, _, d in layers], size, i, j
    ),
    "dilation ignored": lambda layers, size, i, j: influence(
        [(k, s, 1) for k, s, _ in layers], size, i, j
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
    verify = influences(stack, size)
    about = "as wide as the receptive field"
    return [*cases, Case(args=(stack, size, 1, 0), about=about, verify=verify)]


_INFLUENCE_MISTAKES, _INFLUENCE_MUTANTS = named_wrongs(
    "padding_stride.influence", _INFLUENCE_WRONGS
)

MARKINGS = (
    Marking(
        exercise="padding_stride.influence",
        cases=_influence_cases,
        expect=lambda case: _influence_by_counting(*case.args),
        mistakes=_INFLUENCE_MISTAKES,
        solution=influence,
        mutants=(
            *_INFLUENCE_MUTANTS,
            Mutant("weights of 1 / k²", _averaging, mistake="other weights"),
            Mutant("the last layer alone", _last_alone, mistake="too few pixels"),
            Mutant("counted, without autograd", _influence_by_counting, state="right"),
            Mutant("through modules", _through_modules, state="right"),
        ),
        library={torch.outer: False},
    ),
)
