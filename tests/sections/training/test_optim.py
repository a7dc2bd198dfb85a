"""Optimisers and schedules: facts that their definitions rest on, and unforeseen answers."""

from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.training import given
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.sections.training.adam_ways import AdamByHand
from grader.sections.training.sgd_ways import Sgd

SEED = 5


def marked(name: str, answer: Any) -> Verdict:
    exercise = find(f"training.{name}")
    texts = answered(exercise.public, answer, scored(exercise.id, SEED)[0])
    return judged(exercise.id, SEED, [Answer.from_plain(wire.decode(text)) for text in texts], "")


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "overfit", "cosine", "one_cycle"])
def test_no_reference_ends_in_an_error(name: str) -> None:
    _, known = scored(f"training.{name}", SEED)
    assert known.right is not None
    assert not [answer.error for answer in known.right if answer.error]


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "cosine", "one_cycle", "step_decay"])
def test_stand_ins_are_right(name: str) -> None:
    exercise = find(f"training.{name}")
    cases, _ = scored(exercise.id, SEED)
    came = exercise.answers(exercise.public.given, cases)
    row = [Answer.from_plain(wire.decode(wire.encode(answer.as_plain()))) for answer in came]
    assert judged(exercise.id, SEED, row, "").score == 1


def test_the_cosine_given_is_that_of_pytorch_s_steps() -> None:
    optimiser = torch.optim.SGD([torch.zeros(1)], 0.3)
    schedule = CosineAnnealingLR(optimiser, 5, eta_min=0.1)
    optimiser.step()
    for step in range(17):
        rate = float(schedule.get_last_lr()[0])
        assert abs(given.cosine(step, 5, 0.3, 0.1) - rate) < 1e-6
        schedule.step()


def test_adamw_may_be_made_of_adam() -> None:
    class FromAdam(given.Adam):
        def __init__(
            self,
            params: Any,
            lr: float = 1e-3,
            betas: tuple[float, float] = (0.9, 0.999),
            eps: float = 1e-8,
            weight_decay: float = 1e-2,
        ) -> None:
            super().__init__(params, lr, betas, eps)
            for group in self.param_groups:
                group.setdefault("weight_decay", weight_decay)

        @torch.no_grad()
        def step(self) -> None:
            for group in self.param_groups:
                for w in group["params"]:
                    if w.grad is not None:
                        w *= 1 - group["lr"] * group["weight_decay"]
            super().step()

    assert marked("AdamW", FromAdam).score == 1


def test_all_numbers_lost_is_told_as_no_mistake_that_is_not_proven() -> None:
    class FromZero(AdamByHand):
        def counted(self, kept: Any) -> int:
            return super().counted(kept) - 1

        def corrected(self, settings: Any, kept: Any, t: int) -> Any:
            beta1, beta2 = (torch.tensor(beta) for beta in settings["betas"])
            return kept["m"] / (1 - beta1**t), kept["v"] / (1 - beta2**t)

    verdict = marked("Adam", FromZero)
    assert (verdict.mistake, verdict.score) == ("part", 0)
    assert "NaN" in verdict.message


def test_an_error_at_two_shapes_is_not_one_state_for_all() -> None:
    class Stacked(Sgd):
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            for group in self.param_groups:
                torch.stack([w.grad for w in group["params"]])
            super().step()

    assert marked("SGD", Stacked).mistake != "one state for all"


def test_steps_without_no_grad_are_told_of() -> None:
    class Recorded(Sgd):
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            for group in self.param_groups:
                for w in group["params"]:
                    w -= group["lr"] * w.grad

    assert marked("SGD", Recorded).score == 0
