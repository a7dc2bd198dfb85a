"""Inception, squeeze and excitation, and numbers of networks: facts and slips."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18  # type: ignore[import-untyped]
from torchvision.ops import SqueezeExcitation  # type: ignore[import-untyped]

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.resnet.given import SE as Given
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.marking.solutions import solution
from grader.sections.resnet.stage_shapes import STAGE_SHAPES_96

SEED = 4


def marked(name: str, given: Any) -> Verdict:
    exercise = find(f"resnet.{name}")
    texts = answered(exercise.public, given, scored(exercise.id, SEED)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise.id, SEED, answers, "")


def test_the_stand_in_and_the_own_share_their_weights_with_torchvision_s() -> None:
    own, given, known = solution("resnet.SE")(20, 4), Given(20, 4), SqueezeExcitation(20, 5)
    for module in (own, given):
        module.load_state_dict(known.state_dict())
    known.load_state_dict(own.state_dict())
    x = torch.randn(2, 20, 3, 5)
    assert torch.allclose(own(x), known(x), atol=1e-6)
    assert torch.equal(given(x), known(x))


def test_weights_of_zero_leave_half() -> None:
    se = solution("resnet.SE")(4)
    for weight in se.parameters():
        nn.init.zeros_(weight)
    x = torch.randn(2, 4, 3, 2)
    assert torch.allclose(se(x), x / 2)


def test_one_layer_used_twice_lacks_the_other() -> None:
    class Once(nn.Module):
        def __init__(self, channels: int, ratio: int = 16) -> None:
            super().__init__()
            self.fc1 = self.fc2 = nn.Conv2d(channels, channels, 1)

        def forward(self, x: Tensor) -> Any:
            means = x.mean((2, 3), keepdim=True)
            return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))

    assert marked("SE", Once).score < 0.5


def test_two_inceptions_in_a_row() -> None:
    Inception = solution("resnet.Inception")
    first = Inception(3, 2, (1, 4), (2, 3), 1)
    second = Inception(10, 1, (2, 2), (1, 1), 4, reduce=False)
    y = second(first(torch.randn(2, 3, 5, 7)))
    assert y.shape == (2, 8, 5, 7)
    assert (y >= 0).all()


@pytest.mark.parametrize("place", ["1", "4"])
def test_a_path_that_gives_the_outputs_of_another_image(place: str) -> None:
    Inception: type[nn.Module] = solution("resnet.Inception")

    class Rolled(Inception):  # type: ignore[misc, valid-type]
        def forward(self, x: Tensor) -> Any:
            paths = [self.get_submodule(f"branch{i}") for i in range(1, 5)]
            y = [path(x) for path in paths]
            y[int(place) - 1] = y[int(place) - 1].roll(1, 0)
            return torch.cat(y, 1)

    verdict = marked("Inception", Rolled)
    assert 0 < verdict.score < 1, verdict.message  # right for one image


def test_the_shapes_are_those_of_torchvision_s_network() -> None:
    x, shapes = torch.zeros(1, 3, 96, 96), []
    net = resnet18().eval()
    for name, module in net.named_children():
        if name == "avgpool":
            break
        x = module(x)
        shapes += [tuple(x.shape)] if name not in ("bn1", "relu") else []
    assert shapes == STAGE_SHAPES_96.reference == solution("resnet.stage_shapes_96")
