"""Real sets: what is read of them; files that are damaged or missing."""

import hashlib
import os
import pickle
import shutil
from pathlib import Path

import pytest
from real_files import REAL_FILES, needs

from course_lib.data import (
    DataDamaged,
    DataMissing,
    data_folder,
    load,
    load_or_default,
)
from course_lib.data.catalogue import REAL


@needs("MNIST/raw")
def test_mnist_is_read_from_archives_and_is_torchvisions() -> None:
    data = load("mnist", folder=REAL_FILES)
    assert [len(data.train), len(data.validation), len(data.test)] == [54_000, 6_000, 10_000]
    assert data.classes == tuple("0123456789")
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert abs(data.mean[0] - 0.1307) < 5e-4
    assert abs(data.std[0] - 0.3081) < 5e-4
    assert (data.validation.labels.bincount() - data.train.labels.bincount() / 9).abs().max() <= 1
    assert "original files" in data.source


@needs("FashionMNIST/raw")
def test_fashion_mnist() -> None:
    data = load("fashion_mnist", folder=REAL_FILES)
    assert data.classes[9] == "Ankle boot"
    assert data.test.labels[:3].tolist() == [9, 2, 1]
    assert data.test.labels.bincount().tolist() == [1000] * 10


@needs("MNIST/raw")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_pins_are_those_of_torchvisions_downloads(name: str) -> None:
    real = REAL[name]
    for pinned, (file, md5) in zip(real.archives, real.torchvision().resources, strict=True):
        content = (REAL_FILES / real.folder / pinned.name).read_bytes()
        assert pinned.name == file
        assert hashlib.md5(content).hexdigest() == md5
        assert hashlib.sha256(content).hexdigest() == pinned.sha256
        assert len(content) == pinned.size


@needs("cifar-10-batches-py")
def test_a_subset_of_cifar10_is_taken_knowingly_only() -> None:
    with pytest.raises(DataDamaged, match="cifar10_subset"):
        load("cifar10", folder=REAL_FILES)
    data = load("cifar10_subset", folder=REAL_FILES)
    assert data.train.labels.bincount().tolist() == [1080] * 10
    assert data.test.images.shape == (3000, 3, 32, 32)
    assert data.classes[0] == "airplane"
    assert "subset" in data.source
    assert "JPEG" in data.source


@needs("cifar-10-batches-py")
def test_a_changed_pickle_is_never_opened(tmp_path: Path) -> None:
    place = tmp_path / "cifar-10-batches-py"
    shutil.copytree(REAL_FILES / "cifar-10-batches-py", place)
    canary = tmp_path / "opened"

    class Bomb:
        def __reduce__(self) -> object:
            return os.mkdir, (str(canary),)

    (place / "data_batch_3").chmod(0o644)
    (place / "data_batch_3").write_bytes(pickle.dumps(Bomb()))
    for name in ("cifar10", "cifar10_subset"):
        with pytest.raises(DataDamaged):
            load(name, folder=tmp_path)
    assert not canary.exists()


@needs("MNIST/raw")
@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda data: data[:1000], "cut short"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "altered"),
        (lambda data: b"<!DOCTYPE html><title>Log in</title>" + bytes(9000), "web page"),
        (lambda data: b"PK" + data[2:], "wrong kind"),
    ],
)
def test_damaged_files_are_named(harm: object, word: str, tmp_path: Path) -> None:
    place = tmp_path / "MNIST" / "raw"
    shutil.copytree(REAL_FILES / "MNIST" / "raw", place)
    file = place / "t10k-labels-idx1-ubyte.gz"
    file.chmod(0o644)
    file.write_bytes(harm(file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DataDamaged, match=rf"t10k-labels.*{word}.*course prefetch mnist"):
        load("mnist", folder=tmp_path)


@pytest.mark.parametrize("name", [*REAL, "cifar10_subset"])
def test_missing_files_are_said_with_a_way_out(name: str) -> None:
    with pytest.raises(DataMissing, match="is not in") as caught:
        load(name)
    assert name == "cifar10_subset" or f"course prefetch {name}" in str(caught.value)


def test_wrong_names_and_shares() -> None:
    with pytest.raises(ValueError, match="mnist"):
        load("minst")
    with pytest.raises(ValueError, match=r"1\.5"):
        load("digits", validation=1.5)


def test_default_is_taken_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    data = load_or_default("cifar10", "mnist", default="digits")
    assert data.name == "digits"
    out = capsys.readouterr().out
    assert "Not cifar10: " in out
    assert "Not mnist: " in out
    assert "in its place: scikit-learn" in out


@needs("cifar-10-batches-py")
def test_first_of_the_wanted_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    data = load_or_default("cifar10", "cifar10_subset", default="shapes", folder=REAL_FILES)
    assert data.name == "cifar10_subset"
    assert "Data: a subset of CIFAR-10" in capsys.readouterr().out


def test_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", "~/elsewhere")
    assert data_folder() == Path.home() / "elsewhere"
    monkeypatch.delenv("COURSE_DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert data_folder() == Path("/cache/cnn-course")
