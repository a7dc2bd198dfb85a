"""The card that a verdict is shown as: its states are told apart, and can be read."""

import itertools
import re

import pytest

from course_lib.checks.card import html_card, plain_card
from course_lib.checks.verdict import State, Verdict

STATES: tuple[State, ...] = ("right", "partly right", "wrong", "not attempted", "recorded")


def verdict(state: State) -> Verdict:
    return Verdict("tiny.word", "A word", state, 1.0, "a < b")


def colour(state: State) -> str:
    (found,) = re.findall(
        r"<b style=\"background:(#\w{6});color:#ffffff", html_card(verdict(state))
    )
    return str(found)


def luminance(colour: str) -> float:
    """Relative luminance, in [0, 1] (WCAG 2.2)."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("state", STATES)
def test_white_on_the_badge_can_be_read(state: State) -> None:
    assert 1.05 / (luminance(colour(state)) + 0.05) >= 4.5


def test_no_two_states_share_a_colour_or_a_sign() -> None:
    for one, other in itertools.combinations(STATES, 2):
        assert colour(one) != colour(other)
        assert plain_card(verdict(one))[0] != plain_card(verdict(other))[0]


def test_recorded_is_told_from_right_without_colours() -> None:
    right, recorded = (luminance(colour(state)) + 0.05 for state in ("right", "recorded"))
    assert right / recorded > 1.8


@pytest.mark.parametrize("state", STATES)
def test_the_state_stands_there_in_words(state: State) -> None:
    assert f"{state}</b>" in html_card(verdict(state))
    assert plain_card(verdict(state)).splitlines()[0].endswith(f"A word: {state}")
    assert "a &lt; b" in html_card(verdict(state))
