"""The printed answers of section 03, each derived anew: by plain loops, modules or NumPy."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from layer_by_loops import layer_by_loops
from torch import Tensor, nn

from course_lib.models.configs import Layer, conv, flatten, gap, linear, modules, relu
from course_lib.sections.channels import pictures
from grader.marking import rooms, solutions


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"channels.{name}")


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_two_channels_in_and_three_out() -> None:
    X = np.stack([np.arange(9.0).reshape(3, 3), np.arange(9.0).reshape(3, 3) + 1])
    K = np.stack([np.arange(4.0).reshape(2, 2), np.arange(4.0).reshape(2, 2) + 1])
    expected = [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]
    filters = np.stack([K, K + 1, K + 2])
    assert layer_by_loops(X, filters).tolist() == expected
    image, weight = torch.from_numpy(X), torch.from_numpy(filters)
    assert solution("corr2d_multi_in_out")(image, weight).tolist() == expected


def test_a_1x1_convolution_keeps_the_image_and_is_a_dense_layer_at_every_pixel() -> None:
    assert nn.Conv2d(3, 64, kernel_size=1)(torch.zeros(1, 3, 32, 32)).shape == (1, 64, 32, 32)
    X, K = random(3, 4, 5), random(6, 3, 1, 1, seed=1)
    by_pixel = torch.stack([K[:, :, 0, 0] @ X[:, i, j] for i in range(4) for j in range(5)], 1)
    assert torch.allclose(solution("conv1x1")(X, K), by_pixel.reshape(6, 4, 5), atol=1e-5)


def test_two_1x1_layers_are_one_unless_something_is_between() -> None:
    first, second, x = nn.Conv2d(3, 64, 1), nn.Conv2d(64, 10, 1), random(2, 3, 4, 4)
    weights = [first.weight[:, :, 0, 0], first.bias, second.weight[:, :, 0, 0], second.bias]
    K, b = solution("merge_1x1")(*weights)
    one = F.conv2d(x, K[:, :, None, None], b)
    assert torch.allclose(second(first(x)), one, atol=1e-5)
    assert not torch.allclose(second(torch.relu(first(x))), one, atol=1e-2)
    assert solution("nin_choice") == "B"


def test_five_counts() -> None:
    networks = (
        nn.Conv2d(64, 128, 3, padding=1),
        nn.Conv2d(16, 32, 3),
        nn.Linear(32 * 32 * 3, 128),
        nn.Sequential(nn.Conv2d(3, 128, 3, padding=1), nn.AdaptiveAvgPool2d(1)),
        nn.Sequential(nn.Conv2d(3, 128, 5, padding=2), nn.AdaptiveAvgPool2d(1)),
    )
    counts = [parameters(network) for network in networks]
    assert counts == solution("paper_counts") == [73_856, 4_640, 393_344, 3_584, 9_728]


def test_dense_against_convolution() -> None:
    dense = nn.Linear(32 * 32 * 3, 64, bias=False, device="meta")
    layer = nn.Conv2d(3, 64, 3, padding=1, bias=False, device="meta")
    maps = layer(torch.empty(1, 3, 32, 32, device="meta")).numel()
    large = nn.Linear(32 * 32 * 3, maps, bias=False, device="meta")
    counts = [parameters(net) for net in (dense, layer, large)]
    assert counts == solution("dense_against_conv") == [196_608, 1_728, 201_326_592]


NETWORKS: tuple[tuple[list[Layer], int, int], ...] = (
    ([conv(3, 8, 3, padding=1), relu(), conv(8, 12, 3, stride=2, groups=4)], 9, 12),
    ([conv(2, 6, 5, stride=3, padding=2), gap(), flatten(), linear(6, 10)], 14, 11),
    ([conv(4, 4, 2, groups=4), conv(4, 7, 1, bias=False), flatten(), linear(7 * 6 * 7, 3)], 7, 8),
)


@pytest.mark.parametrize(("config", "height", "width"), NETWORKS)
def test_counts_of_networks(config: list[Layer], height: int, width: int) -> None:
    network = modules(config)
    assert solution("count_params")(config) == parameters(network)
    x, macs = torch.zeros(1, config[0]["in_channels"], height, width), 0
    for module in network:
        x = module(x)
        if isinstance(module, nn.Conv2d):  # every output number is one sum of as many products
            macs += x.numel() * module.weight[0].numel()
        if isinstance(module, nn.Linear):
            macs += x.numel() * module.in_features
    assert solution("count_macs")(config, height, width) == macs


def test_separable_numbers() -> None:
    standard = nn.Conv2d(128, 256, 3, padding=1)
    separated = modules(solution("separable")(128, 256, 3))
    depthwise, pointwise = separated
    x = torch.zeros(1, 128, 14, 14)
    assert separated(x).shape == standard(x).shape
    macs = [
        layer(x)[0, 0].numel() * layer.weight.numel()  # type: ignore[operator]
        for layer in (standard, depthwise, pointwise)
    ]
    small = modules([{**layer, "bias": False} for layer in solution("separable")(32, 64, 3)])
    counts = [
        parameters(standard),
        macs[0],
        parameters(separated),
        macs[1] + macs[2],
        parameters(small),
    ]
    assert counts == solution("separable_numbers")
    assert counts == [295_168, 57_802_752, 34_304, 6_648_320, 2_336]
    assert (round(counts[0] / counts[2], 2), round(counts[1] / counts[3], 2)) == (8.60, 8.69)
    assert math.isclose(counts[3] / counts[1], 1 / 256 + 1 / 9)


def test_backward_is_twice_forward_and_once_for_a_first_layer() -> None:
    """Multiply-adds of the two gradients, by the loops that compute them."""
    X, K = random(2, 4, 5).numpy(), random(3, 2, 1, 2, seed=1).numpy()
    Y = layer_by_loops(X, K)
    dK, dX, count = np.zeros_like(K), np.zeros_like(X), 0
    for o, i, j in np.ndindex(*Y.shape):
        for c, a, b in np.ndindex(*K.shape[1:]):
            dK[o, c, a, b] += X[c, i + a, j + b]
            dX[c, i + a, j + b] += K[o, c, a, b]
            count += 1  # for each of the two
    tensors = [torch.from_numpy(t).requires_grad_() for t in (X, K)]
    F.conv2d(tensors[0][None], tensors[1]).sum().backward()
    for mine, tensor in zip((dX, dK), tensors, strict=True):
        assert tensor.grad is not None and np.allclose(mine, tensor.grad.numpy(), atol=1e-5)
    assert solution("conv_costs")(2, 3, (1, 2), (4, 5), 0) == {
        "forward_macs": count,
        "backward_macs": 2 * count,
        "backward_macs_first": count,
        "forward_memory": X.size + K.size + Y.size,
        "backward_memory": X.size + K.size + Y.size + K.size + X.size,
    }


def test_growth_of_channels_and_padding() -> None:
    factors = []
    for size in (64, 7):
        image = torch.zeros(1, 1, size, size)
        before, after = (nn.Conv2d(1, 1, 3, padding=p)(image).numel() for p in (1, 2))
        factors.append(after / before)
    assert [round(100 * (factor - 1), 1) for factor in factors] == [6.3, 65.3]
    weights = [nn.Conv2d(c, c, 3, bias=False).weight.numel() for c in (16, 32)]
    assert np.allclose(solution("growth_numbers"), [weights[1] / weights[0], *factors])


@pytest.mark.parametrize(("first", "second"), [(3, 3), (5, 3), (3, 5)])
def test_with_padding_a_ring_as_wide_as_the_second_reach_differs(first: int, second: int) -> None:
    X, K1, K2 = random(1, 1, 14, 15), random(1, 1, first, first), random(1, 1, second, second)
    reaches = first // 2, second // 2
    two = F.conv2d(F.conv2d(X, K1, padding=reaches[0]), K2, padding=reaches[1])
    merged = solution("merge_kernels")(K1[0, 0], K2[0, 0])[None, None]
    differs = ((two - F.conv2d(X, merged, padding=sum(reaches))).abs() > 1e-4)[0, 0]
    ring = reaches[1]
    assert not differs[ring:-ring, ring:-ring].any()
    for edge in (differs[ring - 1], differs[-ring], differs[:, ring - 1], differs[:, -ring]):
        assert edge.float().mean() > 0.9
    if (first, second) == (3, 5):
        assert (ring, solution("border_choice")) == (2, "C")


@pytest.mark.parametrize("first", [3, 5])
def test_the_figure_of_the_border_shows_the_whole_ring(first: int) -> None:
    """One pixel wide for a second kernel of 3 x 3, whatever the first; no zero in it by chance."""
    alt = pictures.border().alt
    assert callable(alt)
    whole = f" {2 * (12 + 14) - 4} of {12 * 14} outputs"
    assert whole in alt(padding="zeros, sizes kept", first=first)
    assert " 0 of " in alt(padding="none", first=first)


@pytest.mark.parametrize(("k", "cache"), [(3, 32), (5, 60), (7, 1000), (4, 16), (1, 9)])
def test_strips(k: int, cache: int) -> None:
    """Columns that the windows of delta outputs cover together, counted one by one."""

    def columns(delta: int) -> int:
        return len({start + step for start in range(delta) for step in range(k)})

    fitting = [delta for delta in range(1, cache + 1) if k * columns(delta) <= cache]
    delta, loads = solution("best_strip")(k, cache)
    assert delta == fitting[-1]
    assert loads == min(columns(d) / d for d in fitting)  # the larger the better, while it fits


def test_order_of_a_sum_in_float32() -> None:
    x, w = (np.array(row, dtype=np.float32) for row in solution("order_matters"))
    forwards, backwards = np.float32(0), np.float32(0)
    for product in x * w:
        forwards += product
    for product in (x * w)[::-1]:
        backwards += product
    assert forwards != backwards


def test_loop_and_matrix_product_are_not_always_equal_to_the_last_bit() -> None:
    """With few channels mostly, with many seldom; the shares depend on the machine."""
    equal = {}
    for c, trials in ((3, 100), (64, 40)):
        pairs = [(random(c, 3, 3, seed=s), random(2, c, 1, 1, seed=s + 1)) for s in range(trials)]
        outputs = [
            (solution("corr2d_multi_in_out")(X, K), solution("conv1x1")(X, K)) for X, K in pairs
        ]
        assert all(torch.allclose(one, other, atol=1e-4) for one, other in outputs)
        equal[c] = sum(torch.equal(one, other) for one, other in outputs) / trials
    assert equal[64] < min(0.5, equal[3])


def test_groups_with_biases_are_asked_in_every_learner_s_questions() -> None:
    """A count that forgets the biases of grouped layers once passed."""
    for seed in range(5):
        cases, _ = rooms.find("channels.count_params").drawn(seed)
        layers = [layer for case in cases for config in case.args for layer in config]
        assert any(layer.get("groups", 1) > 1 and layer["bias"] for layer in layers)
