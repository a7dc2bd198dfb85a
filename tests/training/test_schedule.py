"""Learning rates over a training."""

from typing import Any

import pytest
import torch
from small_nets import Scripted, zeros

from course_lib.training.fit import fit
from course_lib.training.schedule import constant, cosine, linear, one_cycle, steps


def test_learning_rate_follows_the_schedule() -> None:
    rates = []

    class Noting(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            rates.append(self.param_groups[0]["lr"])
            return super().step(closure)

    fit(Scripted([0] * 9, 0), zeros(4), epochs=2, batch_size=2, lr=8.0, optimiser=Noting)
    assert rates == [8.0, 6.0, 4.0, 2.0]


def test_schedules() -> None:
    progress = [0.0, 0.25, 0.5, 0.75]
    assert [constant(p) for p in progress] == [1, 1, 1, 1]
    assert [linear(p) for p in progress] == [1, 0.75, 0.5, 0.25]
    assert cosine(0.5) == pytest.approx(0.5)
    assert [one_cycle(p, peak=0.5) for p in progress] == pytest.approx(
        [0.04, 0.52, 1, 0.5], abs=1e-5
    )
    assert [steps([0.5, 0.75])(p) for p in progress] == pytest.approx([1, 1, 0.1, 0.01])


def test_one_cycle_is_that_of_pytorch() -> None:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 1.0, total_steps=1000, cycle_momentum=False
    )
    for step in range(1000):
        # PyTorch's phases end a step earlier: at 0.3 * 1000 - 1 and at 999.
        assert optimiser.param_groups[0]["lr"] == pytest.approx(one_cycle(step / 1000), abs=4e-3)
        optimiser.step()
        if step < 999:
            rate.step()
