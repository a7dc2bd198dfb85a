"""Part B: cross-correlation as a layer."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS, RANDOM_OPERATORS
from course_lib.sections.convolution.given import Conv2D
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import (
    cross_correlation,
    same_padded,
    valid_convolution,
)


def _case(draw: Draw, about: str, shape: tuple[int, int], size: tuple[int, int]) -> Case:
    weights = {"weight": draw.normal(*shape), "bias": draw.normal(1)}
    return Case(args=(shape,), weights=weights, inputs=(draw.normal(*size),), about=about)


def _layer(forward: object, **parts: object) -> type:
    """The layer with another forward pass."""
    return type("Conv2D", (Conv2D,), {"forward": forward, **parts})


class _FixedBias(Conv2D):
    """A bias that is a buffer, which no optimiser finds."""

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        del self.bias
        self.register_buffer("bias", torch.zeros(1))


class _Ones(Conv2D):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        self.weight = nn.Parameter(torch.ones(kernel_size))


class _Detached(Conv2D):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).detach()


def _with_bias(layer: Conv2D, x: Tensor, times: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """The output with the bias added so many times to each entry."""
    Y = cross_correlation(x, layer.weight)
    return Y + layer.bias * times(Y, layer.weight)


LAYER = Exercise(
    id="convolution.Conv2D",
    title="A convolution layer",
    points=2,
    minutes=7,
    covers=("D7.2-layer",),
    asks="module",
    example=(
        (
            Case(
                args=((1, 2),),
                weights={"weight": torch.tensor([[1.0, -1.0]]), "bias": torch.tensor([10.0])},
                inputs=(torch.tensor([[5.0, 2.0]]),),
            ),
            [[13]],
        ),
    ),
    cases=lambda draw: [
        _case(draw, "a square kernel", (2, 2), (5, 6)),
        _case(draw, "a wide kernel", (1, draw.integer(3, 4)), (5, 6)),
        _case(draw, "a tall kernel", (draw.integer(3, 4), 2), (6, 5)),
        _case(draw, "a kernel of a single number", (1, 1), (3, 4)),
        _case(draw, "a kernel as large as the image", (3, 4), (3, 4)),
    ],
    reference=Conv2D,
    wrong={
        "bias forgotten": (
            "The output lacks the bias: forward returns the cross-correlation plus self.bias.",
            _layer(lambda self, x: cross_correlation(x, self.weight)),
        ),
        "flipped kernel": (
            "The output is the one of the flipped kernel: use your corr2d, which does not flip.",
            _layer(lambda self, x: valid_convolution(x, self.weight) + self.bias),
        ),
        "bias multiplied": (
            "You multiplied by the bias. It is added, the same number to every entry.",
            _layer(lambda self, x: cross_correlation(x, self.weight) * self.bias),
        ),
        "bias subtracted": (
            "You subtracted the bias. It is added, the same number to every entry.",
            _layer(lambda self, x: cross_correlation(x, self.weight) - self.bias),
        ),
        "bias not once": (
            "Each entry of the output gets the bias exactly once. Yours is added several times to "
            "each, or to some of the entries only.",
            *(
                _layer(lambda self, x, times=times: _with_bias(self, x, times))
                for times in (
                    lambda Y, weight: torch.full_like(Y, 2),
                    lambda Y, weight: torch.full_like(Y, weight.numel()),
                    lambda Y, weight: (torch.arange(Y.numel()) == 0).reshape(Y.shape),
                    lambda Y, weight: torch.full_like(Y, 1 / weight.numel()),
                )
            ),
        ),
        "bias added to the weights": (
            "You added the bias to the weights, before the cross-correlation. It is added to the "
            "output, after it.",
            _layer(lambda self, x: cross_correlation(x, self.weight + self.bias)),
        ),
        "activation": (
            "Your output went through one more function, such as torch.relu. Here the output is "
            "the cross-correlation plus the bias, and no more.",
            *(
                _layer(lambda self, x, after=after: after(Conv2D.forward(self, x)))
                for after in (torch.relu, torch.sigmoid, torch.tanh, torch.abs, F.leaky_relu)
            ),
        ),
        "mean": (
            "You took a mean: of the products, or of the whole output. Return the sums of "
            "products plus the bias, one number for each window.",
            _layer(
                lambda self, x: cross_correlation(x, self.weight) / self.weight.numel() + self.bias
            ),
            _layer(lambda self, x: Conv2D.forward(self, x).mean()),
        ),
        "weight not used": (
            "Your output does not depend on self.weight. It is the cross-correlation with "
            "self.weight, not with numbers made in forward.",
            _layer(lambda self, x: cross_correlation(x, torch.ones_like(self.weight)) + self.bias),
            _layer(lambda self, x: cross_correlation(x, torch.ones_like(self.weight))),
            _layer(lambda self, x: x + self.bias),
        ),
        "transposed weight": (
            "You transposed the weight. It has the shape kernel_size, as corr2d takes it.",
            _layer(lambda self, x: cross_correlation(x, self.weight.T) + self.bias),
        ),
        "padded": (
            "Your output has the size of the image. “Valid” means that the kernel never leaves "
            "the image: your corr2d does that.",
            _layer(
                lambda self, x: (
                    cross_correlation(same_padded(x, self.weight), self.weight) + self.bias
                )
            ),
        ),
        "axes of batch and channel": (
            "Your output has axes of batch and channel. Here image and output have two axes.",
            _layer(lambda self, x: Conv2D.forward(self, x)[None]),
            _layer(lambda self, x: Conv2D.forward(self, x)[None, None]),
        ),
        "bias added to the image": (
            "You added the bias to the image. It is added to the output.",
            _layer(lambda self, x: cross_correlation(x + self.bias, self.weight)),
        ),
        "not learned": ("Both weight and bias must be nn.Parameters.", _FixedBias),
        "all alike": ("All entries of weight begin alike: let them begin at random.", _Ones),
        "lost gradient": ("No gradient reaches the parameters.", _Detached),
    },
    right=(
        _layer(
            lambda self, x: (
                sum(
                    self.weight[a, b]
                    * x[
                        a : a + x.shape[0] - self.weight.shape[0] + 1,
                        b : b + x.shape[1] - self.weight.shape[1] + 1,
                    ]
                    for a in range(self.weight.shape[0])
                    for b in range(self.weight.shape[1])
                )
                + self.bias
            )
        ),
    ),
    library={nn.Conv2d: False},
    hints=(
        "What does the layer learn? Only what is an nn.Parameter is found by an optimiser.",
        "Two parameters, made in __init__ with nn.Parameter: a weight of shape kernel_size and a "
        "bias of shape (1,).",
        "forward(x) calls your corr2d with self.weight and adds self.bias.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=RANDOM_OPERATORS,
    needs=("convolution.corr2d",),
    stand_in="Conv2D",
)
