"""The printed answers of section 03's operations, each derived anew: by loops, NumPy or SciPy."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import torch
import torch.nn.functional as F
from layer_by_loops import layer_by_loops
from torch import Tensor, nn

from course_lib.sections.channels.adapters import with_work
from course_lib.sections.channels.given import corr2d
from grader.marking import rooms, solutions


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"channels.{name}")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_given_corr2d_is_that_of_scipy_and_keeps_gradients() -> None:
    x, k = random(5, 7), random(2, 3, seed=1).requires_grad_()
    expected = scipy.signal.correlate2d(x, k.detach(), mode="valid")
    assert np.allclose(corr2d(x, k).detach(), expected, atol=1e-5)
    (gradient,) = torch.autograd.grad(corr2d(x, k).sum(), k)
    assert np.allclose(gradient, scipy.signal.correlate2d(x, np.ones((4, 5)), "valid"), atol=1e-5)


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
    full = scipy.linalg.block_diag(*blocks.numpy())
    asked = with_work(solution("block_product"), blocks, x)
    assert np.allclose(asked["product"], full @ x.numpy(), atol=1e-5)
    assert asked["zeros left alone"]
    assert blocks.numel() * m == full.size == 12 * 8
    by_zeros = with_work(lambda _, x: torch.from_numpy(full) @ x, blocks, x)
    assert by_zeros["zeros left alone"] == (m == 1)


@pytest.mark.parametrize(
    "full_product",
    [
        lambda A, x: A @ x,
        lambda A, x: torch.stack([A @ column for column in x.T], 1),
        lambda A, x: torch.addmm(torch.zeros(1), A, x),
        lambda A, x: torch.einsum("ij,jn->in", A, x),
        lambda A, x: F.conv1d(x[None], A[:, :, None])[0],
        lambda A, x: (A[:, :, None] * x).sum(1),
    ],
)
def test_work_on_zeros_is_counted_whatever_multiplies(full_product: Any) -> None:
    blocks, x = random(3, 2, 4), random(12, 5, seed=1)
    matrix = torch.from_numpy(scipy.linalg.block_diag(*blocks.numpy()))
    asked = with_work(lambda blocks, x: full_product(matrix, x), blocks, x)
    assert torch.allclose(asked["product"], solution("block_product")(blocks, x), atol=1e-5)
    assert not asked["zeros left alone"]


def test_shuffle_lets_every_group_hear_every_other() -> None:
    shuffled = solution("channel_shuffle")(torch.arange(12.0)[:, None, None], 3).flatten()
    assert shuffled.tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert all({int(c) // 4 for c in group} == {0, 1, 2} for group in shuffled.reshape(3, 4))
    undone = solution("channel_shuffle")(shuffled[:, None, None], 4).flatten()
    assert undone.tolist() == list(range(12))


def test_two_convolutions_are_one_with_the_flip_and_more_weights() -> None:
    X, K1, K2 = (random(*shape, seed=seed) for seed, shape in enumerate(((9, 10), (3, 3), (3, 3))))
    two = scipy.signal.correlate2d(scipy.signal.correlate2d(X, K1, "valid"), K2, "valid")
    merged = solution("merge_kernels")(K1, K2)
    assert np.abs(scipy.signal.correlate2d(X, merged, "valid") - two).max() < 1e-5
    unflipped = F.conv2d(K1[None, None], K2[None, None], padding=2)[0, 0]
    assert np.abs(scipy.signal.correlate2d(X, unflipped, "valid") - two).max() > 1
    assert (K1.numel() + K2.numel(), merged.numel()) == (18, 25)


def test_merged_layers() -> None:
    X, K1, K2 = random(2, 8, 9), random(4, 2, 3, 2, seed=1), random(3, 4, 2, 3, seed=2)
    merged = solution("merge_layers")(K1, K2)
    assert tuple(merged.shape) == (3, 2, 4, 4)
    two = layer_by_loops(layer_by_loops(X.numpy(), K1.numpy()), K2.numpy())
    assert np.allclose(layer_by_loops(X.numpy(), merged.numpy()), two, atol=1e-4)


def test_1_0_1_does_not_split_over_the_reals() -> None:
    kernels = np.array([[1, 3, 2], [1, 0, 1], [1, 2, 1], [-1, 1, 1], [0, 1, 4], [2, 3, 2]])
    real = [bool(np.abs(np.roots(kernel).imag).max(initial=0) < 1e-6) for kernel in kernels]
    assert solution("can_split")(torch.from_numpy(kernels).float()) == real
    assert (real[1], real[-1]) == (False, False)
    grid = np.linspace(-4, 4, 161)  # p0 = 1 loses nothing: p and q may be scaled against each other
    p1, q0, q1 = (axis.ravel() for axis in np.meshgrid(grid, grid, grid))
    away = np.abs(np.stack([q0 - 1, q1 + p1 * q0, p1 * q1 - 1])).max(0)
    assert away.min() > 0.3


def test_a_layer_as_a_matrix_product() -> None:
    X, K = random(3, 6, 7), random(4, 3, 2, 3, seed=1)
    expected = layer_by_loops(X.numpy(), K.numpy())
    assert np.allclose(solution("conv2d_matmul")(X, K), expected, atol=1e-5)
    columns = F.unfold(X[None], (2, 3))[0]
    assert columns.shape == (3 * 2 * 3, 5 * 5)
    assert np.allclose((K.flatten(1) @ columns).reshape(4, 5, 5), expected, atol=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_every_learner_is_asked_of_kernels_that_nearly_split(seed: int) -> None:
    cases, known = rooms.find("channels.can_split").drawn(seed)
    rows = [tuple(map(int, row)) for case in cases for rows in case.args for row in rows.tolist()]
    products = [(b * b, a * c) for a, b, c in rows]
    assert any(2 * ac < square < 4 * ac for square, ac in products)
    assert any(ac > 0 and square == 2 * ac for square, ac in products)
    assert any(ac and square == 4 * ac for square, ac in products)
    assert {(a == 0, b == 0, c == 0) for a, b, c in rows} > {
        (first, False, last) for first in (True, False) for last in (True, False)
    }
    assert known.right is not None
    for answer in known.right[:-1]:
        assert {True, False} == set(answer.value)  # so that no constant earns anything


@pytest.mark.parametrize("seed", range(20))
def test_groups_channels_and_sides_are_told_apart(seed: int) -> None:
    cases, _ = rooms.find("channels.group_conv2d").drawn(seed)
    asked = []
    for case in cases:
        for X, K, groups in case.each or (case.args,):
            asked.append((groups, len(X), len(K), K.shape[1]))
    assert any(
        len({groups, each, c_o // groups}) == 3 and each > 1 for groups, _, c_o, each in asked
    )
    assert any(groups == 1 for groups, *_ in asked)
    assert any(groups == c_i == c_o > 1 for groups, c_i, c_o, _ in asked)
    assert any(groups == c_i < c_o for groups, c_i, c_o, _ in asked)
    assert any(c_o < c_i for _, c_i, c_o, _ in asked)
