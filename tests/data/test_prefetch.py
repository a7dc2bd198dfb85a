"""Whole sets are fetched, unpacked and checked; what the command says."""

import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from real_files import REAL_FILES, needs
from typer.testing import CliRunner

from course_lib.command import app
from course_lib.data import (
    DataDamaged,
    load,
    names,
    prefetch,
)
from course_lib.data.catalogue import REAL, RealSet, damage
from course_lib.data.unpack import unpack


@pytest.fixture
def own_mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The real files, served on this machine; no other mirror is asked."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr(RealSet, "mirrors", lambda _: [])
    handler = partial(Quiet, directory=str(REAL_FILES))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@needs("MNIST/raw")
def test_prefetched_set_is_loaded(own_mirror: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["prefetch", "mnist", "--mirror", own_mirror])
    assert result.exit_code == 0, result.output
    assert "All there." in result.output
    raw = tmp_path / "data" / "MNIST" / "raw"
    assert len(list(raw.iterdir())) == 8, "archives and what torchvision reads"
    assert load("mnist").test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    # What is unpacked is checked, too.
    images = raw / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-1])
    with pytest.raises(DataDamaged, match="cut short"):
        load("mnist")
    prefetch("mnist")
    assert not damage(images, REAL["mnist"].contents[2])


def test_cifar_archive_is_unpacked_as_a_whole(tmp_path: Path) -> None:
    cls = REAL["cifar10"].torchvision()
    files = [name for name, _ in cls.train_list + cls.test_list] + [cls.meta["filename"]]
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as archive:
        for name in files:
            entry = tarfile.TarInfo(f"{cls.base_folder}/{name}")
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"abc"))
    (tmp_path / cls.base_folder).mkdir()
    (tmp_path / cls.base_folder / files[0]).write_text("of an older try")
    unpack(REAL["cifar10"], tmp_path)
    assert {file.read_bytes() for file in (tmp_path / cls.base_folder).iterdir()} == {b"abc"}
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(DataDamaged, match="course prefetch cifar10"):
        load("cifar10", folder=tmp_path)


def test_command_says_what_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["prefetch", "minst"])
    assert result.exit_code == 1
    assert "minst" in result.output
    assert "Traceback" not in result.output
    monkeypatch.setattr(RealSet, "mirrors", lambda _: ["http://127.0.0.1:9/"])
    result = CliRunner().invoke(app, ["prefetch", "fashion_mnist"])
    assert result.exit_code == 1
    assert "no mirror can be reached" in result.output


def test_command_lists_what_is_here() -> None:
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 0
    assert all(name in result.output for name in names())
    assert result.output.count("not here") == 4


def test_mirrors_are_torchvisions() -> None:
    for name, real in REAL.items():
        mirrors = real.mirrors()
        assert mirrors, name
        assert all(url.startswith("http") and url.endswith("/") for url in mirrors)
