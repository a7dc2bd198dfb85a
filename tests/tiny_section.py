"""A section with one exercise and one essay, for tests of the build: quick, as it needs no torch.

Its notebook brings its own `check`, which says that "right" is right.
"""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from ci.sections import Place
from course_lib.former.exercise import SECTIONS, Essay, Exercise, Section, section

FOLDER = "99_tiny"

SECTION = Section(
    name="tiny",
    title="Tiny",
    version="1",
    exercises=(Exercise(id="tiny.word", title="A word", points=2, covers=("T1",), asks="value"),),
    essays=(Essay(id="tiny.why", title="Why", points=3, covers=("T2",)),),
    quizzes={},
)

SOURCE = """\
# %% [markdown]
# # Tiny

# %% tags=["parameters"]
profile = "laptop"

# %%
from IPython.display import display

def check(name, answer):
    state = "right" if answer == "right" else "not attempted" if answer is ... else "wrong"
    verdict = {"exercise": name, "state": state}
    kind = "application/vnd.cnn-course.verdict+json"
    display({kind: verdict, "text/plain": state}, raw=True)

print("profile", profile)

# %% tags=["nbval-ignore-output"]
import time
print(time.time())

# %% answer="tiny.word"
answer = ...
### BEGIN SOLUTION
answer = "".join(["ri", "ght"])
### END SOLUTION

# %% check="tiny.word"
check("tiny.word", answer)
### BEGIN HIDDEN TESTS
assert answer.startswith("rig"), "hidden"
### END HIDDEN TESTS

# %% [markdown] essay="tiny.why"
# Why is it right?
#
# ### BEGIN SOLUTION
# Because nothing else would be accepted here.
# ### END SOLUTION
"""


def place_in(root: Path, monkeypatch: pytest.MonkeyPatch, source: str = SOURCE) -> Place:
    """Makes the section known, and writes its source to the repository at `root`."""
    module = ModuleType("course_lib.sections.tiny")
    module.SECTION = SECTION  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(SECTIONS, "tiny", FOLDER)  # type: ignore[arg-type]
    section.cache_clear()
    place = Place("tiny", FOLDER, root)
    place.source.parent.mkdir(parents=True)
    place.source.write_text(source)
    return place
