"""When a mistake counts as proven, and what fingerprints keep of the answers that make it."""

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from course_lib.checks.answer import Answer
from course_lib.checks.compare import EXACT, difference
from course_lib.checks.exercise import Known
from course_lib.checks.fingerprint import Fingerprint
from course_lib.checks.mistakes import first_wrong_part, proven

TOLERANCE = 1e-4


def answers(*values: Any) -> list[Answer]:
    return [Answer(value=value) for value in values]


def told(right: list[Any], came: list[Any], *mistaken: tuple[str, list[Any]]) -> str:
    """The name that is told; of marking and of the check, which keeps fingerprints, alike."""
    rows = [
        (
            name,
            [
                None if difference(r, value, TOLERANCE) is None else Answer(value=value)
                for value, r in zip(values, right, strict=True)
            ],
        )
        for name, values in mistaken
    ]
    kept: list[tuple[str, list[Answer | None]]] = [
        (name, [one and Answer(value=Fingerprint.of(one.value)) for one in row])
        for name, row in rows
    ]
    names = {
        proven(Known(answers(*right), lambda rows=known: rows), answers(*came), TOLERANCE)
        for known in (rows, kept)
    }
    assert len(names) == 1, names
    return names.pop()


RIGHT = [1.0, 2.0, 3.0]
DOUBLED = ("doubled", [2.0, 4.0, 6.0])
ABSOLUTE = ("absolute", [1.0, 2.0, 5.0])


@pytest.mark.parametrize(
    ("came", "name"),
    [
        ([2.0, 4.0, 6.0], "doubled"),
        ([1.0, 2.0, 5.0], "absolute"),  # in the only case in which it can show
        (RIGHT, ""),
        ([2.0, 4.0, 7.0], ""),  # something else is wrong, too
        ([2.0, 4.0, 3.0], ""),  # right where the mistake would show
        ([2.0, 2.0, 3.0], ""),  # once may be chance
        ([9.0, 9.0, 9.0], ""),
    ],
)
def test_a_mistake_explains_all_that_is_wrong(came: list[float], name: str) -> None:
    assert told(RIGHT, came, DOUBLED, ABSOLUTE) == name


def test_another_way_of_a_name_may_show_in_other_cases() -> None:
    ways = [("end", [1.0, 20.0, 30.0]), ("end", [10.0, 2.0, 30.0])]
    assert told(RIGHT, [1.0, 20.0, 30.0], *ways) == "end"
    assert told(RIGHT, [10.0, 2.0, 30.0], *ways) == "end"
    # Neither way alone, both together: each case by one of them, none right where both show.
    assert told(RIGHT, [10.0, 20.0, 30.0], *ways) == "end"
    assert told(RIGHT, [10.0, 20.0, 3.0], *ways) == ""


def test_one_way_that_explains_all_goes_before_several() -> None:
    several = [("several", [10.0, 2.0, 30.0]), ("several", [1.0, 20.0, 30.0])]
    one = ("one", [10.0, 20.0, 30.0])
    assert told(RIGHT, [10.0, 20.0, 30.0], *several, one) == "one"
    assert told(RIGHT, [10.0, 20.0, 30.0], *several) == "several"


def test_of_two_that_explain_all_the_first_is_told() -> None:
    other = ("the same", DOUBLED[1])
    assert told(RIGHT, DOUBLED[1], DOUBLED, other) == "doubled"
    assert told(RIGHT, DOUBLED[1], other, DOUBLED) == "the same"


def test_answers_in_parts_are_compared_in_the_first_that_is_wrong() -> None:
    right = [{"loss": 1.0, "steps": 3}, {"loss": 2.0, "steps": 4}]
    doubled = ("doubled", [{"loss": 2.0, "steps": 3}, {"loss": 4.0, "steps": 4}])
    steps = ("one step more", [{"loss": 1.0, "steps": 4}, {"loss": 2.0, "steps": 5}])
    both = [{"loss": 2.0, "steps": 9}, {"loss": 4.0, "steps": 9}]
    assert told(right, both, doubled, steps) == "doubled"
    assert told(right, steps[1], doubled, steps) == "one step more"
    assert told(right, [{"loss": 5.0, "steps": 4}] * 2, doubled, steps) == ""
    # A way that is right in the part that is looked at explains nothing there.
    mixed = ("mixed", [{"loss": 2.0, "steps": 3}, {"loss": 2.0, "steps": 9}])
    assert told(right, [{"loss": 2.0, "steps": 3}, {"loss": 2.0, "steps": 4}], mixed) == "mixed"


def test_where_an_error_is_asked_for_no_part_is_wrong() -> None:
    right = [Answer(value={"loss": 1.0}), Answer(error="ValueError: there is no loss")]
    assert first_wrong_part(right, answers({"loss": 1.0}, {"loss": 2.0}), TOLERANCE) == ""
    assert first_wrong_part(right, answers({"loss": 3.0}, {"loss": 2.0}), TOLERANCE) == "loss"


def test_a_way_that_forgets_to_return_is_no_part_of_anything() -> None:
    right = [{"loss": 1.0}, {"loss": 2.0}]
    assert told(right, [{"loss": 3.0}] * 2, ("nothing returned", [None, None])) == ""


def test_an_error_is_the_same_by_its_kind() -> None:
    right = answers(1.0, 2.0)
    row: list[Answer | None] = [Answer(error="IndexError: 3"), Answer(error="IndexError: 9")]
    known = Known(right, lambda: [("too far", row)])
    for error, name in (("IndexError: 5", "too far"), ("ValueError: 3", ""), ("", "")):
        assert proven(known, [Answer(error=error, value=7.0)] * 2, TOLERANCE) == name


def test_a_property_proves_nothing() -> None:
    assert proven(Known(None), answers(1.0), TOLERANCE) == ""


VALUES = [
    torch.arange(6.0).reshape(2, 3),
    torch.randn(3, 4, generator=torch.Generator().manual_seed(0)),
    [1.0, 2.0, 3.0],
    torch.zeros(0, 3),
    7,
    True,
    "B",
    None,
    (torch.ones(2), [torch.zeros(3), "text"]),
    {"loss": 1.5, "sizes": [3, 4], "name": "a"},
    torch.tensor([1.0, math.inf, -math.inf]),
    float("-inf"),
]


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_a_fingerprint_recognises_its_value_and_no_other(place: int) -> None:
    kept = Fingerprint.of(VALUES[place])
    back = Fingerprint.from_plain(json.loads(json.dumps(kept.as_plain())))
    assert [back.fits(value, TOLERANCE) for value in VALUES] == [
        other == place for other in range(len(VALUES))
    ]


floats = st.lists(st.floats(-10, 10), min_size=1, max_size=12).map(torch.tensor)


@given(floats, st.integers(0, 11), st.sampled_from([-1.0, 0.01, 3.0, math.inf, math.nan]))
def test_one_number_that_differs_is_another_value(value: Tensor, place: int, by: float) -> None:
    other = value.double()
    other[place % len(value)] += by
    assert not Fingerprint.of(value).fits(other, TOLERANCE)
    assert not Fingerprint.of(other).fits(value, TOLERANCE)


@given(floats, st.integers(0, 1000))
def test_rounding_and_the_kind_of_numbers_make_no_difference(value: Tensor, seed: int) -> None:
    noise = torch.rand(len(value), generator=torch.Generator().manual_seed(seed)) - 0.5
    kept = Fingerprint.of(value)
    assert kept.fits(value + 1e-5 * noise, TOLERANCE)
    assert kept.fits(value.tolist(), TOLERANCE) and kept.fits(value.double(), TOLERANCE)


def test_an_order_is_kept() -> None:
    value = torch.arange(1.0, 13.0)
    kept = Fingerprint.of(value)
    for other in (value.flip(0), value.roll(1), -value, value.reshape(3, 4), value[:-1]):
        assert not kept.fits(other, TOLERANCE)


def test_counts_are_told_apart_to_the_last_one() -> None:
    for count in (0, 9, 61_706, 1_234_567, 138_357_544):
        kept = Fingerprint.of([3, count])
        assert kept.fits([3, count], EXACT) and kept.fits([3.0, float(count)], EXACT)
        assert not kept.fits([3, count + 1], EXACT) and not kept.fits([4, count], EXACT)


def test_what_is_no_number_fits_nothing() -> None:
    nan = torch.tensor([1.0, math.nan])
    assert not Fingerprint.of(nan).fits(nan, TOLERANCE)
    assert not Fingerprint.of(torch.tensor([1.0, 2.0])).fits(nan, TOLERANCE)


def test_parts_have_fingerprints_of_their_own() -> None:
    kept = Fingerprint.of({"loss": 1.5, "sizes": [3, 4]})
    sizes = kept.part("sizes")
    assert sizes is not None and sizes.fits([3, 4], TOLERANCE) and not sizes.fits(1.5, TOLERANCE)
    assert kept.part("other") is None and Fingerprint.of(None).part("loss") is None


def test_a_fingerprint_does_not_give_the_value_away() -> None:
    value = torch.randn(5, 5, generator=torch.Generator().manual_seed(1))
    stored = json.dumps(Fingerprint.of(value).as_plain())
    shown = [number for number in value.flatten().tolist() if f"{number:.5f}"[:-1] in stored]
    assert len(shown) <= 1, "the largest one is the scale"
    assert len(stored) < 120
