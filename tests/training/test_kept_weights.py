"""Which weights a training leaves: the best, the last, those before an interrupt."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from small_nets import Scripted, lenet, net, same, stop_at, zeros
from torch import Tensor

from course_lib.training import fit as fit_module
from course_lib.training.fit import Stopped, fit


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, as in a kernel, whatever ran in this process before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.default_int_handler)


def test_best_weights_are_kept() -> None:
    model = Scripted([3, 9, 5, 9], validation=10)
    history = fit(model, zeros(4), zeros(10), epochs=4, device="cpu")
    assert [row.validation_accuracy for row in history.rows] == [0.3, 0.9, 0.5, 0.9]
    assert history.best is history.rows[1], "the first of equals"
    assert int(model.epoch) == 1  # type: ignore[arg-type]


def test_without_validation_the_last_weights_are_kept() -> None:
    model = Scripted([0] * 3, validation=0)
    history = fit(model, zeros(4), epochs=3, device="cpu")
    assert int(model.epoch) == 2  # type: ignore[arg-type]
    assert history.best is history.rows[-1]
    assert history.rows[0].validation_loss is None
    assert fit(model, zeros(4), zeros(0), epochs=1, device="cpu").best is not None


def test_interrupt_keeps_the_best_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    model = Scripted([3, 9, 5, 0], validation=10)

    def stop(images: Tensor, _: torch.Generator) -> Tensor:
        if int(model.epoch) == 2:  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGINT)
        return images

    history = fit(model, zeros(4), zeros(10), epochs=9, augment=stop, device="cpu")
    assert history.interrupted
    assert len(history) == 3
    assert int(model.epoch) == 1  # type: ignore[arg-type]
    assert "Stopped after 3 of 9 epochs" in capsys.readouterr().out


def test_interrupt_in_the_first_epoch_keeps_what_was_learnt(digits: Any) -> None:
    model = net()
    stop_at(model, 5, KeyboardInterrupt)
    history = fit(model, digits.train, digits.validation, epochs=2, device="cpu")
    assert history.interrupted
    assert history.best is None
    assert not same(model, net())


def test_divergence_is_said(digits: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = lenet(0)
    sgd = torch.optim.SGD
    history = fit(
        model, digits.train, digits.validation, epochs=4, lr=1e6, optimiser=sgd, device="cpu"
    )
    assert history.diverged
    assert len(history) < 4
    assert "try a smaller lr" in capsys.readouterr().out
    assert all(p.isfinite().all() for p in model.parameters())


def test_stop_ends_the_cell(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = 7
    monkeypatch.setattr(fit_module, "cell_number", lambda: cell)
    model = net()
    stop_at(model, 5, KeyboardInterrupt)
    assert fit(model, digits.train, epochs=2, device="cpu").interrupted
    with pytest.raises(Stopped) as stopped:
        fit(net(), digits.train, epochs=1, device="cpu")
    assert "is kept" in stopped.value._render_traceback_()[0]
    cell = 8
    assert len(fit(net(), digits.train, epochs=1, device="cpu")) == 1
