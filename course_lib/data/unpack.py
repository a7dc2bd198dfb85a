"""Unpacks the archives of the real sets, each content whole or not at all."""

import gzip
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from course_lib.data.catalogue import Pinned, RealSet, all_there, damage


def unpack(real: RealSet, place: Path) -> None:
    """Unpacks a set's archives, in their folder, to where torchvision looks."""
    if real.contents:
        for archive, content in zip(real.archives, real.contents, strict=True):
            target = place / content.name
            if target.is_file() and not damage(target, content):
                continue
            with (
                gzip.open(place / archive.name) as packed,
                tempfile.NamedTemporaryFile(dir=place, delete=False) as scratch,
            ):
                _copy(packed, scratch)
            os.chmod(scratch.name, 0o644)
            os.replace(scratch.name, target)
        return
    cls = real.torchvision()
    members = [name for name, _ in [*cls.train_list, *cls.test_list]] + [cls.meta["filename"]]
    target = place / cls.base_folder
    if all_there(target, [Pinned(name, 0, "") for name in members]):
        return  # torchvision checks their MD5 whenever they are read
    with tempfile.TemporaryDirectory(dir=place) as scratch_folder:
        with tarfile.open(place / real.archives[0].name) as packed_files:
            # The filter came with Python 3.11.4; the archive's SHA-256 is pinned in any case.
            safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            packed_files.extractall(scratch_folder, **safely)  # type: ignore[arg-type]
        if target.exists():
            shutil.rmtree(target)
        os.replace(Path(scratch_folder) / cls.base_folder, target)


def _copy(source: IO[bytes] | gzip.GzipFile, target: Any) -> None:
    try:
        shutil.copyfileobj(source, target)
    except BaseException:
        os.unlink(target.name)
        raise
