"""Losses between softened logits, right and wrong."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

Soft = Callable[[Tensor, Tensor, float], Any]
"""(student's logits, teacher's logits, T) -> a loss."""


def way(
    *,
    teacher: Callable[[Tensor, float], Tensor] = lambda logits, T: (logits / T).softmax(1),
    student: Callable[[Tensor, float], Tensor] = lambda logits, T: (logits / T).log_softmax(1),
    between: Callable[[Tensor, Tensor], Tensor] = lambda log_q, p: F.kl_div(
        log_q, p, reduction="batchmean"
    ),
    factor: Callable[[float], float] = lambda T: T**2,
    detached: bool = True,
) -> Soft:
    """A soft loss; the settings say what is done otherwise.

    Args:
        teacher, student: (logits, T) -> what `between` gets of the teacher, and of the student.
        between: (of the student, of the teacher) -> a loss, before its factor.
    """

    def answer(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Any:
        taught = teacher_logits.detach() if detached else teacher_logits
        return factor(T) * between(student(student_logits, T), teacher(taught, T))

    return answer


def swapped(log_q: Tensor, p: Tensor) -> Tensor:
    """The teacher's lack of the student's."""
    return (log_q.exp() * (log_q - p.log())).sum(1).mean()


SWAPPED = way(
    teacher=lambda logits, T: (logits / T).log_softmax(1),
    student=lambda logits, T: (logits / T).softmax(1),
    between=lambda q, log_p: F.kl_div(log_p, q, reduction="batchmean"),
)
"""The same by PyTorch, which is finite where logits lie far apart."""


MEAN_OF_ALL = way(between=lambda log_q, p: F.kl_div(log_q, p, reduction="none").mean())
"""The default of F.kl_div, without its warning."""


def floored(least: float) -> Soft:
    """With a small number added inside the logarithms."""
    return way(
        student=lambda logits, T: ((logits / T).softmax(1) + least).log(),
        between=lambda log_q, p: (p * ((p + least).log() - log_q)).sum(1).mean(),
    )


def of_both(log_q: Tensor, log_p: Tensor) -> Tensor:
    """Both ways round, added."""
    return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(1).mean()


def at(temperature: Callable[[float], float]) -> Soft:
    """The loss at another temperature, made of T."""
    return lambda student, teacher, T: way()(student, teacher, temperature(T))


def of_two_cross_entropies(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    p = (teacher_logits.detach() / T).softmax(1)
    own = F.cross_entropy(teacher_logits.detach() / T, p)
    return T * T * (F.cross_entropy(student_logits / T, p) - own)


def with_logarithms(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Any:
    with torch.no_grad():
        log_p = F.log_softmax(teacher_logits / T, dim=-1)
    log_q = F.log_softmax(student_logits / T, dim=-1)
    return torch.nn.KLDivLoss(reduction="sum", log_target=True)(log_q, log_p) * T**2 / len(log_q)
