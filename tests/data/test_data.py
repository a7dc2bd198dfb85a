"""Data: embedded and real sets, splits and statistics; downloads, from a server of our own."""

import contextlib
import gzip
import hashlib
import io
import os
import pickle
import shutil
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch.nn import functional as F
from typer.testing import CliRunner

from course_lib.command import app
from course_lib.data import (
    DataDamaged,
    DataMissing,
    Part,
    PrefetchFailed,
    data_folder,
    download,
    load,
    load_or_default,
    names,
    prefetch,
)
from course_lib.data.catalogue import REAL, Pinned, RealSet, damage
from course_lib.data.parts import statistics, stratified
from course_lib.data.shapes import draw

_CHOSEN = os.environ.get("COURSE_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data"
REAL_FILES = Path(_CHOSEN)


def needs(folder: str) -> pytest.MarkDecorator:
    """For tests on real files."""
    there = (REAL_FILES / folder).is_dir()
    return pytest.mark.skipif(not there, reason=f"{folder} is not in {REAL_FILES}")


@pytest.fixture(autouse=True)
def _empty_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))


# ---- parts ---------------------------------------------------------------------------------------


def test_inputs_are_normalised_by_hand() -> None:
    images = torch.tensor([[[[0, 255]], [[51, 102]]]], dtype=torch.uint8)  # (1, 2, 1, 2)
    part = Part(images, torch.tensor([3]), mean=(0.5, 0.2), std=(0.5, 0.1))
    wanted = torch.tensor([[[[-1.0, 1.0]], [[0.0, 2.0]]]])
    torch.testing.assert_close(part.inputs(), wanted)
    assert part.images.tolist() == images.tolist(), "the images themselves must stay"


def test_float_images_are_taken_as_they_are() -> None:
    series = torch.randn(5, 1, 96)
    part = Part(series, torch.zeros(5, dtype=torch.int64))
    assert torch.equal(part.inputs(), series)
    assert part.inputs().data_ptr() != series.data_ptr()


@pytest.mark.parametrize(
    "labels", [torch.zeros(4, dtype=torch.int64), torch.zeros(5), torch.zeros(5, 1).long()]
)
def test_labels_that_do_not_fit_are_refused(labels: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"[lL]abels"):
        Part(torch.zeros(5, 1, 2, 2), labels)


def test_statistics_are_those_of_the_pixels() -> None:
    images = torch.randint(0, 256, (5000, 3, 4, 5), dtype=torch.uint8)
    std, mean = torch.std_mean(images.double() / 255, dim=(0, 2, 3), correction=0)
    found = statistics(images)
    torch.testing.assert_close(torch.tensor(found[0]).double(), mean, atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.tensor(found[1]).double(), std, atol=1e-6, rtol=0)


def test_one_grey_level_is_not_divided_by_zero() -> None:
    images = torch.full((3, 1, 2, 2), 7, dtype=torch.uint8)
    mean, std = statistics(images)
    assert Part(images, torch.zeros(3).long(), mean, std).inputs().isfinite().all()


def test_stratified_split_keeps_the_shares_and_loses_nothing() -> None:
    labels = torch.repeat_interleave(torch.arange(4), torch.tensor([1000, 500, 20, 7]))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))]
    chosen, left = stratified(labels, 300, seed=3)
    assert len(chosen) == 300
    assert torch.equal(torch.cat([chosen, left]).sort().values, torch.arange(len(labels)))
    share = labels.bincount() * 300 / len(labels)
    assert ((labels[chosen].bincount(minlength=4) - share).abs() <= 1).all()
    assert torch.equal(chosen, stratified(labels, 300, seed=3)[0])
    assert not torch.equal(chosen, stratified(labels, 300, seed=4)[0])


def test_a_share_is_taken_of_every_class() -> None:
    part = load("digits").train.take(100)
    assert len(part) == 100
    assert (part.labels.bincount() - 10).abs().max() <= 1
    assert part.take(1000) is part


# ---- embedded sets -------------------------------------------------------------------------------


def test_digits_are_scikit_learns_in_the_frame_of_mnist() -> None:
    data = load("digits")
    sizes = [len(part) for part in (data.train, data.validation, data.test)]
    assert sum(sizes) == 1797
    assert sizes[2] == 360
    assert data.train.images.shape[1:] == (1, 28, 28)
    assert data.train.images.dtype == torch.uint8
    border = torch.ones(28, 28, dtype=torch.bool)
    border[4:24, 4:24] = False
    assert not data.test.images[:, 0, border].any()
    # Averaged back to 8 x 8, each is one of the originals, or nearly.
    from sklearn.datasets import load_digits

    originals = torch.from_numpy(load_digits().images).float().flatten(1) / 16
    inner = F.interpolate(data.test.images[:50, :, 4:24, 4:24] / 255, size=(8, 8), mode="area")
    nearest = torch.cdist(inner.flatten(1), originals).argmin(1)
    assert torch.equal(
        torch.from_numpy(load_digits().target)[nearest].long(), data.test.labels[:50]
    )
    assert "scikit-learn" in data.source
    assert "embedded" in data.source


def test_seed_moves_the_validation_part_and_never_the_test_part() -> None:
    first, second = load("digits", seed=0), load("digits", seed=1)
    assert torch.equal(first.test.images, second.test.images)
    assert not torch.equal(first.validation.images, second.validation.images)
    assert torch.equal(first.train.images, load("digits").train.images)
    assert first.mean != second.mean, "statistics are those of the training part alone"
    assert first.mean == statistics(first.train.images)[0] == first.test.mean


def test_no_validation_part_on_request() -> None:
    data = load("digits", validation=0)
    assert len(data.validation) == 0
    assert len(data.train) == 1437


def test_shapes_have_true_masks_and_do_not_change() -> None:
    images, labels, masks = draw(200, seed=5)
    again = draw(200, seed=5)
    assert torch.equal(images, again[0])
    assert torch.equal(masks, again[2])
    assert not torch.equal(images, draw(200, seed=6)[0])
    assert labels.bincount().tolist() == [20] * 10
    area = masks.float().mean((1, 2))
    assert area.min() > 0.01
    assert area.max() < 0.45
    frame = torch.cat([masks[:, 0], masks[:, -1], masks[:, :, 0], masks[:, :, -1]], 1)
    assert not frame.any(), "every object is inside of its image"
    # Where the mask is, the image differs from what surrounds it.
    inside = (images * masks[:, None]).sum((2, 3)) / masks.sum((1, 2))[:, None]
    outside = (images * ~masks[:, None]).sum((2, 3)) / (~masks).sum((1, 2))[:, None]
    assert (inside - outside).abs().mean() > 40


def test_shapes_are_told_by_outline_only() -> None:
    images, labels, masks = draw(2000, seed=7)
    colour = (images * masks[:, None]).sum((2, 3)) / masks.sum((1, 2))[:, None]
    place = torch.stack([(masks.sum(axis) * torch.arange(32)).sum(1) for axis in (1, 2)], 1)
    place = place / masks.sum((1, 2))[:, None]
    for feature, scale in ((colour, 255), (place, 32)):
        means = torch.stack([feature[labels == label].mean(0) for label in range(10)]) / scale
        assert means.std(0).max() < 0.04, "a class has a colour or a place of its own"


def test_masks_go_with_the_images_through_every_split() -> None:
    data = load("shapes")
    for part in (data.train, data.validation, data.test):
        assert part.masks is not None
        assert part.masks.shape == (len(part), 32, 32)
    picked = data.train.take(50)
    assert picked.masks is not None
    assert len(picked.masks) == 50


# ---- real sets -----------------------------------------------------------------------------------


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


# ---- what is missing -----------------------------------------------------------------------------


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


# ---- downloads -----------------------------------------------------------------------------------

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
    download._unpack(REAL["cifar10"], tmp_path)
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
