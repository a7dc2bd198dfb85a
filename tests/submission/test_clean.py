"""What a page shows of a submission: all of it, but for floods."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.submission.clean import Clean, quick_to_highlight


def shown(kind: str, source: str) -> str:
    make = new_code_cell if kind == "code" else new_markdown_cell
    notebook, _ = Clean().preprocess(new_notebook(cells=[make(source)]), {})
    return str(notebook.cells[0].source)


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_what_people_write_is_shown_as_it_is(kind: str) -> None:
    text = "x = [1, 2]  \n\n\n# a remark\n    y = 3\n" * 40
    assert shown(kind, text).split() == text.split()


def test_a_long_line_of_text_is_wrapped_and_whole() -> None:
    lines = shown("markdown", "# Title\n" + "[" * 9000 + " and a word").split("\n")
    assert lines[0] == "# Title" and max(map(len, lines)) <= 2000
    assert "".join(lines[1:]) == "[" * 9000 + " and a word"


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_a_flood_ends_where_the_page_is_full(kind: str) -> None:
    text = shown(kind, "word " * 20 + "\n" + ("other words\n" * 20_000))
    assert text.startswith("word word") and text.endswith("[cut: the page is full]")
    assert len(text) < 70_000


def test_code_loses_what_a_highlighter_takes_minutes_for() -> None:
    assert quick_to_highlight("a = 1   \n" + "\n" * 50 + "b = 2") == "a = 1\n\n\nb = 2"
    assert len(quick_to_highlight("x" * 10_000)) < 600
