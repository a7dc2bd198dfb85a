"""The shorthand of cell headers, and what an author is told about a wrong one."""

from pathlib import Path

import pytest
from tiny_section import SOURCE, place_in

from ci.convert import convert
from ci.problem import Problem


def test_shorthand_becomes_nbgraders_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = convert(place_in(tmp_path, monkeypatch))
    found = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert {
        name: tuple(flags.get(key) for key in ("grade", "solution", "locked", "points"))
        for name, flags in found.items()
    } == {
        "parameters": (False, False, True, None),
        "tiny-word-answer": (False, True, False, None),
        "tiny-word": (True, False, True, 2),
        "tiny-why": (True, True, False, 3),
        "tiny-letter-answer": (False, True, False, None),
        "tiny-letter": (True, False, True, 0),
    }
    assert all(flags.schema_version == 3 for flags in found.values())
    left = {key for cell in notebook.cells for key in cell.metadata}
    assert left == {"nbgrader", "tags"}


def test_every_check_gets_the_line_that_carries_the_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SOURCE.replace('check("tiny.word", word)', 'check("tiny.word", "".join(word))')
    sources = {
        cell.id: cell.source for cell in convert(place_in(tmp_path, monkeypatch, source)).cells
    }
    region = "\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    line = """score("tiny.word", ''.join(word))"""
    assert sources["tiny-word"] == 'check("tiny.word", "".join(word))' + region.format(line)
    line = 'score("tiny.letter", letter)'
    assert sources["tiny-letter"] == 'letter = check("tiny.letter", letter)' + region.format(line)
    assert sum("HIDDEN TESTS" in source for source in sources.values()) == 2


def test_ids_are_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_in(tmp_path, monkeypatch)
    first, second = convert(place), convert(place)
    assert first == second
    assert [cell.id for cell in first.cells] == [
        "tiny-001",
        "parameters",
        "tiny-003",
        "tiny-004",
        "tiny-005",
        "tiny-word-answer",
        "tiny-word",
        "tiny-008",
        "tiny-why",
        "tiny-010",
        "tiny-letter-answer",
        "tiny-letter",
    ]


ANSWER = '# %% answer="tiny.word"\n'
CHECK = '# %% check="tiny.word"\n'
WRONG = {
    "unknown id": (ANSWER, '# %% answer="tiny.wrd"\n', 'The nearest is "tiny.word"'),
    "unknown essay": ('essay="tiny.why"', 'essay="tiny.who"', 'The nearest is "tiny.why"'),
    "another section": (ANSWER, '# %% answer="other.word"\n', "belongs to another section"),
    "no answer": (ANSWER, "# %%\n", 'No cell has answer="tiny.word"'),
    "no check": (CHECK, "# %%\n", 'No cell has check="tiny.word"'),
    "no essay": (' essay="tiny.why"', "", 'No cell has essay="tiny.why"'),
    "two cells": (ANSWER, f"{ANSWER}word = 1\n\n{ANSWER}", "cell 6 has answer"),
    "two keys": (ANSWER, '# %% answer="tiny.word" check="tiny.word"\n', "answer and check"),
    "a cell between": (CHECK, f"# %%\npass\n\n{CHECK}", "not the next code cell"),
    "essay on code": ('[markdown] essay="tiny.why"', 'essay="tiny.why"', "markdown cell"),
    "answer on text": (ANSWER, '# %% [markdown] answer="tiny.word"\n', "code cell"),
    "no call": ('check("tiny.word", word)', "word", 'does not call check("tiny.word", ...)'),
    "another call": (
        'check("tiny.word"',
        'check("tiny.letter"',
        'not call check("tiny.word", ...)',
    ),
    "no Python": ('check("tiny.word", word)', "check(", "no Python"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_header_is_explained(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old in SOURCE
    place = place_in(tmp_path, monkeypatch, SOURCE.replace(old, new, 1))
    with pytest.raises(Problem) as caught:
        convert(place)
    assert message in str(caught.value)
    assert str(caught.value).startswith("solutions/99_tiny/99_tiny.py: ")


def test_a_missing_source_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_in(tmp_path, monkeypatch)
    place.source.unlink()
    with pytest.raises(Problem, match=r"99_tiny\.py is missing"):
        convert(place)
