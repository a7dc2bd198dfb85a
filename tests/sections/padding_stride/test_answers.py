"""Section 02: the printed answers, derived by other means: sizes, dilation, receptive fields."""

import itertools
import random
from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import torch
import torch.nn.functional as F
from torch import nn
from windows_by_trial import STACKS, counted, seen

from grader.former.marking import markings


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return markings("padding_stride")[f"padding_stride.{name}"].solution


def test_output_size_on_hundreds_of_settings() -> None:
    generator = random.Random(0)
    impossible = 0
    for _ in range(600):
        n, k, p, s, d = (generator.randint(*r) for r in ((1, 30), (1, 8), (0, 4), (1, 4), (1, 4)))
        windows = counted(n, k, p, s, d)
        if windows:
            signal, kernel = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
            torchs = F.conv1d(signal, kernel, padding=p, stride=s, dilation=d).shape[-1]
            assert solution("conv_output_size")(n, k, p, s, d) == windows == torchs
        else:
            impossible += 1
            covered, padded = d * (k - 1) + 1, n + 2 * p
            with pytest.raises(ValueError, match=rf"{covered}.*{padded}"):
                solution("conv_output_size")(n, k, p, s, d)
    assert impossible > 50


def test_output_size_32_3_1_1_1() -> None:
    assert counted(32, 3, 1, 1, 1) == solution("conv_output_size")(32, 3, 1, 1, 1) == 32


def test_manual_conv2d_on_hundreds_of_settings() -> None:
    generator = np.random.default_rng(0)
    impossible = 0
    for _ in range(400):
        H, W, h, w = (int(generator.integers(1, high)) for high in (10, 10, 6, 6))
        stride, padding = int(generator.integers(1, 4)), int(generator.integers(0, 3))
        image, kernel = generator.normal(size=(H, W)), generator.normal(size=(h, w))
        X, K = torch.from_numpy(image), torch.from_numpy(kernel)
        padded = np.pad(image, padding)
        if h > padded.shape[0] or w > padded.shape[1]:
            impossible += 1
            with pytest.raises(ValueError, match=rf"{h}.*{padded.shape[0]}"):
                solution("manual_conv2d")(X, K, stride, padding)
            continue
        wanted = scipy.signal.correlate2d(padded, kernel, "valid")[::stride, ::stride]
        assert np.allclose(solution("manual_conv2d")(X, K, stride, padding), wanted)
        assert np.allclose(
            F.conv2d(X[None, None], K[None, None], stride=stride, padding=padding)[0, 0], wanted
        )
    assert impossible > 10


def test_the_five_shapes_and_the_shape_of_question_2() -> None:
    layers = [
        nn.Conv2d(3, 32, 5, 1, 0),
        nn.Conv2d(3, 32, 5, 1, 2),
        nn.Conv2d(3, 32, 3, 2, 1),
        nn.Conv2d(3, 32, 7, 2, 3),
        nn.Conv2d(3, 32, 3, 1, 2, dilation=2),
    ]
    found = [tuple(layer(torch.zeros(1, 3, 64, 64)).shape) for layer in layers]
    assert found == solution("five_shapes")
    assert found == [(1, 32, size, size) for size in (60, 64, 32, 32, 64)]
    layer = {"in_channels": 3, "out_channels": 64, "kernel_size": 5, "stride": 2, "padding": 2}
    assert counted(128, 5, 2, 2, 1) == 64
    assert solution("shapes")([layer], (1, 3, 128, 128)) == [(1, 64, 64, 64)]


def test_the_demo_shapes() -> None:
    settings: list[dict[str, Any]] = [
        {"kernel_size": 3, "padding": 1},
        {"kernel_size": (5, 3), "padding": (2, 1)},
        {"kernel_size": (3, 5), "padding": (0, 1), "stride": (3, 4)},
    ]
    layers = [nn.Conv2d(1, 1, **setting) for setting in settings]
    found = [tuple(layer(torch.rand(1, 1, 8, 8)).shape[2:]) for layer in layers]
    assert found == solution("demo_shapes") == [(8, 8), (8, 8), (2, 2)]


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_same_keeps_the_size_at_stride_1_and_is_refused_with_a_stride() -> None:
    for k, d in itertools.product((1, 2, 3, 4, 5), (1, 2, 3)):
        layer = nn.Conv2d(1, 1, k, padding="same", dilation=d)
        assert layer(torch.zeros(1, 1, 20, 20)).shape[-1] == 20
    X, K = torch.rand(1, 1, 6, 6), torch.rand(1, 1, 2, 2)
    below_and_right = F.conv2d(F.pad(X, (0, 1, 0, 1)), K)
    assert torch.allclose(F.conv2d(X, K, padding="same"), below_and_right)
    with pytest.raises(ValueError, match="not supported for strided"):
        nn.Conv2d(8, 8, kernel_size=3, stride=2, padding="same")
    assert solution("same_choice") == "C"


def test_mirror_pad() -> None:
    image = np.arange(20.0).reshape(4, 5)
    for p in (1, 2, 3):
        wanted = np.pad(image, p, mode="reflect")
        assert np.array_equal(solution("mirror_pad")(torch.from_numpy(image), p), wanted)
    row = np.pad([1, 2, 3], 2, mode="reflect")
    assert row.tolist() == [3, 2, 1, 2, 3, 2, 1]
    with pytest.raises(ValueError, match="4"):
        solution("mirror_pad")(torch.from_numpy(image), 4)


def test_dilation_is_zeros_in_the_kernel() -> None:
    for k, d in itertools.product(range(1, 6), range(1, 5)):
        covered = 1 + max(tap * d for tap in range(k))
        assert k + (k - 1) * (d - 1) == covered
        X, K = torch.rand(20, 20), torch.rand(k, k)
        stuffed = solution("stuff_kernel")(K, d)
        assert stuffed.shape == (covered, covered)
        wanted = F.conv2d(X[None, None], K[None, None], dilation=d)[0, 0]
        got = scipy.signal.correlate2d(X.numpy(), stuffed.numpy(), "valid")
        assert np.allclose(got, wanted, atol=1e-4)


def test_receptive_fields_of_four_stacks() -> None:
    assert [seen(stack) for stack in STACKS.values()] == solution("stack_fields") == [7, 9, 7, 7]
    for stack in STACKS.values():
        assert solution("receptive_field")(stack) == seen(stack)


def test_receptive_fields_of_random_stacks() -> None:
    generator = random.Random(1)
    for _ in range(40):
        stack = [tuple(generator.randint(1, 3) for _ in range(3)) for _ in range(3)]
        assert solution("receptive_field")(stack) == seen(stack, 120)  # type: ignore[arg-type]


def test_n_layers_of_3x3_see_2n_plus_1() -> None:
    for n in range(1, 8):
        assert seen([(3, 1, 1)] * n) == 2 * n + 1
    assert seen([(3, 1, 1)] * 2) == 5


def test_stacks_c_and_d_have_the_fewest_parameters() -> None:
    C = 6
    counts = {
        name: sum(
            parameter.numel()
            for k, s, d in stack
            for parameter in nn.Conv2d(C, C, k, s, dilation=d).parameters()
        )
        for name, stack in STACKS.items()
    }
    assert counts["c"] == counts["d"] == min(counts.values()) == 18 * C**2 + 2 * C
    assert counts["a"] > counts["c"]
    assert solution("fewest_choice") == "D"


def test_influence_counts_ways() -> None:
    stack, size = [(3, 2, 1), (2, 1, 2)], 14
    got = solution("influence")(stack, size, 1, 2)
    for row, column in ((2, 4), (4, 6), (7, 9), (0, 0)):
        image = torch.zeros(1, 1, size, size)
        image[0, 0, row, column] = 1
        for k, s, d in stack:
            image = F.conv2d(image, torch.ones(1, 1, k, k), stride=s, dilation=d)
        assert got[row, column] == image[0, 0, 1, 2]
