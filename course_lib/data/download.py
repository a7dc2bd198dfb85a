"""Fetches the real sets and weights: progress, resume, several mirrors, SHA-256, one clear error.

A file is written to NAME.part and takes its own name only when every byte of it is as pinned: what
stands in the data folder is whole, wherever the run was cut off.
"""

import contextlib
import errno
import http.client
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from course_lib.data.catalogue import (
    REAL,
    WEIGHTS,
    WEIGHTS_FOLDER,
    Pinned,
    RealSet,
    Weights,
    damage,
    data_folder,
    is_web_page,
)
from course_lib.data.unpack import unpack

_TIMEOUT = 30.0
"""Seconds without a byte, after which a mirror is given up."""
_ATTEMPTS = 3
"""How often one mirror is asked while it cuts the file short."""
_CHUNK = 1 << 16


class PrefetchFailed(RuntimeError):
    """A set could not be fetched; the message says why, and what to do."""


class _MirrorFailed(Exception):
    """One mirror did not give the file; the next may."""

    def __init__(self, reason: str, *, unreachable: bool = False, again: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        self.again = again


def prefetch(
    *wanted: str, folder: str | Path | None = None, mirrors: Sequence[str] = ()
) -> list[Path]:
    """Fetches sets, all real ones if none is named, and weights; whole files are kept.

    Args:
        folder: where to; the default is COURSE_DATA_DIR, or the user's cache.
        mirrors: addresses of data folders that are asked first: a class needs one download if
            one machine serves its own (`python -m http.server` in the data folder).

    Raises:
        PrefetchFailed: no network, files cut short, altered or of the wrong kind, disk full,
            folder not writable.
        ValueError: no such set, no such weights.
    """
    known = [*REAL, *(name for name, weights in WEIGHTS.items() if weights.mirrors)]
    for name in wanted:
        if name not in known:
            raise ValueError(f"There is no set {name!r} to fetch. There are: {', '.join(known)}.")
    root = Path(folder).expanduser() if folder else data_folder()
    paths: list[Path] = []
    for name in wanted or REAL:
        if name in WEIGHTS:
            paths.append(_weights(WEIGHTS[name], root, mirrors))
        else:
            paths += _set(REAL[name], root, mirrors)
    return paths


def _set(real: RealSet, root: Path, own_mirrors: Sequence[str]) -> list[Path]:
    place = root / real.folder
    inside = "" if real.folder == "." else f"{real.folder}/"
    mirrors = [f"{url.rstrip('/')}/{inside}" for url in own_mirrors] + real.mirrors()
    print(f"{real.title}, to {place}")
    paths = [fetch(pinned, place, mirrors) for pinned in real.archives]
    with _disk_errors(place):
        unpack(real, place)
    return paths


def _weights(weights: Weights, root: Path, own_mirrors: Sequence[str]) -> Path:
    place = root / WEIGHTS_FOLDER
    mirrors = [f"{url.rstrip('/')}/{WEIGHTS_FOLDER}/" for url in own_mirrors]
    print(f"{weights.origin}, to {place}")
    return fetch(weights.file, place, [*mirrors, *weights.mirrors])


def fetch(pinned: Pinned, folder: Path, mirrors: Sequence[str]) -> Path:
    """Fetches one file, or finds it whole; resumes what an earlier run left.

    Args:
        mirrors: addresses to which the file's name is appended, in the order tried.

    Raises:
        PrefetchFailed: see `prefetch`.
    """
    target, part = folder / pinned.name, folder / f"{pinned.name}.part"
    with _disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_file():
            wrong = damage(target, pinned)
            if not wrong:
                print(f"  {pinned.name}: is there already")
                return target
            print(f"  {wrong}; it is fetched again")
        # Looked at beforehand: a full disk found out halfway helps nobody.
        needed = pinned.size - (part.stat().st_size if part.is_file() else 0)
        if shutil.disk_usage(folder).free < needed:
            raise OSError(errno.ENOSPC, "disk full")
        with part.open("ab"):  # not writable: better said before anything is asked for
            pass
        failures = []
        for mirror in mirrors:
            try:
                _from_mirror(mirror + pinned.name, part, pinned)
            except _MirrorFailed as failure:
                print(f"  {mirror}: {failure}")
                failures.append((mirror, failure))
            else:
                os.replace(part, target)
                return target
        if part.stat().st_size == 0:
            part.unlink()
    if failures and all(failure.unreachable for _, failure in failures):
        raise PrefetchFailed(
            f"{pinned.name} was not fetched: no mirror can be reached ({failures[0][1]}). Is this "
            "machine connected? Without the file, the notebooks use what comes with the course."
        )
    reasons = "; ".join(f"{mirror} {failure}" for mirror, failure in failures)
    kept = " What came so far is kept: run the command again to go on." if part.is_file() else ""
    raise PrefetchFailed(f"{pinned.name} was not fetched: {reasons}.{kept}")


def out_of_reach(url: str, seconds: float = 5.0) -> str | None:
    """Why no server answers at an address, or None if one does: asked where nobody would wait.

    In a thread of its own, since looking up a server's name has no time limit, and each of its
    addresses has its own.
    """
    found: list[str | None] = []

    def ask() -> None:
        try:
            _asked(Request(url, headers={"User-Agent": "cnn-course"}, method="HEAD")).close()
        except _MirrorFailed as failure:
            found.append(str(failure) if failure.unreachable else None)
        else:
            found.append(None)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    return found[0] if found else f"cannot be reached: no answer within {seconds:g} seconds"


def _from_mirror(url: str, part: Path, pinned: Pinned) -> None:
    """Brings `part` to the pinned content, or says why not."""
    for attempt in range(1, _ATTEMPTS + 1):
        resumed = part.stat().st_size > 0
        try:
            if part.stat().st_size < pinned.size:
                _append(url, part, pinned)
            wrong = damage(part, pinned)
        except _MirrorFailed as failure:
            if failure.again and attempt < _ATTEMPTS:
                continue
            raise
        if not wrong:
            return
        # No later byte can mend it. If its beginning is from an earlier run, the mirror itself may
        # be sound, and is asked once more for everything.
        part.write_bytes(b"")
        if not resumed or attempt == _ATTEMPTS:
            raise _MirrorFailed(f"sent a file that is {wrong.partition(' is ')[2]}")


def _append(url: str, part: Path, pinned: Pinned) -> None:
    """Asks for the bytes that are missing, and appends them."""
    have = part.stat().st_size
    # "identity": some servers would unpack a .gz on the way.
    headers = {"User-Agent": "cnn-course", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with _asked(Request(url, headers=headers)) as answer:
        if have and not _continues(answer, have):
            have = 0  # the mirror cannot resume: it sends everything
        first = _received(answer)
        kind = answer.headers.get_content_type()
        if have == 0 and (is_web_page(first) or kind == "text/html"):
            raise _MirrorFailed(
                "sent a web page in place of the file (the log-in page of a network, perhaps)"
            )
        with part.open("r+b") as file, _progress(pinned, have) as bar:
            file.truncate(have)
            file.seek(have)
            while first:
                file.write(first)
                bar.update(len(first))
                if file.tell() > pinned.size:
                    break  # `damage` says that it is too long
                first = _received(answer)
    now = part.stat().st_size
    if now < pinned.size:
        raise _MirrorFailed(f"cut the file short: {now:,} of {pinned.size:,} bytes", again=True)


def _continues(answer: Any, have: int) -> bool:
    """Whether the answer begins at the byte that was asked for."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return answer.status == 206 and found is not None and int(found[1]) == have


def _asked(request: Request) -> Any:
    try:
        return urlopen(request, timeout=_TIMEOUT)
    except HTTPError as error:
        raise _MirrorFailed(f"answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        cause = error.reason if isinstance(error, URLError) else error
        reason = getattr(cause, "strerror", None) or cause
        raise _MirrorFailed(f"cannot be reached: {reason}", unreachable=True) from error


def _received(answer: Any) -> bytes:
    """The next bytes. What fails here is the network; what fails in writing is the disk."""
    try:
        return bytes(answer.read(_CHUNK))
    except (OSError, http.client.HTTPException) as error:
        raise _MirrorFailed(f"broke off: {error or type(error).__name__}", again=True) from error


@contextlib.contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = "the disk is full. Make room there, or set COURSE_DATA_DIR to another disk"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            why = "the folder is not writable. Set COURSE_DATA_DIR to one that is"
        elif error.errno in (errno.EEXIST, errno.ENOTDIR):
            why = "there is a file where a folder should be. Set COURSE_DATA_DIR to a folder"
        else:
            why = str(error)
        raise PrefetchFailed(f"Nothing can be written to {folder}: {why}.") from error


@contextlib.contextmanager
def _progress(pinned: Pinned, have: int) -> Iterator[Any]:
    """A bar on stdout; in a log file, a line every five seconds."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    with tqdm(
        total=pinned.size,
        initial=have,
        desc=f"  {pinned.name}",
        unit="B",
        unit_scale=True,
        file=sys.stdout,
        mininterval=0.2 if sys.stdout.isatty() else 5.0,
    ) as bar:
        yield bar
