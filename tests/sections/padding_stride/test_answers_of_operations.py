"""Answers of section 02 that were once judged otherwise than they should be; the numbers anew."""

import itertools
import textwrap
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.scope import Cell, scope
from course_lib.checks.verdict import Verdict
from course_lib.sections.padding_stride import given
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

SEEDS = (1, 2)


def solution(name: str) -> Any:
    return solutions.solution(f"padding_stride.{name}")


def marked(name: str, cell: str, seed: int) -> Verdict:
    """What marking gives for the text of an answer's cell."""
    cell, exercise_id = textwrap.dedent(cell), f"padding_stride.{name}"
    names = {"torch": torch, "F": F, "nn": nn, **vars(given)}
    exec(cell, names)
    texts = answered(find(exercise_id).public, names[name], scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, scope([Cell.of(cell)], name))


OUTPUT_SIZE = """
    def conv_output_size(n, k, p=0, s=1, d=1):
        covered = d * (k - 1) + 1
        if covered > n + 2 * p:
            raise ValueError(f"{covered} > {n + 2 * p}")
        return (n + 2 * p - covered) // s + 1
"""
MANUAL = """
    def manual_conv2d(input, kernel, stride=1, padding=0):
        (h, w), X = kernel.shape, F.pad(input, (padding,) * 4)
        if h > X.shape[0] or w > X.shape[1]:
            raise ValueError(f"{h} x {w} > {X.shape}")
        return (X.unfold(0, h, stride).unfold(1, w, stride) * kernel).sum((2, 3))
"""
MIRROR = """
    def mirror_pad(X, p):
        if p >= min(X.shape):
            raise ValueError(f"{p} >= {min(X.shape)}")
        X = torch.cat([X[1:p + 1].flip(0), X, X[-p - 1:-1].flip(0)])
        return torch.cat([X[:, 1:p + 1].flip(1), X, X[:, -p - 1:-1].flip(1)], dim=1)
"""
STUFF = """
    def stuff_kernel(K, d):
        kernel = torch.zeros(d * (K.shape[0] - 1) + 1, d * (K.shape[1] - 1) + 1)
        kernel[::d, ::d] = K
        return kernel
"""
TRANSPOSED = """
    def transposed_conv2d(Y, K, stride=1):
        (H, W), (h, w) = Y.shape, K.shape
        output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
        for i in range(H):
            for j in range(W):
                top, left = i * stride, j * stride
                output[top:top + h, left:left + w] += Y[i, j] * K
        return output
"""
GAP = """
    def round_trip_gap(Y, filters, stride):
        there = F.conv_transpose2d(Y[None], filters[:, None], stride=stride)
        return (F.conv2d(there, filters[:, None], stride=stride)[0] - Y).abs().max().item()
"""
BACKWARD = """
    def conv_backward(X, K, dY, stride=1):
        (h, w), dX, dK = K.shape, torch.zeros_like(X), torch.zeros_like(K)
        for i in range(dY.shape[0]):
            for j in range(dY.shape[1]):
                top, left = i * stride, j * stride
                dX[top:top + h, left:left + w] += dY[i, j] * K
                dK += dY[i, j] * X[top:top + h, left:left + w]
        return [dX, dK, dY.sum()]
"""
FRACTIONAL = """
    def fractional_stride(X, step):
        def blend(X):
            places = torch.arange(int((len(X) - 1) / step) + 1) * step
            low = places.floor().long()
            high, share = (low + 1).clamp(max=len(X) - 1), (places - low)[:, None]
            return (1 - share) * X[low] + share * X[high]
        return blend(blend(X).T).T
"""
BASES = {
    "conv_output_size": OUTPUT_SIZE,
    "manual_conv2d": MANUAL,
    "mirror_pad": MIRROR,
    "stuff_kernel": STUFF,
    "transposed_conv2d": TRANSPOSED,
    "round_trip_gap": GAP,
    "conv_backward": BACKWARD,
    "fractional_stride": FRACTIONAL,
}
TRY_OUT = """
    import numpy as np
    print(F.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2)), np.pad([[1, 2]], 1))
    Z = torch.ones(2, requires_grad=True)
    Z.sum().backward()
    print(Z.grad, torch.autograd.grad(Z.sum(), Z), F.unfold(torch.ones(1, 1, 2, 2), 2))
"""


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("conv_output_size", "", ""),
        ("conv_output_size", "return (n", "return 1.0 * (n"),
        ("manual_conv2d", "", ""),
        ("mirror_pad", "", ""),
        ("stuff_kernel", "", ""),
        ("transposed_conv2d", "", ""),
        ("round_trip_gap", ".item()", ""),
        ("conv_backward", "[dX, dK, dY.sum()]", "dX, dK, dY.sum().item()"),
        ("fractional_stride", "", ""),
    ],
)
def test_right_with_a_try_out_below(name: str, old: str, new: str) -> None:
    for seed in SEEDS:
        verdict = marked(name, BASES[name].replace(old, new) + TRY_OUT, seed)
        assert verdict.state == "right", verdict.message


@pytest.mark.parametrize(
    ("name", "old", "new", "mistake"),
    [
        ("conv_output_size", "s=1", "s=2", "another default"),
        ("conv_output_size", "p=0, s=1, d=1", "p, s, d", "raises"),
        (
            "conv_output_size",
            "(n + 2 * p - covered) // s",
            "round((n + 2 * p - covered) / s)",
            "rounded to the nearest",
        ),
        ("conv_output_size", "covered >", "covered >=", ""),
        ("manual_conv2d", "stride=1", "stride=2", "another default"),
        ("manual_conv2d", "(padding,) * 4", "(1,) * 4", "one ring of padding"),
        ("manual_conv2d", "(padding,) * 4", "(min(padding, 1),) * 4", "one ring of padding"),
        ("manual_conv2d", ".sum((2, 3))", ".sum((2, 3)).squeeze()", "an axis lost"),
        ("manual_conv2d", "return (X", "input += 1; return (X", "changed inputs"),
        ("mirror_pad", "if p >=", "if p == 0 or p >=", ""),
        ("mirror_pad", "-p - 1:-1", "-p:", ""),
        ("stuff_kernel", "return kernel", "return kernel.squeeze()", ""),
        ("stuff_kernel", "    return kernel", "    K.zero_(); return kernel", "changed inputs"),
        ("transposed_conv2d", "+= Y", "= Y", "overwritten"),
        ("transposed_conv2d", "stride=1", "stride=2", "another default"),
        ("round_trip_gap", ".abs().max()", ".max().abs()", "absolute value last"),
        ("conv_backward", "stride=1", "stride=2", ""),
        (
            "conv_backward",
            "dX[top:top + h, left:left + w] +=",
            "dX[top:top + h, left:left + w] =",
            "stamps overwritten",
        ),
        ("conv_backward", "return [", "dY /= 2; return [2 * ", ""),
        ("fractional_stride", "int((len(X) - 1) / step) + 1", "int(len(X) / step)", ""),
    ],
)
def test_wrong_on_every_seed(name: str, old: str, new: str, mistake: str) -> None:
    assert old in BASES[name]
    for seed in SEEDS:
        verdict = marked(name, BASES[name].replace(old, new), seed)
        assert verdict.score < 1
        if mistake:
            assert verdict.mistake == mistake, verdict.message


def test_impossible_sizes_are_refused_by_counting() -> None:
    for n, k, p, s, d in itertools.product((1, 2, 5, 9), (1, 3, 4), (0, 2), (1, 3), (1, 2)):
        starts = [i for i in range(-p, n + p, s) if i + d * (k - 1) < n + p]
        for size in (solution("conv_output_size"), given.conv_output_size):
            if starts:
                assert size(n, k, p, s, d) == len(starts)
                continue
            with pytest.raises(ValueError, match=rf"{d * (k - 1) + 1}.*{n + 2 * p}"):
                size(n, k, p, s, d)


def test_operation_and_dilation_against_scipy() -> None:
    generator = np.random.default_rng(0)
    for stride, padding, d in itertools.product((1, 2, 3), (0, 1, 2), (1, 2, 3)):
        image, kernel = generator.normal(size=(9, 8)), generator.normal(size=(3, 2))
        X, K = torch.from_numpy(image), torch.from_numpy(kernel)
        stuffed = solution("stuff_kernel")(K, d)
        assert torch.equal(stuffed, given.stuff_kernel(K, d).float())
        full = scipy.signal.correlate2d(np.pad(image, padding), stuffed.numpy(), "valid")
        got = solution("manual_conv2d")(X, stuffed, stride, padding)
        assert np.allclose(got, full[::stride, ::stride], atol=1e-5)
        torchs = F.conv2d(X[None, None], K[None, None], None, stride, padding, d)[0, 0]
        assert np.allclose(got, torchs, atol=1e-5)


def test_mirror_against_numpy() -> None:
    image = np.arange(20.0).reshape(4, 5)
    for p in range(4):
        got = solution("mirror_pad")(torch.from_numpy(image), p)
        assert np.array_equal(got, np.pad(image, p, mode="reflect"))
        assert torch.equal(got, given.mirror_pad(torch.from_numpy(image), p))
    assert np.pad([1, 2, 3], 2, mode="reflect").tolist() == [3, 2, 1, 2, 3, 2, 1]


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_gradients_are_the_transpose(stride: int) -> None:
    generator = torch.Generator().manual_seed(stride)
    K, dY = torch.randn(3, 2, generator=generator), torch.randn(3, 4, generator=generator)
    H, W = 2 * stride + 3 + stride - 1, 3 * stride + 2 + stride - 1  # some pixels left over
    X = torch.randn(H, W, generator=generator)
    x, k = X.clone().requires_grad_(), K.clone().requires_grad_()
    Y = F.conv2d(x[None, None], k[None, None], stride=stride)[0, 0]
    wanted = torch.autograd.grad(Y, (x, k), dY)
    dX, dK, db = solution("conv_backward")(X, K, dY, stride)
    assert torch.allclose(dX, wanted[0], atol=1e-4)
    assert torch.allclose(dK, wanted[1], atol=1e-4)
    assert torch.isclose(db, dY.sum())
    stamps = solution("transposed_conv2d")(dY, K, stride)
    assert torch.allclose(stamps, dX[: stamps.shape[0], : stamps.shape[1]], atol=1e-5)
    assert torch.allclose(stamps, given.transposed_conv2d(dY, K, stride), atol=1e-5)


def test_the_way_back_is_home_only_for_orthonormal_filters_side_by_side() -> None:
    gap, generator = solution("round_trip_gap"), torch.Generator().manual_seed(1)
    Y = torch.randn(1, 4, 4, generator=generator)
    kernel = torch.rand(1, 2, 2, generator=generator)
    assert gap(Y, kernel / kernel.norm(), 2) < 1e-5
    assert gap(Y, kernel * 2, 2) > 0.1
    assert gap(Y, kernel / kernel.sum(), 1) > 0.1
    bank = torch.linalg.qr(torch.randn(4, 4, generator=generator))[0].reshape(4, 2, 2)
    assert gap(torch.randn(4, 3, 3, generator=generator), bank, 2) < 1e-4
    assert gap(torch.randn(4, 3, 3, generator=generator), bank, 1) > 0.1


@pytest.mark.parametrize("step", [2**0.5, 1.5, 0.4, 3])
def test_fractional_stride_pixel_by_pixel(step: float) -> None:
    """Every pixel counts by how near it is, in both directions: a hat of width one on each side."""
    image = torch.randn(7, 8, generator=torch.Generator().manual_seed(3)).double()
    hats = []
    for n in image.shape:
        places = [i * step for i in range(100) if i * step <= n - 1]
        hats.append(torch.tensor([[max(0.0, 1 - abs(at - m)) for m in range(n)] for at in places]))
    rows, columns = (hat.double() for hat in hats)
    got = solution("fractional_stride")(image, step)
    assert torch.allclose(got.double(), rows @ image @ columns.T, atol=1e-5)
