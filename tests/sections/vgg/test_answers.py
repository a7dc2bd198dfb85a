"""The numbers of section 06's text, each derived anew; and what its checks tell."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.models.vgg import make_layers

from course_lib.checks.check import public_verdict
from course_lib.models.vgg import VGG as Theirs
from course_lib.models.vgg import VGG11, VGG13, VGG16
from course_lib.sections.lenet.given import LeNet
from grader.marking import solutions

VGG19 = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))
FAMILY = (
    (VGG11, models.vgg11, 11, 132_863_336),
    (VGG13, models.vgg13, 13, 133_047_848),
    (VGG16, models.vgg16, 16, 138_357_544),
    (VGG19, models.vgg19, 19, 143_667_240),
)


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"vgg.{name}")


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def shapes(network: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


@pytest.mark.parametrize(("blocks", "torchvision", "layers", "count"), FAMILY)
def test_the_family_is_torchvision_s(
    blocks: Any, torchvision: Any, layers: int, count: int
) -> None:
    with torch.device("meta"):
        own, stand_in, theirs = solution("VGG")(blocks), Theirs(blocks), torchvision()
    assert shapes(own) == shapes(stand_in) == shapes(theirs)
    assert parameters(own) == count
    assert solution("depth")(own) == layers


@pytest.mark.parametrize("batch_norm", [False, True])
def test_weights_of_torchvision_s_layers_give_the_same_maps(batch_norm: bool) -> None:
    theirs = make_layers([4, "M", 6, 6, "M"], batch_norm).eval()
    net = solution("VGG")(((1, 4), (2, 6)), size=(9, 14), hidden=5, batch_norm=batch_norm)
    net.features.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 9, 14)
    assert torch.equal(net.eval().features(images), theirs(images))


def test_the_worked_example_of_the_network() -> None:
    net = solution("VGG")(((1, 8), (2, 16)), 1, (12, 20), 10, 1 / 2, 32)
    assert net.features(torch.zeros(1, 1, 12, 20)).shape == (1, 8, 3, 5)
    assert net.classifier[0].in_features == 120
    assert parameters(solution("vgg_block")(2, 3, 8)) == 224 + 584 == 808


def test_stacks_of_three_have_27_of_49_weights_and_two_18_of_25() -> None:
    for channels in (1, 64):
        assert solution("stack_weights")(3, 3, channels) == (27 * channels**2, 49 * channels**2)
        assert solution("stack_weights")(2, 3, channels) == (18 * channels**2, 25 * channels**2)


@pytest.mark.parametrize(("n", "k"), [(1, 3), (3, 3), (2, 4), (4, 2), (3, 5)])
def test_a_stack_sees_as_much_as_its_one_kernel(n: int, k: int) -> None:
    row = nn.Sequential(*(nn.Conv2d(1, 1, k, bias=False) for _ in range(n)))
    side = round(solution("stack_weights")(n, k, 1)[1] ** 0.5)
    image = torch.zeros(1, 1, side, side, requires_grad=True)
    row(image).sum().backward()  # of one number, for the stack sees no more than this
    assert row(image).numel() == 1
    assert image.grad is not None and bool((image.grad != 0).all())


def test_of_a_narrow_network_the_dense_layers_hold_nearly_all() -> None:
    with torch.device("meta"):
        net = solution("VGG")(VGG11, 1, num_classes=10, width=1 / 4)
        vgg16 = models.vgg16()
    dense = solution("dense_share")(net) * parameters(net)
    assert (round(dense / 1e6, 1), round(parameters(net) / 1e6, 1)) == (42.5, 43.1)
    assert solution("dense_share")(vgg16) == pytest.approx(123_642_856 / 138_357_544)


def test_depths_by_the_rule() -> None:
    with torch.device("meta"):
        nets = (models.resnet18(), models.resnet50(), models.mobilenet_v2(), models.alexnet())
    assert [solution("depth")(net) for net in nets] == [18, 50, 53, 8]
    assert solution("depth")(LeNet()) == 5


def test_five_architectures() -> None:
    assert [tuple(pair) for pair in solution("architecture_table")] == [
        (5, 61_706),
        (8, 61_100_840),
        (16, 138_357_544),
        (50, 25_557_032),
        (53, 3_504_872),
    ]
    names = ("alexnet", "vgg16", "resnet50", "mobilenet_v2", "resnet152")
    metas = [models.get_model_weights(name).IMAGENET1K_V1.meta for name in names]
    errors = [100 - meta["_metrics"]["ImageNet-1K"]["acc@5"] for meta in metas]
    assert [round(error, 2) for error in errors] == [20.93, 9.62, 7.14, 9.71, 5.95]


def test_costs_of_vgg_16() -> None:
    totals = map(sum, zip(*solution("block_costs")(VGG16, 3, (224, 224)), strict=True))
    weights, macs, activations = totals
    head = ((512 * 7 * 7, 4096), (4096, 4096), (4096, 1000))
    assert weights + sum((i + 1) * o for i, o in head) == 138_357_544
    assert macs + sum(i * o for i, o in head) == 15_470_264_320
    assert activations + 3 * 224 * 224 + sum(o for _, o in head) == 15_237_608


def test_by_default_hardly_anything_of_the_image_is_left_and_with_he_s_weights_much() -> None:
    torch.manual_seed(0)
    net = solution("VGG")(VGG16, 1, (32, 32), 10, 1 / 8, 16).eval()
    images = torch.randn(16, 1, 32, 32)
    default = solution("signal")(net.features, images)[-1]
    he = solution("signal")(solution("he_init")(net).features, images)[-1]
    assert default < 1e-3 < 0.03 < he


def told(name: str, given: Any) -> tuple[str, str]:
    """State and mistake that the check tells, from what learners have of the exercise."""
    verdict = public_verdict(f"vgg.{name}", given, [])
    return verdict.state, verdict.mistake


def test_the_check_names_what_is_wrong_with_the_parameters() -> None:
    def one_more(num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False):  # type: ignore[no-untyped-def]
        return solution("vgg_block")(num_convs + 1, in_channels, out_channels, batch_norm)

    assert told("vgg_block", one_more) == ("wrong", "another number of convolutions")

    class SevenBySeven(Theirs):
        def __init__(self, blocks: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(blocks, *args, **kwargs)
            channels = [m.out_channels for m in self.features if isinstance(m, nn.Conv2d)][-1]
            first = self.classifier[0]
            device = first.weight.device  # of shapes alone, where there are many
            self.classifier[0] = nn.Linear(49 * channels, first.out_features, device=device)

    assert told("VGG", SevenBySeven)[1] == "always seven by seven"


def test_one_object_several_times_is_told_in_the_block_and_in_the_network() -> None:
    def shared(num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False):  # type: ignore[no-untyped-def]
        layers = [*solution("vgg_block")(1, in_channels, out_channels, batch_norm)][:-1]
        again = [*solution("vgg_block")(1, out_channels, out_channels, batch_norm)][:-1]
        return nn.Sequential(*layers, *(again * (num_convs - 1)), nn.MaxPool2d(2))

    class Shared(Theirs):
        def __init__(self, blocks: Any, in_channels: int = 3, *args: Any, **kwargs: Any) -> None:
            super().__init__(blocks, in_channels, *args, **kwargs)
            norm = any(isinstance(layer, nn.BatchNorm2d) for layer in self.features)
            layers, channels = [], in_channels
            for convs in [convs for convs, _ in blocks]:
                place = sum(isinstance(layer, nn.Conv2d) for layer in layers)
                found = [layer for layer in self.features if isinstance(layer, nn.Conv2d)]
                layers += shared(convs, channels, found[place].out_channels, norm)
                channels = found[place].out_channels
            self.features = nn.Sequential(*layers)

    assert told("vgg_block", shared)[1] == "one object many times"
    assert told("VGG", Shared)[1] == "one object many times"


CHANGES: dict[str, Callable[[nn.Module], object]] = {
    "mode changed": nn.Module.eval,
    "requires_grad changed": lambda model: model.requires_grad_(False),
    "hooks changed": lambda model: model.register_forward_pre_hook(lambda *_: None),
    "parts changed": lambda model: model.add_module("more", nn.ReLU()),
    "numbers changed": lambda model: [p.data.mul_(2) for p in model.parameters()],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["depth", "dense_share"])
def test_a_model_that_is_counted_stays_as_it_is(name: str, change: str) -> None:
    def counted(model: nn.Module) -> Any:
        found = solution(name)(model)
        CHANGES[change](model)
        return found

    assert told(name, counted)[1] == change


def test_what_is_begun_anew_with_something_else_changed_earns_a_part() -> None:
    def evaluating(model: nn.Module) -> nn.Module:
        begun: nn.Module = solution("he_init")(model)
        return begun.eval()

    assert told("he_init", evaluating) == ("partly right", "mode changed")
    with_running = solution("he_init")
    assert told("he_init", lambda model: with_running(model).apply(_reset))[1] == "others changed"


def _reset(module: nn.Module) -> None:
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
