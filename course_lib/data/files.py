"""Reads the real sets from their files, through torchvision; nothing is downloaded here."""

import gzip
import json
import tempfile
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course_lib.data.catalogue import (
    REAL,
    DataDamaged,
    DataMissing,
    Pinned,
    RealSet,
    all_there,
    damage,
    shown,
)
from course_lib.data.parts import Raw

_ORIGINAL = "original files, checked"


def idx(name: str, folder: Path) -> Raw:
    """MNIST or Fashion-MNIST; `folder` is the one above `MNIST/raw`."""
    real = REAL[name]
    place = folder / real.folder
    if all_there(place, real.contents):
        _sound(place, real.contents, name)
        return _read_idx(real, folder)
    if not all_there(place, real.archives):
        raise _missing(name, real, place)
    _sound(place, real.archives, name)
    # The folder may be read-only and shared: torchvision gets its unpacked files elsewhere.
    with tempfile.TemporaryDirectory(prefix="cnn-course-") as scratch:
        unpacked = Path(scratch) / real.folder
        unpacked.mkdir(parents=True)
        for archive, content in zip(real.archives, real.contents, strict=True):
            data = gzip.decompress((place / archive.name).read_bytes())
            (unpacked / content.name).write_bytes(data)
        return _read_idx(real, Path(scratch))


def _read_idx(real: RealSet, root: Path) -> Raw:
    cls = real.torchvision()
    train, test = cls(root, train=True), cls(root, train=False)
    # "3 - three" is MNIST's name of a class; the digit alone is the label of a picture.
    classes = tuple(name.partition(" - ")[0] for name in cls.classes)
    return Raw(
        f"{real.title} ({_ORIGINAL})",
        classes,
        train.data[:, None],
        train.targets.long(),
        test.data[:, None],
        test.targets.long(),
    )


def cifar10(folder: Path) -> Raw:
    """CIFAR-10, complete: torchvision checks the MD5 of each file."""
    real = REAL["cifar10"]
    cls = real.torchvision()
    place = folder / cls.base_folder
    if not place.is_dir():
        raise _missing("cifar10", real, place)
    try:
        return _read_cifar(cls, folder, f"{real.title} ({_ORIGINAL})")
    except RuntimeError:
        pins = _subset_pins(place)
        if pins and not any(damage(place / pin.name, pin) for pin in pins):
            raise DataDamaged(
                f"{place} holds a subset of CIFAR-10 that the course knows, not the whole set; "
                'take it knowingly with load("cifar10_subset").'
            ) from None
        raise DataDamaged(
            f"The files in {place} are not those of CIFAR-10: some are missing, cut short or "
            "altered. Delete the folder, then: course prefetch cifar10"
        ) from None


def cifar10_subset(folder: Path) -> Raw:
    """A part of CIFAR-10 for tests, by the manifest that comes with the course.

    torchvision reads it, with the manifest's MD5 in place of those of the whole set: no check is
    left out, and nothing is unpickled whose bytes are not known.
    """
    manifest = _manifest()
    cls = REAL["cifar10"].torchvision()
    place = folder / cls.base_folder
    pins = _subset_pins(place)
    if not pins:
        raise DataMissing(
            f"{manifest['title']} is not in {shown(place)}. The course only reads it; it cannot be "
            'downloaded. The whole set can: load("cifar10").'
        )
    for pin in pins:
        if wrong := damage(place / pin.name, pin):
            raise DataDamaged(f"The files in {place} are not {manifest['title']}: {wrong}.")
    md5 = {file["name"]: file["md5"] for file in manifest["files"]}
    members: dict[str, Any] = {
        "train_list": [[name, md5[name]] for name, _ in cls.train_list],
        "test_list": [[name, md5[name]] for name, _ in cls.test_list],
        "meta": {**cls.meta, "md5": md5[cls.meta["filename"]]},
    }
    return _read_cifar(type("Subset", (cls,), members), folder, manifest["origin"])


def _manifest() -> Any:
    text = (resources("course_lib.data") / "cifar10_subset.json").read_text(encoding="utf-8")
    return json.loads(text)


def _subset_pins(place: Path) -> list[Pinned]:
    """The files of the subset; none if one of them is not there."""
    pins = [Pinned(file["name"], file["size"], file["sha256"]) for file in _manifest()["files"]]
    return pins if all_there(place, pins) else []


def _read_cifar(cls: Any, folder: Path, origin: str) -> Raw:
    train, test = cls(folder, train=True), cls(folder, train=False)

    def images(part: Any) -> Tensor:
        return torch.from_numpy(part.data).permute(0, 3, 1, 2).contiguous()

    return Raw(
        origin,
        tuple(train.classes),
        images(train),
        torch.tensor(train.targets),
        images(test),
        torch.tensor(test.targets),
    )


def _sound(place: Path, pins: tuple[Pinned, ...], name: str) -> None:
    for pin in pins:
        if wrong := damage(place / pin.name, pin):
            raise DataDamaged(f"{wrong}, in {place}. To get it again: course prefetch {name}")


def _missing(name: str, real: RealSet, place: Path) -> DataMissing:
    return DataMissing(
        f"{real.title} is not in {shown(place)}. To get it: course prefetch {name}; if you have "
        "the files elsewhere, set COURSE_DATA_DIR."
    )
