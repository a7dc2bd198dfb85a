"""Part A: softmax with a temperature."""

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
    promises=("unchanged", "tensor"),
    forbidden=("course_lib",),
    wrong={
        "over the images": (
            "Your softmax runs over the images. The classes lie along the last axis: dim=-1.",
            lambda logits, T: (logits / T).softmax(0),
        ),
        "over all numbers": (
            "Your softmax runs over all numbers at once. Each image's probabilities add up to 1: "
            "dim=-1.",
            lambda logits, T: (logits / T).flatten().softmax(0).view_as(logits),
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
            "You do not divide by the sum of the exponentials. Each image's probabilities add up "
            "to 1.",
            lambda logits, T: (logits / T).exp(),
        ),
        "no exponential": (
            "You divide the logits by their sum. Take their exponentials first.",
            _without_exponential,
        ),
        "squeezed": (
            "You drop axes of size one. A batch of one image keeps its first axis.",
            lambda logits, T: (logits / T).softmax(-1).squeeze(),
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
