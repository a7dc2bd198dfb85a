"""Section 12's solutions against what must hold; natural answers, right and wrong, as marked."""

import copy
import inspect
import textwrap
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision import transforms  # type: ignore[import-untyped]

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.adversarial import curves, given, nets
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

SEED = 1


def solution(name: str) -> Any:
    return solutions.solution(f"adversarial.{name}")


def marked(name: str, answer: Any) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = f"adversarial.{name}"
    texts = answered(find(exercise).public, answer, scored(exercise, SEED)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise, SEED, answers, textwrap.dedent(inspect.getsource(answer)))


def asked(form: str = "norms", n: int = 5) -> tuple[nn.Module, Tensor, Tensor]:
    shape = {"norms": (3, 3, 4), "dense": (1, 3, 4)}[form]
    x = torch.rand(n, *shape, generator=torch.Generator().manual_seed(3))
    return nets.network((form, 5)), x, torch.arange(n) % nets.CLASSES


def test_attacks_agree_where_they_must() -> None:
    fgsm, pgd, restarts = solution("fgsm"), solution("pgd"), solution("pgd_restarts")
    model, x, y = asked()
    once = fgsm(model, x, y, 0.1)
    nowhere = torch.zeros_like(x)
    assert torch.allclose(pgd(model, x, y, 0.1, 0.1, 1, nowhere), once)
    assert torch.equal(solution("targeted_fgsm")(model, x, y, 0.1), fgsm(model, x, y, -0.1))
    start = 0.1 * (2 * torch.rand_like(x) - 1)
    often = pgd(model, x, y, 0.1, 0.04, 9, start)
    assert torch.equal(restarts(model, x, y, 0.1, 0.04, 9, start[None]), often)
    two = restarts(model, x, y, 0.1, 0.04, 9, torch.stack([start, nowhere]))

    def losses(images: Tensor) -> Tensor:
        return F.cross_entropy(model(images), y, reduction="none").detach()

    assert (losses(two) >= losses(often)).all()
    for images in (once, often, two):
        assert (images - x).abs().max() <= 0.1 + 1e-6
        assert images.min() >= 0 and images.max() <= 1
    assert losses(once).sum() > losses(x).sum()


def test_a_step_of_a_length_has_that_length() -> None:
    model, x, y = asked("dense")
    x = 0.4 + 0.2 * x
    moved = solution("l2_attack")(model, x, y, 0.05) - x
    assert torch.allclose(moved.flatten(1).norm(dim=1), torch.full((len(x),), 0.05), atol=1e-6)


def test_accuracy_without_an_attack_is_the_plain_one() -> None:
    model, x, y = asked(n=8)
    (share,) = solution("accuracy_under")(solution("fgsm"), model, x, y, [0])
    assert share == pytest.approx((model(x).argmax(1) == y).double().mean().item())


def test_the_given_model_is_torchvision_s_and_agrees_with_the_solution() -> None:
    model, x, _ = asked()
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
    wanted = model(transforms.functional.normalize(x, mean, std))
    for normalised in (given.normalised, solution("normalised")):
        assert torch.allclose(normalised(model, mean, std)(x), wanted, atol=1e-5)


def test_training_against_attacks_helps_against_them() -> None:
    runs = curves.stored()
    assert [run.net for run in runs.runs] == [*curves.NAMES] * 3
    by_seed = {(run.net, run.seed): run.series for run in runs.runs}
    for seed in {run.seed for run in runs.runs}:
        plain, fast, slow = (by_seed[name, seed] for name in curves.NAMES)
        for series in (plain, fast, slow):
            assert len(series["pgd"]) == curves.EPOCHS
            assert series["clean"][-1] >= series["fgsm"][-1] >= series["pgd"][-1] - 0.02
        assert min(fast["pgd"][-1], slow["pgd"][-1]) > plain["pgd"][-1] + 0.2


def layer_before(model: Any, mean: Any, std: Any) -> Any:
    return nn.Sequential(transforms.Normalize(mean, std), model)


def convolution_before(model: Any, mean: Any, std: Any) -> Any:
    """It normalises, and could be trained."""
    conv = nn.Conv2d(len(mean), len(mean), 1)
    conv.weight.data = torch.diag(1 / torch.tensor(std))[:, :, None, None]
    conv.bias.data = -torch.tensor(mean) / torch.tensor(std)  # type: ignore[union-attr]
    return nn.Sequential(conv.requires_grad_(False), model)


def fgsm_as_in_most_tutorials(model: Any, x: Any, y: Any, eps: float) -> Any:
    x.requires_grad = True
    loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
    model.zero_grad()
    loss.backward()
    return torch.clamp(x + eps * x.grad.data.sign(), 0, 1)


def fgsm_of_a_copy(model: Any, x: Any, y: Any, eps: float) -> Any:
    net = copy.deepcopy(model).eval()
    image = nn.Parameter(x.clone())
    nn.CrossEntropyLoss(reduction="sum")(net(image), y).backward()
    with torch.no_grad():
        return (image + eps * torch.sign(image.grad)).clip(0, 1)


def fgsm_that_steps_back(model: Any, x: Any, y: Any, eps: float) -> Any:
    net = copy.deepcopy(model).eval()
    image = x.clone().requires_grad_()
    torch.log_softmax(net(image), 1)[torch.arange(len(y)), y].sum().backward()
    return (x + eps * image.grad.sign()).clamp(0, 1)


def pgd_as_in_most_papers(
    model: Any, x: Any, y: Any, eps: float, step: float, steps: int, start: Any
) -> Any:
    modes = {m: m.training for m in model.modules()}
    model.eval()
    adv = torch.clamp(x.clone().detach() + start, min=0, max=1).detach()
    for _ in range(steps):
        adv.requires_grad = True
        cost = nn.CrossEntropyLoss()(model(adv), y)
        grad = torch.autograd.grad(cost, adv, retain_graph=False, create_graph=False)[0]
        adv = adv.detach() + step * grad.sign()
        delta = torch.clamp(adv - x, min=-eps, max=eps)
        adv = torch.clamp(x + delta, min=0, max=1).detach()
    for m, mode in modes.items():
        m.training = mode
    return adv


def pgd_without_clearing(
    model: Any, x: Any, y: Any, eps: float, step: float, steps: int, start: Any
) -> Any:
    net = copy.deepcopy(model).eval()
    adv = (x + start).clamp(0, 1).requires_grad_()
    for _ in range(steps):
        F.cross_entropy(net(adv), y).backward()
        with torch.no_grad():
            adv.copy_(torch.clamp(x + (adv + step * adv.grad.sign() - x).clamp(-eps, eps), 0, 1))
    return adv.detach()


def epoch_with_clean_ones(model: Any, batches: Any, attack: Any, optimizer: Any) -> Any:
    total = count = 0
    for x, y in batches:
        adv = attack(model, x, y)
        model.train()
        optimizer.zero_grad()
        loss = 0.5 * F.cross_entropy(model(x), y) + 0.5 * F.cross_entropy(model(adv), y)
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(x), count + len(x)
    return total / count


def epoch_of_images(model: Any, batches: Any, attack: Any, optimizer: Any) -> Any:
    losses = []
    for x, y in batches:
        adv = attack(model, x, y).detach()
        optimizer.zero_grad(set_to_none=False)
        for part in model.modules():
            part.train()
        each = -torch.log_softmax(model(adv), 1)[range(len(y)), y]
        (each.sum() / len(each)).backward()
        optimizer.step()
        losses.extend(each.tolist())
    return sum(losses) / len(losses)


ANSWERS = [
    ("normalised", layer_before, ""),
    ("normalised", convolution_before, "parameters"),
    ("fgsm", fgsm_as_in_most_tutorials, "tracked"),
    ("fgsm", fgsm_of_a_copy, ""),
    ("fgsm", fgsm_that_steps_back, "downhill"),
    ("pgd", pgd_as_in_most_papers, ""),
    ("pgd", pgd_without_clearing, "gradients add up"),
    ("adversarial_epoch", epoch_of_images, ""),
    ("adversarial_epoch", epoch_with_clean_ones, "half of them clean"),
]


@pytest.mark.parametrize(
    ("name", "answer", "mistake"), ANSWERS, ids=[a.__name__ for _, a, _ in ANSWERS]
)
def test_natural_answers(name: str, answer: Any, mistake: str | None) -> None:
    """Those without a mistake have full marks; None where it has no name."""
    verdict = marked(name, answer)
    assert (verdict.score == 1) == (mistake == ""), verdict.message
    if mistake:
        assert verdict.mistake == mistake, verdict.message
