"""Seeds of the scored questions: unknown beforehand, equal in a repeated run."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SECRET_VARIABLE = "COURSE_SECRET"
SECRET_FILE = ".course_secret"


class NoSecret(OSError):
    """The course's secret can be neither read nor made; the message says what to do."""


def course_secret(root: Path) -> bytes:
    """The secret of the course at `root`: from COURSE_SECRET, else from a file made at first use.

    Keep the file with the gradebook: with it, every learner's questions can be drawn again.

    Raises:
        NoSecret: the file is empty, or cannot be read or written.
    """
    given = os.environ.get(SECRET_VARIABLE)
    if given:
        return given.encode()
    path = root / SECRET_FILE
    try:
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        secret = path.read_text().strip()
    except OSError as error:
        raise NoSecret(
            f"The course's secret {path} cannot be used ({error.strerror}). "
            f"Make it readable, or set {SECRET_VARIABLE}."
        ) from error
    if not secret:
        raise NoSecret(
            f"{path} is empty. Restore it from a backup, or delete it for new questions."
        )
    return secret.encode()


def seed_of(secret: bytes, *named: str) -> int:
    """HMAC-SHA256 of what questions are drawn for (section version, learner, exercise, answer),
    as an integer in [0, 2**63)."""
    return _digest(secret, *named)


def nonce(secret: bytes, *named: str) -> str:
    """What binds a response to its question: 16 hexadecimal digits."""
    return f"{_digest(secret, 'nonce', *named):016x}"


def part_seed(seed: int, part: str) -> int:
    """The seed of one part of an exercise's questions."""
    return _digest(str(seed).encode(), part)


def _digest(key: bytes, *texts: str) -> int:
    message = b"".join(len(t.encode()).to_bytes(4, "big") + t.encode() for t in texts)
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:8], "big") >> 1
