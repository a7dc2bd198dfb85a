"""Downloads of a file, from a server of our own that is sound, odd or broken."""

import contextlib
import gzip
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from course_lib.data import (
    PrefetchFailed,
    download,
)
from course_lib.data.catalogue import Pinned

CONTENT = gzip.compress(os.urandom(300_000))
FILE = Pinned("some.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
HALF = len(CONTENT) // 2


class Server(BaseHTTPRequestHandler):
    """Answers /KIND/some.gz as mirrors do that are sound, odd or broken."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        kind = self.path.split("/")[1]
        self.asked.append((kind, wanted))
        start = int(wanted[6:-1]) if wanted and kind not in ("plain", "stops", "page") else 0
        if kind == "missing":
            self.send_error(404)
            return
        body, stated = CONTENT[start:], None
        if kind == "page":
            body = b"<html>Please log in</html>"
        elif kind == "altered":
            body = bytes([*CONTENT[:HALF], CONTENT[HALF] ^ 1, *CONTENT[HALF + 1 :]])[start:]
        elif kind == "longer":
            body = CONTENT + b"more"
        elif kind in ("cut", "stops"):  # the whole length is stated, and the line goes dead
            stated = len(body)
            body = body[: 1000 if kind == "stops" else 100_000]
        elif kind == "short":  # the file itself is short there
            body = CONTENT[:HALF]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(stated or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_download_shows_progress_on_stdout(
    server: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = download.fetch(FILE, tmp_path / "new", [f"{server}/good/"])
    assert path.read_bytes() == CONTENT
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["some.gz"]
    captured = capfd.readouterr()
    assert "some.gz" in captured.out
    assert "100%" in captured.out
    assert not captured.err
    download.fetch(FILE, tmp_path / "new", [f"{server}/good/"])
    assert Server.asked == [("good", None)], "a whole file is not fetched again"


@pytest.mark.parametrize("kind", ["good", "plain"])
def test_partial_file_is_resumed(server: str, tmp_path: Path, kind: str) -> None:
    (tmp_path / "some.gz.part").write_bytes(CONTENT[:HALF])
    assert download.fetch(FILE, tmp_path, [f"{server}/{kind}/"]).read_bytes() == CONTENT
    assert Server.asked == [(kind, f"bytes={HALF}-")]


def test_a_line_that_goes_dead_is_taken_up_again(server: str, tmp_path: Path) -> None:
    assert download.fetch(FILE, tmp_path, [f"{server}/cut/", f"{server}/cut/"]).exists()
    # 100,000 bytes at a time
    assert [wanted for _, wanted in Server.asked][:3] == [None, "bytes=100000-", "bytes=200000-"]


def test_a_partial_file_that_is_wrong_is_begun_anew(server: str, tmp_path: Path) -> None:
    (tmp_path / "some.gz.part").write_bytes(bytes(HALF))
    assert download.fetch(FILE, tmp_path, [f"{server}/good/"]).read_bytes() == CONTENT
    assert Server.asked == [("good", f"bytes={HALF}-"), ("good", None)]


def test_an_altered_file_that_is_there_is_replaced(server: str, tmp_path: Path) -> None:
    (tmp_path / "some.gz").write_bytes(CONTENT[:-1])
    assert download.fetch(FILE, tmp_path, [f"{server}/good/"]).read_bytes() == CONTENT


@pytest.mark.parametrize("first", ["missing", "page", "altered", "longer", "short", "stops"])
def test_second_mirror_is_asked(server: str, tmp_path: Path, first: str) -> None:
    mirrors = [f"{server}/{first}/", f"{server}/good/"]
    assert download.fetch(FILE, tmp_path, mirrors).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "answered 404"),
        ("page", "web page in place of the file"),
        ("altered", "altered: SHA-256"),
        ("longer", "altered: .* bytes, expected"),
        ("stops", "cut the file short: .* is kept"),
    ],
)
def test_one_clear_error(server: str, tmp_path: Path, kind: str, reason: str) -> None:
    with pytest.raises(PrefetchFailed, match=reason):
        download.fetch(FILE, tmp_path, [f"{server}/{kind}/"])
    assert not (tmp_path / "some.gz").exists()
    assert (tmp_path / "some.gz.part").exists() == (kind == "stops")


def test_page_does_not_cost_what_came_before(server: str, tmp_path: Path) -> None:
    (tmp_path / "some.gz.part").write_bytes(CONTENT[:HALF])
    with pytest.raises(PrefetchFailed, match="web page"):
        download.fetch(FILE, tmp_path, [f"{server}/missing/", f"{server}/page/"])
    assert (tmp_path / "some.gz.part").read_bytes() == CONTENT[:HALF]


def test_no_network(tmp_path: Path) -> None:
    with pytest.raises(PrefetchFailed, match=r"no mirror can be reached.*connected"):
        download.fetch(FILE, tmp_path, ["http://127.0.0.1:9/", "http://no-such-host.invalid/"])
    assert not list(tmp_path.iterdir())


def test_disk_full(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=FILE.size - 1)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(PrefetchFailed, match="disk is full"):
        download.fetch(FILE, tmp_path, [f"{server}/good/"])
    assert not Server.asked, "nothing is asked for that cannot be kept"


def test_disk_full_on_the_way(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bar:
        def update(self, _: int) -> None:
            raise OSError(28, "No space left on device")  # as writing does

    monkeypatch.setattr(download, "_progress", lambda *_: contextlib.nullcontext(Bar()))
    with pytest.raises(PrefetchFailed, match="disk is full"):
        download.fetch(FILE, tmp_path, [f"{server}/good/"])
    assert not (tmp_path / "some.gz").exists()
    assert (tmp_path / "some.gz.part").exists(), "goes on from here when there is room"


def test_folder_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, whom nobody refuses
    with pytest.raises(PrefetchFailed, match=r"not writable.*COURSE_DATA_DIR"):
        download.fetch(FILE, tmp_path / "new", [])


def test_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(PrefetchFailed, match="file where a folder"):
        download.fetch(FILE, tmp_path / "data" / "MNIST", [])
