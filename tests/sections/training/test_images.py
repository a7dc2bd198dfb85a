"""How augmentations are judged, of which right ones always pass; and what a net weighs."""

import pytest
import torch
from scipy.stats import binom

from course_lib.sections.training.chance import dependent, fits, plausible
from course_lib.sections.training.squares import wrong_squares
from course_lib.training.augment import cutout
from grader.marking import rooms
from grader.marking.draw import Draw

CHANCES = ("random_flip", "random_crop", "cutout", "colour_jitter")


@pytest.mark.parametrize("name", CHANCES)
def test_a_right_answer_passes_whatever_is_drawn(name: str) -> None:
    exercise = rooms.find(f"training.{name}")
    right, holds = exercise.right[0], exercise.public.holding
    assert holds is not None
    for seed in range(4):
        cases = exercise.cases(Draw(seed))
        for case, answer in zip(cases, exercise.answers(right, cases), strict=True):
            assert holds(answer.value, *case.args, **case.kwargs) is None, (seed, case.about)


@pytest.mark.parametrize(("of", "share"), [(40, 0.5), (300, 0.2), (2048, 1 / 9)])
def test_a_plausible_count_is_missed_less_than_once_in_a_milliard(of: int, share: float) -> None:
    missed = sum(
        binom.pmf(count, of, share) for count in range(of + 1) if not plausible(count, of, share)
    )
    assert missed < 1e-9


def test_draws_fit_their_shares_and_no_others() -> None:
    draws = torch.randint(4, (1000,), generator=torch.Generator().manual_seed(0)).tolist()
    assert fits(draws, range(4))
    assert not fits(draws, range(5))
    assert not fits(draws, range(3))
    assert not fits(draws, [0, 1, 2, 3, 3])


def test_draws_in_turn_are_dependent() -> None:
    drawn = torch.randint(2, (30, 20), generator=torch.Generator().manual_seed(0))
    assert not dependent(drawn, range(2))
    assert dependent(torch.arange(600).view(30, 20) % 2, range(2))


@pytest.mark.parametrize("size", range(1, 14))
def test_squares_of_every_size_are_right(size: int) -> None:
    images = torch.rand(40, 2, 5, 6) + 0.1
    generator = torch.Generator().manual_seed(size)
    calls = torch.stack([cutout(size)(images, generator) for _ in range(30)])
    assert wrong_squares(calls, images, size) is None


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({}, 620_810),
        ({"kernel": 5}, 786_186),
        ({"kernel": 7}, 1_034_250),
        ({"bias": False}, 620_586),
    ],
)
def test_the_simple_network_has_as_many_parameters_as_the_text_says(
    settings: dict[str, int], parameters: int
) -> None:
    net = rooms.find("training.SimpleCNN").reference(**settings)
    assert sum(weight.numel() for weight in net.parameters()) == parameters
