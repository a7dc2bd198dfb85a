"""Headings and references, which the text writes by id and the build by number."""

from pathlib import Path

import jupytext
import pytest
from tiny_section import ROOM, SOURCE, place_in

from ci.convert import convert
from ci.headings import core_minutes, text_of
from ci.problem import Problem


def texts(root: Path, monkeypatch: pytest.MonkeyPatch, source: str = SOURCE) -> str:
    notebook = convert(place_in(root, monkeypatch, source))
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_exercises_are_numbered_in_the_order_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = texts(tmp_path, monkeypatch)
    assert [line for line in text.splitlines() if line.startswith("### ") and ":" in line] == [
        "### Exercise 1: A word (2 points, 3 min)",
        "### Exercise 2: Why (3 points, in writing, 5 min)",
        "### Extra exercise 3: A letter (4 min)",
    ]
    assert "It begins with exercise 1." in text
    assert "The first letter of exercise 1." in text
    assert "{" not in text


def test_references_follow_when_exercises_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, *exercises = SOURCE.split("# %% [markdown]\n# ### {tiny.")
    moved = "# %% [markdown]\n# ### {tiny.".join([head, *exercises[1:], exercises[0]])
    text = texts(tmp_path, monkeypatch, moved)
    assert "### Exercise 3: A word (2 points, 3 min)" in text
    assert "It begins with exercise 3." in text


def test_the_head_states_what_core_and_extra_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 3 and 5 minutes, and a few words between, begun minutes counted as whole ones.
    text = texts(tmp_path, monkeypatch)
    assert (
        "The core: 2 exercises, 9 minutes with reading. What is extra: 1 exercise, 4 minutes."
        in text
    )


LONG = "word " * 1800
CELL = "# %% [markdown]\n"
CODE = "# %% tags="


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("# # Tiny\n", f"# # Tiny\n#\n# {LONG}\n", 10),
        # Counted by the exercise's own minutes.
        ("# Which word?", f"# {LONG}", 0),
        ("# Because nothing", f"# {LONG}", 0),
        ("# Why is it right?", f"# {LONG}", 0),
        (CODE, f"{CELL}# ## Extra: more\n#\n# {LONG}\n\n{CODE}", 0),
        (
            CODE,
            f"{CELL}# ## Extra: more\n\n{CELL}# ## Core\n# {LONG}\n\n{CODE}",
            10,
        ),
        (
            CODE,
            f"{CELL}# ## Extra: a\n# ### Of it\n\n{CELL}# {LONG}\n\n{CODE}",
            0,
        ),
    ],
    ids=["between", "task", "model answer", "essay", "extra", "after extra", "below extra"],
)
def test_text_between_exercises_counts_for_the_core(old: str, new: str, more: float) -> None:
    assert old in SOURCE
    plain, longer = (
        core_minutes(jupytext.reads(text, fmt="py:percent"), ROOM)
        for text in (SOURCE, SOURCE.replace(old, new, 1))
    )
    assert longer - plain == pytest.approx(more, abs=0.1)


def test_the_text_of_an_exercise_stands_below_its_heading() -> None:
    notebook = jupytext.reads(SOURCE, fmt="py:percent")
    assert text_of(notebook, "tiny.word") == "### {tiny.word}\n\nWhich word?"


WRONG = {
    "no heading": (
        "# ### {tiny.word}\n",
        "# ### A word\n",
        "no heading in the text says ### {tiny.word}",
    ),
    "two headings": ("# Which word?", "# ### {tiny.word}", "tiny.word has two headings"),
    "unknown heading": ("### {tiny.letter}", "### {tiny.leter}", 'The nearest is "tiny.letter"'),
    "unknown reference": ("with {tiny.word}", "with {tiny.wrd}", 'The nearest is "tiny.word"'),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_id_is_explained(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old in SOURCE
    with pytest.raises(Problem) as caught:
        texts(tmp_path, monkeypatch, SOURCE.replace(old, new, 1))
    assert message in str(caught.value)
