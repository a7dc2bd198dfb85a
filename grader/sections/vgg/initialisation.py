"""Extra: He's weights for a whole network."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.configs import linear, relu
from course_lib.sections.vgg.given import he_init
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg.models import changed, norm

_LAYERS = (nn.Conv2d, nn.Linear)


def _conv(c_in: int, c_out: int, kernel: Any, bias: bool = True) -> dict[str, Any]:
    sizes = {"in_channels": c_in, "out_channels": c_out, "kernel_size": kernel}
    return {"layer": "conv", **sizes, "bias": bias}


def _settings(draw: Draw) -> list[Case]:
    """Layers with more than a thousand weights, whose fans are far apart."""
    c, u = draw.integer(8, 10), draw.integer(20, 24)
    return [
        Case(
            args=([_conv(3, 6 * c, 3), relu(), _conv(6 * c, 5, 3), linear(6 * u, c), relu()],),
            about="layers in a row",
        ),
        Case(
            args=(
                {
                    "conv": _conv(5 * c, c, (3, 1)),
                    "features": [_conv(c, 4 * c, (1, 5)), norm(4 * c)],
                    "head": {"inner": [linear(3 * u, u), {"deep": linear(u, 4 * u)}]},
                },
            ),
            about="parts inside parts, kernels that are not square, batch norm",
        ),
        Case(
            args=(
                {
                    "fc": linear(8 * u, c, bias=False),
                    "rest": [_conv(c, 5 * c, 2, bias=False), norm(5 * c), linear(c, 6 * u)],
                },
            ),
            about="layers without biases, batch norm",
        ),
    ]


def _each(
    change: Callable[[Tensor], object],
    *,
    biases: Callable[[Tensor], object] = nn.init.zeros_,
    layers: Callable[[nn.Module], Iterable[nn.Module]] = nn.Module.modules,
    kinds: tuple[type, ...] = _LAYERS,
    result: Callable[[nn.Module], object] = lambda model: model,
) -> Callable[[nn.Module], object]:
    """Changes weights and biases of some layers in place."""

    def begin(model: nn.Module) -> object:
        for layer in layers(model):
            if isinstance(layer, kinds):
                change(layer.weight)  # type: ignore[arg-type]
                if layer.bias is not None:
                    biases(layer.bias)  # type: ignore[arg-type]
        return result(model)

    return begin


def _he(weight: Tensor) -> None:
    nn.init.kaiming_normal_(weight, nonlinearity="relu")


def _spread(variance: Callable[[int, int, int], float]) -> Callable[[nn.Module], object]:
    """Normal numbers with a variance that is made of fan_in, fan_out and the kernel's entries."""

    def change(weight: Tensor) -> None:
        kernel = weight[0, 0].numel()
        fans = weight.shape[1] * kernel, weight.shape[0] * kernel
        nn.init.normal_(weight, 0, math.sqrt(variance(*fans, kernel)))

    return _each(change)


def _bounded(weight: Tensor) -> None:
    bound = math.sqrt(2 / weight[0].numel())
    nn.init.uniform_(weight, -bound, bound)


def _shifted(weight: Tensor) -> None:
    _he(weight)
    with torch.no_grad():
        weight.add_(0.3 * weight.std())


def _positive(weight: Tensor) -> None:
    _he(weight)
    with torch.no_grad():
        weight.abs_()


def _repeated(weight: Tensor) -> None:
    _he(weight)
    with torch.no_grad():
        weight.copy_(weight[:1].expand_as(weight).clone())


def _square(weight: Tensor) -> None:
    """Of kernels that are not square the height counts twice."""
    squared = weight.shape[1] * weight.shape[2] ** 2 if weight.dim() == 4 else weight.shape[1]
    nn.init.normal_(weight, 0, math.sqrt(2 / squared))


def _seeded(weight: Tensor) -> None:
    torch.manual_seed(0)
    _he(weight)


def _seeded_once(model: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    return he_init(model)


def _all_ones(model: nn.Module) -> nn.Module:
    """Batch norm begins anew, too."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
    return he_init(model)


def _biases_too(model: nn.Module) -> nn.Module:
    """All biases, those of batch norm, too."""
    he_init(model)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
    return model


def _by_hand(model: nn.Module) -> nn.Module:
    """Without nn.init."""
    layers = [layer for layer in model.modules() if isinstance(layer, _LAYERS)]
    with torch.no_grad():
        for layer in layers:
            fan_in = layer.weight[0].numel()
            layer.weight.copy_(torch.randn(layer.weight.shape) * (2 / fan_in) ** 0.5)
            if layer.bias is not None:
                layer.bias.zero_()
    return model


def _applied(model: nn.Module) -> nn.Module:
    return model.apply(he_init)  # type: ignore[arg-type]


HE_INIT = Exercise(
    id="vgg.he_init",
    title="He's weights for a whole network",
    points=2,
    minutes=11,
    core=False,
    covers=("E14.14",),
    cases=_settings,
    through="ask_he_init",
    holds="drawn_by_he",
    promises=("random",),
    wrong={
        "nothing drawn": (
            "The weights are as they were. Change them in place: nn.init.normal_(layer.weight, "
            "...), or layer.weight.copy_(...) under torch.no_grad().",
            lambda model: model,
            _each(lambda weight: nn.init.kaiming_normal_(weight.clone())),
        ),
        "convolutions only": (
            "Only the convolutions began anew. Dense layers do, too.",
            _each(_he, kinds=(nn.Conv2d,)),
        ),
        "dense layers only": (
            "Only the dense layers began anew. Convolutions do, too.",
            _each(_he, kinds=(nn.Linear,)),
        ),
        "outermost layers only": (
            "Only the layers directly in the model began anew. model.modules() finds those inside "
            "parts of it, too.",
            _each(_he, layers=nn.Module.children),
        ),
        "others changed": (
            "You changed batch norm, too. Only convolutions and dense layers begin anew.",
            _all_ones,
            _biases_too,
        ),
        "biases left": (
            "Some bias is not 0. The biases of convolutions and dense layers become 0.",
            _each(_he, biases=lambda bias: None),
            _each(_he, biases=lambda bias: nn.init.normal_(bias, 0, 0.1)),
        ),
        "some layers left": (
            "The weights of some layers are as they were. All of them begin anew.",
            _each(
                _he, layers=lambda model: [m for m in model.modules() if isinstance(m, _LAYERS)][1:]
            ),
        ),
        "one output repeated": (
            "Outputs of a layer begin alike: one row of weights, or one kernel, is put in for "
            "all. Draw every number of layer.weight.",
            _each(_repeated),
        ),
        "mean": (
            "Your weights do not have the mean 0.",
            _each(_shifted),
            _each(_positive),
            _each(lambda weight: nn.init.uniform_(weight)),
        ),
        "half the variance": (
            "Your variance is 1 / fan_in. Behind a ReLU half of the numbers are gone: He's is "
            "2 / fan_in.",
            _spread(lambda fan_in, fan_out, kernel: 1 / fan_in),
            _each(lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="linear")),
        ),
        "fan_out": (
            "You divided by fan_out. This exercise asks for fan_in: how many numbers one output "
            "reads.",
            _spread(lambda fan_in, fan_out, kernel: 2 / fan_out),
        ),
        "both fans": (
            "Your variance is 2 / (fan_in + fan_out): those are Xavier's weights. He's is "
            "2 / fan_in.",
            _each(nn.init.xavier_normal_),
            _each(nn.init.xavier_uniform_),
        ),
        "variance for deviation": (
            "You took the variance for the standard deviation. The deviation is its root.",
            _spread(lambda fan_in, fan_out, kernel: (2 / fan_in) ** 2),
        ),
        "kernel left out": (
            "Your fan_in counts channels. One output of a convolution reads its whole kernel in "
            "each channel.",
            _spread(lambda fan_in, fan_out, kernel: 2 * kernel / fan_in),
        ),
        "root left out": (
            "Your weights have the variance 2, as if fan_in were 1.",
            _spread(lambda fan_in, fan_out, kernel: 2),
        ),
        "bound for deviation": (
            "You drew uniformly between plus and minus the standard deviation. That is no normal "
            "distribution, and a third of the variance.",
            _each(_bounded),
        ),
        "another spread": (
            "The spread of your weights is not that of variance 2 / fan_in in every layer.",
            _each(_square),
            _each(lambda weight: nn.init.trunc_normal_(weight, 0, 0.1)),
        ),
        "uniform": (
            "Your weights have the right variance, but come from a uniform distribution. This "
            "exercise asks for a normal one.",
            _each(lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu")),
        ),
        "not anew": (
            "A second call draws the same weights again: set no seed in your function.",
            _seeded_once,
        ),
        "layers alike": (
            "The weights of one layer are those of another, but for their size: draw them anew for "
            "each, without a seed.",
            _each(_seeded),
        ),
        "not returned": (
            "Return the model.",
            lambda model: he_init(model) and None,
            _each(_he, result=lambda model: [*model.parameters()]),
        ),
        **changed(he_init, "numbers changed"),
    },
    right=(_by_hand, _applied),
    hints=(
        "Go through model.modules() and change those that are an nn.Conv2d or an nn.Linear.",
        'nn.init.kaiming_normal_(layer.weight, nonlinearity="relu") draws with fan_in; or '
        "nn.init.normal_ with a standard deviation of your own.",
        "layer.bias is None where there is none: ask before nn.init.zeros_(layer.bias).",
    ),
    stand_in="he_init",
)
