"""Extra: the gradient of the soft loss where T grows without end."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_HUGE = 1e7


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, n: int, c: int, student: float = 6, teacher: float = 9) -> Case:
        of_student, of_teacher = student * draw.normal(n, c), teacher * draw.normal(n, c)
        return Case(args=(of_student + 3 * draw.normal(n, 1), of_teacher), about=about)

    n = draw.integer(2, 3)
    student, teacher = 5 * draw.normal(n + 1, 4), 5 * draw.normal(n + 1, 4)
    student[0] = teacher[0] + 7
    return [
        case("more classes than images", n, n + 3),
        case("more images than classes", n + 3, 3),
        case("as many images as classes", 4, 4),
        case("a single image", 1, 4),
        case("two classes", n + 1, 2),
        case("a student that is surer than the teacher", n, 5, 12, 2),
        case("a student that knows nothing yet", n, 4, 0),
        Case(args=(student, teacher), about="an image that differs by a constant, and others"),
    ]


def _by_autograd(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """The gradient of the loss at a very high temperature, in double precision."""
    z = student_logits.double().requires_grad_()
    log_p = (teacher_logits.double() / _HUGE).log_softmax(1)
    log_q = (z / _HUGE).log_softmax(1)
    loss = _HUGE**2 * (log_p.exp() * (log_p - log_q)).sum(1).mean()
    return torch.autograd.grad(loss, z)[0]


def _centred(logits: Tensor) -> Tensor:
    return logits - logits.mean(1, keepdim=True)


def way(
    centred: Callable[[Tensor], Tensor] = _centred,
    apart: Callable[[Tensor, Tensor], Tensor] = torch.sub,
    divided: Callable[[int, int], float] = lambda n, c: n * c,
) -> Callable[..., Any]:
    """An answer; `divided` by a number made of those of images and of classes."""

    def answer(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
        difference = apart(centred(student_logits), centred(teacher_logits))
        return difference / divided(*student_logits.shape)

    return answer


def _at(T: float) -> Callable[..., Any]:
    return lambda s, t: T * ((s / T).softmax(1) - (t / T).softmax(1)) / len(s)


LIMIT_GRADIENT = Exercise(
    id="distillation.limit_gradient",
    title="Very high temperatures",
    points=2,
    minutes=9,
    core=False,
    covers=("E14.29",),
    example=(
        (
            Case(args=(torch.tensor([[3.0, 0, 0]]), torch.zeros(1, 3))),
            [[2 / 3, -1 / 3, -1 / 3]],
        ),
    ),
    cases=_cases,
    reference=_by_autograd,
    promises=("unchanged", "tensor"),
    forbidden=("course_lib", ".backward", "torch.autograd", "torch.func"),
    instead="Put the approximation into the gradient's formula, by hand.",
    wrong={
        "not centred": (
            "A constant added to all logits of an image changes your result, and no softmax. "
            "Subtract of each image's logits their own mean over the classes, the student's and "
            "the teacher's.",
            way(centred=lambda z: z),
        ),
        "centred over the images": (
            "You subtract the mean over the images. It is that over the classes of each image: "
            "dim=1.",
            way(centred=lambda z: z - z.mean(0)),
        ),
        "one mean for all": (
            "You subtract one mean of all numbers. Each image has its own.",
            way(centred=lambda z: z - z.mean()),
        ),
        "student alone centred": (
            "You centre the student's logits or the teacher's, and not the others.",
            lambda s, t: (_centred(s) - t) / s.numel(),
            lambda s, t: (s - _centred(t)) / s.numel(),
        ),
        "sign": (
            "Your signs are those of teacher less student. A gradient points to where the loss "
            "grows: away from the teacher.",
            way(apart=lambda s, t: t - s),
        ),
        "not divided by N": (
            "You do not divide by the number of images. The loss is their mean.",
            way(divided=lambda n, c: c),
        ),
        "not divided by C": (
            "You do not divide by the number of classes. All probabilities are near 1/C.",
            way(divided=lambda n, c: n),
        ),
        "divided by nothing": (
            "Neither N nor C is in your gradient: the loss is the mean over images, and all "
            "probabilities are near 1/C.",
            way(divided=lambda n, c: 1),
        ),
        "doubled": (
            "Your gradient is that of a squared difference, twice as large. Put the approximation "
            "into T (q - p) / N.",
            way(divided=lambda n, c: n * c / 2),
        ),
        "at T = 1": (
            "This is the gradient at T = 1: a difference of probabilities. For large T they are "
            "about (1 + z/T)/C.",
            lambda s, t: (s.softmax(1) - t.softmax(1)) / len(s),
            lambda s, t: (s.softmax(1) - t.softmax(1)) / s.numel(),
        ),
        "at a large T": (
            "You put in one large T, which comes near the limit only. Put in the approximation: T "
            "cancels.",
            *map(_at, (10, 100, 1000)),
            lambda s, t: _at(1e4)(s.double(), t.double()),
        ),
        "C otherwise": (
            "You divide by another number than N times C: C is the number of classes as the logits "
            "have them, once.",
            way(divided=lambda n, c: c * c),
            way(divided=lambda n, c: n * c * c),
            way(divided=lambda n, c: n * (c - 1)),
            way(divided=lambda n, c: 3 * n),
        ),
        "no mean": (
            "You subtract the sum, or the largest logit. Subtract the mean over the classes.",
            way(centred=lambda z: z - z.sum(1, keepdim=True)),
            way(centred=lambda z: z - z.amax(1, keepdim=True)),
        ),
        "absolute": (
            "Your numbers have lost their signs. A gradient says which way, too.",
            way(apart=lambda s, t: (s - t).abs()),
        ),
        "squared": (
            "You square the difference. That is a loss, not its gradient.",
            way(apart=lambda s, t: (s - t) ** 2),
        ),
        "keepdim": (
            "mean(1) without keepdim=True has lost its axis, and lines up with the classes instead "
            "of the images.",
            way(centred=lambda z: z - z.mean(1)),
        ),
        "squeezed": (
            "You drop axes of size one. The result is (N, C), of a single image, too.",
            lambda s, t: way()(s, t).squeeze(),
        ),
        "teacher left out": (
            "Your gradient knows one of the two only. It is their difference.",
            way(apart=lambda s, t: s),
            way(apart=lambda s, t: t),
        ),
    },
    right=(way(), lambda s, t: ((s - t) - (s - t).mean(-1)[:, None]) / len(s) / s.shape[-1]),
    hints=(
        "q - p is about (student - teacher) / (C T), of centred logits.",
        "logits - logits.mean(dim=1, keepdim=True) centres; divide by the number of entries.",
    ),
)
