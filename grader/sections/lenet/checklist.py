"""Section 05: marking of the checklist."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.models.configs import avg_pool, conv
from course_lib.sections.lenet.checklist import seen_case
from grader.former.marking import Marking, Mutant, named_wrongs

Shape = tuple[int, ...]


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


def seen_rows(model: nn.Module, shape: Shape) -> int:
    """The solution: rows that reach one unit in the middle."""
    return _seen(model, shape)


def _seen(model: nn.Module, shape: Shape, *, unit: str = "middle", rows: int | None = 1) -> int:
    """What reaches some of the output: rows, columns (0) or pixels (None)."""
    X = torch.ones(shape, requires_grad=True)
    Y = model(X)
    middle = Y[0, 0, Y.shape[2] // 2, Y.shape[3] // 2]
    {"middle": middle, "all": Y.sum(), "corner": Y[0, 0, 0, 0]}[unit].backward()
    assert X.grad is not None
    read = X.grad[0, 0] != 0
    return int(read.sum() if rows is None else read.any(rows).sum())


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
        "whole output": lambda model, shape: _seen(model, shape, unit="all"),
        "unit in the corner": lambda model, shape: _seen(model, shape, unit="corner"),
        "pixels, not rows": lambda model, shape: _seen(model, shape, rows=None),
        "columns, not rows": lambda model, shape: _seen(model, shape, rows=0),
        "one too few": lambda model, shape: seen_rows(model, shape) - 1,
    },
)


def _seen_cases(draw: Draw) -> list[Case]:
    k, second = draw.choice([3, 5]), draw.choice([3, 5])
    plain = (conv(1, 2, k, padding=k // 2), conv(2, 2, second, padding=second // 2))
    strided = (conv(1, 2, k, padding=k // 2), avg_pool(2), conv(2, 3, second, padding=second // 2))
    return [
        seen_case(draw, plain, (24, 2), "two convolutions"),
        seen_case(draw, strided, (48, 40), "pooling between"),
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
        "true and false": lambda maps: [c in dead_channels(maps) for c in range(maps.shape[1])],
        "one image only": lambda maps: dead_channels(maps[:1]),
        "counted from 1": lambda maps: [c + 1 for c in dead_channels(maps)],
    },
)


def _dead_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, count in (("three dead of eight", 3), ("two dead of six", 2)):
        maps = draw.integers(1, 4, 3, count + 4 if count == 2 else 8, 2, 3)
        channels = draw.distinct(2, maps.shape[1] - 1, count + 2)
        maps[:, channels[:count]] = 0
        maps[0, channels[count]] = 0
        maps[1, channels[count + 1]] = 0
        cases.append(Case(args=(maps,), about=about.partition(" of")[0]))
    return cases


MARKINGS = (
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
        exercise="lenet.seen_rows",
        cases=_seen_cases,
        expect=_seen_reference,
        mistakes=_SEEN_MISTAKES,
        solution=seen_rows,
        mutants=(
            *(
                replace(m, state="partly right") if m.name == "columns, not rows" else m
                for m in _SEEN_MUTANTS
            ),
            Mutant("by the formula", _by_formula, state="right"),
        ),
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
