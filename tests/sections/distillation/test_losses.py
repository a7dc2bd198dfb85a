"""Section 13's losses: facts that the text tells, and natural answers, right and wrong."""

import inspect
import textwrap
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.distillation import given
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored


def solution(name: str) -> Any:
    return solutions.solution(f"distillation.{name}")


def marked(name: str, answer: Any, seed: int = 1) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = f"distillation.{name}"
    texts = answered(find(exercise).public, answer, scored(exercise, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise, seed, answers, textwrap.dedent(inspect.getsource(answer)))


def soften_by_loop(logits: Tensor, T: float) -> Tensor:
    rows = logits.reshape(-1, logits.shape[-1]) / T
    result = torch.zeros_like(rows)
    for i in range(len(rows)):
        e = torch.exp(rows[i] - rows[i].max())
        result[i] = e / e.sum()
    return result.view(logits.shape)


def soften_from_the_largest_of_all(logits: Tensor, T: float) -> Tensor:
    e = torch.exp((logits - logits.max()) / T)
    return e / e.sum(-1, keepdim=True)


def soften_without_care(logits: Tensor, T: float) -> Tensor:
    e = torch.exp(logits / T)
    return e / e.sum(dim=-1, keepdim=True)


def soften_in_place(logits: Tensor, T: float) -> Tensor:
    logits /= T
    return torch.softmax(logits, dim=-1)


def soften_into_lists(logits: Tensor, T: float) -> Any:
    return torch.softmax(logits / T, dim=-1).tolist()


def soften_over_the_first_axis_by_default(logits: Tensor, T: float) -> Tensor:
    return torch.softmax(logits / T, dim=0 if logits.dim() == 1 or logits.dim() == 3 else 1)


def soft_loss_by_hand(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    with torch.no_grad():
        log_p = (teacher_logits / T).log_softmax(1)
    log_q = (student_logits / T).log_softmax(1)
    return (log_p.exp() * (log_p - log_q)).sum(1).mean() * T**2


def soft_loss_from_inference(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    with torch.inference_mode():
        p = F.softmax(teacher_logits / T, dim=1)
    kl = F.kl_div(F.log_softmax(student_logits / T, dim=1), p.clone(), reduction="none")
    return T * T * kl.sum(1).mean()


def soft_loss_by_a_module(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Any:
    loss = nn.KLDivLoss(reduction="sum")
    return (
        loss(nn.LogSoftmax(dim=1)(student_logits / T), (teacher_logits.detach() / T).softmax(-1))
        * T**2
        / student_logits.size(0)
    )


def soft_loss_by_default(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    p = (teacher_logits.detach() / T).softmax(1)
    return T**2 * F.kl_div((student_logits / T).log_softmax(1), p, reduction="none").mean()


def soft_loss_exchanged(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    q = (student_logits / T).softmax(1)
    return T**2 * F.kl_div((teacher_logits / T).log_softmax(1), q, reduction="batchmean")


def soft_loss_of_logarithms(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    log_p = (teacher_logits.detach() / T).log_softmax(1)
    return T**2 * F.kl_div((student_logits / T).log_softmax(1), log_p, reduction="batchmean")


def soft_loss_of_hard_floats(student_logits: Tensor, teacher_logits: Tensor, T: float) -> float:
    return soft_loss_by_hand(student_logits, teacher_logits, T).item()


def soft_loss_with_epsilon(student_logits: Tensor, teacher_logits: Tensor, T: float) -> Tensor:
    p, q = (teacher_logits.detach() / T).softmax(1), (student_logits / T).softmax(1)
    return T**2 * (p * ((p + 1e-8).log() - (q + 1e-8).log())).sum(1).mean()


def soft_loss_with_distributions(
    student_logits: Tensor, teacher_logits: Tensor, T: float
) -> Tensor:
    p = torch.distributions.Categorical(logits=teacher_logits.detach() / T)
    q = torch.distributions.Categorical(logits=student_logits / T)
    return T**2 * torch.distributions.kl_divergence(p, q).mean()


def mixed_by_branches(
    student_logits: Tensor, teacher_logits: Tensor, y: Tensor, T: float, alpha: float
) -> Any:
    hard = nn.CrossEntropyLoss()(student_logits, y)
    if alpha == 0:
        return hard
    soft = soft_loss_by_a_module(student_logits, teacher_logits, T)
    return soft if alpha == 1 else soft * alpha + hard * (1.0 - alpha)


def mixed_with_another_square(
    student_logits: Tensor, teacher_logits: Tensor, y: Tensor, T: float, alpha: float
) -> Tensor:
    soft = soft_loss_by_hand(student_logits, teacher_logits, T)
    return alpha * T**2 * soft + (1 - alpha) * F.cross_entropy(student_logits, y)


def mixed_the_other_way(
    student_logits: Tensor, teacher_logits: Tensor, y: Tensor, T: float, alpha: float
) -> Tensor:
    soft = soft_loss_by_hand(student_logits, teacher_logits, T)
    return (1 - alpha) * soft + alpha * F.cross_entropy(student_logits, y)


def wrong_classes_by_scatter(teacher_logits: Tensor, y: Tensor, T: float) -> Tensor:
    p = (teacher_logits / T).softmax(1).clone()
    p[range(len(y)), y] = 0
    table = torch.zeros(p.shape[1], p.shape[1]).index_add(0, y, p)
    sums = table.sum(1, keepdim=True)
    return torch.where(sums > 0, table / sums, table)


def wrong_classes_of_nan(teacher_logits: Tensor, y: Tensor, T: float) -> Tensor:
    p = (teacher_logits / T).softmax(1)
    table = torch.stack([p[y == c].mean(0) for c in range(p.shape[1])])
    table.fill_diagonal_(0)
    return table / table.sum(1, keepdim=True)


def wrong_classes_image_by_image(teacher_logits: Tensor, y: Tensor, T: float) -> Tensor:
    p = (teacher_logits / T).softmax(1).clone()
    p[torch.arange(len(y)), y] = 0
    p = p / p.sum(1, keepdim=True)
    return torch.stack([p[y == c].sum(0) / max(1, int((y == c).sum())) for c in range(p.shape[1])])


def ensemble_by_loop(logits: Tensor, T: float) -> Tensor:
    total = torch.zeros_like(logits[0])
    for z in logits:
        total += F.softmax(z / T, dim=1)
    return total / logits.size(0)


def ensemble_of_logits(logits: Tensor, T: float) -> Tensor:
    return F.softmax(torch.mean(logits, dim=0) / T, dim=-1)


def limit_by_centring(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    n, c = student_logits.shape
    s = student_logits - student_logits.sum(1).unsqueeze(1) / c
    t = teacher_logits - teacher_logits.sum(1).unsqueeze(1) / c
    return (s - t) / (c * n)


def limit_over_images(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    s, t = student_logits - student_logits.mean(0), teacher_logits - teacher_logits.mean(0)
    return (s - t) / s.numel()


def limit_by_machine(student_logits: Tensor, teacher_logits: Tensor) -> Any:
    z = student_logits.clone().requires_grad_()
    (((z - z.mean(1, True)) - teacher_logits) ** 2).sum().backward()
    return z.grad


RIGHT = [
    ("soften", soften_by_loop),
    ("soft_loss", soft_loss_by_hand),
    ("soft_loss", soft_loss_from_inference),
    ("soft_loss", soft_loss_by_a_module),
    ("distillation_loss", mixed_by_branches),
    ("wrong_classes", wrong_classes_by_scatter),
    ("ensemble", ensemble_by_loop),
    ("limit_gradient", limit_by_centring),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=[a.__name__ for _, a in RIGHT])
def test_right_answers_have_full_marks(name: str, answer: Any) -> None:
    verdict = marked(name, answer)
    assert verdict.score == 1, verdict.message


WRONG = [
    ("soften", soften_from_the_largest_of_all, ""),
    ("soften", soften_without_care, ""),
    ("soften", soften_in_place, "changed inputs"),
    ("soften", soften_into_lists, "list"),
    ("soft_loss", soft_loss_by_default, "mean over all numbers"),
    ("soft_loss", soft_loss_exchanged, "swapped"),
    ("soft_loss", soft_loss_of_logarithms, "never a number"),
    ("soft_loss", soft_loss_of_hard_floats, "no gradient"),
    ("soft_loss", soft_loss_with_epsilon, ""),
    ("soft_loss", soft_loss_with_distributions, ""),
    ("distillation_loss", mixed_with_another_square, "T² twice"),
    ("distillation_loss", mixed_the_other_way, "weights exchanged"),
    ("wrong_classes", wrong_classes_of_nan, ""),
    ("wrong_classes", wrong_classes_image_by_image, "each image first"),
    ("ensemble", ensemble_of_logits, "logits averaged"),
    ("limit_gradient", limit_over_images, "centred over the images"),
    ("limit_gradient", limit_by_machine, "forbidden"),
]


@pytest.mark.parametrize(
    ("name", "answer", "mistake"), WRONG, ids=[a.__name__ for _, a, _ in WRONG]
)
def test_wrong_answers_are_told(name: str, answer: Any, mistake: str) -> None:
    verdict = marked(name, answer)
    assert verdict.score < 1
    assert not mistake or verdict.mistake == mistake, (verdict.mistake, verdict.message)


def test_of_dims_that_are_not_asked_nothing_is_said() -> None:
    """The implicit axis of old versions: right for one image and for several."""
    assert marked("soften", soften_over_the_first_axis_by_default).score == 1


def test_stand_ins_agree_with_the_solutions() -> None:
    student, teacher, y = (
        torch.randn(5, 4) * 3,
        torch.randn(5, 4) * 3,
        torch.tensor([0, 3, 1, 1, 2]),
    )
    for name, args in (
        ("soften", (student, 3)),
        ("soft_loss", (student, teacher, 3)),
        ("distillation_loss", (student, teacher, y, 3, 0.3)),
    ):
        assert torch.allclose(getattr(given, name)(*args), solution(name)(*args), atol=1e-5), name


def test_the_gradient_falls_as_one_by_the_square_of_the_temperature() -> None:
    torch.manual_seed(0)
    student, teacher = torch.randn(50, 10), 4 * torch.randn(50, 10)

    def size(T: float, factor: float) -> float:
        z = student.clone().requires_grad_()
        (factor * solution("soft_loss")(z, teacher, T)).backward()
        assert z.grad is not None
        return float(z.grad.abs().mean())

    kept = [size(T, 1) for T in (8, 16, 32)]
    assert max(kept) < 1.3 * min(kept)
    lost = [size(T, 1 / T**2) for T in (8, 16, 32)]
    assert 3 < lost[0] / lost[1] < 5 and 3 < lost[1] / lost[2] < 5


def test_cross_entropy_has_the_same_gradient_and_another_value() -> None:
    z, t, T = torch.randn(4, 6).requires_grad_(), torch.randn(4, 6), 3
    kl = solution("soft_loss")(z, t, T)
    of_targets = T**2 * F.cross_entropy(z / T, (t / T).softmax(1))
    of_kl, of_entropy = (torch.autograd.grad(loss, z)[0] for loss in (kl, of_targets))
    assert torch.allclose(of_kl, of_entropy, atol=1e-6)
    assert of_targets > kl + 1
