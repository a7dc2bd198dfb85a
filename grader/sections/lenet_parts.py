"""Section 05: marking of the parts of a set and of the first weights."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.lenet.splitting import draw_parts, split_case
from grader.marking import Marking, Mutant, named_wrongs

Split = tuple[Tensor, Tensor]


def split_indices(n: int, held_out: int, seed: int) -> Split:
    """The solution: -> (n - held_out,), (held_out,)."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[held_out:], order[:held_out]


def _by_keys(n: int, held_out: int, seed: int) -> Split:
    keys = torch.rand(n, generator=torch.Generator().manual_seed(seed))
    chosen = keys < keys.sort().values[held_out]
    return (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]


def _overlapping(n: int, held_out: int, seed: int) -> Split:
    train, validation = split_indices(n, held_out, seed)
    return torch.cat([train, validation]), validation


def _some_missing(n: int, held_out: int, seed: int) -> Split:
    train, validation = split_indices(n, held_out, seed)
    return train[:-1], validation


def _split_cases(draw: Draw) -> list[Case]:
    return [
        split_case(draw.integer(60, 90), draw.integer(10, 20), draw.integer(0, 99), "a small part"),
        split_case(draw.integer(60, 90), draw.integer(21, 25), draw.integer(0, 99), "a third"),
    ]


def _global_chance(n: int, held_out: int, seed: int) -> Split:
    order = torch.randperm(n)
    return order[held_out:], order[:held_out]


def _statistics(part: Tensor, axes: tuple[int, ...] = (0, 2, 3), unbiased: bool = False) -> Any:
    return (
        part.mean(axes, keepdim=True),
        part.std(axes, keepdim=True, unbiased=unbiased),
    )


def normalise_parts(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    """The solution: three tensors (N, C, H, W)."""
    mean, std = _statistics(train)
    return [(part - mean) / std for part in (train, validation, test)]


def _own(*parts: Tensor) -> list[Tensor]:
    return [normalise_parts(part, part, part)[0] for part in parts]


def _of_all(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(torch.cat(parts))
    return [(part - mean) / std for part in parts]


def _merged(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0], (0, 1, 2, 3))
    return [(part - mean) / std for part in parts]


def _unbiased(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0], unbiased=True)
    return [(part - mean) / std for part in parts]


def _variance(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0])
    return [(part - mean) / std**2 for part in parts]


def _by_loops(*parts: Tensor) -> tuple[Tensor, ...]:
    done = [part.clone() for part in parts]
    for c in range(parts[0].shape[1]):
        channel = parts[0][:, c]
        mean = channel.sum() / channel.numel()
        std = (((channel - mean) ** 2).sum() / channel.numel()).sqrt()
        for part in done:
            part[:, c] = (part[:, c] - mean) / std
    return tuple(done)


_NORMALISE_MISTAKES, _NORMALISE_MUTANTS = named_wrongs(
    "lenet.normalise_parts",
    {
        "own statistics": _own,
        "statistics of all images": _of_all,
        "channels merged": _merged,
        "unbiased deviation": _unbiased,
        "variance": _variance,
    },
)


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


_INIT_MISTAKES, _INIT_MUTANTS = named_wrongs(
    "lenet.init_std",
    {
        "kernel left out": lambda shape, scheme: init_std(shape[:2], scheme),
        "variance": lambda shape, scheme: init_std(shape, scheme) ** 2,
        "fan_out in He": _in_he_only(lambda shape: math.sqrt(shape[1] / shape[0])),
        "half left out": _in_he_only(lambda shape: math.sqrt(0.5)),
        "bound of the uniform": lambda shape, scheme: init_std(shape, scheme) * 3**0.5,
    },
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
    h, found = x, []
    for W in weights:
        z = h @ W.T
        found.append(z.var().item())
        h = _ACT[activation](z)
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
        "always ReLU": lambda w, x, a: variances(w, x, "relu"),
        "only the last": lambda w, x, a: variances(w, x, a)[-1],
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
        exercise="lenet.split_indices",
        cases=_split_cases,
        solution=split_indices,
        mutants=(
            Mutant("overlapping", _overlapping, mistake="overlap"),
            Mutant(
                "the last ones",
                lambda n, held_out, seed: torch.arange(n).split([n - held_out, held_out]),
                mistake="not shuffled",
            ),
            Mutant(
                "one seed for all",
                lambda n, held_out, seed: split_indices(n, held_out, 0),
                mistake="seed ignored",
            ),
            Mutant("the global generator", _global_chance, mistake="not repeatable"),
            Mutant("one lost", _some_missing, mistake="some missing"),
            Mutant(
                "swapped",
                lambda n, held_out, seed: split_indices(n, held_out, seed)[::-1],
                mistake="parts swapped",
            ),
            Mutant("by random keys", _by_keys, state="right"),
        ),
    ),
    Marking(
        exercise="lenet.normalise_parts",
        cases=lambda draw: [
            Case(args=draw_parts(draw, channels), about=about)
            for channels, about in ((2, "two channels"), (3, "colour"))
        ],
        expect=lambda case: normalise_parts(*case.args),
        mistakes=_NORMALISE_MISTAKES,
        solution=normalise_parts,
        mutants=(*_NORMALISE_MUTANTS, Mutant("by loops", _by_loops, state="right")),
    ),
    Marking(
        exercise="lenet.split_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "validation",
                "The best of twenty is partly luck: those images chose the settings, so their "
                "number is too good. A number that chose nothing is wanted.",
                lambda case: "A",
            ),
            Mistake(
                "best test",
                "Then the test images choose the settings, and are no test any more. They are "
                "looked at once, when everything is chosen.",
                lambda case: "B",
            ),
            Mistake(
                "mean",
                "A mean with a number that is too good is too good, too. More images do not mend "
                "that.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("validation", "A", mistake="validation"),
            Mutant("best test", "B", mistake="best test"),
            Mutant("mean", "D", mistake="mean"),
            Mutant("small letter", " c", state="right"),
        ),
    ),
    Marking(
        exercise="lenet.init_std",
        cases=_init_cases,
        expect=lambda case: init_std(*case.args),
        mistakes=_INIT_MISTAKES,
        solution=init_std,
        mutants=(
            *(
                replace(m, state="partly right")
                if m.name in ("fan_out in He", "half left out")
                else m
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
