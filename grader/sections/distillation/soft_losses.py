"""Part B: what the student lacks of the teacher's probabilities."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.distillation.soft_ways import (
    MEAN_OF_ALL,
    SWAPPED,
    Soft,
    at,
    floored,
    of_both,
    of_two_cross_entropies,
    swapped,
    way,
    with_logarithms,
)


def drawn_logits(draw: Draw, n: int, c: int, scale: float = 1.5) -> tuple[Tensor, Tensor]:
    """A student's and a teacher's, who is surer."""
    return scale * draw.normal(n, c), 1.5 * scale * draw.normal(n, c)


def far_apart(draw: Draw) -> tuple[Tensor, Tensor]:
    """Logits of which a softmax gives zeros; of the first image the two are sure of another."""
    far = 1000 * draw.normal(3, 4).sign()
    teacher = far.clone()
    teacher[0] = torch.tensor([900.0, -800, -900, -900])
    student = far.clone()
    student[0] = torch.tensor([-600.0, 900, -900, -900])
    return student + draw.normal(3, 4), teacher + draw.normal(3, 4)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, n: int, c: int, T: float, scale: float = 1.5) -> Case:
        return Case(args=(*drawn_logits(draw, n, c, scale), T), about=about)

    n, warm = draw.integer(2, 3), draw.integer(2, 4)
    student, teacher = drawn_logits(draw, n, 4)
    return [
        case("more classes than images", n, n + draw.integer(2, 3), warm),
        case("more images than classes", n + 3, 3, warm + 0.5),
        case("as many images as classes", 4, 4, warm),
        case("a single image", 1, 5, warm),
        case("two classes", n + 1, 2, warm),
        case("a temperature of one", n, 4, 1),
        case("a temperature below one", n, 4, draw.integer(4, 7) / 10, 0.8),
        case("a high temperature", n, 4, draw.integer(8, 12), 3),
        Case(args=(teacher, teacher, warm), about="a student like the teacher"),
        Case(
            args=(teacher + draw.normal(n, 1), teacher + 0.1 * student, warm),
            about="a student nearly like the teacher, but for a constant",
        ),
        Case(args=(*far_apart(draw), 2), about="logits of a thousand"),
    ]


PARTS = {
    "form": "Return one number, as a tensor with its gradient: no list, no float, no detached one.",
    "loss": "The number is not this loss.",
    "gradient": "The number is right, its gradient in the student's logits is not: something cuts "
    "off a part of it, as .detach(), .data or torch.no_grad() do.",
    "teacher": "A gradient goes into the teacher's logits: detach them.",
    "logits": "You change the logits that you are given, their numbers or, as detach_() does, what "
    "hangs on them: leave them as they are, and work on something new.",
}

TEACHER_LEARNS = (
    "A gradient goes into the teacher's logits, who would learn from the student: detach them."
)


def _softened(divided: Callable[[Tensor, float], Tensor], **settings: Any) -> Soft:
    """Of logits that become something else before both softmax."""
    return way(
        teacher=lambda z, T: divided(z, T).softmax(1),
        student=lambda z, T: divided(z, T).log_softmax(1),
        **settings,
    )


def _symmetric(factor: Callable[[float], float]) -> Soft:
    return way(teacher=lambda z, T: (z / T).log_softmax(1), between=of_both, factor=factor)


SOFT_LOSS = Exercise(
    id="distillation.soft_loss",
    title="The soft loss",
    points=2,
    minutes=10,
    covers=("E14.29",),
    example=(
        (
            Case(args=(torch.zeros(1, 2), torch.tensor([[9.0, 1.0]]).log(), 2)),
            {
                "form": "fine",
                "loss": 0.52325,
                "gradient": [[-0.5, 0.5]],
                "teacher": "none",
                "logits": "as before",
            },
        ),
    ),
    needs=("distillation.soften",),
    cases=_cases,
    reference=of_two_cross_entropies,
    through="ask_loss",
    forbidden=("course_lib",),
    parts=PARTS,
    wrong={
        "T² forgotten": (
            "T² is missing. Without it the loss and its gradient shrink as T grows.",
            way(factor=lambda T: 1),
        ),
        "T for T²": (
            "You multiply by T. The gradient falls as 1/T²: multiply by T².",
            way(factor=lambda T: T),
        ),
        "divided by T²": (
            "You divide by T². The divergence is small already where T is large: multiply by T².",
            way(factor=lambda T: 1 / T**2),
        ),
        "mean over all numbers": (
            'You divide by the number of images and of classes, as reduction="mean" does. The '
            'divergence is a sum over classes: reduction="batchmean" divides by images alone.',
            MEAN_OF_ALL,
        ),
        "sum over images": (
            'You add up over the images. Divide by their number: reduction="batchmean".',
            way(between=lambda log_q, p: F.kl_div(log_q, p, reduction="sum")),
        ),
        "swapped": (
            "You measure the teacher by the student: teacher and student have changed places. "
            "F.kl_div takes the student's logarithms first, then the teacher's probabilities.",
            SWAPPED,
            way(between=swapped),
        ),
        "student without logarithm": (
            "You give F.kl_div the student's probabilities. Its first argument is their logarithm: "
            "F.log_softmax.",
            way(student=lambda logits, T: (logits / T).softmax(1)),
        ),
        "cross-entropy": (
            "This is the cross-entropy with the teacher's probabilities. Its gradient is the same, "
            "its value larger by their entropy: it is not 0 where both agree. Return the "
            "divergence.",
            way(student=lambda z, T: z / T, between=F.cross_entropy),
        ),
        "probabilities for logarithms": (
            "With log_target=True F.kl_div takes its second argument for logarithms. Yours are "
            "probabilities.",
            way(
                between=lambda log_q, p: F.kl_div(log_q, p, reduction="batchmean", log_target=True)
            ),
        ),
        "never a number": (
            "Your loss is not a number (NaN, or infinite), for ordinary logits, too. F.kl_div "
            "takes the logarithm of its second argument: give it probabilities, or say "
            "log_target=True.",
            way(teacher=lambda logits, T: (logits / T).log_softmax(1)),
        ),
        "logarithm of zero": (
            "Where logits lie far apart, a probability is 0 and its logarithm infinite. "
            "F.log_softmax computes the logarithm without that, and F.kl_div knows that 0 log 0 "
            "is 0.",
            way(student=lambda logits, T: (logits / T).softmax(1).log()),
            way(between=lambda log_q, p: (p * (p.log() - log_q)).sum(1).mean()),
        ),
        "small number added": (
            "A small number inside the logarithm, or a least probability, keeps it finite and "
            "makes the loss another one where logits lie far apart. F.log_softmax needs neither.",
            *map(floored, (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)),
        ),
        "symmetric": (
            "You measure both ways round: teacher by student, and student by teacher. Only the "
            "student's lack of the teacher is asked for.",
            _symmetric(factor=lambda T: T**2),
            _symmetric(factor=lambda T: T**2 / 2),
        ),
        "divided by N twice": (
            'You divide by the number of images twice: reduction="batchmean" has done it.',
            lambda student, teacher, T: way()(student, teacher, T) / len(student),
        ),
        "divided by classes": (
            "You divide the sum by the number of classes. Divide it by that of the images: "
            'reduction="batchmean".',
            way(between=lambda log_q, p: F.kl_div(log_q, p, reduction="sum") / p.shape[1]),
        ),
        "negative": (
            "Your loss has the other sign. The divergence is 0 or more: teacher's logarithm less "
            "the student's.",
            way(factor=lambda T: -(T**2)),
        ),
        "T² as temperature": (
            "You divide the logits by T². Divide them by T; T² multiplies the divergence.",
            _softened(lambda z, T: z / T**2),
            _softened(lambda z, T: z / T**2, factor=lambda T: 1),
        ),
        "multiplied": (
            "You multiply the logits by T. Divide them by it.",
            _softened(lambda z, T: z * T),
        ),
        "logarithms divided": (
            "You divide the student's logarithms by T, after the softmax. Divide the logits, "
            "before it.",
            way(student=lambda z, T: z.log_softmax(1) / T),
        ),
        "T changed": (
            "You make T a whole number first. It is any number above 0.",
            at(lambda T: int(T)),
            at(lambda T: max(1, int(T))),
        ),
        "T at least one": (
            "You make a T below 1 to 1. It is any number above 0.",
            at(lambda T: max(1, T)),
        ),
        "T for the teacher alone": (
            "You soften the teacher alone. Both logits are divided by T: else the loss is not 0 "
            "where they agree.",
            way(student=lambda logits, T: logits.log_softmax(1)),
        ),
        "T for the student alone": (
            "You soften the student alone. Both logits are divided by T: else the loss is not 0 "
            "where they agree.",
            way(teacher=lambda logits, T: logits.softmax(1)),
        ),
        "no temperature": (
            "You compare the plain probabilities. Divide the logits of both by T.",
            way(
                teacher=lambda logits, T: logits.softmax(1),
                student=lambda logits, T: logits.log_softmax(1),
            ),
            way(
                teacher=lambda logits, T: logits.softmax(1),
                student=lambda logits, T: logits.log_softmax(1),
                factor=lambda T: 1,
            ),
        ),
        "over the images": (
            "Your softmax runs over the images. The classes lie along the last axis: dim=-1.",
            way(
                teacher=lambda logits, T: (logits / T).softmax(0),
                student=lambda logits, T: (logits / T).log_softmax(0),
            ),
        ),
        "hard targets": (
            "You take the teacher's most likely class for the truth. Compare with all of the "
            "teacher's probabilities.",
            way(teacher=lambda z, T: F.one_hot(z.argmax(1), z.shape[1]).float()),
        ),
        "distance of logits": (
            "You compare logits, or probabilities, by their squared difference. Compare the "
            "probabilities by the divergence.",
            way(student=lambda z, T: z, teacher=lambda z, T: z, between=F.mse_loss),
            way(student=lambda z, T: (z / T).softmax(1), between=F.mse_loss),
        ),
        "no gradient": (
            "Your loss has no gradient: nothing could be learned from it. Return the tensor, "
            "without .item(), .detach() or torch.no_grad() around the student's part.",
            lambda student, teacher, T: way()(student, teacher, T).detach(),
            lambda student, teacher, T: way()(student, teacher, T).item(),
        ),
        "several numbers": (
            "You return several numbers, or an axis too many. Return one: add up over classes, and "
            "take the mean over images.",
            way(between=lambda log_q, p: F.kl_div(log_q, p, reduction="none").sum(1)),
        ),
        "the teacher learns": (TEACHER_LEARNS, way(detached=False)),
    },
    right=(way(), with_logarithms),
    hints=(
        'F.kl_div(student, teacher, reduction="batchmean"): of the student the logarithms of the '
        "probabilities, of the teacher the probabilities.",
        "F.log_softmax(student_logits / T, dim=-1) is safer than the logarithm of soften(…).",
        "teacher_logits.detach() lets no gradient into the teacher. T² stands before all of it.",
    ),
    stand_in="soft_loss",
)
