"""What the text of section 07 says of stored curves and of gradients."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import load
from course_lib.models.resnet import BasicBlock, ResNet, small
from course_lib.sections.resnet import curves


def last(experiment: str, net: str, series: str = "loss", variant: str = "") -> list[float]:
    found = curves.stored(experiment).by_net()[net, variant]
    return [run.series[series][-1] for run in found]


class TestStoredCurves:
    def test_the_deeper_plain_network_is_worse_on_its_training_images(self) -> None:
        assert min(last("depths", "plain-56")) > 10 * max(last("depths", "plain-20"))

    def test_with_skips_it_trains_but_is_not_ahead(self) -> None:
        assert max(last("depths", "ResNet-56")) < min(last("depths", "plain-56")) / 5
        assert min(last("depths", "ResNet-56")) > max(last("depths", "ResNet-20"))

    def test_batch_norm_allows_ten_times_the_rate(self) -> None:
        for rate in ("0.1", "0.3", "1"):
            assert max(last("rates", "with", variant=rate)) < 0.06
        for rate in ("0.3", "1"):
            assert min(last("rates", "without", variant=rate)) > 1.9

    def test_eighteen_layers_with_skips_are_ahead_when_training_ends(self) -> None:
        assert max(last("eighteen", "ResNet-18")) < min(last("eighteen", "plain-18"))
        with_skips, without = (
            last("eighteen", net, "validation") for net in ("ResNet-18", "plain-18")
        )
        assert min(with_skips) > max(without)


@pytest.fixture(scope="module")
def batch() -> tuple[Tensor, Tensor]:
    train = load("glyphs").train
    return train.inputs()[:64], train.labels[:64]


def first_over_last(net: nn.Module, batch: tuple[Tensor, Tensor]) -> float:
    images, labels = batch
    F.cross_entropy(net(images), labels).backward()
    weights = [m.weight for m in net.modules() if isinstance(m, nn.Conv2d)]
    sizes = [float(w.grad.abs().mean()) for w in weights if w.grad is not None]
    return sizes[0] / sizes[-1]


class TestGradients:
    def test_with_batch_norm_they_grow_without_skips(self, batch: tuple[Tensor, Tensor]) -> None:
        torch.manual_seed(0)
        ratios = [first_over_last(small(depth, skips=False), batch) for depth in (20, 56)]
        assert ratios[1] > 3000
        assert ratios[1] > 50 * ratios[0]

    def test_with_skips_depth_changes_little(self, batch: tuple[Tensor, Tensor]) -> None:
        torch.manual_seed(0)
        ratios = [first_over_last(small(depth), batch) for depth in (8, 56)]
        assert 1 / 10 < ratios[0] / ratios[1] < 10

    def test_without_both_they_vanish(self, batch: tuple[Tensor, Tensor]) -> None:
        torch.manual_seed(0)
        net = small(56, skips=False, norm=False)
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                module.reset_parameters()
        assert first_over_last(net, batch) < 1e-12


def test_biases_before_the_norms_would_be_4800_parameters_of_resnet_18() -> None:
    with torch.device("meta"):
        net = ResNet(BasicBlock, (2, 2, 2, 2))
    biases = sum(m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d))
    parameters = sum(p.numel() for p in net.parameters())
    assert (parameters, parameters + biases) == (11_689_512, 11_694_312)
