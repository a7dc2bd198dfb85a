"""Section 03: the printed answers, derived by other means: channels, parameters, costs."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from layer_by_loops import Array, layer_by_loops
from torch import Tensor, nn

from course_lib.models.configs import Layer, conv, flatten, gap, linear, modules, relu
from grader.former.marking import markings


def products(X: Array, K: Array) -> int:
    """Multiply-adds of `layer_by_loops`, counted one by one."""
    (c_i, H, W), (c_o, _, h, w) = X.shape, K.shape
    places = sum(1 for _ in np.ndindex(H - h + 1, W - w + 1))
    return sum(places for _ in np.ndindex(c_o, c_i, h, w))


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return markings("channels")[f"channels.{name}"].solution


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_two_channels_in_and_three_out() -> None:
    X = np.stack([np.arange(9.0).reshape(3, 3), np.arange(9.0).reshape(3, 3) + 1])
    K = np.stack([np.arange(4.0).reshape(2, 2), np.arange(4.0).reshape(2, 2) + 1])
    expected = [
        [[56, 72], [104, 120]],
        [[76, 100], [148, 172]],
        [[96, 128], [192, 224]],
    ]
    filters = np.stack([K, K + 1, K + 2])
    assert layer_by_loops(X, filters).tolist() == expected
    X_, filters_ = torch.from_numpy(X), torch.from_numpy(filters)
    assert solution("corr2d_multi_in")(X_, filters_[0]).tolist() == expected[0]
    assert solution("corr2d_multi_in_out")(X_, filters_).tolist() == expected


def test_1x1_convolution_is_a_dense_layer_at_every_pixel() -> None:
    X, K = random(3, 4, 5), random(6, 3, 1, 1, seed=1)
    dense = nn.Linear(3, 6, bias=False)
    dense.weight.data = K[:, :, 0, 0]
    by_pixel = torch.stack([dense(X[:, i, j]) for i in range(4) for j in range(5)], 1)
    assert torch.allclose(solution("conv1x1")(X, K), by_pixel.reshape(6, 4, 5), atol=1e-5)
    assert np.allclose(layer_by_loops(X.numpy(), K.numpy()), solution("conv1x1")(X, K), atol=1e-5)
    output = nn.Conv2d(3, 64, kernel_size=1)(torch.randn(1, 3, 32, 32))
    assert tuple(output.shape) == (1, 64, 32, 32) == solution("conv1x1_shape")


def test_two_1x1_layers_collapse_unless_something_is_between() -> None:
    first, second = nn.Conv2d(3, 64, 1), nn.Conv2d(64, 10, 1)
    weights = [first.weight[:, :, 0, 0], first.bias, second.weight[:, :, 0, 0], second.bias]
    K, b = solution("merge_1x1")(*weights)
    x = random(2, 3, 4, 4)
    with torch.no_grad():
        assert torch.allclose(second(first(x)), F.conv2d(x, K[:, :, None, None], b), atol=1e-5)
        bent = second(torch.relu(first(x)))
        assert not torch.allclose(bent, F.conv2d(x, K[:, :, None, None], b), atol=1e-2)
        # No linear layer at all would do: halving the input does not halve the output's change.
        zero = second(torch.relu(first(0 * x)))
        half = second(torch.relu(first(0.5 * x)))
        assert not torch.allclose(half - zero, 0.5 * (bent - zero), atol=1e-3)


def test_parameters_of_the_three_architectures() -> None:
    dense = nn.Linear(32 * 32 * 3, 128)
    three = nn.Sequential(nn.Conv2d(3, 128, 3, padding=1), nn.AdaptiveAvgPool2d(1))
    five = nn.Sequential(nn.Conv2d(3, 128, 5, padding=2), nn.AdaptiveAvgPool2d(1))
    assert [parameters(net) for net in (dense, three, five)] == solution("three_nets")
    assert solution("three_nets") == [393_344, 3_584, 9_728]
    assert parameters(nn.AdaptiveAvgPool2d(1)) == 0


def test_parameters_of_two_layers() -> None:
    counts = [parameters(nn.Conv2d(64, 128, 3, padding=1)), parameters(nn.Conv2d(16, 32, 3))]
    assert counts == solution("two_layers") == [73_856, 4_640]


def test_dense_against_convolution() -> None:
    inputs = sum(1 for _ in np.ndindex(32, 32, 3))
    assert solution("dense_against_conv") == [196_608, 1_728, 201_326_592]
    dense = nn.Linear(inputs, 64, bias=False, device="meta")
    layer = nn.Conv2d(3, 64, 3, padding=1, bias=False, device="meta")
    maps = layer(torch.empty(1, 3, 32, 32, device="meta")).numel()
    large = nn.Linear(inputs, maps, bias=False, device="meta")
    assert [parameters(net) for net in (dense, layer, large)] == solution("dense_against_conv")


NETWORKS: Sequence[tuple[list[Layer], int, int]] = (
    ([conv(3, 8, 3, padding=1), relu(), conv(8, 12, 3, stride=2, groups=4, bias=False)], 9, 12),
    ([conv(2, 6, 5, stride=3, padding=2), gap(), flatten(), linear(6, 10)], 14, 11),
    ([conv(4, 4, 3, groups=4), conv(4, 7, 1, bias=False), flatten(), linear(7 * 5 * 6, 3)], 7, 8),
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


def test_macs_counted_one_by_one() -> None:
    counted = products(np.zeros((3, 6, 7)), np.zeros((4, 3, 3, 2)))
    costs = solution("conv_costs")(3, 4, (3, 2), (6, 7), 0)
    assert counted == costs["forward_macs"] == 4 * 3 * 3 * 2 * 4 * 6
    assert solution("count_macs")([conv(3, 4, 3)], 6, 7) == products(
        np.zeros((3, 6, 7)), np.zeros((4, 3, 3, 3))
    )


def test_depthwise_separable_numbers() -> None:
    standard = nn.Conv2d(128, 256, 3, padding=1)
    depthwise = nn.Conv2d(128, 128, 3, padding=1, groups=128)
    pointwise = nn.Conv2d(128, 256, 1)
    small = [nn.Conv2d(32, 32, 3, groups=32, bias=False), nn.Conv2d(32, 64, 1, bias=False)]
    x = torch.zeros(1, 128, 14, 14)
    macs = [layer(x)[0, 0].numel() * layer.weight.numel() for layer in (standard, depthwise)]
    macs.append(pointwise(depthwise(x))[0, 0].numel() * pointwise.weight.numel())
    counts = [
        parameters(standard),
        macs[0],
        parameters(depthwise) + parameters(pointwise),
        macs[1] + macs[2],
        sum(parameters(layer) for layer in small),
    ]
    assert counts == [295_168, 57_802_752, 34_304, 6_648_320, 2_336]
    assert counts == solution("separable_numbers")
    assert round(counts[0] / counts[2], 2) == 8.60
    assert round(counts[1] / counts[3], 2) == 8.69
    assert math.isclose(counts[3] / counts[1], 1 / 256 + 1 / 9)
    separated = modules(solution("separable")(128, 256, 3))
    assert separated(x).shape == standard(x).shape
    assert parameters(separated) == counts[2]


def test_backward_is_twice_forward_and_once_for_a_first_layer() -> None:
    """Multiply-adds of the two gradients, by the loops that compute them."""
    X, K = random(2, 4, 5).numpy(), random(3, 2, 1, 2, seed=1).numpy()
    Y = layer_by_loops(X, K)
    dY, dK, dX, count = np.ones_like(Y), np.zeros_like(K), np.zeros_like(X), [0, 0]
    for o, i, j in np.ndindex(*Y.shape):
        for c, a, b in np.ndindex(*K.shape[1:]):
            dK[o, c, a, b] += dY[o, i, j] * X[c, i + a, j + b]
            count[0] += 1
            dX[c, i + a, j + b] += dY[o, i, j] * K[o, c, a, b]
            count[1] += 1
    tensors = [torch.from_numpy(t).requires_grad_() for t in (X, K)]
    F.conv2d(tensors[0][None], tensors[1]).sum().backward()
    for mine, tensor in zip((dX, dK), tensors, strict=True):
        assert tensor.grad is not None
        assert np.allclose(mine, tensor.grad.numpy(), atol=1e-5)
    assert solution("conv_costs")(2, 3, (1, 2), (4, 5), 0) == {
        "forward_macs": products(X, K),
        "backward_macs": sum(count),
        "backward_macs_first": count[0],
        "forward_memory": X.size + K.size + Y.size,
        "backward_memory": X.size + K.size + dY.size + dX.size + dK.size,
    }


def test_growth_of_channels_and_padding() -> None:
    factors = []
    for size in (64, 7):
        outputs = [
            nn.Conv2d(1, 1, 3, padding=padding)(torch.zeros(1, 1, size, size)).numel()
            for padding in (1, 2)
        ]
        factors.append(outputs[1] / outputs[0])
        assert math.isclose(factors[-1], solution("padding_growth")(size, 3, 1))
    assert [round(100 * (factor - 1), 1) for factor in factors] == [6.3, 65.3]
    weights = [nn.Conv2d(c, c, 3, bias=False).weight.numel() for c in (16, 32)]
    assert np.allclose(solution("growth_numbers"), [weights[1] / weights[0], *factors])
