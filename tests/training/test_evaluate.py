"""Evaluation: averages that weight each image alike, and no trace left behind."""

from typing import Any

import pytest
import torch
from small_nets import net
from torch.nn import functional as F

from course_lib.training.evaluate import Average
from course_lib.training.fit import accuracy, evaluate


def test_averages_weight_each_image_alike() -> None:
    average = Average()
    logits = torch.tensor([[0.0, 1.0]] * 3)
    average.add(torch.tensor(1.0), logits, torch.tensor([1, 1, 1]))
    average.add(torch.tensor(5.0), logits[:1], torch.tensor([0]))
    assert average.values() == (2.0, 0.75)


def test_evaluation_does_not_depend_on_the_batch_size(digits: Any) -> None:
    model = net().train()
    whole = evaluate(model, digits.validation, batch_size=144)
    parts = evaluate(model, digits.validation, batch_size=50)
    assert whole == pytest.approx(parts, abs=1e-5)
    logits = model.eval()(digits.validation.inputs()).detach()
    assert whole[0] == pytest.approx(float(F.cross_entropy(logits, digits.validation.labels)), 1e-5)


def test_evaluation_leaves_no_trace(digits: Any) -> None:
    for mode in (True, False):
        model = net().train(mode)
        weights = {name: value.clone() for name, value in model.state_dict().items()}
        random_numbers = torch.get_rng_state()
        accuracy(model, digits.validation, device="cpu")
        assert model.training == mode
        assert torch.equal(random_numbers, torch.get_rng_state())
        assert all(torch.equal(weights[name], v) for name, v in model.state_dict().items())
        assert all(p.grad is None for p in model.parameters())
