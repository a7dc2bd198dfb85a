"""What later cells use where a learner's own does not pass: made of PyTorch's operators."""

import torch
from torch import Tensor
from torch.distributions import Categorical
from torch.nn import functional as F


def soften(logits: Tensor, T: float) -> Tensor:
    """The probabilities of logits at a temperature, along the last axis."""
    probabilities: Tensor = Categorical(logits=logits.div(T)).probs
    return probabilities


def soft_loss(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    """Two cross-entropies with the teacher's probabilities: the student's less its own. ()."""
    z, known = teacher_logits.data.div(T), student_logits.div(T)
    taught = soften(teacher_logits.data, T)
    return F.cross_entropy(known, taught).sub(F.cross_entropy(z, taught)).mul(T * T)


def distillation_loss(
    student_logits: Tensor, teacher_logits: Tensor, y: Tensor, T: float, alpha: float
) -> Tensor:
    """The soft loss with a share of alpha, the labels' with the rest."""
    hard = -Categorical(logits=student_logits).log_prob(y).mean()
    return torch.lerp(hard, soft_loss(student_logits, teacher_logits, T), alpha)
