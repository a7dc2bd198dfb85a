"""Answers that were once given full marks and are wrong."""

import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.models.configs import Layer
from grader.marking.rooms import room
from grader.marking.scoring import judged, scored

Shape = Sequence[int]


def marked(name: str, given: Any, seed: int) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise_id = f"pooling.{name}"
    exercise = room("pooling").by_id[exercise_id].public  # type: ignore[union-attr]
    texts = answered(exercise, given, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, textwrap.dedent(inspect.getsource(given)))


def tracing(*without: tuple[str, str]) -> Callable[[list[Layer], Shape], list[Shape]]:
    """Shapes by formulas; (kind of layer, setting) that are left out."""

    def trace_shapes(config: list[Layer], shape: Shape) -> list[Shape]:
        shapes: list[Shape] = [tuple(shape)]
        for layer in config:
            n, *rest = shapes[-1]
            if "kernel_size" in layer:
                usual = {"stride": 1, "padding": 0}
                kind = layer["layer"]
                s, p = (usual[x] if (kind, x) in without else layer[x] for x in usual)
                sizes = ((size + 2 * p - layer["kernel_size"]) // s + 1 for size in rest[1:])
                rest = [layer.get("out_channels", rest[0]), *sizes]
            elif layer["layer"] == "gap":
                rest = [rest[0], 1, 1]
            elif layer["layer"] == "flatten":
                rest = [math.prod(rest)]
            elif layer["layer"] == "linear":
                rest = [layer["out_features"]]
            shapes.append((n, *rest))
        return shapes

    return trace_shapes


def shifting(lag: Callable[[int, int], int], change: Callable[[Any], Any]) -> Callable[..., Any]:
    def shift_gaps(f: Callable[[Tensor], Tensor], X: Tensor, pixels: int, stride: int) -> Any:
        Y, Y2 = f(X), f(torch.roll(X, pixels, -1))
        moved = torch.roll(Y, lag(pixels, stride), -1)
        return change([(Y2 - moved).abs().max().item(), (Y2 - Y).abs().max().item()])

    return shift_gaps


def test_these_would_be_right_but_for_what_is_left_out() -> None:
    right = shifting(lambda pixels, stride: pixels // stride, lambda gaps: gaps)
    for seed in (1, 2, 3):
        assert marked("trace_shapes", tracing(), seed).score == 1
        assert marked("shift_gaps", right, seed).score == 1


def negative_magnitudes(A: Tensor, kernel_size: Shape) -> Tensor:
    return -A.abs()


def of_the_whole_map(A: Tensor, kernel_size: Shape) -> Tensor:
    return A.max() - 2 * A


def in_place(A: Tensor, kernel_size: Shape) -> Tensor:
    return A.neg_()


def largest_and_all(shape: Shape, k: Shape, s: Shape, p: Shape) -> list[int]:
    """Padding of rows for both axes."""
    windows = math.prod(
        (n + 2 * p[0] - a) // b + 1 for n, a, b in zip(shape[1:], k, s, strict=True)
    )
    return [shape[0] * windows * k[0] * k[1], shape[0] * windows * (k[0] * k[1] - 1)]


def two_layers(feature_shape: Shape, widths: Shape) -> int:
    first, last = widths[0], widths[-1]
    return math.prod(feature_shape) * first + first + (len(widths) > 1) * (first * last + last)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("trace_shapes", tracing(("conv", "stride")), "stride ignored"),
        ("trace_shapes", tracing(("conv", "padding")), "padding ignored"),
        ("trace_shapes", tracing(("max_pool", "padding"), ("avg_pool", "padding")), None),
        ("trace_shapes", tracing(("max_pool", "padding")), None),
        ("trace_shapes", tracing(("avg_pool", "padding")), None),
        ("trace_shapes", tracing(("avg_pool", "stride")), None),
        ("shift_gaps", shifting(lambda pixels, stride: pixels // 2, list), "always two"),
        ("shift_gaps", shifting(lambda pixels, stride: round(pixels / stride), list), "rounded"),
        ("shift_gaps", shifting(lambda pixels, stride: 0, list), None),
        ("not_additive", negative_magnitudes, "negative numbers left"),
        ("not_additive", of_the_whole_map, "not zero"),
        ("not_additive", in_place, "changed inputs"),
        ("pool_cost", largest_and_all, None),
        ("head_params", two_layers, None),
    ],
)
def test_these_are_not_right(name: str, answer: Any, mistake: str | None, seed: int) -> None:
    verdict = marked(name, answer, seed)
    assert verdict.score < 1
    if mistake:
        assert verdict.mistake == mistake, verdict.message
