"""Jacobians and sizes of gradients: facts that the references rest on, and slips."""

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.resnet.nets import CHANNELS, FORMS, Watched
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.marking.solutions import solution
from grader.sections.resnet.gradient_ways import gradient_sizes
from grader.sections.resnet.jacobian import skip_jacobian

SEED = 4


def marked(name: str, given: Any) -> Verdict:
    exercise = find(f"resnet.{name}")
    texts = answered(exercise.public, given, scored(exercise.id, SEED)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise.id, SEED, answers, "")


def test_jacobians_are_those_of_calculus() -> None:
    A, x = torch.randn(4, 4).double(), torch.randn(4).double()
    unit = torch.eye(4)
    slope = 1 - torch.tanh(x) ** 2
    assert torch.allclose(skip_jacobian(lambda v: A @ v, x), unit + A)
    assert torch.allclose(skip_jacobian(lambda v: A @ torch.tanh(v), x), unit + A * slope)
    assert torch.allclose(skip_jacobian(lambda v: A @ v**2, x), unit + A * 2 * x)
    assert not skip_jacobian(lambda v: -v, x).any()


def test_a_hidden_graph_on_the_jacobian_is_found() -> None:
    def given(F: Any, x: Tensor) -> Any:
        v = x.clone().requires_grad_()
        y = v + F(v)
        rows = [torch.autograd.grad(y_i, v, create_graph=True)[0] for y_i in y]
        return torch.stack(rows) + 0 * v

    assert marked("skip_jacobian", given).mistake == "not detached"


def test_an_input_marked_for_gradients_is_a_changed_one() -> None:
    def given(F: Any, x: Tensor) -> Any:
        x.requires_grad_()
        y = x + F(x)
        return torch.stack([torch.autograd.grad(y_i, x, retain_graph=True)[0] for y_i in y])

    assert marked("skip_jacobian", given).mistake == "changed inputs"


@pytest.mark.parametrize("form", FORMS)
def test_sizes_are_those_that_differences_of_the_loss_give(form: str) -> None:
    model = Watched(form, seed=3).double().eval()
    images, labels = torch.randn(2, CHANNELS, 5, 4).double(), torch.tensor([0, 2])
    kernels = {id(m.weight): m.weight for m in model.modules() if isinstance(m, nn.Conv2d)}
    wanted, step = [], 1e-6
    for kernel in kernels.values():
        slopes = []
        for place in range(kernel.numel()):
            losses = []
            for change in (step, -2 * step, step):
                kernel.data.view(-1)[place] += change
                losses.append(F.cross_entropy(model(images), labels).item())
            slopes.append(abs(losses[0] - losses[1]) / (2 * step))
        wanted.append(sum(slopes) / len(slopes))
    sizes = [float(size) for size in gradient_sizes(model, images, labels)]
    assert sizes == pytest.approx(wanted, rel=1e-3, abs=1e-7)


def test_a_copy_of_the_model_is_watched_too() -> None:
    model = Watched("chain", seed=1)
    copy.deepcopy(model)(torch.randn(1, CHANNELS, 4, 4))
    assert model.calls == [1]


def test_the_mode_set_back_afterwards_is_another_mode_all_the_same() -> None:
    def given(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
        before = model.training
        sizes = solution("resnet.gradient_sizes")(model.eval(), images, labels)
        model.train(before)
        return sizes

    assert marked("gradient_sizes", given).mistake == "another mode"


def test_images_written_into_are_found() -> None:
    def given(model: nn.Module, images: Tensor, labels: Tensor) -> Any:
        sizes = solution("resnet.gradient_sizes")(model, images, labels)
        images -= images.mean()
        return sizes

    assert marked("gradient_sizes", given).mistake == "changed inputs"
