"""What is taken of a submission's folder, and what the seeds and folders around it keep to."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from small_course import cell_of, source_notebook

from grader.marking.seeds import NoSecret, course_secret, nonce, seed_of
from grader.submission import intake
from grader.submission.intake import read_submission, rebuilt_notebook, write_taken_in
from grader.swap import replace_folder


def test_regular_files_of_known_kinds_are_taken(tmp_path: Path) -> None:
    for name in ("a.ipynb", "w.safetensors", "data/d.csv", "timestamp.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    taken = read_submission(tmp_path)
    assert sorted(taken.files) == ["a.ipynb", "data/d.csv", "timestamp.txt", "w.safetensors"]
    assert taken.notes == []


def test_links_pipes_code_and_hidden_files_are_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "gradebook.db").write_text("marks")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "w.safetensors").symlink_to(outside / "gradebook.db")
    (folder / "linked").symlink_to(outside)
    (folder / "torch.py").write_text("")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "a.ipynb").write_text("")
    os.mkfifo(folder / "pipe.csv")
    taken = read_submission(folder)
    assert taken.files == {}
    assert {note.split("'")[1] for note in taken.notes} == {
        "linked",
        "pipe.csv",
        "torch.py",
        "w.safetensors",
    }


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILE", 10)
    monkeypatch.setattr(intake, "MAX_TOTAL", 25)
    (tmp_path / "a.csv").write_text("x" * 11)
    for name in ("b", "c", "d"):
        (tmp_path / f"{name}.csv").write_text("x" * 9)
    taken = read_submission(tmp_path)
    assert sorted(taken.files) == ["b.csv", "c.csv"]
    assert len(taken.notes) == 2


def test_folders_in_folders_and_long_names_are_left_out(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d" / "e" / "f" / "g" / "h" / "i"
    deep.mkdir(parents=True)
    (deep / "d.csv").write_text("1")
    (tmp_path / ("x" * 200)).mkdir()
    (tmp_path / ("x" * 200) / ("y" * 60 + ".csv")).write_text("1")
    (tmp_path / "a" / "kept.csv").write_text("1")
    taken = read_submission(tmp_path)
    assert list(taken.files) == ["a/kept.csv"]
    assert [note.partition(",")[0] for note in taken.notes][:1] == ["Left out: 'a/b/c/d/e/f/g/h/i'"]
    assert len(taken.notes) == 2 and len(taken.notes[1]) < 400


def test_of_a_flood_of_files_a_few_are_named(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.exe").touch()
    taken = read_submission(tmp_path)
    assert len(taken.notes) == 101 and taken.notes[-1] == "Left out: whatever else is there."


def test_a_changed_submission_has_another_digest(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("1")
    first = read_submission(tmp_path).digest
    assert read_submission(tmp_path).digest == first
    (tmp_path / "a.ipynb").write_text("2")
    assert read_submission(tmp_path).digest != first


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"2026-05-01 12:00:00 UTC", "2026-05-01 12:00:00.000000 UTC"),
        (b"\xef\xbb\xbf2026-05-01 12:00:00.5 UTC\r\n", "2026-05-01 12:00:00.500000 UTC"),
        ("2026-05-01 12:00:00 UTC".encode("utf-16"), "2026-05-01 12:00:00.000000 UTC"),
        (b"2026-05-01T12:00:00+02:00", "2026-05-01 10:00:00.000000 UTC"),
        (b"soon", None),
        (b"", None),
        (b"10:" + b"9" * 30, None),
        (b"2020-01-01 10:00:00 ../x", None),
        (b"2020-01-01 10:" + b"9" * 30, None),
        (b"9999-99-99 10:00", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_only_a_time_counts_as_one(tmp_path: Path, content: bytes, kept: str | None) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "timestamp.txt").write_bytes(content)
    write_taken_in(read_submission(tmp_path / "in"), {"a": new_notebook()}, tmp_path / "out")
    path = tmp_path / "out" / "timestamp.txt"
    assert (path.read_text() if path.exists() else None) == kept
    notes = nbformat.read(tmp_path / "out" / "a.ipynb", as_version=4).cells[0].source
    assert ("counts as on time" in notes) == (kept is None)


def test_no_notebook_at_all_is_said(tmp_path: Path) -> None:
    notebook = rebuilt_notebook(read_submission(tmp_path), "a", {"a": new_notebook()})
    assert "there is no readable a.ipynb" in notebook.cells[0].source


def small(answer: str) -> NotebookNode:
    """A notebook with one answer."""
    notebook = source_notebook()
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "# YOUR CODE HERE"
    cell_of(notebook, "triple-answer").source = answer
    return notebook


RELEASE = {"a": small("# YOUR CODE HERE"), "b": small("# YOUR CODE HERE")}


@pytest.mark.parametrize(
    "name", ["a.ipynb.txt", "a.ipynb.json", "a.IPYNB", "a (1).ipynb", "x.ipynb"]
)
def test_a_notebook_of_another_name_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(small("mine = 1")))
    notebook = rebuilt_notebook(read_submission(tmp_path), "a", RELEASE)
    assert cell_of(notebook, "triple-answer").source == "mine = 1"
    assert name in notebook.cells[0].source


def test_an_answered_copy_goes_before_an_untouched_original(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(RELEASE["a"]))
    (tmp_path / "a-Copy1.ipynb").write_text(json.dumps(small("mine = 1")))
    (tmp_path / "b.ipynb").write_text(json.dumps(small("another's = 1")))
    notebook = rebuilt_notebook(read_submission(tmp_path), "a", RELEASE)
    assert cell_of(notebook, "triple-answer").source == "mine = 1"
    assert "has no answer in it" in notebook.cells[0].source
    (tmp_path / "a.ipynb").write_text(json.dumps(small("original = 1")))
    notebook = rebuilt_notebook(read_submission(tmp_path), "a", RELEASE)
    assert cell_of(notebook, "triple-answer").source == "original = 1"


def test_a_folder_called_like_the_notebook_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "in" / "a.ipynb").mkdir(parents=True)
    (tmp_path / "in" / "a.ipynb" / "data.csv").write_text("1")
    write_taken_in(read_submission(tmp_path / "in"), RELEASE, tmp_path / "out")
    assert (tmp_path / "out" / "a.ipynb").is_file()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "source", "metadata", "nbgrader", "grade_id", "id", "x"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
names = st.sampled_from(["a.ipynb", "b.ipynb", "timestamp.txt", "w.safetensors", "a.ipynb.txt"])
entries = st.lists(
    st.tuples(
        names | st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=60),
        st.sampled_from(["file", "folder", "link", "pipe"]),
        st.binary(max_size=40)
        | json_values.map(lambda value: json.dumps(value).encode())
        | json_values.map(lambda value: json.dumps({"cells": [value]}).encode()),
    ),
    max_size=5,
)


@given(entries)
@settings(max_examples=150, deadline=None)
def test_any_folder_becomes_notebooks_that_can_be_graded(
    contents: list[tuple[str, str, bytes]],
) -> None:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "in")
        folder.mkdir()
        for name, kind, content in contents:
            with contextlib.suppress(OSError, UnicodeEncodeError):  # this system knows no such name
                path = folder / name
                if os.path.lexists(path):
                    continue  # writing into a pipe would wait for its reader
                if kind == "file":
                    path.write_bytes(content)
                elif kind == "folder":
                    path.mkdir()
                    (path / "timestamp.txt").write_bytes(content)
                elif kind == "link":
                    path.symlink_to("/")
                else:
                    os.mkfifo(path)
        write_taken_in(read_submission(folder), RELEASE, Path(root, "out"))
        for name in RELEASE:
            notebook = nbformat.read(Path(root, "out", f"{name}.ipynb"), as_version=4)
            nbformat.validate(notebook)
            assert cell_of(notebook, "triple").source == cell_of(RELEASE[name], "triple").source


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = course_secret(tmp_path)
    assert course_secret(tmp_path) == first and len(first) == 64
    assert (tmp_path / ".course_secret").stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".course_secret").write_text("")
    with pytest.raises(NoSecret, match="empty"):
        course_secret(tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSecret, match="COURSE_SECRET"):
        course_secret(tmp_path / "nowhere")


def test_seeds_differ_in_every_part_and_repeat() -> None:
    base = (b"secret", "1", "ada", "convolution.corr2d")
    others = [
        (b"other", "1", "ada", "convolution.corr2d"),
        (b"secret", "2", "ada", "convolution.corr2d"),
        (b"secret", "1", "bob", "convolution.corr2d"),
        (b"secret", "1", "ada", "convolution.corr1d"),
        (b"secret", "1a", "da", "convolution.corr2d"),
    ]
    seeds = {seed_of(*one) for one in [base, *others]}
    assert len(seeds) == 6 and seed_of(*base) in seeds
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert int(nonce(*base), 16) not in seeds


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    for name in ("new", "final"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("")
    replace_folder(tmp_path / "new", tmp_path / "final")
    assert [path.name for path in tmp_path.rglob("*")] == ["final", "new"]
    assert (tmp_path / "final" / "new").is_file()


def test_a_folder_is_replaced_where_the_system_cannot_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.swap._exchange", lambda one, other: False)
    test_a_folder_is_replaced_whole(tmp_path)
