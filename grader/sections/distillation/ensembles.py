"""Extra: several teachers."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, k: int, n: int, c: int, T: float, scale: float = 2) -> Case:
        return Case(args=(scale * draw.normal(k, n, c), T), about=about)

    warm = draw.integer(2, 4)
    return [
        case("more images than teachers", 2, 4, 3, warm),
        case("more teachers than images", 4, 2, 5, warm + 0.5),
        case("as many teachers as images and classes", 3, 3, 3, warm),
        case("one teacher", 1, 3, 4, warm),
        case("a single image", 3, 1, 4, warm),
        case("two classes", 3, 4, 2, warm),
        case("a temperature of one", 3, 2, 4, 1),
        case("a temperature below one", 2, 3, 4, 0.5, 1),
        case("a high temperature", 2, 3, 4, draw.integer(8, 12), 12),
        Case(
            args=(1000 * draw.normal(3, 2, 4).sign() + draw.normal(3, 2, 4), 2),
            about="logits of a thousand",
        ),
    ]


def _one_by_one(logits: Tensor, T: float) -> Any:
    return sum((z.double() / T).softmax(1) for z in logits) / len(logits)


def _geometric(logits: Tensor, T: float) -> Tensor:
    """The probabilities' geometric mean, not brought to sum 1."""
    return (logits / T).log_softmax(-1).mean(0).exp()


def _product(logits: Tensor, T: float) -> Tensor:
    """The same brought to sum 1, by a product that may be 0 for all classes."""
    found = (logits / T).softmax(-1).prod(0) ** (1 / len(logits))
    return found / found.sum(-1, keepdim=True)


def _by_hand(logits: Tensor, T: float) -> Tensor:
    powers = (logits / T).exp()
    return (powers / powers.sum(-1, keepdim=True)).mean(0)


def _largest(logits: Tensor, T: float) -> Tensor:
    found = (logits / T).softmax(-1).amax(0)
    return found / found.sum(-1, keepdim=True)


ENSEMBLE = Exercise(
    id="distillation.ensemble",
    title="Several teachers",
    points=1,
    minutes=6,
    core=False,
    covers=("E14.29",),
    example=(
        (
            Case(args=(torch.tensor([[[9.0, 1.0]], [[1.0, 1.0]]]).log(), 1)),
            [[0.7, 0.3]],
        ),
    ),
    needs=("distillation.soften",),
    cases=_cases,
    reference=_one_by_one,
    through="ask_table",
    promises=("unchanged", "tensor"),
    forbidden=("course_lib",),
    wrong={
        "logits averaged": (
            "You average the teachers' logits, or multiply their probabilities, which comes to the "
            "same: one that is very sure outweighs the others. Average their probabilities.",
            lambda logits, T: (logits.mean(0) / T).softmax(-1),
            _product,
        ),
        "geometric mean": (
            "You average logarithms of probabilities. Average the probabilities.",
            _geometric,
            lambda logits, T: (logits / T).log_softmax(-1).mean(0),
        ),
        "summed": (
            "You add the teachers' probabilities up. Divide by the number of teachers.",
            lambda logits, T: (logits / T).softmax(-1).sum(0),
        ),
        "divided by N": (
            "You divide by the number of images. Divide by that of the teachers.",
            lambda logits, T: (logits / T).softmax(-1).sum(0) / logits.shape[1],
        ),
        "two teachers": (
            "You take two teachers for granted. There may be more, or a single one: mean(0).",
            lambda logits, T: ((logits[0] / T).softmax(-1) + (logits[1] / T).softmax(-1)) / 2,
            lambda logits, T: (logits / T).softmax(-1).sum(0) / 2,
        ),
        "over the images": (
            "You average over the images. The teachers lie along the first axis: mean(0).",
            lambda logits, T: (logits / T).softmax(-1).mean(1),
            lambda logits, T: (logits / T).softmax(-1).mean((0, 1)),
        ),
        "softmax over another axis": (
            "Your softmax runs over teachers or images. The classes lie along the last axis: "
            "dim=-1.",
            lambda logits, T: (logits / T).softmax(0).mean(0),
            lambda logits, T: (logits / T).softmax(1).mean(0),
        ),
        "no temperature": (
            "You leave T out, or divide by it too late. Divide the logits by T.",
            lambda logits, T: logits.softmax(-1).mean(0),
            lambda logits, T: logits.softmax(-1).mean(0) / T,
            lambda logits, T: (logits.softmax(-1).mean(0) / T).softmax(-1),
            lambda logits, T: (logits.softmax(-1).mean(0).log() / T).softmax(-1),
        ),
        "multiplied": (
            "You multiply the logits by T. Divide by it.",
            lambda logits, T: (logits * T).softmax(-1).mean(0),
        ),
        "T changed": (
            "You make T a whole number first. It is any number above 0.",
            lambda logits, T: (logits / max(1, int(T))).softmax(-1).mean(0),
        ),
        "T at least one": (
            "You make a T below 1 to 1. It is any number above 0.",
            lambda logits, T: (logits / max(1, T)).softmax(-1).mean(0),
        ),
        "softmax twice": (
            "You take a softmax of probabilities. One softmax, of the divided logits, is enough.",
            lambda logits, T: (logits / T).softmax(-1).mean(0).softmax(-1),
            lambda logits, T: (logits / T).softmax(-1).softmax(-1).mean(0),
        ),
        "votes": (
            "You count the teachers' most likely classes. Average their probabilities.",
            lambda logits, T: F.one_hot(logits.argmax(-1), logits.shape[-1]).float().mean(0),
        ),
        "logarithms": (
            "You return the logarithm of the mean. Return the probabilities.",
            lambda logits, T: (logits / T).softmax(-1).mean(0).log(),
        ),
        "overflow": (
            "Where logits are large, your exponentials become infinite, or all of them 0, and "
            "their quotient is no number. torch.softmax, or your soften, avoids that.",
            _by_hand,
        ),
        "first teacher": (
            "You return one teacher's probabilities. Average those of all.",
            lambda logits, T: (logits[0] / T).softmax(-1),
            lambda logits, T: (logits[-1] / T).softmax(-1),
        ),
        "largest": (
            "You take the largest probability among the teachers, or the middle one. Average them.",
            lambda logits, T: (logits / T).softmax(-1).amax(0),
            lambda logits, T: (logits / T).softmax(-1).median(0).values,
            _largest,
        ),
        "squeezed": (
            "You drop axes of size one. The result is (N, C), for a single image, too.",
            lambda logits, T: (logits / T).softmax(-1).mean(0).squeeze(),
        ),
        "axis kept": (
            "The teachers' axis is still there, of size one. The result is (N, C).",
            lambda logits, T: (logits / T).softmax(-1).mean(0, keepdim=True),
        ),
    },
    right=(
        lambda logits, T: torch.softmax(logits / T, 2).sum(0) / logits.shape[0],
        lambda logits, T: torch.stack([torch.softmax(z / T, -1) for z in logits]).mean(0),
    ),
    hints=(
        "Your soften works along the last axis, whatever stands before it.",
        "Which axis are the teachers?",
    ),
)
