"""Part C, the first weights."""

import torch

from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, worked

_HE = "the same layer, He"
_DENSE = "a dense layer, He"

INIT_STD = Exercise(
    id="lenet.init_std",
    title="How large the first weights are",
    points=2,
    covers=("B05-init", "D7.6-demo-train"),
    cases=lambda draw: [
        Case(args=((16, 6, 5, 5), "xavier"), about=WORKED),
        Case(args=((16, 6, 5, 5), "he"), about=_HE),
        Case(args=((7, 3), "he"), about=_DENSE),
    ],
    expect=worked({WORKED: 0.0603023, _HE: 0.1154701, _DENSE: 0.8164966}),
    mistakes=(
        Mistake(
            "kernel left out",
            "You counted channels only. An output reads in_channels times a whole window: the "
            "sizes of the kernel multiply both fans.",
            worked({WORKED: 0.3015113, _HE: 0.5773503}),
        ),
        Mistake(
            "variance",
            "That is the variance. The standard deviation is its root.",
            worked({WORKED: 0.0036364, _HE: 0.0133333, _DENSE: 0.6666667}),
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
            "bound of the uniform",
            "That is the bound of the uniform distribution, larger by the root of 3. Give the "
            "standard deviation.",
            worked({WORKED: 0.1044466, _HE: 0.2, _DENSE: 1.4142136}),
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


def _two_layers(activation: str, about: str) -> Case:
    weights = [torch.tensor([[1.0, 0], [0, 2]]), torch.tensor([[1.0, 1]])]
    return Case(args=(weights, torch.tensor([[1.0, -1], [-1, 1]]), activation), about=about)


VARIANCES = Exercise(
    id="lenet.variances",
    title="Variance, layer by layer",
    points=2,
    covers=("B05-init",),
    cases=lambda draw: [_two_layers("relu", WORKED), _two_layers("tanh", _TANH)],
    expect=worked({WORKED: [10 / 3, 0.5], _TANH: [10 / 3, 0.0819586]}),
    mistakes=(
        Mistake(
            "after the activation",
            "You measured behind the activation. Take the variance of z = h Wᵀ, before it.",
            worked({WORKED: [0.9166667, 0.5], _TANH: [1.0062499, 0.0797704]}),
        ),
        Mistake(
            "activation left out",
            "Without the activation between the layers, all of them are one linear map. h is "
            "act(z), and goes into the next layer.",
            worked({WORKED: [10 / 3, 2.0], _TANH: [10 / 3, 2.0]}),
        ),
        Mistake(
            "standard deviation",
            "These are standard deviations. The variance is their square: z.var().",
            worked({WORKED: [1.8257419, 0.7071068], _TANH: [1.8257419, 0.2862841]}),
        ),
        Mistake(
            "always ReLU",
            "You took ReLU where another activation was asked for: “tanh” is torch.tanh.",
            worked({_TANH: [10 / 3, 0.5]}),
        ),
        Mistake(
            "only the last",
            "There must be one number for each layer: append z.var() inside the loop.",
            worked({WORKED: 0.5, _TANH: 0.0819586}),
        ),
    ),
    hints=(
        "Start with h = x. In each layer: z = h @ W.T, note z.var(), h = activation of z.",
        "Collect with found.append(z.var().item()); return found when the loop is over.",
    ),
    forbidden=("course_lib",),
)
