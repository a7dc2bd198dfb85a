"""The variance before each activation, layer by layer."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_ACT: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "tanh": F.tanh}


def _sums(
    weights: Sequence[Tensor],
    x: Tensor,
    activation: str,
    act: Callable[[str], Callable[[Tensor], Tensor]] = lambda name: _ACT[name],
) -> list[Tensor]:
    """z of each layer, by PyTorch's dense layer."""
    found = []
    for W in weights:
        found.append(F.linear(x, W))
        x = act(activation)(found[-1])
    return found


def _measured(
    measure: Callable[[Tensor], Any] = lambda z: z.var(correction=1), **how: Any
) -> Callable[..., list[float]]:
    return lambda weights, x, activation: [
        float(measure(z)) for z in _sums(weights, x, activation, **how)
    ]


_variances = _measured()


def _after(weights: Sequence[Tensor], x: Tensor, activation: str) -> list[float]:
    return [float(_ACT[activation](z).var()) for z in _sums(weights, x, activation)]


def _rounded(digits: int) -> Callable[..., list[float]]:
    return _measured(lambda z: round(float(z.var()), digits))


def _multiplied(by: Callable[[Tensor], Tensor]) -> Callable[..., list[float]]:
    """z = h @ by(W)."""
    return lambda weights, x, activation: _variances([by(W).T for W in weights], x, activation)


def _by_steps(weights: Sequence[Tensor], x: Tensor, activation: str) -> Tensor:
    found = []
    for W in weights:
        z = (x[:, None] * W).sum(-1)
        found.append(((z - z.mean()) ** 2).sum() / (z.numel() - 1))
        x = z.clamp(min=0) if activation == "relu" else torch.tanh(z)
    return torch.stack(found)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, activation: str, images: int, *widths: int) -> Case:
        weights = [draw.normal(b, a) / a**0.5 for a, b in itertools.pairwise(widths)]
        return Case(
            args=(weights, 2 * draw.normal(images, widths[0]) + 0.5, activation), about=about
        )

    some = draw.distinct(3, 8, 4)
    return [
        case("ReLU", "relu", 6, *some),
        case("tanh", "tanh", 5, *some[::-1]),
        case("a single layer", "relu", 4, 5, 3),
        case("layers of one width", "tanh", 3, 4, 4, 4, 4, 4),
        case("two inputs", "relu", 2, 6, 5, 7),
        case("a layer of one unit", "tanh", 6, 5, 1, 4),
    ]


VARIANCES = Exercise(
    id="lenet.variances",
    title="Variance, layer by layer",
    points=2,
    minutes=13,
    core=False,
    covers=("B05-init",),
    example=(
        (
            Case(
                args=(
                    [torch.tensor([[1.0]]), torch.tensor([[-2.0]])],
                    torch.tensor([[1.0], [3.0]]),
                    "relu",
                )
            ),
            [2.0, 8.0],
        ),
    ),
    cases=_cases,
    reference=_variances,
    promises=("unchanged",),
    wrong={
        "after the activation": (
            "You measured after the activation. Take the variance of z = h Wᵀ, before it.",
            _after,
        ),
        "activation left out": (
            "Without the activation between the layers, all of them are one linear map. h is "
            "act(z), and goes into the next layer.",
            _measured(act=lambda name: lambda z: z),
        ),
        "activation before the first": (
            "You sent x through the activation. It goes into the first layer as it is; the "
            "activation stands after each layer.",
            lambda weights, x, activation: _variances(weights, _ACT[activation](x), activation),
        ),
        "standard deviation": (
            "These are standard deviations. The variance is their square: z.var().",
            _measured(lambda z: z.std()),
        ),
        "mean square": (
            "These are the means of z². A variance is about the mean: z.var().",
            _measured(lambda z: (z**2).mean()),
        ),
        "divided by n": (
            "These variances divide by n. Here it is z.var() as it comes, which divides by n - 1.",
            _measured(lambda z: z.var(correction=0)),
        ),
        "unit by unit": (
            "You took the variance of each unit, or of each input, and averaged. Take it over all "
            "numbers of z at once: z.var().",
            _measured(lambda z: z.var(0).mean()),
        ),
        "always ReLU": (
            "You took ReLU where tanh was asked for: “tanh” is torch.tanh.",
            _measured(act=lambda name: F.relu),
        ),
        "always tanh": (
            "You took tanh where ReLU was asked for: “relu” is torch.relu.",
            _measured(act=lambda name: F.tanh),
        ),
        "input counted": (
            "Your first number is the variance of x. The list begins with z of the first layer.",
            lambda weights, x, activation: [float(x.var()), *_variances(weights, x, activation)],
            lambda weights, x, activation: [
                float(x.var()),
                *_variances(weights, x, activation)[:-1],
            ],
        ),
        "several for a layer": (
            "You have several numbers for each layer. It is one, over all entries of z: z.var() "
            "without an axis.",
            lambda weights, x, activation: [z.var(0) for z in _sums(weights, x, activation)],
        ),
        "rounded": (
            "You rounded the variances. Return them as they come.",
            *(_rounded(digits) for digits in (1, 2, 3)),
        ),
        "not transposed": (
            "W has a row for each unit of the layer, and a column for each of its inputs. So it "
            "is h @ W.T; reshape would put the weights elsewhere.",
            _multiplied(lambda W: W),
            _multiplied(lambda W: W.reshape(W.shape[::-1])),
        ),
        "only the last": (
            "There must be one number for each layer, in a list: append z.var() inside the loop.",
            lambda weights, x, activation: _variances(weights, x, activation)[-1],
            lambda weights, x, activation: _variances(weights, x, activation)[-1:],
        ),
        "only the first": (
            "There must be one number for each layer. Does `return` stand inside the loop?",
            lambda weights, x, activation: _variances(weights, x, activation)[:1],
        ),
        "always from x": (
            "Each of your layers reads x. A layer reads what the one before it gives: h is act(z).",
            lambda weights, x, activation: [float(F.linear(x, W).var()) for W in weights],
        ),
    },
    right=(_by_steps,),
    hints=(
        "Start with h = x. In each layer: z = h @ W.T, note z.var(), h = activation of z.",
        "Collect with found.append(z.var().item()); return found when the loop is over.",
    ),
)
