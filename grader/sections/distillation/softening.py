"""Part A: softmax with a temperature."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *shape: int, T: float, scale: float = 1.5) -> Case:
        return Case(args=(scale * draw.normal(*shape), T), about=about)

    n, warm = draw.integer(2, 3), draw.integer(2, 5)
    far = 1000 * torch.tensor([[1.0, 1, 1, 1], [-1, -1, -1, -1], [0, 1, -1, -2]])
    return [
        case("more classes than images", n, n + draw.integer(2, 3), T=warm),
        case("more images than classes", n + 4, 3, T=warm + 0.5),
        case("as many images as classes", n + 1, n + 1, T=warm),
        case("the logits of one image, without an axis of images", 5, T=warm),
        case("a batch of one image", 1, 4, T=warm),
        case("two classes", n + 1, 2, T=warm),
        case("a temperature below one", n, 4, T=draw.integer(3, 7) / 10),
        case("a temperature of one", n, 4, T=1),
        case("a high temperature", n, 4, T=draw.integer(20, 40), scale=12),
        Case(args=(far + draw.normal(3, 4), 2), about="logits of a thousand"),
    ]


def _reference(logits: Tensor, T: float) -> Tensor:
    """By differences: one divided by the sum over k of exp((z_k - z_c) / T)."""
    differences = (logits[..., None, :].double() - logits[..., :, None].double()) / T
    return (1 / differences.exp().sum(-1)).float()


def _by_powers(logits: Tensor, T: float) -> Tensor:
    powers = logits.softmax(-1) ** (1 / T)
    return powers / powers.sum(-1, keepdim=True)


def _by_hand(logits: Tensor, T: float) -> Tensor:
    powers = ((logits - logits.max(-1, keepdim=True).values) / T).exp()
    return powers / powers.sum(-1, keepdim=True)


def _without_care(*, largest: Callable[[Tensor], Any] = lambda z: 0) -> Callable[..., Any]:
    """By hand; `largest` of the divided logits is what is subtracted."""

    def answer(logits: Tensor, T: float) -> Any:
        z = logits / T
        powers = (z - largest(z)).exp()
        return powers / powers.sum(-1, keepdim=True)

    return answer


def _one_sum(logits: Tensor, T: float) -> Tensor:
    powers = ((logits - logits.max(-1, keepdim=True).values) / T).exp()
    return powers / powers.sum()


def _without_exponential(logits: Tensor, T: float) -> Tensor:
    return logits / T / (logits / T).sum(-1, keepdim=True)


SOFTEN = Exercise(
    id="distillation.soften",
    title="Softmax with a temperature",
    points=1,
    minutes=5,
    covers=("E14.29",),
    example=((Case(args=(torch.tensor([9.0, 1.0]).log(), 2)), [0.75, 0.25]),),
    cases=_cases,
    reference=_reference,
    through="ask_table",
    promises=("unchanged", "tensor"),
    forbidden=("course_lib",),
    wrong={
        "over the images": (
            "Your softmax runs over the images. The classes lie along the last axis: dim=-1.",
            lambda logits, T: (logits / T).softmax(0),
        ),
        "over all numbers": (
            "You divide by a sum over all images. Each image's probabilities add up to 1: the sum, "
            "or the softmax, runs along dim=-1.",
            lambda logits, T: (logits / T).flatten().softmax(0).view_as(logits),
            _one_sum,
            lambda logits, T: (logits / T).exp() / (logits / T).exp().sum(),
        ),
        "second axis": (
            "You take axis 1 for the classes. The logits of one image have no such axis: the last "
            "one, dim=-1, is right for both.",
            lambda logits, T: (logits / T).softmax(1),
        ),
        "multiplied": (
            "You multiply the logits by T, and the probabilities get sharper. Divide by T.",
            lambda logits, T: (logits * T).softmax(-1),
        ),
        "no temperature": (
            "You leave T out: this is the plain softmax.",
            lambda logits, T: logits.softmax(-1),
        ),
        "probabilities divided": (
            "You divide the probabilities by T. They no longer add up to 1: divide the logits, "
            "before the softmax.",
            lambda logits, T: logits.softmax(-1) / T,
        ),
        "softmax twice": (
            "You take a softmax of probabilities. Divide the logits by T, and take one softmax.",
            lambda logits, T: (logits.softmax(-1) / T).softmax(-1),
            lambda logits, T: (logits / T).softmax(-1).softmax(-1),
        ),
        "logarithms": (
            "You return the logarithms of the probabilities. Return the probabilities.",
            lambda logits, T: (logits / T).log_softmax(-1),
        ),
        "exponentials alone": (
            "You do not divide by the sum over the classes. Each image's probabilities add up to "
            "1.",
            lambda logits, T: (logits / T).exp(),
            lambda logits, T: logits.softmax(-1) ** (1 / T),
        ),
        "no exponential": (
            "You divide the logits by their sum. Take their exponentials first.",
            _without_exponential,
        ),
        "squeezed": (
            "You drop axes of size one. A batch of one image keeps its first axis.",
            lambda logits, T: (logits / T).softmax(-1).squeeze(),
        ),
        "axis added": (
            "The result has the shape of the logits: of one image, (C,), without another axis.",
            lambda logits, T: (torch.atleast_2d(logits) / T).softmax(-1),
        ),
        "overflow": (
            "Where logits are far from 0, your exponentials become infinite, or all of them 0, and "
            "their quotient is no number. torch.softmax knows how to avoid that; by hand, subtract "
            "each image's own largest logit first.",
            _without_care(),
            _without_care(largest=lambda z: z.max()),
            _without_care(largest=lambda z: z.mean(-1, keepdim=True)),
            _without_care(largest=lambda z: z[..., -1:]),
        ),
        "T changed": (
            "You make T a whole number first. It is any number above 0.",
            lambda logits, T: (logits / int(T)).softmax(-1),
            lambda logits, T: (logits / max(1, int(T))).softmax(-1),
            lambda logits, T: (logits / max(1, round(T))).softmax(-1),
        ),
        "T at least one": (
            "You make a T below 1 to 1. It is any number above 0.",
            lambda logits, T: (logits / max(1, T)).softmax(-1),
        ),
        "T squared": (
            "You divide by T². Divide the logits by T.",
            lambda logits, T: (logits / T**2).softmax(-1),
        ),
        "whole quotients": (
            "With // your quotients are whole numbers. Divide with a single /.",
            lambda logits, T: (logits // T).softmax(-1),
        ),
    },
    right=(
        lambda logits, T: torch.softmax(logits / T, dim=logits.dim() - 1),
        lambda logits, T: torch.log_softmax(logits / T, -1).exp(),
        _by_powers,
        _by_hand,
    ),
    library={lambda logits, T: torch.nn.Softmax(-1)(logits / T): True},
    hints=(
        "torch.softmax subtracts the largest logit by itself: nothing overflows.",
        "Divide first, then one softmax. Along which axis do the classes of one image lie?",
        "dim=-1 is the last axis, of one image and of a batch.",
    ),
    stand_in="soften",
)
