"""The time that a section takes: its core within ninety minutes, no exercise shorter than it is."""

import jupytext
import pytest

from ci.headings import WORDS_A_MINUTE, core_minutes, text_of, words
from ci.sections import Place, places
from grader.generate import solution_lines
from grader.marking.exercise import Essay, Exercise
from grader.marking.rooms import Room
from grader.marking.solutions import answer_cells

LONGEST_CORE = 90
ROOMS = [place for place in places() if isinstance(place.section, Room)]
FIRST = 5
"""Minutes until a first exercise can be done."""


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: place.folder)
def test_the_core_takes_ninety_minutes_at_most(place: Place) -> None:
    assert isinstance(place.section, Room)
    notebook = jupytext.read(place.source, fmt="py:percent")
    assert core_minutes(notebook, place.section) <= LONGEST_CORE


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: place.folder)
def test_a_first_success_comes_soon(place: Place) -> None:
    assert isinstance(place.section, Room)
    notebook = jupytext.read(place.source, fmt="py:percent")
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    first = next(i for i, text in enumerate(texts) if f"### {{{place.name}." in text)
    assert sum(map(words, texts[:first])) / WORDS_A_MINUTE <= FIRST


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: place.folder)
def test_no_exercise_says_fewer_minutes_than_its_text_and_solution_take(place: Place) -> None:
    assert isinstance(place.section, Room)
    notebook = jupytext.read(place.source, fmt="py:percent")
    cells = answer_cells(place.name)
    for item in place.section.items:
        least = words(text_of(notebook, item.id)) / WORDS_A_MINUTE + 1
        if isinstance(item, Exercise) and item.asks in ("function", "module"):
            lines = [line for line in solution_lines(cells[item.id]) if line.strip()]
            least += 1.5 * len(lines)
        assert isinstance(item, Essay) or item.minutes >= least, (item.id, item.minutes, least)
