"""The real sets and weights: their files, pinned by size and SHA-256, and where they lie."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class DataMissing(FileNotFoundError):
    """The files of a set are not there."""


class DataDamaged(ValueError):
    """The files of a set are there, and are not what they should be."""


@dataclass(frozen=True)
class Pinned:
    """A file that is known exactly."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class RealSet:
    """A set of images that torchvision reads.

    Attributes:
        folder: of the archives, inside of the data folder.
        archives: what is downloaded.
        contents: what comes out of the archives; torchvision reads this.
    """

    title: str
    kind: str
    folder: str
    archives: tuple[Pinned, ...]
    contents: tuple[Pinned, ...] = ()

    def torchvision(self) -> Any:
        """torchvision's class of the set; it knows the mirrors and the names of the classes."""
        from torchvision import datasets  # type: ignore[import-untyped]

        return getattr(datasets, self.kind)

    def mirrors(self) -> list[str]:
        """The addresses, in the order tried, to which an archive's name is appended."""
        cls = self.torchvision()
        found = getattr(cls, "mirrors", None) or [cls.url.removesuffix(cls.filename)]
        return [str(url) for url in found]


@dataclass(frozen=True)
class Weights:
    """Weights of one of torchvision's networks, trained on ImageNet, with torchvision's names.

    Attributes:
        origin: whose these are, for a sentence.
        mirrors: the addresses, in the order tried, to which the file's name is appended; none for
            a file that the course only reads.
    """

    file: Pinned
    origin: str
    mirrors: tuple[str, ...] = ()


# MNIST and Fashion-MNIST: sizes and SHA-256 were taken from files whose MD5 is the one that
# torchvision states for its downloads (a test compares them again where the files are present).
# CIFAR-10: the archive was not at hand. Its SHA-256 is the one that Keras and torchvision's
# prototype data sets state; torchvision's own MD5 is checked in addition when the set is loaded.
REAL = {
    "mnist": RealSet(
        "MNIST",
        "MNIST",
        "MNIST/raw",
        (
            Pinned(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            Pinned(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            Pinned(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            Pinned(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        (
            Pinned(
                "train-images-idx3-ubyte",
                47_040_016,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            Pinned(
                "train-labels-idx1-ubyte",
                60_008,
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            Pinned(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            Pinned(
                "t10k-labels-idx1-ubyte",
                10_008,
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    ),
    "fashion_mnist": RealSet(
        "Fashion-MNIST",
        "FashionMNIST",
        "FashionMNIST/raw",
        (
            Pinned(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            Pinned(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            Pinned(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            Pinned(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        (
            Pinned(
                "train-images-idx3-ubyte",
                47_040_016,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            Pinned(
                "train-labels-idx1-ubyte",
                60_008,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            Pinned(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            Pinned(
                "t10k-labels-idx1-ubyte",
                10_008,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    "cifar10": RealSet(
        "CIFAR-10",
        "CIFAR10",
        ".",
        (
            Pinned(
                "cifar-10-python.tar.gz",
                170_498_071,
                "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            ),
        ),
    ),
}

# The name of torchvision's file has the first eight digits of its SHA-256. The other two are those
# that tests read: they were made from other sources, and have torchvision's layout.
WEIGHTS = {
    "resnet18": Weights(
        Pinned(
            "resnet18-f37072fd.pth",
            46_830_571,
            "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
        ),
        "torchvision's ImageNet weights",
        ("https://download.pytorch.org/models/",),
    ),
    "mobilenet_v2": Weights(
        Pinned(
            "mobilenet_v2-from-tf2-ptq.pth",
            14_265_611,
            "5105832f1f66778e1346de0c5b0dd9a93ad96f8972e9b5152c78da89365fa3b6",
        ),
        "ImageNet weights from TensorFlow 2 (batch norm is folded into the convolutions)",
    ),
    "squeezenet1_0": Weights(
        Pinned(
            "squeezenet1_0-deepcompression.pth",
            5_011_395,
            "2e822ceb0bf4c3fbf0d33ba128be898301c53ad372412687e3d960195099b157",
        ),
        "ImageNet weights from Deep Compression (Han et al., 2016)",
    ),
}
WEIGHTS_FOLDER = "weights"
"""Theirs, inside of the data folder."""


def data_folder() -> Path:
    """COURSE_DATA_DIR if it is set, else the course's folder in the user's cache."""
    chosen = os.environ.get("COURSE_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "cnn-course"


def shown(path: Path) -> str:
    """A path as people write it: the home folder is ~."""
    home = Path.home()
    return str("~" / path.relative_to(home)) if path.is_relative_to(home) else str(path)


def damage(path: Path, pinned: Pinned) -> str | None:
    """What is wrong with a file, in words, or None if it is the pinned one, byte for byte."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(512)
    if is_web_page(start):
        return f"{path.name} is of the wrong kind: a web page, saved under that name"
    if pinned.name.endswith("gz") and not start.startswith(b"\x1f\x8b"):
        return f"{path.name} is of the wrong kind: it is not a gzip archive"
    if size < pinned.size:
        return f"{path.name} is cut short: {size:,} of {pinned.size:,} bytes"
    if size > pinned.size:
        return f"{path.name} is altered: {size:,} bytes, expected {pinned.size:,}"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != pinned.sha256:
        return f"{path.name} is altered: SHA-256 {found[:12]}…, expected {pinned.sha256[:12]}…"
    return None


def is_web_page(start: bytes) -> bool:
    """Whether a file that begins so is HTML: what log-in pages of networks answer."""
    return start.lstrip().lower().startswith((b"<!doctype html", b"<html"))


def all_there(folder: Path, files: Iterable[Pinned]) -> bool:
    return all((folder / file.name).is_file() for file in files)
