"""Which exercises changed since a revision of the repository."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from grader.marking.mutation.judging import Target
from grader.marking.solutions import answers_in, text_of


class NoRevision(ValueError):
    """There is no such revision; the message says which."""


def changed_since(revision: str, targets: Sequence[Target], root: Path) -> list[Target]:
    """The targets of which a file or the answer cell in the text is not as it was then.

    Raises:
        NoRevision: the repository at `root` has no such revision.
    """
    if _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise NoRevision(f"The repository has no revision {revision!r}.")
    return [target for target in targets if _has_changed(target, revision, root)]


def _has_changed(target: Target, revision: str, root: Path) -> bool:
    for file in target.files:
        now = file.read_text("utf-8") if file.is_file() else None
        if now != _then(revision, file, root):
            return True
    before = _then(revision, text_of(target.id.partition(".")[0], root), root)
    return before is None or answers_in(before).get(target.id) != target.source


def _then(revision: str, file: Path, root: Path) -> str | None:
    return _git(root, "show", f"{revision}:{file.resolve().relative_to(root.resolve())}")


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints, or None where it fails."""
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True)
    return done.stdout.decode() if done.returncode == 0 else None
