"""Section 02: the printed answers, derived by other means: transposes, gradients, sampling."""

import itertools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.ndimage
import scipy.signal
import torch
import torch.nn.functional as F
from torch import nn
from windows_by_trial import STACKS, counted, seen

from course_lib.figures.elements import photograph
from course_lib.figures.explorer import Explorer
from course_lib.former.check import public_verdict
from course_lib.former.exercise import find
from course_lib.quiz import find_quiz
from course_lib.sections.padding_stride import pictures
from grader.former.marking import markings
from grader.sections.padding_stride.backward import _by_autograd

Array = npt.NDArray[Any]


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return markings("padding_stride")[f"padding_stride.{name}"].solution


def test_transposed_convolution_is_the_transposed_matrix_and_the_gradient() -> None:
    generator = torch.Generator().manual_seed(0)
    K = torch.randn(3, 2, generator=generator)
    for stride in (1, 2, 3, 4):
        Y = torch.randn(3, 4, generator=generator)
        H, W = 2 * stride + 3, 3 * stride + 2
        units = torch.eye(H * W).reshape(-1, 1, H, W)
        matrix = F.conv2d(units, K[None, None], stride=stride).flatten(1).T  # (outputs, pixels)
        got = solution("transposed_conv2d")(Y, K, stride)
        assert torch.allclose(got, (matrix.T @ Y.flatten()).reshape(H, W), atol=1e-5)
        X = torch.zeros(H, W, requires_grad=True)
        output = F.conv2d(X[None, None], K[None, None], stride=stride)[0, 0]
        assert torch.allclose(got, torch.autograd.grad(output, X, Y)[0], atol=1e-5)


def test_the_way_back_is_home_only_for_orthonormal_filters_side_by_side() -> None:
    gap = solution("round_trip_gap")
    generator = torch.Generator().manual_seed(1)
    Y = torch.randn(1, 4, 4, generator=generator)
    kernel = torch.rand(1, 2, 2, generator=generator)
    unit = kernel / kernel.norm()
    assert gap(Y, unit, 2) < 1e-5  # the choice that is right
    assert gap(Y, kernel * 2, 2) > 0.1
    assert gap(Y, kernel / kernel.sum(), 1) > 0.1
    bank = torch.linalg.qr(torch.randn(4, 4, generator=generator))[0].reshape(4, 2, 2)
    assert gap(torch.randn(4, 3, 3, generator=generator), bank, 2) < 1e-4
    image = torch.randn(1, 1, 6, 6, generator=generator)
    there = F.conv2d(image, bank[:, None], stride=2)
    assert torch.allclose(F.conv_transpose2d(there, bank[:, None], stride=2), image, atol=1e-5)
    assert solution("identity_choice") == "B"


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_backward_pass_equals_autograd(stride: int) -> None:
    generator = torch.Generator().manual_seed(stride)
    X, K = (torch.randn(*shape, generator=generator) for shape in ((9, 8), (3, 2)))
    rows, columns = (9 - 3) // stride + 1, (8 - 2) // stride + 1
    dY = torch.randn(rows, columns, generator=generator)
    got = solution("conv_backward")(X, K, dY, stride)
    x, k, b = X.clone().requires_grad_(), K.clone().requires_grad_(), torch.zeros(1)
    b.requires_grad_()
    output = F.conv2d(x[None, None], k[None, None], b, stride=stride)[0, 0]
    for mine, theirs in zip(got, torch.autograd.grad(output, (x, k, b), dY), strict=True):
        assert torch.allclose(mine, theirs.squeeze() if mine.dim() == 0 else theirs, atol=1e-4)


def test_autograd_is_found_out_by_what_runs_not_by_its_name() -> None:
    def by_autograd(X: Any, K: Any, dY: Any, stride: int) -> Any:
        return _by_autograd(X, K, dY, stride)

    verdict = public_verdict(find("padding_stride.conv_backward"), by_autograd)
    assert verdict.mistake == "forbidden"


def test_running_a_layer_is_told_apart_from_making_one() -> None:
    def by_running(layers: Any, shape: Any) -> Any:
        return [tuple(nn.Conv2d(**layer)(torch.zeros(shape)).shape) for layer in layers]

    verdict = public_verdict(find("padding_stride.shapes"), by_running)
    assert verdict.mistake == "forbidden"
    assert "Making a layer is allowed, running it is not" in verdict.message


def test_a_gradient_in_a_tuple_is_told_to_be_taken_out() -> None:
    def as_it_comes(*args: Any) -> Any:
        return (solution("influence")(*args),)

    assert "[0]" in public_verdict(find("padding_stride.influence"), as_it_comes).message


def test_multiply_adds_are_counted() -> None:
    for n, k, p, s in ((5, 3, 0, 1), (5, 3, 0, 2), (12, 4, 1, 3)):
        count = 0
        for i in range(0, n + 2 * p - k + 1, s):
            for j in range(0, n + 2 * p - k + 1, s):
                count += sum(1 for _ in np.ndindex(k, k)) if (i, j) else k * k
        assert solution("multiply_adds")(n, k, p, s) == count
    saving = solution("multiply_adds")(224, 3, 1, 1) / solution("multiply_adds")(224, 3, 1, 2)
    assert saving == 4


def test_5_khz_comes_out_at_3_khz() -> None:
    time = np.arange(16_000) / 16_000
    kept = np.sin(2 * np.pi * 5000 * time)[::2]
    assert np.allclose(kept, -np.sin(2 * np.pi * 3000 * time[::2]), atol=1e-9)
    assert int(np.abs(np.fft.rfft(kept)).argmax()) == 3000
    assert solution("heard_frequency")(5000, 16_000, 2) == 3000


def test_heard_frequency_against_the_spectrum() -> None:
    for f, rate, stride in ((1500, 16_000, 2), (7000, 16_000, 4), (11_000, 24_000, 6)):
        kept = np.cos(2 * np.pi * f * np.arange(0, rate, stride) / rate)
        peak = np.fft.rfftfreq(len(kept), stride / rate)[np.abs(np.fft.rfft(kept)).argmax()]
        assert math.isclose(solution("heard_frequency")(f, rate, stride), peak)


def test_blur_before_the_stride() -> None:
    image = np.random.default_rng(2).normal(size=(8, 11))
    blurred = scipy.ndimage.convolve(image, np.outer([1, 2, 1], [1, 2, 1]) / 16, mode="mirror")
    assert np.allclose(solution("blur_down")(torch.from_numpy(image).float()), blurred[::2, ::2])
    one = scipy.ndimage.convolve1d(np.array([4.0, 0, 8, 4]), np.array([1, 2, 1]) / 4, mode="mirror")
    assert (one[0], one[2]) == (2, 5)


def test_one_pixel_changes_more_without_a_blur() -> None:
    stripes = torch.tensor([1.0, 3.0]).repeat(4, 2)
    assert solution("one_pixel_change")(stripes) == [2, 0]
    photo = photograph()
    for top, left in itertools.product((10, 60, 110), (20, 120, 200)):
        patch = photo[top : top + 64, left : left + 96]
        plain, blurred = solution("one_pixel_change")(patch - patch.mean())
        assert blurred < 0.75 * plain


def test_fractional_stride() -> None:
    root = math.sqrt(2)
    image = np.random.default_rng(3).normal(size=(8, 8))
    places = [i * root for i in range(5)]
    wanted = [[value(image, y, x) for x in places] for y in places]
    got = solution("fractional_stride")(torch.from_numpy(image), root)
    assert got.shape == (5, 5)
    assert np.allclose(got, wanted, atol=1e-5)


def value(image: Array, y: float, x: float) -> float:
    """An image between its pixels, from the four around (y, x)."""
    i, j = int(y), int(x)
    t, u = y - i, x - j
    upper = (1 - u) * image[i, j] + u * image[i, j + 1]
    return float((1 - t) * upper + t * ((1 - u) * image[i + 1, j] + u * image[i + 1, j + 1]))


def test_three_rules_for_root_two() -> None:
    root = math.sqrt(2)
    at_most_7 = sum(1 for i in range(20) if i * root <= 7)
    below_8 = sum(1 for i in range(20) if i * root < 8)
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    read = F.interpolate(ramp, scale_factor=1 / 1.414, mode="bilinear", align_corners=True)
    assert read.shape == (1, 1, 5, 5)
    steps = read[0, 0, 0].diff()
    assert torch.allclose(steps, torch.full((4,), 1.75))
    assert solution("step_numbers") == [at_most_7, below_8, 1.75] == [5, 6, 7 / 4]


def test_quizzes_mark_what_is_right() -> None:
    key = {
        "sizes": [{"(1, 64, 64, 64)"}, {"4"}, {"The kernel size only"}, {"True"}],
        "dilation": [
            {"9"},
            {"It reaches as far with fewer weights."},
            {"The output keeps a value for each pixel while outputs see further."},
            {"Only even ones"},
        ],
        "fields": [
            {"The part of the input image that can influence it"},
            {"5 x 5"},
            {"2n + 1"},
            {"4 pixels"},
            {"False"},
        ],
    }
    for name, answers in key.items():
        questions = find_quiz(f"padding_stride.{name}")
        assert [{c.text for c in q.choices if c.right} for q in questions] == answers
    assert counted(20, 5, 4, 1, 2) == 20
    assert [counted(n, 5, 2, 2, 1) for n in (31, 32)] == [16, 16]
    assert seen([(3, 2, 1), (3, 1, 1)]) - seen([(3, 2, 1)]) == 4


EXPLORERS = {
    "windows": pictures.windows,
    "sizes_table": lambda: pictures.sizes_table(solution("conv_output_size")),
    "paddings": pictures.paddings,
    "stack": pictures.stack,
    "fields": lambda: pictures.fields(STACKS, solution("receptive_field"), solution("influence")),
    "stamps": pictures.stamps,
    "aliasing": pictures.aliasing,
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_draws_at_both_ends_of_its_controls(name: str) -> None:
    explorer: Explorer = EXPLORERS[name]()
    for control_name, control in explorer.controls.items():
        for value in (control.range()[0], control.range()[-1]):
            assert "<img" in explorer.picture(**{**explorer.still, control_name: value})


def test_an_explorer_says_when_your_function_is_missing() -> None:
    def missing(*_: Any) -> Any:
        raise NotImplementedError

    assert "not written yet" in pictures.sizes_table(missing).picture(p=1, s=1, d=1)
    fields = pictures.fields(STACKS, missing, missing)
    assert "not written yet" in fields.picture(stack="a")
