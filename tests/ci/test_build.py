"""The build: in one direction, the same every time, all or nothing."""

import json
from pathlib import Path

import nbformat
import pytest
import torch
from tiny_section import SOURCE, place_in

from ci.build import build
from ci.drift import _same, drift
from ci.notebooks import Profile, compare_outputs, run_release, run_solution
from ci.problem import Problem
from ci.sections import Place, places
from ci.strip import traces_of_running
from course_lib.checks import wire


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, bytes]:
    """All files of a repository with the tiny section, built once."""
    root = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as monkeypatch:
        build(place_in(root, monkeypatch))
    return _files(root)


@pytest.fixture
def place(built: dict[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of that repository."""
    place = place_in(tmp_path, monkeypatch)
    for name, content in built.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def test_the_notebooks_and_the_data_are_written(built: dict[Path, bytes]) -> None:
    assert sorted(map(str, built)) == [
        "course_lib/sections/tiny/exercises.json",
        "notebooks/99_tiny/99_tiny.ipynb",
        "solutions/99_tiny/99_tiny.ipynb",
        "solutions/99_tiny/99_tiny.py",
    ]


def test_the_executed_solution_holds_outputs_and_no_traces(place: Place) -> None:
    notebook = nbformat.read(place.executed, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5, 6, 7]
    assert code[1].outputs[0].text == "profile smoke\n"
    assert code[4].outputs[0].data["text/plain"] == "right"
    assert traces_of_running(notebook) == []
    assert "version" not in notebook.metadata.language_info


def test_the_data_stand_in_the_order_of_the_notebook_without_a_pointed_answer(place: Place) -> None:
    stored = json.loads(place.data.read_text())
    assert list(stored) == ["tiny.word", "tiny.letter"]
    assert "right" not in json.dumps(wire.decode(stored["tiny.word"]["data"])["right"])
    assert wire.decode(stored["tiny.letter"]["data"])["right"] == [{"value": "r"}]
    assert stored["tiny.letter"]["public"]["hints"] == ["It is the first one."]
    assert "reference" not in place.data.read_text()


def test_the_release_holds_no_answer(place: Place) -> None:
    notebook = nbformat.read(place.released, as_version=4)
    sources = "\n".join(cell.source for cell in notebook.cells)
    assert 'join(["ri"' not in sources
    assert "score(" not in sources.replace("def score(", "")
    assert "Because" not in sources
    assert "BEGIN" not in sources
    assert all(
        cell.outputs == [] and cell.execution_count is None
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def test_a_rebuild_changes_only_outputs(place: Place, built: dict[Path, bytes]) -> None:
    release = place.released.read_bytes()
    build(place)
    assert place.released.read_bytes() == release
    assert drift(place) == []
    old = nbformat.reads(built[place.executed.relative_to(place.root)].decode(), as_version=4)
    new = nbformat.read(place.executed, as_version=4)
    differing = [a.id for a, b in zip(old.cells, new.cells, strict=True) if a != b]
    assert differing == ["tiny-004"], "the cell that prints the time"


FAILING = {
    "wrong answer": ('"ght"', '"gth"', "tiny.word: wrong, not recorded or right"),
    "no verdict": ("display({kind", "dict({kind", "tiny.word: no verdict"),
    "exception": ('word = "".join', 'word = 1 / 0, "".join', "(tiny-word-answer) raised Zero"),
    "a reference to nothing": ("with {tiny.word}", "with {tiny.wrd}", 'no exercise "tiny.wrd"'),
    "stderr": ("import time", "import sys, time; print(1, file=sys.stderr)", "writes to stderr"),
    "a region without end": ("### END SOLUTION\n\n# %% check", "\n# %% check", "no release"),
}


@pytest.mark.parametrize(("old", "new", "message"), FAILING.values(), ids=FAILING)
def test_a_failed_build_changes_nothing(old: str, new: str, message: str, place: Place) -> None:
    assert old in SOURCE
    place.source.write_text(SOURCE.replace(old, new, 1))
    before = _files(place.root)
    with pytest.raises(Problem) as caught:
        build(place)
    assert message in str(caught.value)
    assert _files(place.root) == before


def test_drift_is_found(place: Place) -> None:
    assert drift(place) == []
    place.source.write_text(SOURCE.replace("Why is it", "Why was it"))
    (executed,) = drift(place)
    assert "differs from its source in cell 9" in executed
    place.source.write_text(SOURCE)
    place.released.write_text(place.released.read_text() + "\n")
    (place.release / "notes.txt").write_text("by hand")
    by_hand, differs = drift(place)
    assert "notes.txt is there, but not generated" in by_hand
    assert "99_tiny.ipynb differs" in differs


def test_drift_of_the_data_is_found(place: Place) -> None:
    stored = json.loads(place.data.read_text())
    stored["tiny.letter"]["public"]["title"] = "By hand"
    place.data.write_text(json.dumps(stored))
    (title,) = drift(place)
    assert "tiny.letter is not what its definition gives" in title
    place.data.write_text(json.dumps(dict(reversed(stored.items()))))
    (order,) = drift(place)
    assert "has other exercises than its section" in order
    place.data.unlink()
    (missing,) = drift(place)
    assert "exercises.json is missing" in missing


def test_digits_of_another_processor_are_no_drift() -> None:
    near, far = torch.ones(3) + 1e-5, torch.ones(3) + 1e-2
    for other, same in ((near, True), (far, False), (torch.ones(2), False)):
        entries = [
            {
                "public": {"title": "x"},
                "data": wire.encode({"cases": [{"args": (value, 2)}], "right": None}),
                "mistaken": [["slip", [None, {"value": {"fingerprint": [[3], [0.5], 1.0]}}]]],
            }
            for value in (torch.ones(3), other)
        ]
        assert _same(*entries) == same


def test_files_beside_the_source_are_released(place: Place) -> None:
    (place.source.parent / "image.txt").write_text("pixels")
    build(place)
    assert (place.release / "image.txt").read_text() == "pixels"
    assert not (place.release / "image.txt").is_symlink()
    assert drift(place) == []


def test_the_three_executions_of_ci(place: Place) -> None:
    """Solution and release by papermill, stored outputs by nbval, which obeys the cells' tags."""
    for job in (run_solution, run_release, compare_outputs):
        assert job(place, Profile.SMOKE).problems == (), job.__name__
    executed = place.executed.read_text()
    place.executed.write_text(executed.replace("profile smoke", "profile smoked"))
    (problem,) = compare_outputs(place, Profile.SMOKE).problems
    assert "profile smoked" in problem
    place.executed.write_text(executed.replace('\\"ght\\"', '\\"gth\\"'))
    assert run_solution(place, Profile.SMOKE).problems == (
        "tiny.word: wrong, not recorded or right",
    )


def test_an_unknown_section_is_explained() -> None:
    with pytest.raises(Problem, match='The nearest is "01_convolution"'):
        places(["01_convolutoin"])
    assert [place.folder for place in places(["01", "convolution"])] == ["01_convolution"] * 2


def _files(root: Path) -> dict[Path, bytes]:
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
