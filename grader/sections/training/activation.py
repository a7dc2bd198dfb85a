"""ReLU and its relatives: the value and the slope."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = tuple[Any, Any]
One = Callable[[Tensor, str], Any]

_LIBRARY: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "leaky": F.leaky_relu,
    "gelu": F.gelu,
}


def _cases(draw: Draw) -> list[Case]:
    row = 1.5 * draw.normal(9)
    row[:3] = -row[:3].abs() - 0.3
    row[3] = draw.uniform().item() + 1
    kinked = draw.normal(2, 5)
    kinked[0, 1] = kinked[1, 3] = 0
    large = torch.tensor([-40.0, 60.0, -1.5, 3.0, 1000.0])
    several = draw.normal(3, 2, 4)
    below = -draw.uniform(2, 3) - 0.2
    return [
        Case(args=(row, "relu"), about="ReLU"),
        Case(args=(row, "leaky"), about="leaky ReLU"),
        Case(args=(row, "gelu"), about="GELU"),
        Case(args=(kinked, "relu"), about="ReLU where some numbers are zero"),
        Case(args=(kinked, "leaky"), about="leaky ReLU where some numbers are zero"),
        Case(args=(kinked, "gelu"), about="GELU where some numbers are zero"),
        Case(args=(several, "leaky"), about="leaky ReLU of a tensor of three axes"),
        Case(args=(several, "gelu"), about="GELU of a tensor of three axes"),
        Case(args=(below, "leaky"), about="leaky ReLU of negative numbers only"),
        Case(args=(large, "gelu"), about="GELU of large numbers"),
        Case(args=(torch.tensor(draw.uniform().item() - 2), "gelu"), about="GELU of one number"),
    ]


def _reference(z: Tensor, kind: str) -> Pair:
    """PyTorch's functions, and its gradients of them."""
    leaf = z.clone().requires_grad_()
    with torch.enable_grad():
        value = _LIBRARY[kind](leaf)
        (slope,) = torch.autograd.grad(value.sum(), leaf)
    return value.detach(), slope


def _value(z: Tensor, kind: str) -> Tensor:
    return _LIBRARY[kind](z)


def _slope(z: Tensor, kind: str) -> Tensor:
    slope: Tensor = _reference(z, kind)[1]
    return slope


def _with(value: One = _value, slope: One = _slope) -> Callable[[Tensor, str], Pair]:
    return lambda z, kind: (value(z, kind), slope(z, kind))


def _only(kind: str, make: Callable[[Tensor], Tensor], usual: One) -> One:
    """For one kind another number, for the others the usual one."""
    return lambda z, asked: make(z) if asked == kind else usual(z, asked)


def _gelu(below: Callable[[Tensor], Tensor]) -> Callable[[Tensor, str], Pair]:
    """GELU of another curve than the normal distribution's, and the slope of that."""

    def answer(z: Tensor, kind: str) -> Pair:
        if kind != "gelu":
            return _reference(z, kind)
        with torch.enable_grad():
            leaf = z.clone().requires_grad_()
            value = leaf * below(leaf)
            (slope,) = torch.autograd.grad(value.sum(), leaf)
        return value.detach(), slope

    return answer


def _leaky(factor: float) -> Callable[[Tensor, str], Pair]:
    return _with(
        _only("leaky", lambda z: F.leaky_relu(z, factor), _value),
        _only("leaky", lambda z: torch.where(z > 0, 1.0, factor), _slope),
    )


def _phi(z: Tensor) -> Tensor:
    return (1 + torch.erf(z / math.sqrt(2))) / 2


def _density(z: Tensor) -> Tensor:
    return torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def _by_maximum(z: Tensor, kind: str) -> Pair:
    if kind == "gelu":
        normal = torch.distributions.Normal(0.0, 1.0)
        return z * normal.cdf(z), normal.cdf(z) + z * normal.log_prob(z).exp()
    factor = 0 if kind == "relu" else 0.01
    return torch.maximum(z, factor * z), (z >= 0) * 1.0 + (z < 0) * factor


def _halves(z: Tensor, kind: str) -> list[Tensor]:
    """The middle of both slopes at the kink."""
    if kind == "gelu":
        return [z * torch.special.ndtr(z), torch.special.ndtr(z) + z * _density(z)]
    factor = 0 if kind == "relu" else 0.01
    up = torch.heaviside(z, torch.tensor(0.5))
    return [z.clamp(min=0) + factor * z.clamp(max=0), up + factor * (1 - up)]


ACTIVATION = Exercise(
    id="training.activation",
    title="ReLU and its relatives",
    points=2,
    minutes=11,
    core=False,
    covers=("L3",),
    example=(
        (
            Case(args=(torch.tensor([-2.0]), "leaky")),
            {"value": torch.tensor([-0.02]), "slope": torch.tensor([0.01])},
        ),
    ),
    cases=_cases,
    through="ask_activation",
    reference=_reference,
    promises=("unchanged",),
    tolerance=1e-5,
    wrong={
        "leaky with another factor": (
            "Your leaky ReLU lets another share of negative numbers through than a hundredth.",
            _leaky(0.1),
            _leaky(0.2),
            _leaky(0.001),
        ),
        "leaky with a minus": (
            "Your leaky ReLU rises again below 0. A hundredth of a negative z is negative.",
            _with(_only("leaky", lambda z: F.leaky_relu(z, -0.01), _value)),
        ),
        "flat leaky": (
            "Your slope of leaky ReLU is that of ReLU. Below 0 it is a hundredth.",
            _with(slope=_only("leaky", lambda z: (z > 0).float(), _slope)),
        ),
        "GELU by tanh": (
            "Your GELU is the approximation by tanh. Here it is exact: z times the share of the "
            "normal distribution below z, which torch.erf gives.",
            _gelu(lambda z: (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2),
            _with(_only("gelu", lambda z: F.gelu(z, approximate="tanh"), _value)),
        ),
        "GELU by sigmoid": (
            "Your GELU is the approximation by a sigmoid. Here it is exact: z times the share of "
            "the normal distribution below z, which torch.erf gives.",
            _gelu(lambda z: torch.sigmoid(1.702 * z)),
            _gelu(torch.sigmoid),
        ),
        "erf of z itself": (
            "Your GELU takes erf(z). The share of the normal distribution below z is "
            "(1 + erf(z / sqrt(2))) / 2.",
            _gelu(lambda z: (1 + torch.erf(z)) / 2),
            _with(_only("gelu", lambda z: z * (1 + torch.erf(z)) / 2, _value)),
        ),
        "half of the share": (
            "Your GELU forgets to halve: 1 + erf(z / sqrt(2)) goes from 0 to 2, a share from 0 to "
            "1.",
            _gelu(lambda z: 2 * _phi(z)),
            _with(_only("gelu", lambda z: 2 * z * _phi(z), _value)),
        ),
        "first term of the slope": (
            "Your slope of GELU lacks the second term of the product's derivative: z times the "
            "density of the normal distribution.",
            _with(slope=_only("gelu", _phi, _slope)),
        ),
        "second term of the slope": (
            "Your slope of GELU lacks the first term of the product's derivative: the share of the "
            "normal distribution below z.",
            _with(slope=_only("gelu", lambda z: z * _density(z), _slope)),
        ),
        "z forgotten in the slope": (
            "In your slope of GELU the density stands alone. The derivative of the second factor "
            "is multiplied by the first one, z.",
            _with(slope=_only("gelu", lambda z: _phi(z) + _density(z), _slope)),
        ),
        "density not scaled": (
            "The density of the normal distribution in your slope of GELU is not divided by "
            "sqrt(2 pi).",
            _with(slope=_only("gelu", lambda z: _phi(z) + z * torch.exp(-(z**2) / 2), _slope)),
            _with(
                slope=_only(
                    "gelu", lambda z: _phi(z) + z * torch.exp(-(z**2) / 2) / 2 / math.pi, _slope
                )
            ),
        ),
        "slope of the ReLU for all": (
            "Your slope is that of ReLU, 0 or 1, whatever the kind.",
            _with(slope=lambda z, kind: (z > 0).float()),
        ),
        "value for slope": (
            "Your slope is the value again. The slope is the derivative, for ReLU 0 or 1.",
            _with(slope=_value),
            _with(slope=_only("relu", F.relu, _slope)),
            _with(slope=lambda z, kind: (_slope if kind == "gelu" else _value)(z, kind)),
        ),
        "sign for slope": (
            "Your slope is the sign of z. For negative z ReLU is flat, with slope 0, and leaky "
            "ReLU rises, by a hundredth.",
            _with(slope=lambda z, kind: z.sign() if kind != "gelu" else _slope(z, kind)),
            _with(slope=_only("relu", torch.sign, _slope)),
            _with(slope=_only("leaky", lambda z: torch.where(z > 0, 1.0, -0.01), _slope)),
        ),
        "slopes exchanged": (
            "Your slopes of ReLU and leaky ReLU stand on the wrong side: it is 1 for positive z.",
            _with(slope=lambda z, kind: _slope(-z, kind) if kind != "gelu" else _slope(z, kind)),
        ),
        "order": (
            "Your slope comes first. Return the value, then the slope.",
            lambda z, kind: _reference(z, kind)[::-1],
        ),
        "no pair": (
            "Return two tensors, `return value, slope`.",
            _value,
            lambda z, kind: torch.stack(_reference(z, kind)),
            lambda z, kind: None,
        ),
        "true and false": (
            "Your slope is true and false. Numbers are wanted: 1.0 and 0.0, by .float() or "
            "torch.where.",
            _with(slope=_only("relu", lambda z: z > 0, _slope)),
            _with(slope=lambda z, kind: z > 0 if kind != "gelu" else _slope(z, kind)),
        ),
        "summed up": (
            "Your slope is one number. Each number of z has a slope of its own.",
            _with(slope=lambda z, kind: _slope(z, kind).sum()),
            _with(slope=lambda z, kind: _slope(z, kind).mean()),
        ),
        "one kind only": (
            "You answer with one kind whatever `kind` says.",
            lambda z, kind: _reference(z, "relu"),
            lambda z, kind: _reference(z, "leaky"),
            lambda z, kind: _reference(z, "gelu"),
        ),
    },
    right=(_by_maximum, _halves),
    library={_reference: False},
    hints=(
        "The share of the normal distribution below z is (1 + torch.erf(z / math.sqrt(2))) / 2, "
        "its density torch.exp(-z**2 / 2) / math.sqrt(2 * math.pi).",
        "GELU is a product, z times that share; the derivative of the share is the density.",
        "torch.where(z > 0, 1.0, 0.01) is the slope of leaky ReLU, and z times it the value.",
    ),
    forbidden=(
        "aten::relu",
        "aten::relu_",
        "aten::leaky_relu",
        "aten::leaky_relu_",
        "aten::gelu",
        "aten::gelu_backward",
        "aten::threshold",
        "aten::threshold_backward",
        "aten::prelu",
        "aten::_prelu_kernel",
        "aten::rrelu_with_noise",
        "torch.autograd",
        "torch.func",
        ".backward",
    ),
)
