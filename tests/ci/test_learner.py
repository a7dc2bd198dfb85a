"""What learners get: the tree, the distribution, and their own copies of the notebooks."""

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from ci.convert import convert
from ci.lab import update
from ci.leaks import leaks_in_tree, secrets
from ci.learner import learners_environment, write_learner_tree
from ci.sections import ROOT, places
from course_lib.models.pretrained import EMBEDDED


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("course") / "learner"
    write_learner_tree(ROOT, target)
    return target


def test_the_tree_holds_what_learners_need_and_no_more(tree: Path) -> None:
    assert sorted(path.name for path in tree.iterdir()) == [
        "LICENSE",
        "README.md",
        "constraints.txt",
        "course_lib",
        "environment.yml",
        "notebooks",
        "pyproject.toml",
    ]
    for path in tree.rglob("*.py"):
        text = path.read_text("utf-8")
        assert "import grader" not in text, path
        assert "from grader" not in text, path
    assert not list(tree.rglob("__pycache__"))
    assert len(list(tree.rglob("*.ipynb"))) == len(places())


def test_nothing_leaks_into_the_tree(tree: Path) -> None:
    for place in places():
        assert leaks_in_tree(tree, secrets(convert(place))) == []


def test_the_tree_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "learner"
    (target / "notebooks").mkdir(parents=True)
    (target / "notebooks" / "old.ipynb").write_text("{}")
    write_learner_tree(ROOT, target)
    assert not (target / "notebooks" / "old.ipynb").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["learner"]


def test_learners_install_no_grader() -> None:
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert "grader" not in learners_environment(text)
    assert "-e .\n" in learners_environment(text)
    with pytest.raises(ValueError, match="must install the grader by this one line"):
        learners_environment(text.replace("./grader[dev]", "./grader"))


def test_the_distribution_holds_course_lib_alone(tree: Path, tmp_path: Path) -> None:
    copied = tmp_path / "tree"
    shutil.copytree(tree, copied)  # building leaves files behind
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", tmp_path, copied], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    there = (path for path in (tree / "course_lib").rglob("*") if path.is_file())
    assert packed == {path.relative_to(tree).as_posix() for path in there}


def test_the_source_distribution_of_a_checkout_holds_no_answer(tmp_path: Path) -> None:
    copied = tmp_path / "checkout"
    copied.mkdir()
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copied)
    for name in ("course_lib", "tests", "grader", "solutions", "ci"):
        shutil.copytree(ROOT / name, copied / name, ignore=shutil.ignore_patterns("*.egg-info"))
    make = "from setuptools.build_meta import build_sdist; build_sdist('.')"
    subprocess.run([sys.executable, "-c", make], cwd=copied, check=True, capture_output=True)
    (archive,) = copied.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = [Path(*Path(name).parts[1:]) for name in packed.getnames()]
    folders = {name.parts[0] for name in names if len(name.parts) > 1}
    assert folders <= {"course_lib", "cnn_course.egg-info"}, folders
    assert EMBEDDED.relative_to(ROOT) in names, "weights are no code, and needed all the same"


def test_the_graders_distribution_lists_all_its_packages() -> None:
    settings = tomllib.loads((ROOT / "grader" / "pyproject.toml").read_text("utf-8"))
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "grader").rglob("__init__.py")
    }
    assert set(settings["tool"]["setuptools"]["packages"]) == there


NAME = "01_a/01_a.ipynb"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "notebooks" / NAME
    path.parent.mkdir(parents=True)
    path.write_text("first")
    return tmp_path / "notebooks"


def test_lab_copies_what_is_missing_and_overwrites_nothing(release: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    assert update(release, lab) == [f"new: {NAME}"]
    (lab / NAME).write_text("my work")
    assert update(release, lab) == []
    assert (lab / NAME).read_text() == "my work"
    (lab / NAME).unlink()
    assert update(release, lab) == [f"new: {NAME}"]


def test_lab_puts_a_newer_release_beside_the_copy(release: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    update(release, lab)
    (lab / NAME).write_text("my work")
    (lab / "01_a" / "01_a.new.ipynb").write_text("my file of that name")
    (release / NAME).write_text("second")
    for _ in range(2):
        (told,) = update(release, lab)
        assert "01_a/01_a.new2.ipynb" in told
        assert (lab / "01_a" / "01_a.new2.ipynb").read_text() == "second"
    assert (lab / NAME).read_text() == "my work"
    assert (lab / "01_a" / "01_a.new.ipynb").read_text() == "my file of that name"
    (lab / "01_a" / "01_a.new2.ipynb").unlink()
    assert update(release, lab) == [], "whoever deletes the new one has done with it"


def test_lab_survives_a_lost_record(release: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    update(release, lab)
    (lab / ".released.json").write_text("{broken")
    assert update(release, lab) == []
    assert (lab / NAME).read_text() == "first"
