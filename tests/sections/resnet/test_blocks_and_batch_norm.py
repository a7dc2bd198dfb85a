"""The course's own ResNets are torchvision's, and a text's worked example of batch norm holds."""

import pytest
import torch
from torch import nn
from torchvision import models

from course_lib.models.resnet import BasicBlock, Bottleneck, ResNet, small
from course_lib.sections.resnet.modules import ask_batch_norm
from grader.marking.solutions import solution

FOUR = [
    ("resnet18", BasicBlock, (2, 2, 2, 2)),
    ("resnet34", BasicBlock, (3, 4, 6, 3)),
    ("resnet50", Bottleneck, (3, 4, 6, 3)),
    ("resnet152", Bottleneck, (3, 8, 36, 3)),
]


@pytest.mark.parametrize(("name", "block", "layers"), FOUR, ids=[name for name, *_ in FOUR])
def test_names_and_shapes_are_torchvisions(name: str, block: type, layers: tuple[int, ...]) -> None:
    with torch.device("meta"):
        theirs, ours = getattr(models, name)().state_dict(), ResNet(block, layers).state_dict()
    assert {n: t.shape for n, t in ours.items()} == {n: t.shape for n, t in theirs.items()}


def test_the_solution_takes_torchvisions_weights() -> None:
    theirs = models.resnet18(num_classes=5).eval()
    for module in theirs.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    ours = solution("resnet.ResNet")(solution("resnet.BasicBlock"), (2, 2, 2, 2), num_classes=5)
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 40, 70)
    assert torch.allclose(ours.eval()(images), theirs(images), atol=1e-3)


@pytest.mark.parametrize("norm", [True, False])
def test_skips_of_small_networks_have_no_parameters(norm: bool) -> None:
    nets = [small(20, 4, skips=skips, norm=norm) for skips in (True, False)]
    counts = [[p.shape for p in net.parameters()] for net in nets]
    assert counts[0] == counts[1]
    layers = [m for m in nets[0].modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert len(layers) == 20
    assert nets[0](torch.randn(2, 1, 16, 12)).shape == (2, 10)


def test_there_is_no_small_network_of_another_depth() -> None:
    with pytest.raises(ValueError, match="not 18"):
        small(18)


def test_the_worked_example_of_batch_norm() -> None:
    calls = [("train", torch.tensor([1.0, 3]).view(2, 1, 1, 1))]
    calls.append(("eval", torch.tensor([0.2]).view(1, 1, 1, 1)))
    for given in (solution("resnet.BatchNorm2d"), nn.BatchNorm2d):
        record = ask_batch_norm(given, [1], {}, torch.empty(0, 1), calls)
        assert record["form"] == ""
        assert record["train"].tolist() == pytest.approx([-1, 1], abs=1e-4)
        assert record["eval"].tolist() == pytest.approx([0], abs=1e-6)
        assert record["mean"].tolist() == pytest.approx([0.2, 0.2])
        assert record["var"].tolist() == pytest.approx([1.1, 1.1])
