"""What is taken of a submission's folder, and what the seeds and folders around it keep to."""

import os
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from grader.marking.seeds import NoSecret, course_secret, learner_seed, nonce
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


def test_a_changed_submission_has_another_digest(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("1")
    first = read_submission(tmp_path).digest
    assert read_submission(tmp_path).digest == first
    (tmp_path / "a.ipynb").write_text("2")
    assert read_submission(tmp_path).digest != first


@pytest.mark.parametrize(("text", "kept"), [("2026-05-01 12:00:00 UTC", True), ("soon", False)])
def test_only_a_timestamp_counts_as_one(tmp_path: Path, text: str, kept: bool) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "timestamp.txt").write_text(text)
    write_taken_in(read_submission(tmp_path / "in"), {"a": new_notebook()}, tmp_path / "out")
    assert (tmp_path / "out" / "timestamp.txt").exists() == kept
    assert (tmp_path / "out" / "a.ipynb").exists()


def test_no_notebook_at_all_is_said(tmp_path: Path) -> None:
    notebook = rebuilt_notebook(read_submission(tmp_path), "a", new_notebook())
    assert "there is no readable a.ipynb" in notebook.cells[0].source


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
    seeds = {learner_seed(*one) for one in [base, *others]}
    assert len(seeds) == 6 and learner_seed(*base) in seeds
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
