"""Section 05: marking of feature maps."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.lenet.maps import maps_case
from grader.former.marking import Marking, Mutant, named_wrongs


def feature_maps(model: Any, images: Tensor) -> list[Tensor]:
    """The solution: the maps behind both activations."""
    return _stages(model, images, (1, 4))


def _stages(model: Any, x: Tensor, wanted: tuple[int, int]) -> list[Tensor]:
    found = []
    with torch.no_grad():
        for layer in model.net:
            x = layer(x)
            found.append(x)
    return [found[stage] for stage in wanted]


def _by_hooks(model: Any, images: Tensor) -> list[Tensor]:
    found: list[Tensor] = []
    hooks = [
        model.net[stage].register_forward_hook(lambda module, args, out: found.append(out))
        for stage in (1, 4)
    ]
    model(images)
    for hook in hooks:
        hook.remove()
    return found


_ACT = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def _maps_reference(case: Case) -> list[Tensor]:
    """By functions, from the weights."""
    activation, w, x = case.args
    first = _ACT[activation](F.conv2d(x, w["0.weight"], w["0.bias"], padding=1))
    second = F.conv2d(F.max_pool2d(first, 2), w["3.weight"], w["3.bias"])
    return [first, _ACT[activation](second)]


_MAPS_MISTAKES, _MAPS_MUTANTS = named_wrongs(
    "lenet.feature_maps",
    {
        "before the activation": lambda model, x: _stages(model, x, (0, 3)),
        "after the pooling": lambda model, x: _stages(model, x, (2, 5)),
        "first one only": lambda model, x: _stages(model, x, (1, 1)),
    },
)


def sparsity(maps: Tensor) -> Tensor:
    """The solution: (N, C, H, W) -> (C,)."""
    return (maps == 0).float().mean((0, 2, 3))


_SPARSITY_MISTAKES, _SPARSITY_MUTANTS = named_wrongs(
    "lenet.sparsity",
    {
        "share of the active": lambda maps: 1 - sparsity(maps),
        "one number": lambda maps: (maps == 0).float().mean(),
        "per image": lambda maps: sparsity(maps.transpose(0, 1)),
        "negative counted": lambda maps: sparsity(maps.clamp(min=0)),
        "counted": lambda maps: (maps == 0).sum((0, 2, 3)),
        "divided by one image": lambda maps: sparsity(maps) * len(maps),
        "images kept apart": lambda maps: (maps == 0).float().mean((2, 3)),
    },
)


def _sparsity_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, size in (("a few maps", (2, 5, 4, 3)), ("more images", (5, 3, 3, 4))):
        maps = draw.integers(-1, 2, *size)
        maps[:, 0] = maps[:, 0].clamp(min=0)
        maps[0, 1] = 0
        maps[0, 0, 0] = torch.tensor([-1.0, 0, 0, 1][: size[3]])
        cases.append(Case(args=(maps / 1000,), about=about))  # small, and still no zeros
    return cases


def _sparsity_by_loops(maps: Tensor) -> list[float]:
    return [1 - torch.count_nonzero(channel).item() / channel.numel() for channel in maps.unbind(1)]


MARKINGS = (
    Marking(
        exercise="lenet.feature_maps",
        cases=lambda draw: [
            maps_case(draw, name, f"a network with {name}", draw.integer(2, 4))
            for name in ("relu", "tanh", "sigmoid")
        ],
        expect=_maps_reference,
        mistakes=_MAPS_MISTAKES,
        solution=feature_maps,
        mutants=(*_MAPS_MUTANTS, Mutant("by hooks", _by_hooks, state="right")),
    ),
    Marking(
        exercise="lenet.sparsity",
        cases=_sparsity_cases,
        expect=lambda case: sparsity(case.args[0]),
        mistakes=_SPARSITY_MISTAKES,
        solution=sparsity,
        mutants=(*_SPARSITY_MUTANTS, Mutant("by loops", _sparsity_by_loops, state="right")),
    ),
)
