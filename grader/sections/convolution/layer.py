"""Section 01: marking of the layer made from cross-correlation."""

import torch
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.convolution.layer import layer_answer
from grader.former.marking import Marking, Mutant
from grader.sections.convolution.correlation import corr2d, corr2d_fast


class _Layer(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return corr2d(x, self.weight) + self.bias


class _NoBiasAdded(_Layer):
    def forward(self, x: Tensor) -> Tensor:
        return corr2d(x, self.weight)


class _Flipped(_Layer):
    def forward(self, x: Tensor) -> Tensor:
        return corr2d(x, self.weight.flip(0, 1)) + self.bias


class _NoParameters(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = torch.rand(kernel_size)
        self.bias = torch.zeros(1)

    def forward(self, x: Tensor) -> Tensor:
        return corr2d(x, self.weight) + self.bias


class _BiasMultiplied(_Layer):
    def forward(self, x: Tensor) -> Tensor:
        return corr2d(x, self.weight) * self.bias


class _Vectorised(_Layer):
    def forward(self, x: Tensor) -> Tensor:
        return corr2d_fast(x, self.weight) + self.bias


def _layer_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("a square kernel", "a kernel that is not square"):
        shape = (2, 2) if about == "a square kernel" else (draw.integer(1, 2), draw.integer(3, 4))
        state = {"weight": draw.normal(*shape), "bias": draw.normal(1) + 2}
        inputs = (draw.normal(draw.integer(5, 8), draw.integer(5, 8)),)
        cases.append(Case(args=(shape,), state=state, inputs=inputs, about=about))
    return cases


MARKINGS = (
    Marking(
        exercise="convolution.Conv2D",
        cases=_layer_cases,
        expect=lambda case: layer_answer(case.inputs[0], case.state["weight"], case.state["bias"]),
        solution=_Layer,
        mutants=(
            Mutant("bias not added", _NoBiasAdded, mistake="bias forgotten"),
            Mutant("kernel flipped", _Flipped, mistake="flipped kernel"),
            Mutant("bias multiplied", _BiasMultiplied, mistake="bias multiplied"),
            Mutant("tensors, not parameters", _NoParameters, mistake="parameters"),
            Mutant("vectorised", _Vectorised, state="right"),
        ),
        library={nn.Conv2d: False, nn.LazyConv2d: False},
    ),
)
