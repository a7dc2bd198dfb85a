"""Section 09's solutions against torchvision and PyTorch's counter; its text's numbers anew."""

from collections import OrderedDict
from typing import Any

import pytest
import torch
from real_files import REAL_FILES, needs
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models
from torchvision.models import mobilenetv2

from course_lib.checks.exercise import find
from course_lib.checks.stand_in import stand_in
from course_lib.models.mobilenet import SETTINGS, separable, small, standard
from course_lib.models.mobilenet import MobileNetV2 as Theirs
from course_lib.sections.efficient import adapters, curves, given
from grader.marking import solutions

NETWORKS = (
    ("mobilenet_v2", 300_774_272),
    ("resnet18", 1_814_073_344),
    ("resnet50", 4_089_184_256),
    ("vgg16", 15_470_264_320),
)


def solution(name: str) -> Any:
    return solutions.solution(f"efficient.{name}")


def parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def shapes(net: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


@pytest.mark.parametrize(("name", "macs"), NETWORKS, ids=[name for name, _ in NETWORKS])
def test_both_counters_count_known_networks(name: str, macs: int) -> None:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        net = getattr(models, name)()
        assert solution("count_macs_of")(net, (3, 224, 224)) == macs
        counted_before = counter.get_total_flops()
        assert given.count_macs_of(net, (3, 224, 224)) == macs
    assert counted_before == 2 * macs


@pytest.mark.parametrize("width", [0.35, 0.5, 1.0, 1.4])
def test_names_and_shapes_of_mobilenet_are_torchvision_s(width: float) -> None:
    with torch.device("meta"):
        own, stand_in = solution("MobileNetV2")(SETTINGS, width), Theirs(SETTINGS, width)
        torchs = models.mobilenet_v2(width_mult=width)
    assert shapes(own) == shapes(stand_in) == shapes(torchs)


def test_the_solution_takes_torchvision_s_weights() -> None:
    torchs = models.mobilenet_v2(width_mult=0.25, num_classes=7).eval()
    own = solution("MobileNetV2")(SETTINGS, 0.25, 7).eval()
    own.load_state_dict(torchs.state_dict())
    images = torch.randn(2, 3, 70, 41)
    assert torch.allclose(own(images), torchs(images), atol=1e-5)


@needs("weights")
def test_trained_weights_fit() -> None:
    stored = torch.load(REAL_FILES / "weights/mobilenet_v2-from-tf2-ptq.pth", weights_only=True)
    net = solution("MobileNetV2")(SETTINGS).eval()
    torchs = mobilenetv2.MobileNetV2().eval()
    net.load_state_dict(stored)
    torchs.load_state_dict(stored)
    images = torch.randn(1, 3, 96, 128)
    assert torch.allclose(net(images), torchs(images), atol=1e-3)


def test_the_worked_examples_of_the_blocks() -> None:
    assert parameters(solution("separable")(2, 3)) == 34 == 18 + 4 + 6 + 6
    block = solution("InvertedResidual")(2, 2, 1, 3)
    convolutions = [m for m in block.modules() if isinstance(m, nn.Conv2d)]
    assert sum(map(parameters, convolutions)) == 78
    for parameter in block.conv[-1].parameters():
        nn.init.zeros_(parameter)
    block.conv[-1].bias.data = torch.tensor([-3, 0.5])  # what self.conv gives everywhere
    images = torch.tensor([1.0, 2.0]).reshape(1, 2, 1, 1).expand(1, 2, 3, 3)
    assert block(images)[0, :, 1, 1].tolist() == [-2, 2.5]


def test_the_worked_example_of_the_network() -> None:
    net = solution("MobileNetV2")([(1, 16, 1, 1), (6, 24, 2, 2)])
    kinds = [m for m in net.features.modules() if isinstance(m, nn.Conv2d) and m.groups == 1]
    assert [conv.out_channels for conv in kinds if conv.kernel_size == (3, 3)] == [32]
    assert [block.conv[-1].num_features for block in net.features[1:-1]] == [16, 24, 24]
    assert net.features[-1][0].out_channels == 1280
    assert net.features(torch.zeros(2, 3, 16, 12)).shape == (2, 1280, 4, 3)


def test_a_depthwise_layer_has_an_intensity_below_half_its_kernel() -> None:
    intensity = solution("intensity")
    for channels, size in ((1, 5), (64, 56), (512, 1000)):
        assert intensity(channels, channels, 3, size, channels) < 4.5
    assert intensity(64, 64, 5, 56, 64) > 4.5
    assert intensity(64, 64, 1, 56) < 64 / 2


def test_the_wider_separable_net_does_as_much_work_as_the_standard_one() -> None:
    made = {name: make() for name, make in curves.nets().items()}
    macs = {name: given.count_macs_of(net, (1, 28, 28)) for name, net in made.items()}
    assert macs["standard"] / macs["separable"] > 5
    assert macs["separable, wider"] == pytest.approx(macs["standard"], rel=0.05)
    counts = {name: parameters(net) for name, net in made.items()}
    assert counts["separable, wider"] == pytest.approx(counts["standard"], rel=0.05)


def test_small_nets_differ_in_their_layers_alone() -> None:
    for layer in (standard, separable, solution("separable")):
        net = small(layer, 2, channels=3, num_classes=4)
        assert net(torch.randn(2, 3, 9, 12)).shape == (2, 4)
    assert shapes(separable(3, 5, 2)) == shapes(solution("separable")(3, 5, 2))


def test_stored_curves_say_what_the_text_says() -> None:
    last = {
        name: [run.series["validation"][-1] for run in runs]
        for (name, _), runs in curves.stored().by_net().items()
    }
    assert list(last) == list(curves.nets())
    assert max(last["separable"]) < min(last["standard"])
    spread = {name: (min(values), max(values)) for name, values in last.items()}
    assert spread["separable, wider"][0] < spread["standard"][1]  # no difference to speak of
    assert spread["standard"][0] < spread["separable, wider"][1]


def test_a_model_that_stays_is_counted_and_one_that_does_not_is_told() -> None:
    plan = ["Sequential", ["Conv2d", 2, 3, 3], ["resting", ["BatchNorm2d", 3]]]
    assert adapters.ask_macs(given.count_macs_of, plan, (2, 4, 5)) == 54 * 6

    def training(model: nn.Module, shape: tuple[int, ...]) -> int:
        model.train()
        return 1

    def clearing(model: nn.Module, shape: tuple[int, ...]) -> int:
        model.zero_grad()
        return 1

    for answer, word in ((training, "modes"), (clearing, "gradients gone")):
        told = adapters.ask_macs(answer, plan, (2, 4, 5))
        assert told == f"a model that is not as before: {word}"


@pytest.mark.parametrize("lent", [True, False], ids=["stand-in", "own network"])
def test_the_stand_in_counts_what_runs_inside_stand_ins(lent: bool) -> None:
    count = stand_in(find("efficient.count_macs_of"), None, tells=False)
    block = stand_in(find("efficient.InvertedResidual"), None, tells=False)
    assert count(block(24, 24, 1, 6), (24, 56, 56)) == 144 * (24 + 9 + 24) * 56**2

    class Mine(block):  # type: ignore[misc, valid-type]
        pass

    assert count(nn.Sequential(Mine(24, 24, 1, 6)), (24, 56, 56)) == 144 * 57 * 56**2
    network = stand_in(find("efficient.MobileNetV2"), None, tells=False)
    make = network if lent else solution("MobileNetV2")
    for width, macs in ((1, 300_774_272), (0.5, 97_131_840)):
        for counts in (count, solution("count_macs_of")):
            assert counts(make(SETTINGS, width), (3, 224, 224)) == macs


def test_entries_that_bear_names_are_asked_by_their_places() -> None:
    named = OrderedDict(a=nn.Conv2d(1, 2, 1), b=nn.Sequential(OrderedDict(c=nn.BatchNorm2d(2))))
    module = adapters.in_order(lambda: nn.Sequential(named))
    assert [*dict(module.named_parameters())] == ["0.weight", "0.bias", "1.0.weight", "1.0.bias"]
    assert adapters.in_order(lambda: None) is None
