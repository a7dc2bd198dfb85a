"""Puts a finished folder in the place of an old one, so that nobody ever sees half of either."""

import ctypes
import os
import shutil
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def replace_folder(new: Path, final: Path) -> None:
    """Moves the folder `new` to `final`; what was there is deleted.

    Both lie on one file system. On Linux the two are exchanged in one step; elsewhere there is an
    instant between two renames, in which the old folder lies beside the new one.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    if not final.exists():
        new.rename(final)
        return
    if not _exchange(new, final):
        old = new.with_name(new.name + ".old")
        final.rename(old)
        new.rename(final)
        new = old
    shutil.rmtree(new)


def _exchange(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step, where the system can."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
