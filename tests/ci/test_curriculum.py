"""The curriculum: its file, the map, and that every section holds exactly its ids, marked so."""

from pathlib import Path
from typing import Any

import pytest

from ci.course_map import MAP, course_map
from ci.curriculum import Curriculum, read
from ci.problem import Problem
from ci.sections import ROOT, Place, places
from ci.times import Time, record, times
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
    assert curriculum.sections == FOLDERS == tuple(curriculum.about)
    assert set(SECTIONS) <= set(FOLDERS)


def test_each_of_the_27_quiz_questions_stands_in_some_section(curriculum: Curriculum) -> None:
    for number in range(1, 28):
        assert "quiz" in curriculum.find(f"Q{number}").marked, number


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_a_section_covers_exactly_its_ids(place: Place, curriculum: Curriculum) -> None:
    for covers in covered(place.section):
        assert curriculum.find(covers).section == place.folder, covers
    assert {item.id for item in curriculum.of(place.folder)} == covered(place.section)


MARKS: dict[str, set[str]] = {
    "code": {"code"},
    # A value's points are on the function that gives it; a matching is asked as a value.
    "value": {"value", "code"},
    "choice": {"choice", "value"},
    "essay": {"essay"},
    "quiz": {"quiz"},
    # What an experiment shows is said in an essay or chosen, where no weights are handed in.
    "lab": {"lab", "essay", "choice"},
    "app": {"code"},  # its functions; it is tried itself by tests/visualiser
}
"""How an item is marked -> the ways of which one must be there."""


SHOWN = {"E14.27"}
"""Experiments that the text runs and draws, and asks nothing of: one seed proves nothing."""


def ways(place: Place) -> dict[str, set[str]]:
    """By the curriculum's ids, in which ways a section asks."""
    kinds = {"function": "code", "module": "code", "value": "value", "choice": "choice"}
    found: dict[str, set[str]] = {}
    for exercise in place.section.exercises:
        # Whoever gives a counterexample gives a value, judged by what it does.
        said = {"code" if exercise.holds else kinds[exercise.asks]}
        said |= {"lab"} if exercise.lab else set()
        for covers in exercise.covers:
            found.setdefault(covers, set()).update(said)
    written = [("essay", essay.covers) for essay in place.section.essays]
    for way, covered_by in [*written, *(("quiz", q) for q in place.section.quizzes.values())]:
        for covers in covered_by:
            found.setdefault(covers, set()).add(way)
    return found


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_each_of_its_ids_is_marked_as_the_curriculum_says(
    place: Place, curriculum: Curriculum
) -> None:
    asked = ways(place)
    for item in curriculum.of(place.folder):
        for way in item.marked:
            shown = way == "lab" and item.id in SHOWN
            assert shown or MARKS[way] & asked[item.id], (item.id, way, asked[item.id])


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


def test_the_map_is_up_to_date(curriculum: Curriculum) -> None:
    fresh = course_map(curriculum, times())
    assert MAP.read_text("utf-8") == fresh, "run: python -m ci.course_map"
    assert (
        "| E14.3 | Receptive fields of four stacks compared | code | exercise 6, exercise 7"
        in fresh
    )
    assert "02_padding_stride --> 04_pooling" in fresh
    assert fresh.count("\n### ") == len(PLACES)


@pytest.mark.parametrize("place", PLACES, ids=SECTIONS)
def test_the_readme_has_a_row_for_it(place: Place, curriculum: Curriculum) -> None:
    link = (
        f"[{place.folder[:2]} {place.section.title}](notebooks/{place.folder}/{place.folder}.ipynb)"
    )
    row = f"| {link} | {curriculum.about[place.folder].builds} |"
    assert row in (ROOT / "README.md").read_text("utf-8").splitlines()


def test_the_map_gives_times_as_they_were_measured(curriculum: Curriculum, tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("section,profile,seconds,device,measured\n", "utf-8")
    old = Time("01_convolution", "smoke", 9.0, "an old CPU", "2020-01-01")
    new = Time("01_convolution", "smoke", 7.4, "a CPU", "2026-01-02")
    record([old, Time("05_lenet", "gpu", 65.0, "a GPU", "2026-01-03")], path)
    record([new], path)
    assert [time.seconds for time in times(path)] == [7.4, 65.0]
    page = course_map(curriculum, times(path))
    assert "- `smoke`: a CPU, 2026-01-02.\n- `gpu`: a GPU, 2026-01-03.\n" in page
    row = next(line for line in page.splitlines() if line.startswith("| [01 "))
    assert "| 7 s | – | – |" in row


def test_what_is_not_there_is_answered_with_the_nearest(curriculum: Curriculum) -> None:
    assert curriculum.find("E14.4 (b-e)").section == "04_pooling"
    with pytest.raises(Problem, match=r'no id "E14.4 \(f\)". The nearest is "E14.4'):
        curriculum.find("E14.4 (f)")
    with pytest.raises(Problem, match=r'no section "04_pool". The nearest is "04_pooling"'):
        curriculum.of("04_pool")


ROW = '{ id = "M1", marked = ["code"], title = "One" }'
ABOUT = '[about.{}]\nneeds = ["{}"]\nbuilds = ""\nhardware = ""'
MISMARKED, UNMARKED = ROW.replace("code", "cod"), ROW.replace('"code"', "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"a = [{ROW}]", r"\[about.a\] has the fields needs, builds, hardware; not {}"),
        (f"a = [{ROW}]\n{ABOUT.format('a', 'b')}", "a needs b, which does not come before it"),
        (f"a = [{ROW}]\n{ABOUT.format('b', '')}", "says what b is, which has no items"),
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
