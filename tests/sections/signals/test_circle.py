"""Section 14's circle: of the learner's own parts where they are saved, and whole without them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from instead_of_a_learner import grad_cam
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.checks.stand_in import is_stand_in
from course_lib.sections.signals import circle, given
from grader.marking.solutions import ROOT

WRITTEN = ("05_lenet", "07_resnet", "08_training", "11_gradcam")


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a learner's notebooks, in that of section 14; few images, for speed."""
    (tmp_path / "14_signals").mkdir()
    monkeypatch.chdir(tmp_path / "14_signals")
    monkeypatch.setattr(circle, "TRAIN", 40)
    monkeypatch.setattr(circle, "TEST", 10)
    return tmp_path


def fgsm(model: nn.Module, x: Tensor, y: Tensor, eps: float) -> Tensor:
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(model.eval()(x), y), x)
    return (x.detach() + eps * slope.sign()).clamp(0, 1)


def attacked_by(found: Any) -> Callable[[str, Path], Any]:
    """`saved`, of a learner whose section 12 holds this."""
    real = circle.saved
    return lambda name, folder: found if name == "adversarial.fgsm" else real(name, folder)


def test_without_notebooks_torch_stands_in_and_what_is_missing_is_named(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = circle.own_parts()
    told = capsys.readouterr().out
    assert all(is_stand_in(part) for part in (parts.norm, parts.block, parts.optimiser))
    for name in ("train_epoch of section 05", "grad_cam of section 11", "fgsm of section 12"):
        assert f"{name} (" in told
    assert told.count(") is missing: there is no notebook") == 3
    assert told.count("\n") == 6
    done = circle.close(given.own_network, parts, epochs=2)
    assert (done.heat, done.attacked, done.under_attack) == (None, None, None)
    assert done.trained_by == "the course's fit with SGD (2 epochs)"
    assert "missing" not in str(done)  # it has been told already


def test_with_them_all_parts_are_the_learners(
    notebooks: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in WRITTEN:
        shutil.copytree(ROOT / "solutions" / name, notebooks / name)
    monkeypatch.setattr(circle, "saved", attacked_by(fgsm))
    parts = circle.own_parts()
    assert capsys.readouterr().out.count(" is yours.\n") == 6
    assert None not in (parts.train_epoch, parts.grad_cam, parts.fgsm)
    assert type(parts.block(3, 3).bn1) is parts.norm
    done = circle.close(given.own_network, parts, epochs=3)
    assert "train_epoch (2 epochs)" in done.trained_by
    assert done.heat is not None
    assert done.heat.shape == (10, 6, 6)
    assert done.attacked is not None
    assert (done.attacked - done.images).abs().max() <= circle.EPS + 1e-6
    assert f"eps {circle.EPS:g}" in str(done)


def test_what_ends_in_an_error_is_told_and_the_rest_goes_on(notebooks: Path) -> None:
    def broken(*_: object) -> Tensor:
        raise TypeError("no such thing")

    parts = circle.Parts(nn.BatchNorm2d, _Block, torch.optim.SGD, grad_cam=grad_cam, fgsm=broken)
    done = circle.close(given.own_network, parts, epochs=2)
    assert done.heat is not None
    assert done.errors == ["Your fgsm ends in an error (TypeError: no such thing)."]


def test_nothing_trains_while_graded(notebooks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    parts = circle.Parts(nn.BatchNorm2d, _Block, torch.optim.SGD, fgsm=fgsm)
    done = circle.close(given.own_network, parts)
    assert done.attacked is None
    assert "Nothing is trained" in str(done)


class _Block(nn.Sequential):
    """A block without a skip."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.ReLU())
