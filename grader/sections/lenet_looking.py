"""Section 05: marking of feature maps and of the checklist."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.draw import Draw
from course_lib.exercise import Case, Mistake
from course_lib.sections.channels.configs import Layer, conv, flatten, linear, relu
from course_lib.sections.lenet.checklist import seen_case
from course_lib.sections.lenet.maps import maps_case
from course_lib.sections.pooling.configs import avg_pool, max_pool
from grader.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]


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
    },
)


def _sparsity_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, size in (("a few maps", (2, 5, 4, 3)), ("more images", (5, 3, 3, 4))):
        maps = draw.integers(-1, 2, *size)
        maps[:, 0] = maps[:, 0].clamp(min=0)
        maps[0, 1] = 0
        maps[0, 0, 0] = torch.tensor([-1.0, 0, 0, 1][: size[3]])
        cases.append(Case(args=(maps,), about=about))
    return cases


def _sparsity_by_loops(maps: Tensor) -> list[float]:
    return [1 - torch.count_nonzero(channel).item() / channel.numel() for channel in maps.unbind(1)]


def axes_problem(shape: Shape, channels: int) -> str:
    """The solution: what is wrong with the axes of a batch, or nothing."""
    if len(shape) == 3:
        return "batch axis missing"
    if shape[1] == channels:
        return ""
    return "channels last" if shape[3] == channels else "wrong number of channels"


def _axes_by_match(shape: Shape, channels: int) -> str:
    match shape:
        case (_, _, _):
            return "batch axis missing"
        case (_, c, _, _) if c == channels:
            return ""
        case (_, _, _, c) if c == channels:
            return "channels last"
    return "wrong number of channels"


def _first_axis(shape: Shape, channels: int) -> str:
    if shape[0] == channels and len(shape) == 4:
        return ""
    answer = axes_problem(shape, channels)
    return answer or "wrong number of channels"


_AXES_MISTAKES, _AXES_MUTANTS = named_wrongs(
    "lenet.axes_problem",
    {
        "nothing wrong found": lambda shape, channels: "",
        "channels last not told apart": lambda shape, channels: axes_problem(
            shape, channels
        ).replace("channels last", "wrong number of channels"),
        "channels are axis 0": _first_axis,
    },
)


def _axes_cases(draw: Draw) -> list[Case]:
    c, side, n = draw.integer(2, 5), draw.integer(20, 40), draw.integer(8, 16)
    return [
        Case(args=((n, side, side + 1, c), c), about="channels last"),
        Case(args=((c, side, side + 2), c), about="no batch axis"),
        Case(args=((n, c, side, side), c), about="as it should be"),
        Case(args=((n, c + 1, side, side), c), about="other channels"),
        Case(args=((c, c + 2, side, side), c), about="as many images as channels"),
    ]


def first_misfit(
    config: Sequence[Layer],
    shape: Shape,
    *,
    channels: bool = True,
    windows: bool = True,
    dense: bool = True,
) -> int:
    """The solution: number of the first layer that does not fit, or -1."""
    _, C, H, W = shape
    numbers = 0
    for number, layer in enumerate(config):
        kind = layer["layer"]
        if kind == "conv":
            if channels and layer["in_channels"] != C:
                return number
            C = layer["out_channels"]
        if "kernel_size" in layer:
            k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
            if windows and k > min(H, W) + 2 * p:
                return number
            H, W = ((size + 2 * p - k) // s + 1 for size in (H, W))
        if kind == "flatten":
            numbers = C * H * W
        if kind == "linear":
            if dense and layer["in_features"] != numbers:
                return number
            numbers = layer["out_features"]
    return -1


_MISFIT_MISTAKES, _MISFIT_MUTANTS = named_wrongs(
    "lenet.first_misfit",
    {
        "counted from 1": lambda config, shape: first_misfit(config, shape) + 1,
        "dense layers not compared": lambda config, shape: first_misfit(config, shape, dense=False),
        "channels not compared": lambda config, shape: first_misfit(config, shape, channels=False),
        "windows not compared": lambda config, shape: first_misfit(config, shape, windows=False),
        "always something": lambda config, shape: (
            len(config) - 1 if (found := first_misfit(config, shape)) < 0 else found
        ),
    },
)


def _misfit_cases(draw: Draw) -> list[Case]:
    a, b, side = draw.integer(3, 6), draw.integer(7, 9), 2 * draw.integer(7, 9)
    left = (side - 2) // 2 - 2
    good: list[Layer] = [
        *(conv(2, a, 3), relu(), max_pool(2), conv(a, b, 3), relu()),
        *(flatten(), linear(b * left * left, 12), relu(), linear(12, 5)),
    ]
    shape = (draw.integer(2, 4), 2, side, side)
    small = (*shape[:3], 7)

    def changed(number: int, layer: Layer) -> list[Layer]:
        return [*good[:number], layer, *good[number + 1 :]]

    return [
        Case(args=(changed(6, linear(b * left, 12)), shape), about="a dense layer"),
        Case(args=(changed(8, linear(13, 5)), shape), about="the last dense layer"),
        Case(args=(changed(3, conv(a + 1, b, 3)), shape), about="channels"),
        Case(args=(changed(2, avg_pool(6)), small), about="a window"),
        Case(args=(good, shape), about="everything fits"),
    ]


def _misfit_by_shapes(config: Sequence[Layer], shape: Shape) -> int:
    """With windows of an empty tensor in place of formulas."""
    x = torch.empty(shape, device="meta")
    for number, layer in enumerate(config):
        kind = layer["layer"]
        try:
            if kind == "flatten":
                x = x.flatten(1)
            elif kind == "linear":
                x = x @ torch.empty(layer["in_features"], layer["out_features"], device="meta")
            elif kind != "relu":
                k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
                if kind == "conv" and x.shape[1] != layer["in_channels"]:
                    return number
                channels = layer["out_channels"] if kind == "conv" else x.shape[1]
                padded = torch.empty(1, channels, *(n + 2 * p for n in x.shape[2:]), device="meta")
                x = padded.unfold(2, k, s).unfold(3, k, s)[..., 0, 0]
        except RuntimeError:
            return number
    return -1


def seen_rows(model: nn.Module, shape: Shape) -> int:
    """The solution: rows that reach one unit in the middle."""
    X = torch.ones(shape, requires_grad=True)
    Y = model(X)
    Y[0, 0, Y.shape[2] // 2, Y.shape[3] // 2].backward()
    assert X.grad is not None
    return int((X.grad[0, 0] != 0).any(1).sum())


def _seen_pixels(model: nn.Module, shape: Shape) -> int:
    return seen_rows(model, shape) ** 2


def _seen_from(model: nn.Module, shape: Shape, everything: bool) -> int:
    X = torch.ones(shape, requires_grad=True)
    Y = model(X)
    (Y.sum() if everything else Y[0, 0, 0, 0]).backward()
    assert X.grad is not None
    return int((X.grad[0, 0] != 0).any(1).sum())


def _by_formula(model: Any, shape: Shape) -> int:
    rows, step = 1, 1
    for layer in model:
        k, s = (v if isinstance(v, int) else v[0] for v in (layer.kernel_size, layer.stride))
        rows += (k - 1) * step
        step *= s
    return rows


_SEEN_MISTAKES, _SEEN_MUTANTS = named_wrongs(
    "lenet.seen_rows",
    {
        "whole output": lambda model, shape: _seen_from(model, shape, True),
        "unit in the corner": lambda model, shape: _seen_from(model, shape, False),
        "pixels, not rows": _seen_pixels,
    },
)


def _seen_cases(draw: Draw) -> list[Case]:
    k, second = draw.choice([3, 5]), draw.choice([3, 5])
    plain = (conv(1, 2, k, padding=k // 2), conv(2, 2, second, padding=second // 2))
    strided = (conv(1, 2, k, padding=k // 2), avg_pool(2), conv(2, 3, second, padding=second // 2))
    return [
        seen_case(draw, plain, 24, "two convolutions"),
        seen_case(draw, strided, 48, "pooling between"),
    ]


def _seen_reference(case: Case) -> int:
    rows, step = 1, 1
    for layer in case.args[0]:
        rows += (layer["kernel_size"] - 1) * step
        step *= layer["stride"]
    return rows


def dead_channels(maps: Tensor) -> list[int]:
    """The solution: numbers of the channels that are zero everywhere."""
    return (maps.abs().amax((0, 2, 3)) == 0).nonzero()[:, 0].tolist()


_DEAD_MISTAKES, _DEAD_MUTANTS = named_wrongs(
    "lenet.dead_channels",
    {
        "silent on one image": lambda maps: (
            (maps.abs().amax((2, 3)) == 0).any(0).nonzero()[:, 0].tolist()
        ),
        "living ones": lambda maps: (maps.abs().amax((0, 2, 3)) != 0).nonzero()[:, 0].tolist(),
        "counted only": lambda maps: len(dead_channels(maps)),
        "true and false": lambda maps: [
            int(c in dead_channels(maps)) for c in range(maps.shape[1])
        ],
    },
)


def _dead_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, count in (("three dead of eight", 3), ("two dead of six", 2)):
        maps = draw.integers(1, 4, 3, count + 4 if count == 2 else 8, 2, 3)
        channels = draw.distinct(2, maps.shape[1] - 1, count + 1)
        maps[:, channels[:count]] = 0
        maps[1, channels[count]] = 0
        cases.append(Case(args=(maps,), about=about.partition(" of")[0]))
    return cases


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
    Marking(
        exercise="lenet.axes_problem",
        cases=_axes_cases,
        expect=lambda case: axes_problem(*case.args),
        mistakes=_AXES_MISTAKES,
        solution=axes_problem,
        mutants=(
            *(Mutant(m.name, m.answer, "partly right", m.mistake) for m in _AXES_MUTANTS),
            Mutant("by match", _axes_by_match, state="right"),
        ),
    ),
    Marking(
        exercise="lenet.first_misfit",
        cases=_misfit_cases,
        expect=lambda case: first_misfit(*case.args),
        mistakes=_MISFIT_MISTAKES,
        solution=first_misfit,
        mutants=(
            *(
                m
                if m.name == "counted from 1"
                else Mutant(m.name, m.answer, "partly right", m.mistake)
                for m in _MISFIT_MUTANTS
            ),
            Mutant("shapes by broadcasting", _misfit_by_shapes, state="right"),
        ),
    ),
    Marking(
        exercise="lenet.seen_rows",
        cases=_seen_cases,
        expect=_seen_reference,
        mistakes=_SEEN_MISTAKES,
        solution=seen_rows,
        mutants=(*_SEEN_MUTANTS, Mutant("by the formula", _by_formula, state="right")),
    ),
    Marking(
        exercise="lenet.dead_channels",
        cases=_dead_cases,
        expect=lambda case: dead_channels(case.args[0]),
        mistakes=_DEAD_MISTAKES,
        solution=dead_channels,
        mutants=(
            *_DEAD_MUTANTS,
            Mutant(
                "by a loop",
                lambda maps: [c for c in range(maps.shape[1]) if not maps[:, c].any()],
                state="right",
            ),
        ),
    ),
    Marking(
        exercise="lenet.summary_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "padding",
                "The first row keeps the size of the image, so the first convolution is padded. "
                "Go on to the first row that differs.",
                lambda case: "A",
            ),
            Mistake(
                "pooling",
                "Compare the size before and after the second pooling: it is halved. Look one row "
                "further up.",
                lambda case: "B",
            ),
            Mistake(
                "flatten",
                "The flatten is there; it only gives more numbers than the dense layer was made "
                "for. Look further up where they come from.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("padding", "A", mistake="padding"),
            Mutant("pooling", "B", mistake="pooling"),
            Mutant("flatten", "D", mistake="flatten"),
            Mutant("small letter", " c", state="right"),
        ),
    ),
)
