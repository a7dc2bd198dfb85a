"""A section with an exercise, an extra one and an essay, for tests of the build: quick.

Its notebook brings its own `check` and `score`, which say that "right" is right, so that it runs
where the section is not installed.
"""

from pathlib import Path

import pytest

from ci.sections import Place
from grader.marking import rooms
from grader.marking.exercise import Essay, Exercise

FOLDER = "99_tiny"

WORD = Exercise(
    id="tiny.word",
    title="A word",
    points=2,
    minutes=3,
    covers=("T1",),
    asks="value",
    reference="right",
    wrong={"contrary": ("That is the contrary.", "wrong")},
)
LETTER = Exercise(
    id="tiny.letter",
    title="A letter",
    points=0,
    minutes=4,
    core=False,
    covers=("T3",),
    asks="value",
    reference="r",
    hints=("It is the first one.",),
)
WHY = Essay(id="tiny.why", title="Why", points=3, minutes=5, covers=("T2",))

ROOM = rooms.Room("tiny", "Tiny", "1", exercises=(LETTER, WORD), essays=(WHY,))
"""The exercises in another order than the notebook's."""

SOURCE = """\
# %% [markdown]
# # Tiny
#
# The core: {core}. What is extra: {extra}. It begins with {tiny.word}.

# %% tags=["parameters"]
profile = "laptop"

# %%
from IPython.display import display

def check(name, answer):
    wanted = {"tiny.word": "right", "tiny.letter": "r"}[name]
    state = "right" if answer == wanted else "not attempted" if answer is ... else "wrong"
    verdict = {"exercise": name, "state": state}
    kind = "application/vnd.cnn-course.verdict+json"
    display({kind: verdict, "text/plain": state}, raw=True)

def score(name, answer):
    pass

print("profile", profile)

# %% tags=["nbval-ignore-output"]
import time
print(time.time())

# %% [markdown]
# ### {tiny.word}
#
# Which word?

# %% answer="tiny.word"
word = ...
### BEGIN SOLUTION
word = "".join(["ri", "ght"])
### END SOLUTION

# %% check="tiny.word"
check("tiny.word", word)

# %% [markdown]
# ### {tiny.why}

# %% [markdown] essay="tiny.why"
# Why is it right?
#
# ### BEGIN SOLUTION
# Because nothing else would be accepted here.
# ### END SOLUTION

# %% [markdown]
# ### {tiny.letter}
#
# The first letter of {tiny.word}.

# %% answer="tiny.letter"
letter = ...
### BEGIN SOLUTION
letter = "right"[0]
### END SOLUTION

# %% check="tiny.letter"
letter = check("tiny.letter", letter)
"""


def place_in(root: Path, monkeypatch: pytest.MonkeyPatch, source: str = SOURCE) -> Place:
    """Makes the section known, and writes its source to the repository at `root`."""
    names, room = rooms.names(), rooms.room
    monkeypatch.setattr(rooms, "names", lambda: (*names, ROOM.name))
    with_tiny = lambda name: ROOM if name == ROOM.name else room(name)  # noqa: E731
    monkeypatch.setattr(rooms, "room", with_tiny)
    place = Place(ROOM.name, FOLDER, root)
    place.source.parent.mkdir(parents=True)
    place.source.write_text(source)
    place.data.parent.mkdir(parents=True)
    return place
