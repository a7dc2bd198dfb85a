"""Section 03: the printed answers, derived by other means: groups, merging, matrices, rounding."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from layer_by_loops import layer_by_loops
from torch import Tensor, nn

from course_lib.sections.channels import pictures
from course_lib.sections.channels.rounding import order_matters
from grader.former.marking import markings


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return markings("channels")[f"channels.{name}"].solution


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_convolution_equals_the_module(groups: int) -> None:
    layer = nn.Conv2d(6, 12, 3, groups=groups, bias=False)
    X = random(6, 5, 7)
    with torch.no_grad():
        got = solution("group_conv2d")(X, layer.weight, groups)
        assert torch.allclose(got, layer(X[None])[0], atol=1e-5)
    assert layer.weight.numel() == 12 * 6 // groups * 9
    kept_apart = layer_by_loops(X[: 6 // groups].numpy(), layer.weight[:1].detach().numpy())
    assert np.allclose(got[0], kept_apart[0], atol=1e-5)


@pytest.mark.parametrize("m", [1, 2, 4])
def test_blocks_do_one_mth_of_the_work(m: int) -> None:
    blocks, x = random(m, 12 // m, 8 // m), random(8, 5, seed=1)
    full = np.zeros((12, 8))
    for block in range(m):
        rows, columns = 12 // m, 8 // m
        full[block * rows : (block + 1) * rows, block * columns : (block + 1) * columns] = blocks[
            block
        ].numpy()
    assert np.allclose(solution("block_product")(blocks, x), full @ x.numpy(), atol=1e-5)
    assert blocks.numel() * m == full.size


def test_shuffle_lets_every_group_hear_every_other() -> None:
    shuffled = solution("channel_shuffle")(torch.arange(12.0)[:, None, None], 3).flatten()
    assert shuffled.tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert all({int(c) // 4 for c in group} == {0, 1, 2} for group in shuffled.reshape(3, 4))
    undone = solution("channel_shuffle")(shuffled[:, None, None], 4).flatten()
    assert undone.tolist() == list(range(12))


def test_two_convolutions_are_one_with_the_flip() -> None:
    X, K1, K2 = (random(*shape, seed=seed) for seed, shape in enumerate(((9, 10), (3, 3), (3, 3))))
    two = scipy.signal.correlate2d(scipy.signal.correlate2d(X, K1, "valid"), K2, "valid")
    merged = solution("merge_kernels")(K1, K2)
    assert tuple(merged.shape) == (5, 5)
    assert np.abs(scipy.signal.correlate2d(X, merged, "valid") - two).max() < 1e-5
    unflipped = F.conv2d(K1[None, None], K2[None, None], padding=2)[0, 0]
    assert np.abs(scipy.signal.correlate2d(X, unflipped, "valid") - two).max() > 1
    assert [K1.numel() + K2.numel(), merged.numel()] == solution("merged_weights") == [18, 25]


def test_merged_layers() -> None:
    X, K1, K2 = random(2, 8, 9), random(4, 2, 3, 2, seed=1), random(3, 4, 2, 3, seed=2)
    merged = solution("merge_layers")(K1, K2)
    assert tuple(merged.shape) == (3, 2, 4, 4)
    two = layer_by_loops(layer_by_loops(X.numpy(), K1.numpy()), K2.numpy())
    assert np.allclose(layer_by_loops(X.numpy(), merged.numpy()), two, atol=1e-4)


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
        assert ring == 2  # what the pointed choice asks for
        assert markings("channels")["channels.border_choice"].solution == "C"


@pytest.mark.parametrize("first", [3, 5])
def test_the_figure_of_the_border_shows_the_whole_ring(first: int) -> None:
    """One pixel wide for a second kernel of 3 x 3, whatever the first; no zero in it by chance."""
    alt = pictures.border().alt
    assert callable(alt)
    assert f" {2 * (12 + 14) - 4} of {12 * 14} outputs" in alt(
        padding="zeros, sizes kept", first=first
    )
    assert " 0 of " in alt(padding="none", first=first)


def test_1_0_1_does_not_split_over_the_reals() -> None:
    kernels = np.array([[1, 3, 2], [1, 0, 1], [1, 2, 1], [-1, 1, 1], [0, 1, 4], [2, 1, 1]])
    real = [bool(np.abs(np.roots(kernel).imag).max(initial=0) < 1e-6) for kernel in kernels]
    assert solution("can_split")(torch.from_numpy(kernels).float()) == real
    assert real[1] is False
    grid = np.linspace(-4, 4, 161)  # p0 = 1 loses nothing: p and q may be scaled against each other
    p1, q0, q1 = (axis.ravel() for axis in np.meshgrid(grid, grid, grid))
    away = np.abs(np.stack([q0 - 1, q1 + p1 * q0, p1 * q1 - 1])).max(0)
    assert away.min() > 0.3


def test_rank_one_means_a_column_times_a_row() -> None:
    column, row, image = np.array([[1.0], [2], [1]]), np.array([[1.0, 0, -1]]), np.ones((6, 7))
    image[2:4, 1:5] = [[3, 1, 4, 1], [5, 9, 2, 6]]
    sobel = column @ row
    assert np.linalg.matrix_rank(sobel) == 1
    two = scipy.signal.correlate2d(scipy.signal.correlate2d(image, column, "valid"), row, "valid")
    assert np.allclose(two, scipy.signal.correlate2d(image, sobel, "valid"))


def test_layer_as_a_matrix_product() -> None:
    X, K = random(3, 6, 7), random(4, 3, 2, 3, seed=1)
    columns = solution("im2col")(X, (2, 3))
    assert columns.shape == (3 * 2 * 3, 5 * 5)
    expected = layer_by_loops(X.numpy(), K.numpy())
    for name in ("conv2d_loop", "conv2d_matmul"):
        assert np.allclose(solution(name)(X, K), expected, atol=1e-5)
    assert np.allclose((K.flatten(1) @ columns).reshape(4, 5, 5), expected, atol=1e-5)


@pytest.mark.parametrize(("k", "cache"), [(3, 32), (5, 60), (7, 1000)])
def test_strips(k: int, cache: int) -> None:
    fitting = [delta for delta in range(1, cache) if k * (k + delta) <= cache]
    delta, loads = solution("best_strip")(k, cache)
    assert delta == fitting[-1]
    assert math.isclose(loads, (k + delta) / delta)
    assert loads == min((k + d) / d for d in fitting)  # the larger the better, while it fits


def test_order_of_a_sum_in_float32() -> None:
    x, w = (np.array(row, dtype=np.float32) for row in solution("order_matters"))
    forwards, backwards = np.float32(0), np.float32(0)
    for product in x * w:
        forwards += product
    for product in (x * w)[::-1]:
        backwards += product
    assert forwards != backwards
    assert order_matters(solution("order_matters")) is None


def test_loop_and_matrix_product_are_not_always_equal_to_the_last_bit() -> None:
    """With 3 channels nearly always, with 64 seldom; the shares depend on the machine."""
    equal = {}
    for c, trials in ((3, 200), (64, 40)):
        pairs = [(random(c, 3, 3, seed=s), random(2, c, 1, 1, seed=s + 1)) for s in range(trials)]
        outputs = [
            (solution("corr2d_multi_in_out")(X, K), solution("conv1x1")(X, K)) for X, K in pairs
        ]
        assert all(torch.allclose(one, other, atol=1e-4) for one, other in outputs)
        equal[c] = sum(torch.equal(one, other) for one, other in outputs) / trials
    assert equal[64] < 0.5
    assert equal[64] < equal[3]
