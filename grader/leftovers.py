"""Folders that a run makes for a moment; those of killed runs are deleted by the next."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "cnn-course-"
_OURS = re.compile(rf"\.?{PREFIX}(\d+)-\w+")


def made(inside: Path | None = None) -> Path:
    """A new folder, which the caller deletes; in `inside`, hidden, or in the system's own place."""
    prefix = f"{'.' if inside else ''}{PREFIX}{os.getpid()}-"
    return Path(tempfile.mkdtemp(prefix=prefix, dir=inside))


@contextmanager
def temporary(inside: Path | None = None) -> Iterator[Path]:
    """A new folder that is deleted behind the block."""
    folder = made(inside)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(*places: Path) -> None:
    """Deletes what processes that are no more have left in these places and in the system's."""
    for place in (*places, Path(tempfile.gettempdir())):
        for path in place.iterdir():
            match = _OURS.fullmatch(path.name)
            if match and not path.is_symlink() and not _lives(int(match[1])):
                shutil.rmtree(path, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
