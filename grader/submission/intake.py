"""Takes submissions in: regular files only, of known kinds and bounded size, notebooks rebuilt."""

import difflib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from grader.submission.rebuild import Rebuilt, note, rebuild, unread

MAX_NOTEBOOK = 20 * 2**20
MAX_FILE = 24 * 2**20
MAX_FILES = 100
MAX_TOTAL = 100 * 2**20
DATA_SUFFIXES = frozenset({".safetensors", ".json", ".csv", ".txt", ".png", ".jpg", ".jpeg"})
TIMESTAMP = "timestamp.txt"


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
        name = path.relative_to(folder).as_posix()
        limit = MAX_NOTEBOOK if path.suffix == ".ipynb" else MAX_FILE
        if path.suffix not in DATA_SUFFIXES | {".ipynb"}:
            submission.notes.append(f"Left out: {name!a}, not a kind of file that is graded.")
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


def rebuilt_notebook(submission: Submission, name: str, release: NotebookNode) -> NotebookNode:
    """The notebook `name` of a submission, rebuilt from the release; never fails.

    When there is none of that name, the notebook of the most similar name is taken, because
    browsers rename downloads ("01_convolution (1).ipynb").
    """
    notes = list(submission.notes)
    found = [path for path in submission.files if path.endswith(".ipynb")]
    if submission.unusable:
        return _noted(unread(release, submission.unusable), notes)
    if f"{name}.ipynb" not in found:
        near = difflib.get_close_matches(f"{name}.ipynb", found, n=1, cutoff=0.0)
        if not near:
            return _noted(unread(release, f"there is no readable {name}.ipynb in it"), notes)
        notes.append(f"There is no {name}.ipynb; {near[0]!a} was taken instead.")
        found = near
    else:
        found = [f"{name}.ipynb"]
    rebuilt: Rebuilt = rebuild(release, submission.files[found[0]])
    return _noted(rebuilt, notes)


def _noted(rebuilt: Rebuilt, notes: list[str]) -> NotebookNode:
    note(rebuilt.notebook, *notes, *rebuilt.notes)
    return rebuilt.notebook


def write_taken_in(submission: Submission, releases: dict[str, NotebookNode], folder: Path) -> None:
    """Writes what nbgrader may see of a submission: rebuilt notebooks, data files, timestamp."""
    folder.mkdir(parents=True)
    for name, content in submission.files.items():
        if name.endswith(".ipynb") or (name == TIMESTAMP and not _is_timestamp(content)):
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, release in releases.items():
        nbformat.write(rebuilt_notebook(submission, name, release), folder / f"{name}.ipynb")


def _is_timestamp(content: bytes) -> bool:
    try:
        return len(content) <= 100 and parse_utc(content.decode().strip()) is not None
    except (ValueError, OverflowError):
        return False


def _walk(folder: Path) -> Iterator[Path]:
    """All paths below a folder but folders, in order; hidden ones are passed over."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        for name in sorted([*files, *linked]):
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
