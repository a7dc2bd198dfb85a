"""Section 13's epoch as people write it, right and wrong; its nets and its stored curves."""

import copy
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.data import load
from course_lib.sections.distillation import curves, nets
from course_lib.sections.distillation.given import distillation_loss
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored


def marked(answer: Any, seed: int = 1) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = "distillation.distil_epoch"
    texts = answered(find(exercise).public, answer, scored(exercise, seed)[0])
    return judged(exercise, seed, [Answer.from_plain(wire.decode(text)) for text in texts], "")


def loss_of(s: Any, t: Any, y: Any, T: float, alpha: float) -> Any:
    soft = F.kl_div((s / T).log_softmax(1), (t / T).softmax(1), reduction="batchmean") * T**2
    return alpha * soft + (1 - alpha) * F.cross_entropy(s, y)


def by_modes(student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any) -> Any:
    modes = {module: module.training for module in teacher.modules()}
    teacher.eval()
    total = torch.zeros(())
    count = 0
    for x, y in batches:
        student.train()
        optimizer.zero_grad(set_to_none=False)
        with torch.inference_mode():
            t = teacher(x)
        loss = loss_of(student(x), t.clone(), y, T, alpha)
        loss.backward()
        optimizer.step()
        total += loss.detach() * x.size(0)
        count += x.size(0)
    for module, mode in modes.items():
        module.training = mode
    return total / count


def detached(student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any) -> Any:
    """Without no_grad: the graph of the teacher is thrown away."""
    known = copy.deepcopy(teacher)
    known.eval()
    student.train()
    found = []
    for x, y in batches:
        loss = loss_of(student(x), known(x).detach(), y, T, alpha)
        student.zero_grad()
        loss.backward()
        optimizer.step()
        found += [loss.item()] * len(x)
    return sum(found) / len(found)


def taught_at_once(
    student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any
) -> Any:
    """The teacher sees all images together, or none where its word does not count."""
    given, known = list(batches), copy.deepcopy(teacher).eval()
    sizes = [len(y) for _, y in given]
    with torch.no_grad():
        taught = known(torch.cat([x for x, _ in given])).split(sizes) if alpha else [None] * 99
    student.train()
    total = 0.0
    for (x, y), t in zip(given, taught, strict=False):
        s = student(x)
        loss = F.cross_entropy(s, y) if t is None else loss_of(s, t, y, T, alpha)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
    return total / sum(sizes)


def as_in_tutorials(
    student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any
) -> Any:
    teacher.eval()
    student.train()
    running, steps = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        with torch.no_grad():
            t = teacher(x)
        loss = loss_of(student(x), t, y, T, alpha)
        loss.backward()
        optimizer.step()
        running, steps = running + loss.item(), steps + 1
    return running / steps


def teacher_forgotten(
    student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any
) -> Any:
    """On a copy with a graph: nothing of it is seen on the teacher but the modes it ran in."""
    known = copy.deepcopy(teacher)
    return detached_as_it_is(student, known, batches, optimizer, T, alpha)


def detached_as_it_is(
    student: Any, known: Any, batches: Any, optimizer: Any, T: Any, alpha: Any
) -> Any:
    student.train()
    total, count = 0.0, 0
    for x, y in batches:
        loss = loss_of(student(x), known(x).detach(), y, T, alpha)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(x), count + len(x)
    return total / count


def last_loss(student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any) -> Any:
    known = copy.deepcopy(teacher).eval()
    for x, y in batches:
        loss = detached_as_it_is(student, known, [(x, y)], optimizer, T, alpha)
    return loss


def of_the_wrong_net(
    student: Any, teacher: Any, batches: Any, optimizer: Any, T: Any, alpha: Any
) -> Any:
    """The labels' loss is that of the teacher."""
    known = copy.deepcopy(teacher).eval()
    student.train()
    total, count = 0.0, 0
    for x, y in batches:
        s, t = student(x), known(x).detach()
        loss = loss_of(s, t, y, T, 1) * alpha + (1 - alpha) * F.cross_entropy(t, y) + 0 * s.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(x), count + len(x)
    return total / count


@pytest.mark.parametrize("answer", [by_modes, detached, taught_at_once])
def test_right_answers_have_full_marks(answer: Any) -> None:
    verdict = marked(answer)
    assert verdict.score == 1, verdict.message


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (as_in_tutorials, "left in eval mode"),
        (teacher_forgotten, "teacher in its mode"),
        (last_loss, "last batch only"),
        (of_the_wrong_net, "part"),
    ],
)
def test_wrong_answers_are_told(answer: Any, mistake: str) -> None:
    verdict = marked(answer)
    assert verdict.score < 1
    assert verdict.mistake == mistake, verdict.message


def test_the_lab_s_nets_are_what_is_said_of_them() -> None:
    sizes = [sum(p.numel() for p in net().parameters()) for net in (nets.teacher, nets.student)]
    assert sizes[0] > 6 * sizes[1]
    assert nets.student()(torch.zeros(2, 1, 28, 28)).shape == (2, nets.CLASSES)


def test_what_is_stored_is_whole() -> None:
    runs = curves.stored()
    assert {"data", "settings", "trained", "device", "versions", "command"} <= {*runs.about}
    found = runs.by_net()
    assert list(found) == [(name, "") for name in (*curves.WAYS, curves.UNLABELLED)]
    for own in found.values():
        assert [run.seed for run in own] == list(range(curves.SEEDS))
        assert all(len(run.series["accuracy"]) == curves.EPOCHS for run in own)


def test_students_are_trained_by_the_loop_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "EPOCHS", 2)
    monkeypatch.setattr(curves, "SEEDS", 1)
    monkeypatch.setattr(curves, "IMAGES", 40)
    monkeypatch.setattr(curves, "taught", lambda data: nets.teacher().eval())
    data = load("letters")
    few = replace(data, train=data.train.take(60), test=data.test.take(20))
    met = []

    def distil_epoch(student: Any, teacher: Any, batches: Any, *others: Any) -> float:
        given = list(batches)
        met.append((sum(len(y) for _, y in given), *others[1:]))
        own: float = solutions.solution("distillation.distil_epoch")(
            student, teacher, given, *others
        )
        return own

    runs = curves.train(distil_epoch, few)
    ways = [*curves.WAYS.values(), curves.WAYS["soft"]]
    assert met == [(40, *way) for way in ways for _ in range(2)]
    assert all(len(run.series["accuracy"]) == 2 for run in runs.runs)


def test_the_given_loss_is_that_of_these_tests() -> None:
    s, t, y = torch.randn(3, 4), torch.randn(3, 4), torch.tensor([0, 2, 3])
    assert torch.allclose(distillation_loss(s, t, y, 2, 0.3), loss_of(s, t, y, 2, 0.3), atol=1e-6)
