"""Section 05: marking of the first weights."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs


def init_std(shape: tuple[int, ...], scheme: str) -> float:
    """The solution: the standard deviation of the first weights."""
    places = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * places, shape[0] * places
    return math.sqrt(2 / (fan_in + fan_out) if scheme == "xavier" else 2 / fan_in)


def _std_of_samples(shape: tuple[int, ...], scheme: str) -> float:
    """By PyTorch's own bound of the uniform form."""
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    bound = math.sqrt(6 / (fan_in + fan_out)) if scheme == "xavier" else math.sqrt(6 / fan_in)
    return bound / 3**0.5


def _by_inverse(shape: tuple[int, ...], scheme: str) -> Tensor:
    weight = torch.empty(shape)
    read, reached = weight[0].numel(), weight[:, 0].numel()
    return ((read + reached) / 2 if scheme == "xavier" else torch.tensor(read / 2)) ** -0.5


def _in_he_only(factor: Callable[[tuple[int, ...]], float]) -> Callable[..., float]:
    return lambda shape, scheme: (
        init_std(shape, scheme) * (factor(shape) if scheme == "he" else 1.0)
    )


def _plain_fan_out(shape: tuple[int, ...], scheme: str) -> float:
    fan_in = shape[1] * math.prod(shape[2:])
    return math.sqrt(2 / (fan_in + shape[0]) if scheme == "xavier" else 2 / fan_in)


_INIT_MISTAKES, _INIT_MUTANTS = named_wrongs(
    "lenet.init_std",
    {
        "kernel left out": lambda shape, scheme: init_std(shape[:2], scheme),
        "fan_out without kernel": _plain_fan_out,
        "variance": lambda shape, scheme: init_std(shape, scheme) ** 2,
        "always He": lambda shape, scheme: init_std(shape, "he"),
        "always Xavier": lambda shape, scheme: init_std(shape, "xavier"),
        "fan_out in He": _in_he_only(lambda shape: math.sqrt(shape[1] / shape[0])),
        "half left out": _in_he_only(lambda shape: math.sqrt(0.5)),
        "mean of the fans": lambda shape, scheme: (
            init_std(shape, scheme) * (math.sqrt(0.5) if scheme == "xavier" else 1)
        ),
        "bound of the uniform": lambda shape, scheme: init_std(shape, scheme) * 3**0.5,
    },
)


_IN_ONE_SCHEME = (
    *("fan_out in He", "half left out", "always He", "always Xavier"),
    *("fan_out without kernel", "mean of the fans"),
)


def _init_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, kernel in (("square kernels", (3, 3)), ("one axis only", (7,)), ("wide", (3, 5))):
        for scheme in ("xavier", "he"):
            small, large = draw.integer(3, 9), draw.integer(12, 40)
            shape = (large, small, *kernel) if draw.integer(0, 1) else (small, large, *kernel)
            cases.append(Case(args=(shape, scheme), about=f"{about}, {scheme}"))
    return cases


_ACT: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh}


def variances(weights: list[Tensor], x: Tensor, activation: str) -> list[float]:
    """The solution: the variance before each activation."""
    return [z.var().item() for z in _sums(weights, x, activation)]


def _sums(weights: list[Tensor], x: Tensor, activation: str) -> list[Tensor]:
    h, found = x, []
    for W in weights:
        found.append(h @ W.T)
        h = _ACT[activation](found[-1])
    return found


def _after(weights: list[Tensor], x: Tensor, activation: str) -> list[float]:
    found = []
    for W in weights:
        x = _ACT[activation](x @ W.T)
        found.append(x.var().item())
    return found


def _linear(weights: list[Tensor], x: Tensor, activation: str) -> list[float]:
    found = []
    for W in weights:
        x = x @ W.T
        found.append(x.var().item())
    return found


def _by_linear(weights: list[Tensor], x: Tensor, activation: str) -> Tensor:
    found = []
    for W in weights:
        x = torch.nn.functional.linear(x, W)
        found.append(((x - x.mean()) ** 2).sum() / (x.numel() - 1))
        x = x.clamp(min=0) if activation == "relu" else torch.tanh(x)
    return torch.stack(found)


_VARIANCE_MISTAKES, _VARIANCE_MUTANTS = named_wrongs(
    "lenet.variances",
    {
        "after the activation": _after,
        "activation left out": _linear,
        "standard deviation": lambda w, x, a: [v**0.5 for v in variances(w, x, a)],
        "activation before the first": lambda w, x, a: variances(w, _ACT[a](x), a),
        "mean square": lambda w, x, a: [float((z**2).mean()) for z in _sums(w, x, a)],
        "divided by n": lambda w, x, a: [float(z.var(unbiased=False)) for z in _sums(w, x, a)],
        "unit by unit": lambda w, x, a: [float(z.var(0).mean()) for z in _sums(w, x, a)],
        "always ReLU": lambda w, x, a: variances(w, x, "relu"),
        "input counted": lambda w, x, a: [float(x.var()), *variances(w, x, a)],
        "only the last": lambda w, x, a: variances(w, x, a)[-1],
        "only the first": lambda w, x, a: variances(w, x, a)[:1],
    },
)


def _variance_cases(draw: Draw) -> list[Case]:
    cases = []
    for activation in ("relu", "tanh"):
        widths = [draw.integer(3, 7) for _ in range(4)]
        weights = [draw.normal(b, a) for a, b in itertools.pairwise(widths)]
        cases.append(Case(args=(weights, draw.normal(6, widths[0]), activation), about=activation))
    return cases


MARKINGS = (
    Marking(
        exercise="lenet.init_std",
        cases=_init_cases,
        expect=lambda case: init_std(*case.args),
        mistakes=_INIT_MISTAKES,
        solution=init_std,
        mutants=(
            *(
                replace(m, state="partly right") if m.name in _IN_ONE_SCHEME else m
                for m in _INIT_MUTANTS
            ),
            Mutant("by inverse", _by_inverse, state="right"),
        ),
        library={_std_of_samples: False},
    ),
    Marking(
        exercise="lenet.variances",
        cases=_variance_cases,
        expect=lambda case: variances(*case.args),
        mistakes=_VARIANCE_MISTAKES,
        solution=variances,
        mutants=(
            *(
                replace(m, state="partly right") if m.name == "always ReLU" else m
                for m in _VARIANCE_MUTANTS
            ),
            Mutant("by F.linear", _by_linear, state="right"),
        ),
    ),
)
