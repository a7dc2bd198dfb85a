"""Part C, the first weights."""

import torch

from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, worked

_HE = "the same layer, He"
_DENSE = "a dense layer, He"
_WIDE = "a kernel of 2 x 4, Xavier"

INIT_STD = Exercise(
    id="lenet.init_std",
    title="How large the first weights are",
    points=2,
    covers=("B05-init", "D7.6-demo-train"),
    cases=lambda draw: [
        Case(args=((16, 6, 5, 5), "xavier"), about=WORKED),
        Case(args=((16, 6, 5, 5), "he"), about=_HE),
        Case(args=((7, 3), "he"), about=_DENSE),
        Case(args=((3, 5, 2, 4), "xavier"), about=_WIDE),
    ],
    expect=worked({WORKED: 0.0603023, _HE: 0.1154701, _DENSE: 0.8164966, _WIDE: 0.1767767}),
    mistakes=(
        Mistake(
            "kernel left out",
            "You counted channels only. An output reads in_channels times a whole window: the "
            "sizes of the kernel multiply both fans.",
            worked({WORKED: 0.3015113, _HE: 0.5773503, _WIDE: 0.5}),
        ),
        Mistake(
            "fan_out without kernel",
            "Your fan_out counts channels only. An input number reaches out times as many outputs "
            "as the kernel has places: its sizes multiply both fans.",
            worked({WORKED: 0.1097643, _WIDE: 0.2156655}),
        ),
        Mistake(
            "variance",
            "That is the variance. The standard deviation is its root.",
            worked({WORKED: 0.0036364, _HE: 0.0133333, _DENSE: 0.6666667, _WIDE: 0.03125}),
        ),
        Mistake(
            "always He",
            "For Xavier the variance has both fans in it: 2 / (fan_in + fan_out).",
            worked({WORKED: 0.1154701, _WIDE: 0.2236068}),
        ),
        Mistake(
            "always Xavier",
            "For He the variance has one fan in it: 2 / fan_in.",
            worked({_HE: 0.0603023, _DENSE: 0.4472136}),
        ),
        Mistake(
            "fan_out in He",
            "You took fan_out for He. It keeps the forward signal: 2 / fan_in. The shape of a "
            "weight is (out, in, ...).",
            worked({_HE: 0.0707107, _DENSE: 0.5345225}),
        ),
        Mistake(
            "half left out",
            "The variance of He is 2 / fan_in: the 2 makes up for the half that ReLU cuts off.",
            worked({_HE: 0.0816497, _DENSE: 0.5773503}),
        ),
        Mistake(
            "mean of the fans",
            "The variance of Xavier is 2 / (fan_in + fan_out), one over the mean of the two. Yours "
            "is half of that.",
            worked({WORKED: 0.0426401, _WIDE: 0.125}),
        ),
        Mistake(
            "bound of the uniform",
            "That is the bound of the uniform distribution, larger by the root of 3. Give the "
            "standard deviation.",
            worked({WORKED: 0.1044466, _HE: 0.2, _DENSE: 1.4142136, _WIDE: 0.3061862}),
        ),
    ),
    hints=(
        "fan_in: how many numbers does one output read? fan_out: how many outputs does one input "
        "number reach? The weight has shape (out, in, *kernel).",
        "math.prod(shape[2:]) is the number of places in the kernel, and 1 for a dense layer.",
    ),
    forbidden=("course_lib", "torch.nn"),
)

_TANH = "the same, tanh"
_FIRST = 107 / 12
"""Variance behind the first layer of the worked example."""


def _two_layers(activation: str, about: str) -> Case:
    weights = [torch.tensor([[1.0, 0, 1], [0, 2, -1]]), torch.tensor([[1.0, 1]])]
    return Case(args=(weights, torch.tensor([[1.0, -1, 2], [0, 1, 1]]), activation), about=about)


VARIANCES = Exercise(
    id="lenet.variances",
    title="Variance, layer by layer",
    points=2,
    covers=("B05-init",),
    cases=lambda draw: [_two_layers("relu", WORKED), _two_layers("tanh", _TANH)],
    expect=worked({WORKED: [_FIRST, 0.5], _TANH: [_FIRST, 1.1665715]}),
    mistakes=(
        Mistake(
            "after the activation",
            "You measured behind the activation. Take the variance of z = h Wᵀ, before it.",
            worked({WORKED: [1.5833333, 0.5], _TANH: [0.8573565, 0.4172651]}),
        ),
        Mistake(
            "activation left out",
            "Without the activation between the layers, all of them are one linear map. h is "
            "act(z), and goes into the next layer.",
            worked({WORKED: [_FIRST, 4.5], _TANH: [_FIRST, 4.5]}),
        ),
        Mistake(
            "activation before the first",
            "You sent x through the activation. It goes into the first layer as it is; the "
            "activation stands behind each layer.",
            worked({WORKED: [4.25, 0.5], _TANH: [3.3930194, 0.8867971]}),
        ),
        Mistake(
            "standard deviation",
            "These are standard deviations. The variance is their square: z.var().",
            worked({WORKED: [2.9860788, 0.7071068], _TANH: [2.9860788, 1.0800794]}),
        ),
        Mistake(
            "mean square",
            "These are the means of z². A variance is about the mean: z.var().",
            worked({WORKED: [6.75, 6.5], _TANH: [6.75, 1.1600605]}),
        ),
        Mistake(
            "divided by n",
            "These variances divide by n. Here it is z.var() as it comes, which divides by n - 1.",
            worked({WORKED: [6.6875, 0.25], _TANH: [6.6875, 0.5832858]}),
        ),
        Mistake(
            "unit by unit",
            "You took the variance of each unit and averaged. Take it over all numbers of z at "
            "once: z.var().",
            worked({WORKED: [7.25, 0.5], _TANH: [7.25, 1.1665715]}),
        ),
        Mistake(
            "always ReLU",
            "You took ReLU where another activation was asked for: “tanh” is torch.tanh.",
            worked({_TANH: [_FIRST, 0.5]}),
        ),
        Mistake(
            "input counted",
            "Your first number is the variance of x. The list begins with z of the first layer.",
            worked({WORKED: [16 / 15, _FIRST, 0.5], _TANH: [16 / 15, _FIRST, 1.1665715]}),
        ),
        Mistake(
            "only the last",
            "There must be one number for each layer: append z.var() inside the loop.",
            worked({WORKED: 0.5, _TANH: 1.1665715}),
        ),
        Mistake(
            "only the first",
            "There must be one number for each layer. Does `return` stand inside the loop?",
            worked({WORKED: [_FIRST], _TANH: [_FIRST]}),
        ),
    ),
    hints=(
        "Start with h = x. In each layer: z = h @ W.T, note z.var(), h = activation of z.",
        "Collect with found.append(z.var().item()); return found when the loop is over.",
    ),
    forbidden=("course_lib",),
)
