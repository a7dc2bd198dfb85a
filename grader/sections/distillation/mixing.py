"""Part C: labels and teacher in one loss."""

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.distillation.mixing_ways import (
    SOFT,
    by_hand,
    mixed,
    of_mixed_targets,
    of_one_hot,
    of_probabilities,
    over_classes,
    plain,
    squared,
)
from grader.sections.distillation.soft_losses import (
    PARTS,
    TEACHER_LEARNS,
    drawn_logits,
    far_apart,
)
from grader.sections.distillation.soft_ways import (
    MEAN_OF_ALL,
    SWAPPED,
    at,
    of_two_cross_entropies,
    swapped,
    way,
)


def _labels(draw: Draw, n: int, c: int) -> Tensor:
    return torch.tensor([draw.integer(0, c - 1) for _ in range(n)])


def _far_labels(draw: Draw) -> Tensor:
    """Of `far_apart`: the student's softmax gives the first image's label nothing at all."""
    return torch.tensor([0, draw.integer(0, 3), draw.integer(0, 3)])


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
        Case(args=(*far_apart(draw), _far_labels(draw), 2, alpha), about="logits of a thousand"),
    ]


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
        "alpha over both": (
            "alpha multiplies both of your terms. It belongs to the soft one: mind the brackets.",
            mixed(weights=lambda a, T: (a, a * (1 - a))),
        ),
        "subtracted": (
            "You subtract the labels' loss. Add it.",
            mixed(weights=lambda a, T: (a, a - 1)),
        ),
        "one of the two": (
            "You take one of the two losses, by the size of alpha. Both count, by their weights.",
            mixed(weights=lambda a, T: (1, 0) if a > 0.5 else (0, 1)),
        ),
        "alpha of zero": (
            "With alpha = 0 you take another alpha: `or` takes 0 for nothing given. It means the "
            "labels alone.",
            mixed(weights=lambda a, T: (a or 0.5, 1 - (a or 0.5))),
            mixed(weights=lambda a, T: (a or 1, 1 - (a or 1))),
        ),
        "mixed targets": (
            "You mix the targets, and take one cross-entropy. Mix two losses: the soft one is at "
            "T, with T², and a divergence.",
            of_mixed_targets,
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
        "soft loss at T = 1": (
            "Your soft loss is at T = 1, whatever T is. Pass T on to it.",
            mixed(at(lambda T: 1)),
            mixed(plain),
        ),
        "softened twice": (
            "You give soft_loss probabilities. It takes logits, and softens them itself.",
            mixed(of_probabilities),
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
        "logits for logarithms": (
            "F.nll_loss takes logarithms of probabilities, and you give it logits. F.cross_entropy "
            "takes logits.",
            mixed(hard=lambda student, teacher, y, T: F.nll_loss(student, y)),
        ),
        "logarithm of zero": (
            "Where logits lie far apart, the label's probability is 0 and its logarithm infinite. "
            "F.cross_entropy, of the logits, avoids that.",
            mixed(hard=lambda student, teacher, y, T: F.nll_loss(student.softmax(1).log(), y)),
        ),
        "hard loss over classes": (
            "Your labels' loss is divided by the number of classes, too. Take the mean over the "
            "images alone.",
            mixed(hard=over_classes),
        ),
        "classes of the labels": (
            "F.one_hot(y) makes as many classes as the largest label says. Say how many there are, "
            "or take F.cross_entropy with y as it is.",
            mixed(hard=of_one_hot),
        ),
        "squared error": (
            "Your labels' loss is a squared difference. Take the cross-entropy.",
            mixed(hard=squared),
        ),
        "hard loss summed": (
            "You add the labels' loss up over the images. Take the mean.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student, y, reduction="sum")),
        ),
        "teacher's classes": (
            "You take the teacher's most likely classes for the labels. Those are given: y.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student, teacher.argmax(1))),
        ),
        "a term detached": (
            "One of your two terms has no gradient in the student's logits. Only the teacher's are "
            "detached.",
            mixed(hard=lambda student, teacher, y, T: F.cross_entropy(student.detach(), y)),
            mixed(lambda student, teacher, T: SOFT(student.detach(), teacher, T)),
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
        "several numbers": (
            "You return several numbers. Return one, the weighted sum of two means over images.",
            mixed(
                hard=lambda student, teacher, y, T: F.cross_entropy(student, y, reduction="none")
            ),
        ),
        "the teacher learns": (TEACHER_LEARNS, mixed(way(detached=False))),
    },
    right=(mixed(), by_hand),
    hints=(
        "Your soft_loss has T² in it already.",
        "F.cross_entropy takes logits, here the student's as they are, and labels.",
        "alpha * soft + (1 - alpha) * hard",
    ),
    stand_in="distillation_loss",
)
