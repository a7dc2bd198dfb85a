"""Part D: the receptive field, measured by a gradient."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.fields import Stack, seen


def _ways(layers: Stack, size: int, place: int) -> Any:
    """In how many ways each of `size` pixels reaches the output at `place`, in one direction."""
    ways, jump = np.ones(1), 1
    for k, s, d in layers:
        comb = np.zeros((k - 1) * d * jump + 1)
        comb[:: d * jump] = 1
        ways = np.convolve(ways, comb)
        jump *= s
    found = np.zeros(size)
    found[place * jump : place * jump + len(ways)] = ways
    return found


def _counted(layers: Stack, size: int, i: int, j: int) -> Tensor:
    """Without autograd: the ways in each direction, multiplied."""
    return torch.from_numpy(np.outer(_ways(layers, size, i), _ways(layers, size, j)))


Measure = Callable[[Stack, int, int, int], Any]


def _gradient(
    take: Callable[[Tensor, int, int], Tensor] = lambda y, i, j: y[0, 0, i, j],
    weight: Callable[[int], float] = lambda k: 1.0,
    padding: Callable[[int, int], int] = lambda k, d: 0,
    layer: Callable[[int, int, int], tuple[int, int, int]] = lambda k, s, d: (k, s, d),
    image: float = 0.0,
) -> Measure:
    """The gradient of something else, with other weights or padding, or through other layers."""

    def answer(layers: Stack, size: int, i: int, j: int) -> Tensor:
        X = torch.full((size, size), image, requires_grad=True)
        x = X[None, None]
        for k, s, d in (layer(*one) for one in layers):
            kernel = torch.full((1, 1, k, k), weight(k))
            x = F.conv2d(x, kernel, None, s, padding(k, d), d)
        return torch.autograd.grad(take(x, i, j), X)[0]

    return answer


def _of_kernels(h: Callable[[int], int], w: Callable[[int], int]) -> Measure:
    """The gradient where the kernels have other sides."""

    def answer(layers: Stack, size: int, i: int, j: int) -> Tensor:
        down = _ways([(h(k), s, d) for k, s, d in layers], size, i)
        across = _ways([(w(k), s, d) for k, s, d in layers], size, j)
        return torch.from_numpy(np.outer(down, across))

    return answer


def _output(fill: float) -> Measure:
    """The output itself, of an image of equal numbers."""

    def answer(layers: Stack, size: int, i: int, j: int) -> Tensor:
        x = torch.full((1, 1, size, size), fill)
        for k, s, d in layers:
            x = F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d)
        return x[0, 0]

    return answer


def _random(bias: bool) -> Measure:
    """The layers as PyTorch makes them; marking asks every answer with the same random state."""

    def answer(layers: Stack, size: int, i: int, j: int) -> Tensor:
        X = torch.zeros(size, size, requires_grad=True)
        x = X[None, None]
        for k, s, d in layers:
            x = torch.nn.Conv2d(1, 1, k, s, dilation=d, bias=bias)(x)
        return torch.autograd.grad(x[0, 0, i, j], X)[0]

    return answer


def _cropped(layers: Stack, size: int, i: int, j: int) -> Tensor:
    field, jump = seen(layers), math.prod(s for _, s, _ in layers)
    gradient = _counted(layers, size, i, j)
    return gradient[i * jump : i * jump + field, j * jump : j * jump + field]


def _backward(layers: Stack, size: int, i: int, j: int) -> Tensor:
    X = torch.rand(1, 1, size, size, requires_grad=True)
    stack = torch.nn.Sequential(
        *(torch.nn.Conv2d(1, 1, k, s, dilation=d, bias=False) for k, s, d in layers)
    )
    for weights in stack.parameters():
        torch.nn.init.ones_(weights)
    stack(X)[0, 0, i, j].backward()
    assert X.grad is not None
    return X.grad[0, 0]


def _jacobian(layers: Stack, size: int, i: int, j: int) -> Tensor:
    def output(X: Tensor) -> Tensor:
        for k, s, d in layers:
            X = F.conv2d(X[None], torch.ones(1, 1, k, k), stride=s, dilation=d)[0]
        return X[0, i, j]

    (found,) = torch.autograd.functional.jacobian(output, (torch.ones(1, size, size),))
    gradient: Tensor = found[0]
    return gradient


def _measured(draw: Draw) -> list[Case]:
    """Sizes leave room beyond the pixel asked for, so that mistaken layers have an output, too."""
    far = draw.integer(3, 4)

    def case(about: str, layers: Stack, i: int, j: int, more: int = 1) -> Case:
        jump = math.prod(s for _, s, _ in layers)
        return Case(args=(layers, seen(layers) + jump * max(i, j) + more, i, j), about=about)

    return [
        case("a single layer", [(3, 1, 1)], 1, far, 2),
        case("a single layer with a stride", [(3, 2, 1)], far, 1),
        case("a single dilated layer", [(2, 1, 3)], 1, far, 2),
        case("two layers", [(3, 1, 1), (2, 1, 1)], 0, far, 2),
        case("a stride in the first layer", [(3, 2, 1), (2, 1, 1)], 2, 1),
        case("a stride in the second layer", [(2, 1, 1), (3, 2, 1)], 1, 2),
        case("two dilated layers", [(2, 1, 2), (3, 1, 2)], far, 2, 2),
        case("strides and dilations", [(3, 2, 1), (2, 1, 2), (3, 1, 1)], 1, 2),
        case("the last output pixel, nothing left over", [(3, 1, 2), (2, 2, 1)], 2, 2, 0),
        case("the first output pixel", [(2, 3, 1), (3, 1, 1)], 0, 0, 4),
    ]


INFLUENCE = Exercise(
    id="padding_stride.influence",
    title="The receptive field, measured",
    points=3,
    minutes=10,
    covers=("E14.3", "Q15"),
    example=((Case(args=([(2, 1, 1)], 3, 0, 1)), [[0, 1, 1], [0, 1, 1], [0, 0, 0]]),),
    cases=_measured,
    reference=_counted,
    promises=("unchanged", "tensor"),
    wrong={
        "all outputs": (
            "That is the gradient of the sum, or the mean, of all outputs. Take the one output "
            "pixel [i, j].",
            _gradient(lambda y, i, j: y.sum()),
            _gradient(lambda y, i, j: y.mean()),
        ),
        "i and j swapped": (
            "You took the output pixel [j, i], or returned the transposed gradient. The row comes "
            "first.",
            _gradient(lambda y, i, j: y[0, 0, j, i]),
        ),
        "another pixel": (
            "You took another output pixel than [i, j], counted from 0.",
            _gradient(lambda y, i, j: y[0, 0, 0, 0]),
            _gradient(lambda y, i, j: y[0, 0, i - 1, j - 1]),
            _gradient(lambda y, i, j: y[0, 0, i, i]),
            _gradient(lambda y, i, j: y[0, 0, y.shape[2] // 2, y.shape[3] // 2]),
        ),
        "a row or a column": (
            "You took the gradient of a whole row or column of outputs. Take the one pixel [i, j].",
            _gradient(lambda y, i, j: y[0, 0, i].sum()),
            _gradient(lambda y, i, j: y[0, 0, :, j].sum()),
        ),
        "mask": (
            "You say which pixels have an influence. Return the gradient itself, which also says "
            "in how many ways they have it.",
            lambda *args: (_counted(*args) > 0).float(),
        ),
        "strides ignored": (
            "Your layers visit every window. Hand the stride on to the convolution.",
            _gradient(layer=lambda k, s, d: (k, 1, d)),
        ),
        "dilation ignored": (
            "Your layers have no gaps. Hand the dilation on to the convolution.",
            _gradient(layer=lambda k, s, d: (k, s, 1)),
        ),
        "dilation before stride": (
            "You took the stride for the dilation and the dilation for the stride. A triple is "
            "(kernel size, stride, dilation).",
            _gradient(layer=lambda k, s, d: (k, d, s)),
        ),
        "one layer only": (
            "Your output depends on one layer only. Each layer reads the output of the one before.",
            lambda layers, *rest: _gradient()(layers[-1:], *rest),
            lambda layers, *rest: _gradient()(layers[:1], *rest),
        ),
        "read from the output": (
            "You went through the layers from the last to the first. They are listed from the "
            "input on.",
            lambda layers, *rest: _gradient()(layers[::-1], *rest),
        ),
        "scaled": (
            "Your gradient is right but for a factor. Weights of 1, the output pixel as it is, "
            "neither divided nor squared, and a gradient that nothing is divided by: then it "
            "counts ways.",
            _gradient(lambda y, i, j: y[0, 0, i, j] ** 2, image=1.0),
            _gradient(weight=lambda k: 1 / k**2),
            _gradient(weight=lambda k: 1 / k),
            lambda *args: _counted(*args) / _counted(*args).max(),
            lambda *args: _counted(*args) / _counted(*args).sum(),
        ),
        "random weights": (
            "You left the layers with the random weights that they are made with. Set all weights "
            "to 1.",
            _random(bias=False),
            _random(bias=True),
        ),
        "the output": (
            "You returned the output. Asked is how its one pixel [i, j] depends on the image: the "
            "gradient, of the size of the image.",
            _output(1.0),
            _output(0.0),
        ),
        "one row of weights": (
            "Your kernels have a single row or column. All of them have k x k weights.",
            _of_kernels(lambda k: 1, lambda k: k),
            _of_kernels(lambda k: k, lambda k: 1),
        ),
        "cropped": (
            "You cut the gradient down to the receptive field. Return it in the size of the image, "
            "with zeros around the field.",
            _cropped,
        ),
        "padded": (
            "You laid padding around the image. There is none, so that output pixel [i, j] starts "
            "at another place.",
            _gradient(padding=lambda k, d: k // 2),
            _gradient(padding=lambda k, d: d * (k - 1) // 2),
            _gradient(padding=lambda k, d: 1),
        ),
        "axes of batch and channel": (
            "Your gradient has axes of batch and channel. Return it with two axes, (size, size).",
            lambda *args: _counted(*args)[None],
            lambda *args: _counted(*args)[None, None],
        ),
    },
    right=(_backward, _jacobian),
    library={_gradient(): True},
    hints=(
        "Make an image of zeros that requires a gradient, send it through all layers, and ask "
        "autograd how one entry of the output depends on it.",
        "A layer of weights 1: F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d), with x "
        "of shape (1, 1, H, W).",
        "X = torch.zeros(size, size, requires_grad=True); x = X[None, None]; a loop over the "
        "layers; then torch.autograd.grad(x[0, 0, i, j], X)[0].",
    ),
    needs=(
        "padding_stride.conv_output_size",
        "padding_stride.manual_conv2d",
        "padding_stride.stuff_kernel",
    ),
)
