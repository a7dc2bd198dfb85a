"""What the notebooks' text says of exercises, hints and quizzes is what the library holds."""

import re

import jupytext
import pytest
from nbformat import NotebookNode

from ci.sections import Place, places
from course_lib.quiz import all_quizzes
from grader.marking.exercise import Exercise

PLACES = places()


def source(place: Place) -> NotebookNode:
    notebook: NotebookNode = jupytext.read(place.source, fmt="py:percent")
    return notebook


def by_id(place: Place) -> dict[str, Exercise]:
    return {exercise.id: exercise for exercise in place.section.exercises}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.folder)
class TestText:
    def test_hints_are_offered_exactly_where_there_are_some(self, place: Place) -> None:
        exercises = by_id(place)
        for cell in source(place).cells:
            if answer := cell.metadata.get("answer"):
                offered = f'# hint("{answer}")' in cell.source
                assert offered == bool(exercises[answer].hints), answer

    def test_a_value_is_asked_for_by_the_name_that_messages_call_it(self, place: Place) -> None:
        exercises = by_id(place)
        for cell in source(place).cells:
            answer = cell.metadata.get("answer")
            if answer and exercises[answer].asks == "value":
                assert f"{answer.rpartition('.')[2]} = ...\n" in cell.source, answer

    def test_choices_are_printed_as_they_are_recorded(self, place: Place) -> None:
        text = " ".join(" ".join(cell.source.split()) for cell in source(place).cells)
        for exercise in place.section.exercises:
            for letter, option in exercise.options.items():
                assert f"- **{letter}** {option}" in text, exercise.id

    def test_every_quiz_is_asked_once(self, place: Place) -> None:
        code = "\n".join(cell.source for cell in source(place).cells if cell.cell_type == "code")
        asked = re.findall(r'quiz\("(.+?)"\)', code)
        assert asked == [quiz for quiz in all_quizzes() if quiz.startswith(f"{place.name}.")]

    def test_no_cell_is_long(self, place: Place) -> None:
        for cell in source(place).cells:
            if cell.cell_type == "code":
                assert len(cell.source.splitlines()) <= 25, cell.source

    def test_no_year_begins_a_line_as_the_number_of_a_list_would(self, place: Place) -> None:
        for cell in source(place).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"^ *\d{2,}\. ", cell.source, re.MULTILINE), cell.source

    def test_headings_are_left_to_the_build(self, place: Place) -> None:
        for cell in source(place).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"^#+ .*\b[Ee]xercise \d", cell.source, re.MULTILINE)

    def test_later_cells_run_on_what_the_check_returns(self, place: Place) -> None:
        for cell in source(place).cells:
            if checked := cell.metadata.get("check"):
                name = checked.partition(".")[2]
                assert f'{name} = check("{checked}", {name})' in cell.source.splitlines(), checked

    def test_names_are_bound_before_anything_is_asked(self, place: Place) -> None:
        code = [cell.source for cell in source(place).cells if cell.cell_type == "code"]
        setup = next(i for i, text in enumerate(code) if f'begin("{place.name}"' in text)
        assert f'begin("{place.name}", globals())' in code[setup].splitlines()
        assert re.search(r"^from course_lib import .*\bbegin\b.*\bcheck\b.*\bscore\b", code[setup])
        assert not any("check(" in text for text in code[:setup])
