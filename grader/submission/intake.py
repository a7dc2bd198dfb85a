"""Takes submissions in: regular files only, of known kinds and bounded size, notebooks rebuilt."""

import difflib
import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from grader.submission.rebuild import Rebuilt, answered, note, rebuild, unread

MAX_NOTEBOOK = 20 * 2**20
MAX_FILE = 24 * 2**20
MAX_FILES = 100
MAX_TOTAL = 100 * 2**20
MAX_DEPTH = 8
MAX_FOLDERS = 1000
MAX_NAME = 255
"""Letters of a file's path in its submission: it is written anew in longer folders."""
DATA_SUFFIXES = frozenset({".safetensors", ".json", ".csv", ".txt", ".png", ".jpg", ".jpeg"})
TIMESTAMP = "timestamp.txt"
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
"""How the name of a notebook ends; browsers and mail programs add to it."""


@dataclass
class Submission:
    """The files of a submission that may be looked at, and what was left out.

    Attributes:
        files: relative path -> content.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unusable: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of names, contents and notes: equal for an unchanged submission."""
        state = hashlib.sha256(repr((self.notes, self.unusable)).encode())
        for name, content in sorted(self.files.items()):
            state.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
        return state.hexdigest()


def read_submission(folder: Path) -> Submission:
    """Reads what a learner handed in, without following a link. Never raises for its contents."""
    submission = Submission()
    if folder.is_symlink() or not folder.is_dir():
        submission.unusable = "a symbolic link or a file stands where its folder should be"
        return submission
    total = 0
    for path in _walk(folder):
        if len(submission.notes) >= MAX_FILES:
            submission.notes.append("Left out: whatever else is there.")
            break
        name = path.relative_to(folder).as_posix()
        is_notebook = NOTEBOOK.search(path.name)
        limit = MAX_NOTEBOOK if is_notebook else MAX_FILE
        if not is_notebook and path.suffix.lower() not in DATA_SUFFIXES:
            submission.notes.append(f"Left out: {name!a}, not a kind of file that is graded.")
            continue
        if len(name) > MAX_NAME or not name.isprintable() or NOTEBOOK.search(os.path.dirname(name)):
            submission.notes.append(f"Left out: {name[:MAX_NAME]!a}, which cannot be called so.")
            continue
        try:
            content = _read_regular(path, limit)
        except OSError as error:
            submission.notes.append(f"Left out: {name!a}, {error.strerror or error}.")
            continue
        total += len(content)
        if total > MAX_TOTAL or len(submission.files) >= MAX_FILES:
            submission.notes.append(
                f"Left out: {name!a} and what follows it; at most {MAX_FILES} files and "
                f"{MAX_TOTAL // 2**20} MiB are taken."
            )
            break
        submission.files[name] = content
    return submission


def rebuilt_notebook(
    submission: Submission, name: str, releases: Mapping[str, NotebookNode]
) -> NotebookNode:
    """The notebook `name` of a submission, rebuilt from the release; never fails.

    When there is none of that name, or it is untouched and another one is not, the notebook of the
    most similar name is taken: browsers rename downloads ("01_convolution (1).ipynb"), and some
    people answer in a copy.
    """
    notes, release = list(submission.notes), releases[name]
    if submission.unusable:
        return _noted(unread(release, submission.unusable), notes)
    found = [path for path in submission.files if NOTEBOOK.search(path)]
    others = {f"{other}.ipynb" for other in releases if other != name}
    found = difflib.get_close_matches(
        f"{name}.ipynb", [path for path in found if path not in others], len(found) or 1, cutoff=0.0
    )
    if not found:
        return _noted(unread(release, f"there is no readable {name}.ipynb in it"), notes)
    taken = found[0]
    if len(found) > 1 and not answered(release, submission.files[taken]):
        # Of equally many answers the most similar name, which stands first.
        taken = max(found, key=lambda path: min(answered(release, submission.files[path]), 1))
    if taken != f"{name}.ipynb":
        why = "has no answer in it" if f"{name}.ipynb" in found else "is not there"
        notes.append(f"{name}.ipynb {why}; {taken!a} was taken instead.")
    return _noted(rebuild(release, submission.files[taken]), notes)


def _noted(rebuilt: Rebuilt, notes: list[str]) -> NotebookNode:
    note(rebuilt.notebook, *notes, *rebuilt.notes)
    return rebuilt.notebook


def write_taken_in(
    submission: Submission, releases: Mapping[str, NotebookNode], folder: Path
) -> None:
    """Writes what nbgrader may see of a submission: rebuilt notebooks, data files, timestamp."""
    folder.mkdir(parents=True)
    for name, content in submission.files.items():
        if NOTEBOOK.search(name):
            continue
        if name == TIMESTAMP:
            when = _timestamp(content)
            if when is None:
                submission.notes.append(
                    f"{TIMESTAMP} holds no time that can be read: this counts as on time."
                )
                continue
            content = when.encode()
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in releases:
        notebook = rebuilt_notebook(submission, name, releases)
        nbformat.write(notebook, folder / f"{name}.ipynb")


def _timestamp(content: bytes) -> str | None:
    """The time in a timestamp's file, as nbgrader writes it; None where it holds none.

    It is written anew: the parser that nbgrader uses takes more for a time than it can work with.
    """
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
        if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\w :.+-]{0,40}", text.strip(), re.ASCII):
            return f"{parse_utc(text.strip()):%Y-%m-%d %H:%M:%S.%f} UTC"
    except Exception:  # of many kinds: it is a parser of whatever people write
        pass
    return None


def _walk(folder: Path) -> Iterator[Path]:
    """All paths below a folder but folders, in order; hidden ones are passed over.

    Linked folders, and those that lie too deep, are given as they are, for what is said of them.
    """
    walk = itertools.islice(os.walk(folder, followlinks=False), MAX_FOLDERS)
    for parent, folders, files in walk:
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        deep = len(Path(parent).relative_to(folder).parts) >= MAX_DEPTH
        unread = [name for name in folders if deep or Path(parent, name).is_symlink()]
        if deep:
            folders.clear()
        for name in sorted([*files, *unread]):
            if not name.startswith("."):
                yield Path(parent, name)


def _read_regular(path: Path, limit: int) -> bytes:
    """The content of a regular file.

    Raises:
        OSError: it is a link, a device, a pipe, or larger than `limit`.
    """
    if path.is_symlink():
        raise OSError("a symbolic link")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise OSError("not a regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(f"larger than {limit // 2**20} MiB")
    return content
