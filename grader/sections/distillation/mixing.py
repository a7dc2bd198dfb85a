"""Part C: labels and teacher in one loss."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.distillation.soft_losses import (
    PARTS,
    TEACHER_LEARNS,
    drawn_logits,
    far_apart,
)
from grader.sections.distillation.soft_ways import (
    MEAN_OF_ALL,
    SWAPPED,
    Soft,
    of_two_cross_entropies,
    swapped,
    way,
    with_logarithms,
)


def _labels(draw: Draw, n: int, c: int) -> Tensor:
    return torch.tensor([draw.integer(0, c - 1) for _ in range(n)])


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, n: int, c: int, T: float, alpha: float) -> Case:
        return Case(args=(*drawn_logits(draw, n, c), _labels(draw, n, c), T, alpha), about=about)

    n, warm = draw.integer(2, 3), draw.integer(2, 4)
    alpha = draw.choice((0.2, 0.3, 0.7, 0.8))
    _, teacher = drawn_logits(draw, n, 4)
    return [
        case("both losses, more classes than images", n, n + 3, warm, alpha),
        case("both losses, more images than classes", n + 3, 3, warm + 0.5, 1 - alpha),
        case("as many images as classes", 4, 4, warm, alpha),
        case("the labels alone (alpha zero)", n, 4, warm, 0),
        case("the teacher alone (alpha one)", n, 4, warm, 1),
        case("a single image", 1, 5, warm, alpha),
        case("a temperature of one", n, 4, 1, alpha),
        case("a temperature below one", n, 4, 0.5, alpha),
        case("a high temperature", n, 4, draw.integer(8, 12), alpha),
        Case(
            args=(teacher, teacher, _labels(draw, n, 4), warm, alpha),
            about="a student like the teacher",
        ),
        Case(args=(*far_apart(draw), _labels(draw, 3, 4), 2, alpha), about="logits of a thousand"),
    ]


_Hard = Callable[[Tensor, Tensor, Tensor, float], Any]
"""(student's logits, teacher's, labels, T) -> a loss."""
_SOFT = way()


def _of_labels(student: Tensor, teacher: Tensor, y: Tensor, T: float) -> Tensor:
    return F.cross_entropy(student, y)


def mixed(
    soft: Soft = _SOFT,
    hard: _Hard = _of_labels,
    weights: Callable[[float, float], tuple[float, float]] = lambda a, T: (a, 1 - a),
) -> Callable[..., Any]:
    """A mixture; `weights` of the soft and of the hard loss by alpha and T."""

    def answer(student: Tensor, teacher: Tensor, y: Tensor, T: float, alpha: float) -> Any:
        of_soft, of_hard = weights(alpha, T)
        return of_soft * soft(student, teacher, T) + of_hard * hard(student, teacher, y, T)

    return answer


def _by_hand(student: Tensor, teacher: Tensor, y: Tensor, T: float, a: float) -> Any:
    """The hard loss by hand."""
    hard = -student.log_softmax(1)[range(len(y)), y].mean()
    return hard + a * (with_logarithms(student, teacher, T) - hard)


DISTILLATION_LOSS = Exercise(
    id="distillation.distillation_loss",
    title="Labels and teacher",
    points=2,
    minutes=8,
    covers=("E14.29",),
    example=(
        (
            Case(
                args=(
                    torch.zeros(1, 2),
                    torch.tensor([[9.0, 1.0]]).log(),
                    torch.tensor([0]),
                    2,
                    0.25,
                )
            ),
            {
                "form": "fine",
                "loss": 0.65066,
                "gradient": [[-0.5, 0.5]],
                "teacher": "none",
                "logits": "as before",
            },
        ),
    ),
    needs=("distillation.soften", "distillation.soft_loss"),
    cases=_cases,
    reference=mixed(soft=of_two_cross_entropies),
    through="ask_loss",
    promises=("unchanged",),
    parts=PARTS,
    forbidden=("course_lib",),
    wrong={
        "weights exchanged": (
            "Your alpha weighs the labels' loss. Here it weighs the soft one, and 1 - alpha the "
            "labels'.",
            mixed(weights=lambda a, T: (1 - a, a)),
        ),
        "hard loss whole": (
            "You add the labels' loss as it is. It is multiplied by 1 - alpha.",
            mixed(weights=lambda a, T: (a, 1)),
        ),
        "soft loss whole": (
            "You add the soft loss as it is. It is multiplied by alpha.",
            mixed(weights=lambda a, T: (1, 1 - a)),
        ),
        "no weights": (
            "You add both losses, or take their mean, whatever alpha is.",
            mixed(weights=lambda a, T: (1, 1)),
            mixed(weights=lambda a, T: (0.5, 0.5)),
        ),
        "one weight for both": (
            "Both losses are multiplied by alpha. The labels' is by 1 - alpha.",
            mixed(weights=lambda a, T: (a, a)),
        ),
        "T² twice": (
            "You multiply by T² once more. It is in the soft loss already.",
            mixed(weights=lambda a, T: (a * T**2, 1 - a)),
        ),
        "T² on both": (
            "You multiply the labels' loss by T², too. It is at T = 1: T² belongs to the soft one.",
            mixed(weights=lambda a, T: (a, (1 - a) * T**2)),
            mixed(weights=lambda a, T: (a * T**2, (1 - a) * T**2)),
        ),
        "T² forgotten": (
            "T² is missing in the soft loss.",
            mixed(way(factor=lambda T: 1)),
        ),
        "T for T²": (
            "You multiply the soft loss by T. Multiply it by T².",
            mixed(way(factor=lambda T: T)),
        ),
        "hard loss at T": (
            "You divide the logits by T in the labels' loss, too. It is at T = 1, as the student "
            "is used later.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student / T, y)),
            mixed(
                hard=lambda student, teacher, y, T: (
                    F.nll_loss((student / T).log_softmax(1), y) * T**2
                )
            ),
        ),
        "softmax twice": (
            "You give F.cross_entropy probabilities. It takes logits, and applies log-softmax "
            "itself.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student.softmax(1), y)),
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy((student / T).softmax(1), y)),
        ),
        "hard loss summed": (
            "You add the labels' loss up over the images. Take the mean.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student, y, reduction="sum")),
        ),
        "teacher's classes": (
            "You take the teacher's most likely classes for the labels. Those are given: y.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student, teacher.argmax(1))),
        ),
        "the teacher's own loss": (
            "Your labels' loss is that of the teacher's logits. It is the student's that count.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(teacher.detach(), y)),
        ),
        "mean over all numbers": (
            "The soft loss is divided by the number of classes, too, as by "
            'reduction="mean". Divide by the number of images alone.',
            mixed(MEAN_OF_ALL),
        ),
        "swapped": (
            "In the soft loss teacher and student have changed places.",
            mixed(SWAPPED),
            mixed(way(between=swapped)),
        ),
        "cross-entropy": (
            "Your soft term is the cross-entropy with the teacher's probabilities: larger than the "
            "divergence by their entropy.",
            mixed(way(student=lambda z, T: z / T, between=F.cross_entropy)),
        ),
        "no gradient": (
            "Your loss has no gradient: nothing could be learned from it. Return the tensor, "
            "without .item(), .detach() or torch.no_grad() around the student's part.",
            lambda *args: mixed()(*args).detach(),
            lambda *args: mixed()(*args).item(),
        ),
        "the teacher learns": (TEACHER_LEARNS, mixed(way(detached=False))),
    },
    right=(mixed(), _by_hand),
    hints=(
        "Your soft_loss has T² in it already.",
        "F.cross_entropy takes logits, here the student's as they are, and labels.",
        "alpha * soft + (1 - alpha) * hard",
    ),
    stand_in="distillation_loss",
)
