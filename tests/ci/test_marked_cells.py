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
    assert list(found) == ["parameters", "tiny-word-answer", "tiny-word", "tiny-why"]
    parameters, answer, check, essay = (
        tuple(flags.get(key) for key in ("grade", "solution", "locked", "points"))
        for flags in found.values()
    )
    assert parameters == (False, False, True, None)
    assert answer == (False, True, False, None)
    assert check == (True, False, True, 2)
    assert essay == (True, True, False, 3)
    assert all(flags.schema_version == 3 for flags in found.values())
    left = {key for cell in notebook.cells for key in cell.metadata}
    assert left == {"nbgrader", "tags"}


def test_ids_are_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_in(tmp_path, monkeypatch)
    first, second = convert(place), convert(place)
    assert first == second
    ids = [cell.id for cell in first.cells]
    assert len(ids) == len(set(ids))
    assert ids == [
        "tiny-001",
        "parameters",
        "tiny-003",
        "tiny-004",
        "tiny-word-answer",
        "tiny-word",
        "tiny-why",
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
    "two cells": (ANSWER, f"{ANSWER}answer = 1\n\n{ANSWER}", "cell 5 has answer"),
    "two keys": (ANSWER, '# %% answer="tiny.word" check="tiny.word"\n', "answer and check"),
    "a cell between": (CHECK, f"# %%\npass\n\n{CHECK}", "not the next code cell"),
    "essay on code": ('[markdown] essay="tiny.why"', 'essay="tiny.why"', "markdown cell"),
    "answer on text": (ANSWER, '# %% [markdown] answer="tiny.word"\n', "code cell"),
    "no call": ('check("tiny.word", answer)', "answer", 'does not call check("tiny.word", ...)'),
    "no Python": ('check("tiny.word", answer)', "check(", "no Python"),
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
