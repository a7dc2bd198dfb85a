"""The curriculum: its file, its table, and that every section covers exactly its ids."""

from pathlib import Path
from typing import Any

import pytest

from ci.curriculum import TABLE, Curriculum, read, table
from ci.problem import Problem
from ci.sections import Place, places
from course_lib.quiz import find_quiz

FOLDERS = (
    *("01_convolution", "02_padding_stride", "03_channels", "04_pooling", "05_lenet", "06_vgg"),
    *("07_resnet", "08_training", "09_efficient", "10_transfer", "11_gradcam", "12_adversarial"),
    *("13_distillation", "14_signals"),
)


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return read()


PLACES = places()
SECTIONS = [place.folder for place in PLACES]


def covered(one: Any) -> set[str]:
    """The ids that the exercises, essays and quizzes of a section cover."""
    groups = [item.covers for item in (*one.exercises, *one.essays)]
    return {covers for group in (*groups, *one.quizzes.values()) for covers in group}


def test_fourteen_sections_in_the_order_of_teaching(curriculum: Curriculum) -> None:
    assert curriculum.sections == FOLDERS
    assert set(SECTIONS) <= set(FOLDERS)


def test_each_of_the_27_quiz_questions_stands_in_some_section(curriculum: Curriculum) -> None:
    for number in range(1, 28):
        assert "quiz" in curriculum.find(f"Q{number}").marked, number


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_a_section_covers_exactly_its_ids(place: Place, curriculum: Curriculum) -> None:
    for covers in covered(place.section):
        assert curriculum.find(covers).section == place.folder, covers
    assert {item.id for item in curriculum.of(place.folder)} == covered(place.section)


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_its_quiz_questions_are_in_its_quizzes(place: Place, curriculum: Curriculum) -> None:
    asked = {covers for covers_of in place.section.quizzes.values() for covers in covers_of}
    assert {item.id for item in curriculum.of(place.folder) if "quiz" in item.marked} <= asked


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_every_exercise_covers_something(place: Place) -> None:
    for item in (*place.section.exercises, *place.section.essays):
        assert item.covers, item.id
        assert item.id.startswith(f"{place.name}."), item.id


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_every_quiz_can_be_found(place: Place) -> None:
    for quiz in place.section.quizzes:
        assert find_quiz(f"{place.name}.{quiz}")


def test_the_table_is_up_to_date(curriculum: Curriculum) -> None:
    fresh = table(curriculum)
    assert TABLE.read_text("utf-8") == fresh, "run: python -m ci.curriculum"
    assert "| E14.3 | Receptive fields of four stacks compared | code |" in fresh
    assert fresh.count("\n## ") == len(FOLDERS)


def test_what_is_not_there_is_answered_with_the_nearest(curriculum: Curriculum) -> None:
    assert curriculum.find("E14.4 (b-e)").section == "04_pooling"
    with pytest.raises(Problem, match=r'no id "E14.4 \(f\)". The nearest is "E14.4'):
        curriculum.find("E14.4 (f)")
    with pytest.raises(Problem, match=r'no section "04_pool". The nearest is "04_pooling"'):
        curriculum.of("04_pool")


ROW = '{ id = "M1", marked = ["code"], title = "One" }'
MISMARKED, UNMARKED = ROW.replace("code", "cod"), ROW.replace('"code"', "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"a = [{ROW}, {ROW}]", '"M1" is listed twice: in a and in a'),
        (f"a = [{ROW}]\nb = [{ROW}]", '"M1" is listed twice: in a and in b'),
        (f"a = [{MISMARKED}]", '"M1" is marked as "cod"; the ways .* code, value'),
        (f"a = [{UNMARKED}]", '"M1" is not marked in any way'),
        ('a = [{ id = "M1", marked = ["code"] }]', "fields id, marked, title; not .*M1"),
        (f"a = [{ROW}]\na = [{ROW}]", "other.toml is not TOML: Cannot overwrite"),
    ],
)
def test_a_fault_in_the_file_is_named(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem, match=says):
        read(path)
