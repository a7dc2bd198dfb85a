"""The fastest way to compute: for whom it is none, and what it leaves behind."""

from functools import partial
from typing import Any

import pytest
import torch
from safetensors.torch import save
from small_nets import lenet, net
from torch import Tensor, nn

from course_lib.training import fast as module
from course_lib.training.fast import fast
from course_lib.training.fit import accuracy, fit


class Viewed(nn.Module):
    """Flattens by a view, which numbers in the order channels_last do not allow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4 * 6 * 6, 10)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.conv(x)
        logits: Tensor = self.head(maps.view(len(maps), -1))
        return logits


class Bessel(nn.Module):
    """Has an operation that PyTorch lacks for bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.LazyLinear(10)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(torch.special.bessel_j0(self.conv(x)).flatten(1))
        return logits


def ordered(model: nn.Module, order: torch.memory_format) -> list[bool]:
    return [p.is_contiguous(memory_format=order) for p in model.parameters() if p.dim() == 4]


def test_kernels_are_channels_last_for_a_while() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(2))
    x = torch.rand(1, 3, 5, 5)
    model(x)
    with fast(model, x):
        assert ordered(model, torch.channels_last) == [True]
        assert model.training
    assert ordered(model, torch.contiguous_format) == [True]
    assert save(model.state_dict()), "safetensors refuses any other order"


def test_a_model_that_takes_views_keeps_the_usual_order() -> None:
    model, x = Viewed(), torch.rand(1, 1, 8, 8)
    with fast(model, x, "bfloat16") as autocast:
        assert ordered(model, torch.contiguous_format) == [True]
        with autocast:
            assert model(x).dtype == torch.bfloat16


def test_where_an_operation_lacks_bfloat16_it_is_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_bfloat16", lambda device: True)
    model, x = Bessel(), torch.rand(1, 1, 8, 8)
    model(x)
    with fast(model, x) as autocast, autocast:
        assert model.conv(x).dtype == torch.float32
        assert model(x).isfinite().all()


class ByHand(nn.Module):
    """A running mean by hand: what came in must have its type, but only in train mode."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4, 10)
        self.register_buffer("mean", torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        maps = self.conv(x)
        if self.training:
            self.mean.lerp_(maps.mean((0, 2, 3)).detach(), 0.1)
        logits: Tensor = self.head(maps.mean((2, 3)) - self.mean)
        return logits


def test_what_shows_in_train_mode_alone_is_seen_and_the_trial_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_has_bfloat16", lambda device: True)
    model = ByHand().eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with fast(model, torch.rand(2, 1, 8, 8)) as autocast, autocast:
        assert ordered(model, torch.channels_last) == [True]
        assert model.conv(torch.rand(1, 1, 8, 8)).dtype == torch.float32
    assert not model.training
    assert all(p.grad is None for p in model.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_precisions() -> None:
    model, x = net(), torch.rand(1, 1, 28, 28)
    for precision, dtype in (("bfloat16", torch.bfloat16), ("float32", torch.float32)):
        with fast(model, x, precision) as autocast, autocast:
            assert model(x).dtype == dtype
    with pytest.raises(ValueError, match="There are: auto, float32, bfloat16"), fast(model, x, "f"):
        pass


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_both_precisions_learn_and_leave_float32(digits: Any, precision: str) -> None:
    model = net()
    fit(model, digits.train, epochs=6, lr=5e-3, device="cpu", precision=precision)
    assert accuracy(model, digits.test) > 0.93
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_all_of_a_training_in_float32_is_the_loop_by_hand(digits: Any) -> None:
    part = digits.train.take(64)
    ours, by_hand = lenet(0), lenet(0)
    sgd = torch.optim.SGD
    fit(ours, part, epochs=1, lr=0.1, batch_size=64, optimiser=sgd, precision="float32")
    optimiser = sgd(by_hand.parameters(), lr=0.1)
    nn.functional.cross_entropy(by_hand(part.inputs()), part.labels).backward()
    optimiser.step()
    for a, b in zip(ours.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_a_compiled_model_trains_the_model_itself(
    digits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a C++ compiler, and in no time: what is traced runs as it is.
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    model = net()
    before = [p.clone() for p in model.parameters()]
    history = fit(model, digits.train.take(256), epochs=2, lr=5e-3, device="cpu", compile=True)
    assert history.rows[1].loss < history.rows[0].loss
    assert all(not torch.equal(a, b) for a, b in zip(model.parameters(), before, strict=True))
