"""Losses of labels and teacher, right and wrong."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from grader.sections.distillation.soft_ways import Soft, way, with_logarithms

_Hard = Callable[[Tensor, Tensor, Tensor, float], Any]
"""(student's logits, teacher's, labels, T) -> a loss."""
SOFT = way()


def _of_labels(student: Tensor, teacher: Tensor, y: Tensor, T: float) -> Tensor:
    return F.cross_entropy(student, y)


def mixed(
    soft: Soft = SOFT,
    hard: _Hard = _of_labels,
    weights: Callable[[float, float], tuple[float, float]] = lambda a, T: (a, 1 - a),
) -> Callable[..., Any]:
    """A mixture; `weights` of the soft and of the hard loss by alpha and T."""

    def answer(student: Tensor, teacher: Tensor, y: Tensor, T: float, alpha: float) -> Any:
        of_soft, of_hard = weights(alpha, T)
        return of_soft * soft(student, teacher, T) + of_hard * hard(student, teacher, y, T)

    return answer


def plain(student: Tensor, teacher: Tensor, T: float) -> Any:
    """At T = 1, with the factor of T."""
    return T**2 * SOFT(student, teacher, 1)


def by_hand(student: Tensor, teacher: Tensor, y: Tensor, T: float, a: float) -> Any:
    """The hard loss by hand."""
    hard = -student.log_softmax(1)[range(len(y)), y].mean()
    return hard + a * (with_logarithms(student, teacher, T) - hard)


def of_one_hot(student: Tensor, teacher: Tensor, y: Tensor, T: float) -> Tensor:
    """With as many classes as the largest label says."""
    return -(F.one_hot(y).float() * student.log_softmax(1)).sum(1).mean()


def over_classes(student: Tensor, teacher: Tensor, y: Tensor, T: float) -> Tensor:
    return -(F.one_hot(y, student.shape[1]) * student.log_softmax(1)).mean()


def squared(student: Tensor, teacher: Tensor, y: Tensor, T: float) -> Tensor:
    return F.mse_loss(student.softmax(1), F.one_hot(y, student.shape[1]).float())


def of_mixed_targets(student: Tensor, teacher: Tensor, y: Tensor, T: float, a: float) -> Tensor:
    p = (teacher.detach() / T).softmax(1)
    return F.cross_entropy(student, a * p + (1 - a) * F.one_hot(y, p.shape[1]))


def of_probabilities(student: Tensor, teacher: Tensor, T: float) -> Any:
    return SOFT((student / T).softmax(1), (teacher / T).softmax(1), T)
