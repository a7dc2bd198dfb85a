"""What was written in an earlier section's notebook serves where it passes its check."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from course_lib import earlier
from course_lib.checks import stand_in
from course_lib.sections.convolution import given

WINDOWS = """
def corr2d(X, K):
    return windows(X, K).mul(K).sum((2, 3))
"""
HELPER = """
import torch
import torch.nn.functional as F
from torch import nn as layers
print("not run")
seconds = undefined

def windows(X, K):
    assert layers and torch
    return X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
"""
LAYER = """
class Conv2D(layers.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = layers.Parameter(torch.rand(kernel_size))
        self.bias = layers.Parameter(torch.zeros(1))

    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
"""
X, K = torch.arange(12.0).reshape(3, 4), torch.ones(2, 2)

lent = stand_in.is_stand_in
Save = Callable[..., None]


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Save:
    """Writes the notebook of section 01 beside the folder in which a later one runs."""
    (tmp_path / "05_lenet").mkdir()
    monkeypatch.chdir(tmp_path / "05_lenet")

    def write(*, helper: str = HELPER, **answers: str) -> None:
        cells = [{"cell_type": "code", "source": helper, "metadata": {}}]
        for name, source in answers.items():
            flags = {"nbgrader": {"grade_id": f"convolution-{name}-answer"}}
            lines = source.splitlines(keepends=True)
            cells.append({"cell_type": "code", "source": lines, "metadata": flags})
        (tmp_path / "01_convolution").mkdir(exist_ok=True)
        path = tmp_path / "01_convolution" / "01_convolution.ipynb"
        path.write_text(json.dumps({"cells": cells}))

    return write


def test_what_passes_its_check_serves(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    save(corr2d=WINDOWS)
    corr2d = earlier("convolution.corr2d")
    assert not lent(corr2d)
    assert torch.equal(corr2d(X, K), given.corr2d(X, K))
    assert capsys.readouterr().out == "corr2d is yours.\n"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("def corr2d(X, K):\n    raise NotImplementedError", "not written yet"),
        ("def corr2d(X, K):\n    return X", "does not pass its check"),
        ("corr2d = undefined", "NameError"),
        ("def corr2d(X, K) return", "no answer that could be read"),
        ("def corr2d(X, K):\n    return F.conv2d(X[None, None], K[None, None])[0, 0]", "check"),
    ],
)
def test_else_the_courses_own_does(
    save: Save, capsys: pytest.CaptureFixture[str], answer: str, reason: str
) -> None:
    save(corr2d=answer)
    assert lent(earlier("convolution.corr2d"))
    assert reason in capsys.readouterr().out


def test_without_the_notebook_too(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert lent(earlier("convolution.corr2d"))
    assert "no notebook of the section convolution" in capsys.readouterr().out
    save()
    assert lent(earlier("convolution.corr2d"))
    Path("../01_convolution/01_convolution.ipynb").write_text("{}")
    assert lent(earlier("convolution.corr2d"))


def test_an_answer_runs_on_the_answers_before_it(save: Save) -> None:
    save(corr2d=WINDOWS, Conv2D=LAYER)
    inside = earlier("convolution.Conv2D").forward.__globals__
    assert not lent(inside["corr2d"])
    assert inside["corr2d"].__globals__["__name__"] == "convolution.corr2d"
    save(Conv2D=LAYER)
    layer = earlier("convolution.Conv2D")
    assert not lent(layer)
    assert lent(layer.forward.__globals__["corr2d"])


def test_it_runs_on_what_is_given_after_it_was_checked(save: Save) -> None:
    save(corr2d=WINDOWS, Conv2D=LAYER)
    layer = earlier("convolution.Conv2D", corr2d=lambda X, K: K)
    assert layer.forward.__globals__["corr2d"](X, K) is K


def test_what_cannot_be_lent_is_an_authors_mistake() -> None:
    with pytest.raises(ValueError, match="no stand-in"):
        earlier("convolution.lesson_numbers")
