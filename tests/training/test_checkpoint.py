"""Checkpoints: a run that was cut off goes on as if it had not been."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from small_nets import lenet, net, same, stop_at

from course_lib.training.augment import random_crop
from course_lib.training.fit import ADAM, fit


class Cut(Exception):
    """The power goes off."""


@pytest.mark.parametrize("optimiser", [ADAM, partial(torch.optim.SGD, momentum=0.9)])
def test_resumed_run_is_the_uninterrupted_one(
    digits: Any, tmp_path: Path, optimiser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    part = digits.train.take(300)
    settings: dict[str, Any] = {"epochs": 4, "lr": 0.01, "batch_size": 64, "device": "cpu"}
    settings |= {"optimiser": optimiser, "augment": random_crop(1)}
    whole, resumed = net(), net()
    expected = fit(whole, part, digits.validation, **settings)
    stop_at(resumed, 13, Cut)  # in the third epoch of five batches each
    with pytest.raises(Cut):
        fit(resumed, part, digits.validation, checkpoint=tmp_path / "run", **settings)
    capsys.readouterr()
    resumed = net(seed=5)  # a fresh process has other weights
    history = fit(resumed, part, digits.validation, checkpoint=tmp_path / "run", **settings)
    assert "Goes on after epoch 2 of 4" in capsys.readouterr().out
    assert same(whole, resumed)
    assert [row.loss for row in history.rows] == [row.loss for row in expected.rows]
    # The best weights are there to be submitted, and nothing else is left behind.
    from safetensors.torch import load_file

    best = net(seed=7)
    best.load_state_dict(load_file(tmp_path / "run" / "weights.safetensors"))
    assert same(best, resumed)
    assert len(list((tmp_path / "run").iterdir())) == 2


def test_checkpoint_of_another_run_is_refused(digits: Any, tmp_path: Path) -> None:
    part = digits.train.take(64)
    fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    with pytest.raises(ValueError, match=r"another run: lr=0\.003, not 0\.1"):
        fit(net(), part, epochs=1, lr=0.1, checkpoint=tmp_path, device="cpu")
    with pytest.raises(ValueError, match="another model"):
        fit(lenet(0), part, epochs=1, checkpoint=tmp_path, device="cpu")
    history = fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    assert len(history) == 1, "a finished run is only read"


def test_damaged_checkpoint_is_told_and_never_runs_code(digits: Any, tmp_path: Path) -> None:
    part = digits.train.take(64)
    fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    state = tmp_path / "state.pt"
    whole = state.read_bytes()
    state.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="cannot be read"):
        fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")

    class Bomb:
        def __reduce__(self) -> object:
            return os.mkdir, (str(tmp_path / "opened"),)

    torch.save(Bomb(), state)
    with pytest.raises(ValueError, match="cannot be read"):
        fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    assert not (tmp_path / "opened").exists()
