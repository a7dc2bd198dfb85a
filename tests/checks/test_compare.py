"""Which values are equal, and how a difference is told."""

from typing import Any

import pytest
import torch

from course_lib.checks.compare import difference, number

INFINITE = torch.tensor([1.0, torch.inf])


@pytest.mark.parametrize(
    "same",
    [
        [1, 2.5],
        (1.0, 2.5),
        torch.tensor([1.0, 2.5]),
        torch.tensor([1.0, 2.5 + 1e-6], dtype=torch.float64),
        [torch.tensor(1), torch.tensor(2.5)],
    ],
)
def test_numbers_are_the_same_whatever_holds_them(same: Any) -> None:
    assert difference([1.0, 2.5], same, 1e-5) is None
    assert difference(torch.tensor([1.0, 2.5]), same, 1e-5) is None


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (True, 1),
        (1, True),
        ([1, 0], torch.tensor([True, False])),
        (None, 0),
        ("a", ["a"]),
        (torch.zeros(0), torch.zeros(0, 2)),
        (torch.tensor([1.0]), torch.tensor([torch.nan])),
        (INFINITE, -INFINITE),
    ],
)
def test_what_only_looks_alike_differs(expected: Any, got: Any) -> None:
    assert difference(expected, got, 1e-3) is not None


def test_the_tolerance_is_relative_to_the_largest_number() -> None:
    large = torch.tensor([1000.0, 0.0])
    assert difference(large, large + 0.05, 1e-4) is None
    assert difference(large, large + 0.2, 1e-4) is not None
    small = torch.tensor([1e-3, 0.0])
    assert difference(small, small + 5e-5, 1e-4) is None, "at least 1"


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        ([[1, 2], [3, 4]], [[1, 2], [3]], "row 1 has 1 number, expected 2"),
        ([1.0] * 7, [1.0] * 6, "expected 7 numbers, got 6"),
        (
            torch.zeros(2, 3),
            torch.tensor([[0.0, 0, 19.5], [0, 0, 0]]),
            "1 of 6 numbers differs; first at [0, 2] (row 0, column 2): expected 0, got 19.5",
        ),
        (150_528_000, 150_528, "expected 150528000, got 150528"),
        (torch.tensor([1.0, torch.inf]), torch.tensor([1.0, 5.0]),
         "1 of 2 numbers differs; first at [1]: expected inf, got 5"),
        (torch.tensor([1.0, torch.inf]), torch.tensor([2.0, torch.inf]),
         "1 of 2 numbers differs; first at [0]: expected 1, got 2"),
    ],
)  # fmt: skip
def test_differences_are_told_in_numbers(expected: Any, got: Any, text: str) -> None:
    found = difference(expected, got, 1e-6)
    assert found is not None and found.text == text
    assert difference(expected, expected, 1e-6) is None


def test_numbers_are_written_as_people_do() -> None:
    assert [number(x) for x in (150_528_000.0, 19.0, 3.9999998, -2e-8, 0.25, 1e-3)] == [
        "150528000", "19", "4", "0", "0.25", "0.001"
    ]  # fmt: skip
