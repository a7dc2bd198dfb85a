"""The printed answers of section 02, each derived anew: sizes, fields, tones, blurs, claims."""

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.figures.elements import photograph
from course_lib.quiz import find_quiz
from grader.marking import solutions

STACKS = ([(3, 1, 1)] * 3, [(5, 1, 1)] * 2, [(3, 2, 1), (3, 1, 1)], [(3, 1, 2), (3, 1, 1)])
"""The four stacks of the text: (kernel size, stride, dilation) of each layer."""


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"padding_stride.{name}")


def counted(n: int, k: int, p: int, s: int, d: int) -> int:
    """How many windows fit, by trying every place."""
    padded = n + 2 * p
    return sum(
        start % s == 0 and all(start + tap * d < padded for tap in range(k))
        for start in range(padded)
    )


def seen(stack: list[tuple[int, int, int]], size: int = 60) -> int:
    """Width of the part of a line that changes one output when it changes."""
    line = torch.zeros(size, 1, 1, size)
    line[range(size), 0, 0, range(size)] = 1  # a batch: one lit pixel each
    for k, s, d in stack:
        line = F.conv2d(line, torch.ones(1, 1, 1, k), stride=(1, s), dilation=(1, d))
    lit = line[:, 0, 0, 1].nonzero().flatten()
    return int(lit.max() - lit.min() + 1)


def test_the_eight_shapes() -> None:
    rgb = [
        nn.Conv2d(3, 32, kernel_size=5),
        nn.Conv2d(3, 32, kernel_size=5, padding=2),
        nn.Conv2d(3, 32, kernel_size=3, stride=2, padding=1),
        nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3),
        nn.Conv2d(3, 32, kernel_size=3, padding=2, dilation=2),
    ]
    grey = [
        nn.Conv2d(1, 1, kernel_size=3, padding=1),
        nn.Conv2d(1, 1, kernel_size=(5, 3), padding=(2, 1)),
        nn.Conv2d(1, 1, kernel_size=(3, 5), padding=(0, 1), stride=(3, 4)),
    ]
    found = [tuple(layer(torch.zeros(1, 3, 64, 64)).shape) for layer in rgb]
    found += [tuple(layer(torch.zeros(1, 1, 8, 8)).shape) for layer in grey]
    assert found == solution("layer_shapes")
    assert found[:5] == [(1, 32, size, size) for size in (60, 64, 32, 32, 64)]
    assert [shape[2:] for shape in found[5:]] == [(8, 8), (8, 8), (2, 2)]


def test_the_shape_of_question_2() -> None:
    layer = {"in_channels": 3, "out_channels": 64, "kernel_size": 5, "stride": 2, "padding": 2}
    assert counted(128, 5, 2, 2, 1) == 64
    assert solution("shapes")([layer], (1, 3, 128, 128)) == [(1, 64, 64, 64)]


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


def test_fields_and_weights_of_four_stacks() -> None:
    fields = [seen(stack) for stack in STACKS]
    weights = [
        sum(nn.Conv2d(10, 10, k, bias=False).weight.numel() for k, _, _ in stack)
        for stack in STACKS
    ]
    assert [*fields, min(weights)] == solution("stack_fields") == [7, 9, 7, 7, 1800]
    assert weights[2] == weights[3] == min(weights) == 18 * 10**2
    assert [solution("receptive_field")(stack) for stack in STACKS] == fields


def test_receptive_fields_of_random_stacks() -> None:
    generator = random.Random(1)
    for _ in range(20):
        stack = [tuple(generator.randint(1, 3) for _ in range(3)) for _ in range(3)]
        assert solution("receptive_field")(stack) == seen(stack, 120)  # type: ignore[arg-type]


def test_n_layers_of_3x3_see_2n_plus_1() -> None:
    for n in range(1, 8):
        assert seen([(3, 1, 1)] * n) == solution("receptive_field")([(3, 1, 1)] * n) == 2 * n + 1


def test_influence_counts_ways() -> None:
    stack, size = [(3, 2, 1), (2, 1, 2)], 14
    got = solution("influence")(stack, size, 1, 2)
    for row, column in ((2, 4), (4, 6), (7, 9), (0, 0)):
        image = torch.zeros(1, 1, size, size)
        image[0, 0, row, column] = 1
        for k, s, d in stack:
            image = F.conv2d(image, torch.ones(1, 1, k, k), stride=s, dilation=d)
        assert got[row, column] == image[0, 0, 1, 2]


def test_equal_dilations_leave_holes_and_the_border_fades() -> None:
    holes = solution("influence")([(3, 1, 2)] * 3, 20, 3, 3)
    assert not holes[::2].any() and holes[3::2, 3::2].any()
    deep = solution("influence")([(3, 1, 1)] * 6, 13, 0, 0)
    assert deep[6, 6] > 1000 * deep[0, 0]


def test_multiply_adds_are_counted() -> None:
    for n, k, p, s in ((5, 3, 0, 1), (5, 3, 0, 2), (12, 4, 1, 3)):
        assert solution("multiply_adds")(n, k, p, s) == counted(n, k, p, s, 1) ** 2 * k * k
    assert solution("multiply_adds")(224, 3, 1, 1) == 4 * solution("multiply_adds")(224, 3, 1, 2)


def test_5_khz_comes_out_at_3_khz() -> None:
    time = np.arange(16_000) / 16_000
    kept = np.sin(2 * np.pi * 5000 * time)[::2]
    assert np.allclose(kept, -np.sin(2 * np.pi * 3000 * time[::2]), atol=1e-9)
    assert int(np.abs(np.fft.rfft(kept)).argmax()) == 3000
    assert solution("heard_frequency")(5000, 16_000, 2) == 3000


@pytest.mark.parametrize(
    ("f", "rate", "stride"), [(1500, 16_000, 2), (7000, 16_000, 4), (4000, 9000, 5)]
)
def test_heard_frequency_against_the_spectrum(f: int, rate: int, stride: int) -> None:
    kept = np.cos(2 * np.pi * f * np.arange(0, rate, stride) / rate)
    peak = np.fft.rfftfreq(len(kept), stride / rate)[np.abs(np.fft.rfft(kept)).argmax()]
    assert math.isclose(solution("heard_frequency")(f, rate, stride), peak)


def test_blur_before_the_stride() -> None:
    image = np.random.default_rng(2).normal(size=(8, 11))
    blurred = scipy.ndimage.convolve(image, np.outer([1, 2, 1], [1, 2, 1]) / 16, mode="mirror")
    assert np.allclose(solution("blur_down")(torch.from_numpy(image).float()), blurred[::2, ::2])


def every_second(X: torch.Tensor) -> torch.Tensor:
    return X[::2, ::2]


def test_one_pixel_changes_more_without_a_blur() -> None:
    stripes = torch.tensor([1.0, 3.0]).repeat(4, 2)
    change, blur_down = solution("one_pixel_change"), solution("blur_down")
    assert [change(every_second, stripes), change(blur_down, stripes)] == [2, 0]
    photo = photograph()
    for top, left in ((40, 20), (100, 10), (140, 200)):  # the patches of the text
        patch = photo[top : top + 64, left : left + 96]
        patch = patch - patch.mean()
        assert change(blur_down, patch) < 0.75 * change(every_second, patch)


def test_one_kernel_leads_home_where_its_squares_add_up_to_1_and_stamps_lie_side_by_side() -> None:
    generator = torch.Generator().manual_seed(1)
    Y, kernel = torch.randn(1, 4, 4, generator=generator), torch.rand(1, 2, 2, generator=generator)
    gap = solution("round_trip_gap")
    assert gap(Y, kernel / kernel.norm(), 2) < 1e-5
    assert gap(Y, kernel * 2, 2) > 0.1
    assert gap(Y, kernel / kernel.sum(), 1) > 0.1
    assert solution("identity_choice") == "B"


def test_three_rules_for_root_two() -> None:
    root = math.sqrt(2)
    at_most_7 = sum(1 for i in range(20) if i * root <= 7)
    below_8 = sum(1 for i in range(20) if i * root < 8)
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    read = F.interpolate(ramp, scale_factor=1 / 1.414, mode="bilinear", align_corners=True)
    assert torch.allclose(read[0, 0, 0].diff(), torch.full((4,), 1.75))
    assert solution("step_numbers") == [at_most_7, below_8, 1.75] == [5, 6, 7 / 4]


def test_quizzes_mark_what_is_right() -> None:
    key = {
        "sizes": ["(1, 64, 64, 64)", "4", "The kernel size only", "True"],
        "dilation": [
            "9",
            "It reaches as far with fewer weights.",
            "The output keeps a value for each pixel while outputs see further.",
            "Only even ones",
        ],
        "fields": [
            "The part of the input image that can influence it",
            "5 x 5",
            "2n + 1",
            "4 pixels",
            "False",
        ],
    }
    for name, answers in key.items():
        questions = find_quiz(f"padding_stride.{name}")
        assert [[c.text for c in q.choices if c.right] for q in questions] == [[a] for a in answers]
    assert counted(20, 5, 4, 1, 2) == 20
    assert [counted(n, 5, 2, 2, 1) for n in (31, 32)] == [16, 16]
    assert seen([(3, 2, 1), (3, 1, 1)]) - seen([(3, 2, 1)]) == 4
