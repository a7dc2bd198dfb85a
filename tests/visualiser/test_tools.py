"""Whose functions the panels run on: the notebooks' where they pass, the course's, or none."""

import json
from pathlib import Path

import nbformat
import pytest
from instead_of_a_learner import FUNCTIONS
from typer.testing import CliRunner

from course_lib.checks.exercise import Public
from course_lib.command import app
from course_lib.visualiser import tools as room
from course_lib.visualiser.page import page
from course_lib.visualiser.tools import Tool, Tools, saved_tools

FILTERS = "training.filters_as_images"
RIGHT = """
def filters_as_images(weight):
    low, high = weight.amin((1, 2, 3), keepdim=True), weight.amax((1, 2, 3), keepdim=True)
    scaled = ((weight - low) / (high - low)).nan_to_num(0.5)
    return scaled.permute(0, 2, 3, 1)
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Tools":
    monkeypatch.setattr(room, "USED", (FILTERS,))
    return saved_tools(tmp_path)


def save(notebooks: Path, source: str) -> None:
    flags = {"nbgrader": {"grade_id": "training-filters_as_images-answer"}}
    cell = {"cell_type": "code", "source": source, "metadata": flags}
    (notebooks / "08_training").mkdir(exist_ok=True)
    (notebooks / "08_training" / "08_training.ipynb").write_text(json.dumps({"cells": [cell]}))


def test_what_passes_its_check_serves(tmp_path: Path, found: Tools) -> None:
    assert not found.has(FILTERS)
    save(tmp_path, RIGHT)
    yours = saved_tools(tmp_path)
    assert yours.credits([FILTERS]) == "Runs on your filters_as_images."
    assert yours.missing([FILTERS]) == ""
    assert yours[FILTERS].__name__ == "filters_as_images"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def filters_as_images(weight):\n    return weight", "does not pass its check"),
        ("def filters_as_images(weight):\n    raise NotImplementedError", "not written yet"),
        ("import nowhere\nfilters_as_images = nowhere.x", "ends in an error"),
        ("def filters_as_images(weight) return", "no answer that could be read"),
    ],
)
def test_what_does_not_is_named_with_its_place(
    tmp_path: Path, found: Tools, source: str, reason: str
) -> None:
    save(tmp_path, source)
    says = saved_tools(tmp_path).missing([FILTERS])
    assert "It needs your filters_as_images, from section 08, exercise “" in says
    assert f"({FILTERS})" in says
    assert reason in says


def test_without_a_notebook_that_is_said(found: Tools) -> None:
    assert "no notebook of the section training" in found.missing([FILTERS])


def test_the_courses_own_serves_where_there_is_one_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lendable = Public(id="convolution.corr2d", title="Correlation", stand_in="corr2d")
    monkeypatch.setattr(room, "USED", (lendable.id,))
    monkeypatch.setattr(room, "find", lambda _: lendable)
    monkeypatch.setattr(room, "_SECTIONS", {"convolution": 1})
    lent = saved_tools(tmp_path)
    assert lent.has(lendable.id)
    assert "corr2d is the course's: there is no notebook" in lent.credits([lendable.id])
    assert "section 01, exercise “Correlation”" in lent.credits([lendable.id])


def test_those_of_one_panel_are_credited_together() -> None:
    found = Tools({one: Tool(one, "", run) for one, run in FUNCTIONS.items()})
    assert found.credits(["gradcam.scale", "gradcam.cam"]) == "Runs on your scale, cam."


def test_the_command_needs_a_folder_of_notebooks(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["visualiser", str(tmp_path / "nowhere")])
    assert ended.exit_code == 1
    assert "There is no folder" in ended.output


def test_the_page_is_a_notebook_of_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "a folder's"
    written = nbformat.reads(page(path), as_version=4)
    nbformat.validate(written)
    assert f"Path({str(path)!r})" in written.cells[0].source
