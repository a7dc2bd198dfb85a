"""Every section covers what the curriculum asks of it, by exact ids: no more and no less."""

import tomllib
from pathlib import Path

import pytest

from course_lib.former.exercise import SECTIONS, Section, section
from course_lib.quiz import find_quiz

CURRICULUM: dict[str, list[str]] = tomllib.loads(
    Path(__file__).parents[2].joinpath("docs", "curriculum.toml").read_text("utf-8")
)


def covered(one: Section) -> set[str]:
    """The ids that the exercises, essays and quizzes of a section cover."""
    groups = [item.covers for item in (*one.exercises, *one.essays)]
    return {covers for group in (*groups, *one.quizzes.values()) for covers in group}


def test_every_section_is_in_the_curriculum() -> None:
    assert sorted(CURRICULUM) == sorted(SECTIONS.values())


@pytest.mark.parametrize(("name", "folder"), SECTIONS.items())
def test_a_section_covers_exactly_its_ids(name: str, folder: str) -> None:
    required = CURRICULUM[folder]
    assert len(required) == len(set(required)), "an id is listed twice"
    assert covered(section(name)) == set(required)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_exercise_covers_something(name: str) -> None:
    one = section(name)
    for item in (*one.exercises, *one.essays):
        assert item.covers, item.id
        assert item.id.startswith(f"{name}."), item.id


@pytest.mark.parametrize("name", SECTIONS)
def test_every_quiz_can_be_found(name: str) -> None:
    for quiz in section(name).quizzes:
        assert find_quiz(f"{name}.{quiz}")
