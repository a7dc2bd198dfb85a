"""What the notebooks' text says of exercises, hints and quizzes is what the library holds."""

import re

import jupytext
import pytest
from nbformat import NotebookNode

from ci.sections import ROOT
from course_lib.former.exercise import SECTIONS, find, section
from course_lib.quiz import all_quizzes

NAMES = [name for name in SECTIONS if (ROOT / "solutions" / SECTIONS[name]).is_dir()]
HEADING = re.compile(
    r"^### Exercise (\d+): .+ \((self-check|(\d+) points?(, marked by a person)?)\)$"
)


def source(name: str) -> NotebookNode:
    folder = SECTIONS[name]
    return jupytext.read(ROOT / "solutions" / folder / f"{folder}.py", fmt="py:percent")


@pytest.mark.parametrize("name", NAMES)
class TestText:
    def test_headings_count_on_and_give_the_points(self, name: str) -> None:
        points = {item.id: item.points for item in section(name).exercises}
        points |= {item.id: item.points for item in section(name).essays}
        headings: list[re.Match[str]] = []
        said: dict[str, float] = {}
        for cell in source(name).cells:
            for line in cell.source.splitlines():
                if cell.cell_type == "markdown" and line.startswith("### Exercise"):
                    match = HEADING.match(line)
                    assert match, f"not of the usual form: {line}"
                    headings.append(match)
            item = cell.metadata.get("answer") or cell.metadata.get("essay")
            if item:
                said[item] = float(headings[-1][3] or 0)
        assert [int(heading[1]) for heading in headings] == list(range(1, len(points) + 1))
        assert said == points

    def test_hints_are_offered_exactly_where_there_are_some(self, name: str) -> None:
        for cell in source(name).cells:
            if answer := cell.metadata.get("answer"):
                offered = f'# hint("{answer}")' in cell.source
                assert offered == bool(find(answer).hints), answer

    def test_a_value_is_asked_for_by_the_name_that_messages_call_it(self, name: str) -> None:
        for cell in source(name).cells:
            answer = cell.metadata.get("answer")
            if answer and find(answer).asks == "value":
                assert f"{answer.rpartition('.')[2]} = ...\n" in cell.source, answer

    def test_choices_are_printed_as_they_are_recorded(self, name: str) -> None:
        text = " ".join(" ".join(cell.source.split()) for cell in source(name).cells)
        for exercise in section(name).exercises:
            for letter, option in exercise.options.items():
                assert f"- **{letter}** {option}" in text, exercise.id

    def test_every_quiz_is_asked_once(self, name: str) -> None:
        code = "\n".join(cell.source for cell in source(name).cells if cell.cell_type == "code")
        asked = re.findall(r'quiz\("(.+?)"\)', code)
        assert asked == [quiz for quiz in all_quizzes() if quiz.startswith(f"{name}.")]

    def test_no_cell_is_long(self, name: str) -> None:
        for cell in source(name).cells:
            if cell.cell_type == "code":
                assert len(cell.source.splitlines()) <= 25, cell.source
